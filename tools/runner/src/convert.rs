//! A definition from JSONPath to JSONata.

use std::path::PathBuf;
use std::process::ExitCode;

use asl::Document;
use convert::{NoteKind, ProofCase, ProofOptions, Verdict, What, convert, prove, samples};
use engine::{MockHost, Options};
use json::{Map, Value};

use crate::run::{position, read, read_mocks};

/// `convert DEFINITION [--input FILE] [--mocks FILE]`: the definition goes to standard output, all else
/// to standard error. Fails if a state stays in JSONPath or a run differs.
pub fn command(arguments: &[String]) -> ExitCode {
    match run(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<bool, String> {
    let (mut definition, mut input, mut mocks) = (None, None, None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut file = || rest.next().map(PathBuf::from).ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--input" => input = Some(file()?),
            "--mocks" => mocks = Some(file()?),
            other if other.starts_with("--") => return Err(format!("unknown argument: {other}")),
            other if definition.is_none() => definition = Some(PathBuf::from(other)),
            other => return Err(format!("unknown argument: {other}")),
        }
    }
    let definition = definition.ok_or("usage: runner convert DEFINITION [--input FILE] [--mocks FILE]")?;
    let text = read(&definition)?;
    let before = Document::parse(&text);
    if let Some(problem) = before.tree().problems().first() {
        return Err(format!("{}: {}", position(&text, problem.span.start), problem.message));
    }
    let conversion = convert(&before, &What::Whole);
    let (converted, _) = conversion.patch.apply_to(&text);
    print!("{converted}");
    for note in &conversion.notes {
        let kind = match note.kind {
            NoteKind::NotConverted => "not converted",
            NoteKind::ChangedMeaning => "changed",
            NoteKind::Info => "note",
        };
        let place = position(&text, note.span.start);
        let field = if note.field.is_empty() { String::new() } else { format!(" {}", note.field) };
        eprintln!("{place} {kind}: {}{field}: {}", note.state_name, note.message);
    }
    let cases = if input.is_some() || mocks.is_some() {
        let input = match input {
            Some(path) => engine::read_input(&read(&path)?).map_err(|error| error.message)?,
            None => Value::object(Map::new()),
        };
        let host = match mocks {
            Some(path) => read_mocks(&read(&path)?, None)?,
            None => MockHost::default(),
        };
        vec![ProofCase { name: "Given data".to_owned(), input, host, options: Options::default() }]
    } else {
        samples(&before)
    };
    let proof = prove(&before, &Document::parse(&converted), &cases, ProofOptions::default());
    for case in &proof.cases {
        let verdict = match &case.verdict {
            Verdict::Equal => "equal".to_owned(),
            Verdict::EqualButForTheError => "equal but for the name of the error".to_owned(),
            Verdict::Different(difference) => format!(
                "differs{} in {}: {} before, {} after",
                difference.state.as_ref().map(|state| format!(" at {state}")).unwrap_or_default(),
                difference.what,
                difference.before,
                difference.after
            ),
        };
        let status = case.before.status.name();
        eprintln!("{}: {verdict} ({status} after {} states)", case.name, case.before.states_entered);
    }
    Ok(conversion.is_complete() && proof.holds())
}
