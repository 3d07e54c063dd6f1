//! A definition as what other tools deploy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use asl::Document;
use catalogue::Names;
use deploy::{
    Arns, ExecutionRole, Format, LogLevel, Options, Permissions, Settings, execution_role, export, places_of,
    policy_json,
};

use crate::run::{position, read};

const USAGE: &str =
    "usage: runner export DEFINITION --format cfn|cfn-json|sam|serverless|terraform|cdk|cli|iam
  [--name NAME] [--express] [--logs OFF|ERROR|FATAL|ALL] [--tracing] [--arns keep|places|parameters]
  [--separate] [--no-role] [--no-log-group] [--out DIRECTORY]";

/// `export DEFINITION --format FORMAT …`: the first file goes to standard output, all to a folder with `--out`;
/// what to know goes to standard error.
pub fn command(arguments: &[String]) -> ExitCode {
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let (mut definition, mut format, mut out) = (None, None, None);
    let mut settings = Settings::default();
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().cloned().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
        match argument.as_str() {
            "--format" => format = Some(value()?),
            "--name" => settings.name = value()?,
            "--express" => settings.is_express = true,
            "--logs" => settings.log_level = LogLevel::from_name(&value()?),
            "--tracing" => settings.tracing = true,
            "--arns" => {
                options.arns = match value()?.as_str() {
                    "keep" => Arns::Keep,
                    "places" => Arns::Places,
                    "parameters" => Arns::Parameters,
                    other => return Err(format!("--arns can't be {other}\n{USAGE}")),
                };
            }
            "--separate" => options.is_inline = false,
            "--no-role" => options.with_role = false,
            "--no-log-group" => options.with_log_group = false,
            "--out" => out = Some(PathBuf::from(value()?)),
            file if definition.is_none() && !file.starts_with("--") => definition = Some(PathBuf::from(file)),
            other => return Err(format!("unknown argument: {other}\n{USAGE}")),
        }
    }
    let definition = definition.ok_or(USAGE)?;
    let format = format.ok_or(USAGE)?;
    let text = read(&definition)?;
    if settings.name.is_empty() {
        let file = definition.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        settings.name = file.split('.').next().unwrap_or_default().to_owned();
    }
    let document = Document::parse(&text);
    if let Some(problem) = document.tree().problems().first() {
        return Err(format!("{}: {}", position(&text, problem.span.start), problem.message));
    }
    let permissions = permissions()?;
    let role = execution_role(&document, &settings, &permissions);
    tell(&role);
    let format = match format.as_str() {
        "iam" => {
            println!("{}", policy_json(&role.statements, &places_of(&document)).to_pretty());
            return Ok(());
        }
        "cfn" => Format::CloudFormationYaml,
        "cfn-json" => Format::CloudFormationJson,
        "sam" => Format::Sam,
        "serverless" => Format::Serverless,
        "terraform" => Format::Terraform,
        "cdk" => Format::Cdk,
        "cli" => Format::Cli,
        other => return Err(format!("there is no format {other}\n{USAGE}")),
    };
    let export = export(&document, &settings, &permissions, format, &options)?;
    for note in &export.notes {
        eprintln!("note: {note}");
    }
    match out {
        Some(folder) => {
            for file in &export.files {
                let path = folder.join(&file.name);
                fs::write(&path, &file.text).map_err(|error| format!("{}: {error}", path.display()))?;
                println!("{}", path.display());
            }
        }
        None => {
            if let Some(file) = export.files.first() {
                print!("{}", file.text);
            }
            for file in export.files.iter().skip(1) {
                eprintln!("note: {} is a file of its own, which --out DIRECTORY writes", file.name);
            }
        }
    }
    Ok(())
}

fn tell(role: &ExecutionRole) {
    for note in &role.notes {
        let state = note.state.as_ref().map(|state| format!("{}: ", state.name)).unwrap_or_default();
        eprintln!("note: {state}{}", note.message);
    }
}

fn permissions() -> Result<Permissions, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/catalogue");
    let names = Names::parse(&read(&folder.join("names.txt"))?);
    Ok(Permissions::parse(&names, &read(&folder.join("permissions.txt"))?))
}
