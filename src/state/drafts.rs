//! Workflows that are kept in the browser.

use json::{Map, Value};

use crate::platform::storage::{self, StorageError};

const PREFIX: &str = "stepglass.draft.";
const HISTORY_PREFIX: &str = "stepglass.history.";
const OF_TAB: &str = "stepglass.draft";
const LAST: &str = "stepglass.last";
/// Drafts beyond this many are forgotten, the oldest first.
const MOST_DRAFTS: usize = 40;

/// All that a person may have typed for one workflow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    pub id: String,
    /// The name of its file.
    pub name: String,
    pub definition: String,
    pub input: String,
    pub answers: String,
    pub objects: String,
    pub is_express: bool,
    /// What the debugger is to stop at and to show, as JSON; empty for nothing.
    pub breakpoints: String,
    pub watches: String,
    /// What is kept beside the definition, as JSON.
    pub settings: String,
    /// The template that it goes back into, as JSON; empty for none.
    pub origin: String,
    /// Milliseconds since 1970.
    pub saved_at: f64,
}

/// What a list of drafts shows.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftSummary {
    pub id: String,
    pub name: String,
    pub saved_at: f64,
}

impl Draft {
    /// The draft that this tab had before a reload, else the last one of any tab.
    pub fn of_this_tab() -> Option<Draft> {
        let id = storage::read_of_tab(OF_TAB).or_else(|| storage::read(LAST))?;
        Draft::load(&id)
    }

    pub fn load(id: &str) -> Option<Draft> {
        let value = json::parse(&storage::read(&format!("{PREFIX}{id}"))?).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(Draft {
            id: id.to_owned(),
            name: text("name"),
            definition: text("definition"),
            input: text("input"),
            answers: text("answers"),
            objects: text("objects"),
            breakpoints: text("breakpoints"),
            watches: text("watches"),
            settings: text("settings"),
            origin: text("origin"),
            is_express: value.get("express").and_then(Value::as_bool).unwrap_or(false),
            saved_at: value.get("savedAt").and_then(Value::as_f64).unwrap_or(0.0),
        })
    }

    pub fn save(&self) -> Result<(), StorageError> {
        let mut members = Map::new();
        for (name, text) in [
            ("name", &self.name),
            ("definition", &self.definition),
            ("input", &self.input),
            ("answers", &self.answers),
            ("objects", &self.objects),
            ("breakpoints", &self.breakpoints),
            ("watches", &self.watches),
            ("settings", &self.settings),
            ("origin", &self.origin),
        ] {
            members.insert(name, Value::from(text.as_str()));
        }
        members.insert("express", Value::Bool(self.is_express));
        members.insert("savedAt", Value::float(self.saved_at));
        storage::write(&format!("{PREFIX}{}", self.id), &Value::object(members).to_text())?;
        storage::write_of_tab(OF_TAB, &self.id);
        storage::write(LAST, &self.id)?;
        forget_oldest(&self.id);
        Ok(())
    }

    /// Keeps the draft among the recent ones, without making it the one of this tab.
    pub fn save_aside(&self) -> Result<(), StorageError> {
        let this = storage::read_of_tab(OF_TAB);
        let last = storage::read(LAST);
        self.save()?;
        if let Some(this) = this {
            storage::write_of_tab(OF_TAB, &this);
        }
        last.map_or(Ok(()), |last| storage::write(LAST, &last))
    }

    pub fn delete(id: &str) {
        storage::remove(&format!("{PREFIX}{id}"));
        storage::remove(&format!("{HISTORY_PREFIX}{id}"));
    }

    /// Keeps the history of a draft's changes. It is the first to go where room is short.
    pub fn save_history(id: &str, history: &str) {
        let key = format!("{HISTORY_PREFIX}{id}");
        if storage::write(&key, history).is_err() {
            storage::remove(&key);
        }
    }

    pub fn load_history(id: &str) -> Option<String> {
        storage::read(&format!("{HISTORY_PREFIX}{id}"))
    }
}

impl DraftSummary {
    /// All drafts, the latest first.
    pub fn all() -> Vec<DraftSummary> {
        let drafts =
            storage::keys(PREFIX).into_iter().filter_map(|key| Draft::load(key.strip_prefix(PREFIX)?));
        let mut all: Vec<DraftSummary> = drafts
            .map(|draft| DraftSummary { id: draft.id, name: draft.name, saved_at: draft.saved_at })
            .collect();
        all.sort_by(|a, b| b.saved_at.total_cmp(&a.saved_at));
        all
    }
}

fn forget_oldest(kept: &str) {
    if storage::keys(PREFIX).len() > MOST_DRAFTS {
        for draft in DraftSummary::all().into_iter().skip(MOST_DRAFTS).filter(|draft| draft.id != kept) {
            Draft::delete(&draft.id);
        }
    }
}
