//! Histories that AWS recorded: opening them, using their answers, writing them.

use std::sync::Arc;

use asl::Document;
use debugger::{HistoryModel, Recording, Session, missing_states, rebuild_definition};
use engine::history::ImportedHistory;
use engine::{Machine, MockHost, Status, TimestampStyle};
use json::Str;
use leptos::prelude::*;

use crate::platform::{dom, files};
use crate::state::drafts::Draft;
use crate::state::shell::{DockTab, Mode};
use crate::state::studio::{Studio, fresh_draft};

/// Executions of one text that are opened at most; the others are told of.
const MOST_OPENED: usize = 12;

impl Studio {
    /// Opens recorded executions: on the present definition where it has the states that their events
    /// name, on the recording's own, or on one that is rebuilt from the events.
    pub(super) async fn open_recordings(
        self,
        file: &str,
        mut recordings: Vec<Recording>,
    ) -> Result<(), String> {
        let found = recordings.len();
        if found > MOST_OPENED {
            // What failed is what one looks for.
            recordings.sort_by_key(|recording| recording.status == Status::Succeeded);
            recordings.truncate(MOST_OPENED);
        }
        let mut read = Vec::new();
        for recording in recordings {
            // A history can take longer to read than a frame lasts: the page goes on in between.
            dom::next_task().await;
            let history =
                recording.history(None).map_err(|error| format!("A history could not be read: {error}."))?;
            read.push((recording, history));
        }
        let present = self.workspace.document.get_untracked();
        let names_states = |history: &ImportedHistory| {
            history.history.iter().any(|event| event.event_type.is_state_entered())
        };
        let fits = !self.workspace.is_empty_untracked()
            && present.tree().problems().is_empty()
            && read.iter().all(|(_, history)| missing_states(history, &present).is_empty())
            // Histories without any state fit everywhere.
            && read.iter().any(|(_, history)| names_states(history));
        let mut said = Vec::new();
        if !fits {
            // The history that tells most is the one to draw.
            let Some((recording, history)) = read.iter().max_by_key(|(_, history)| history.history.len())
            else {
                return Ok(());
            };
            let name = recording.machine_name().unwrap_or("recorded");
            let (definition, name) = match &recording.definition {
                Some(definition) => (definition.to_string(), format!("{name}.asl.json")),
                None if !names_states(history) => return Err(
                    "The text tells of no states: open the definition first, then this text, or open the \
                     answer of GetExecutionHistory."
                        .to_owned(),
                ),
                None => {
                    let rebuilt = rebuild_definition(history);
                    said.push("The definition was rebuilt from the events.".to_owned());
                    said.extend(rebuilt.remarks);
                    (rebuilt.text, format!("{name}.rebuilt.asl.json"))
                }
            };
            let input =
                recording.input.as_ref().map_or(String::new(), |input| input.without_text().to_pretty());
            let is_express = recording.is_express();
            self.page.example.set(None);
            self.workspace.open(Draft { definition, name, input, is_express, ..fresh_draft() });
            // The runs of the workflow before are forgotten first.
            leptos::task::tick().await;
        }
        let document = self.workspace.document.get_untracked();
        let definition = self.workspace.definition.get_untracked();
        let mut opened = 0;
        for (recording, history) in read.into_iter().rev() {
            if !missing_states(&history, &document).is_empty() {
                continue;
            }
            dom::next_task().await;
            self.keep_recording(recording, history, (*document).clone(), definition.clone(), file)?;
            opened += 1;
        }
        self.shell.mode.set(Mode::Run);
        self.shell.dock_tab.set(DockTab::Steps);
        let what = match (opened, found) {
            (1, 1) => format!("Opened the recorded execution in {file}."),
            (opened, found) if opened == found => format!("Opened {opened} recorded executions of {file}."),
            (opened, found) => format!(
                "Opened {opened} of the {found} recorded executions of {file}; a text of fewer shows the others."
            ),
        };
        self.shell.say(std::iter::once(what).chain(said).collect::<Vec<_>>().join(" "));
        Ok(())
    }

    /// Keeps a recording and its history among the runs, on a definition.
    fn keep_recording(
        self,
        recording: Recording,
        history: ImportedHistory,
        document: Document,
        definition: Str,
        file: &str,
    ) -> Result<(), String> {
        let machine = Machine::compile(&document)
            .map_err(|problems| problems.first().map_or(String::new(), |problem| problem.message.clone()))?;
        let name = match recording.name.is_empty() {
            true => file.to_owned(),
            false => recording.name.to_string(),
        };
        let session = Session::of_history(
            Arc::new(recording),
            Arc::new(history),
            Arc::new(machine),
            MockHost::default(),
        );
        self.runs.keep_session(name, definition, session, document);
        Ok(())
    }

    /// Makes the answers that the current run's tasks gave the task answers of the workflow, with its
    /// input: so that the definition runs as it did.
    pub fn take_answers(self) {
        let taken = self.runs.with_run_untracked(|run| {
            let execution = run.session.recorded();
            let model = HistoryModel::of_run(execution, engine::RunId(0))?;
            let input = run.session.input.without_text().to_pretty();
            let is_express = run.session.options.execution_type.is_express();
            Some((model.mocks().to_json(), input, is_express))
        });
        let Some((mocks, input, is_express)) = taken.flatten() else { return };
        let count = mocks.as_object().map_or(0, |states| {
            states.values().map(|calls| calls.as_array().map_or(0, <[json::Value]>::len)).sum()
        });
        self.workspace.answers.set(mocks.to_pretty().into());
        self.workspace.input.set(input.into());
        self.workspace.is_express.set(is_express);
        self.shell.say(match count {
            0 => "No task was called in this run. Its input is the workflow's now.".to_owned(),
            1 => "Its answer is the task answer of the workflow now, and its input the input: run it.".to_owned(),
            count => {
                format!("Its {count} answers are the task answers of the workflow now, and its input the input: run it.")
            }
        });
    }

    /// Downloads the history that is shown, as GetExecutionHistory answers it.
    pub fn export_history(self) {
        let execution = self.page.execution.get_untracked();
        let text = self.runs.with_run_untracked(|run| {
            let recorded = run.session.recorded();
            let own = recorded.run(execution)?;
            // A recording goes out as it came in.
            let value = match &run.session.recording {
                Some(recording) => json::Value::from_members([("events", recording.events.clone())]),
                None => own.history.to_aws_json(TimestampStyle::Iso),
            };
            Some((format!("{}.history.json", file_name(&run.name)), value.to_pretty()))
        });
        match text.flatten() {
            Some((name, text)) => match files::download(&name, &text) {
                Ok(()) => self.shell.say(format!("Downloaded {name}.")),
                Err(message) => self.shell.fail(message),
            },
            None => self.shell.say("There is no history yet."),
        }
    }
}

/// A name without what file systems don't like.
fn file_name(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|letter| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '-' })
        .collect();
    name.trim_matches('-').to_owned()
}
