//! Runs that outlive the page: what they were given is in the browser's storage, and they are made again from it.

use std::collections::HashSet;
use std::sync::Arc;

use asl::{Document, TransitionKind};
use debugger::{Coverage, Session, Unreached, read_recordings};
use engine::{Machine, MockHost};
use json::{Str, Value};
use leptos::prelude::*;

use crate::platform::storage;
use crate::state::run::{KeptRun, RunKey, RunPhase};
use crate::state::studio::Studio;
use crate::state::workspace::Shared;

const PREFIX: &str = "stepglass.runs.";
/// Bytes that the runs of one workflow take in the browser's storage.
const MOST_BYTES: usize = 700_000;
/// Runs of one workflow that are kept.
const MOST_RUNS: usize = 24;
/// Milliseconds from a change to its being kept.
const KEEP_AFTER_MS: u32 = 800;

/// A run that is in storage, and perhaps in memory, too.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRun {
    pub id: String,
    pub name: String,
    pub is_pinned: bool,
    pub begun_at: f64,
    /// How it ended, for people.
    pub ended: String,
    pub millis: i64,
    value: Value,
}

impl StoredRun {
    fn of_json(value: &Value) -> Option<StoredRun> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(StoredRun {
            id: text("id")?,
            name: text("name")?,
            is_pinned: value.get("pinned").and_then(Value::as_bool).unwrap_or(false),
            begun_at: value.get("begunAt").and_then(Value::as_f64).unwrap_or(0.0),
            ended: text("ended").unwrap_or_default(),
            millis: value.get("millis").and_then(Value::as_i64).unwrap_or(0),
            value: value.clone(),
        })
    }

    fn of_run(run: &KeptRun) -> Option<StoredRun> {
        let summary = run.summary(false);
        let mut members = json::Map::new();
        members.insert("id", Value::from(run.id.as_str()));
        members.insert("name", Value::from(run.name.as_str()));
        members.insert("pinned", Value::Bool(run.is_pinned));
        members.insert("begunAt", Value::float(run.begun_at));
        members.insert("ended", Value::from(summary.phase.title()));
        members.insert("millis", Value::int(summary.millis));
        members.insert("definition", Value::String(run.definition.clone()));
        match &run.session.recording {
            // To write what there is no room for would take long.
            Some(recording) if is_longer(&recording.events, &mut { MOST_BYTES }) => return None,
            Some(recording) => members.insert("recording", Value::string(recording.to_text())),
            None => members.insert("run", run.session.to_json()?),
        };
        StoredRun::of_json(&Value::object(members))
    }

    fn with(&self, name: &'static str, value: Value) -> Option<StoredRun> {
        let mut members = self.value.as_object()?.clone();
        members.insert(name, value);
        StoredRun::of_json(&Value::object(members))
    }
}

/// Whether the texts in a value are longer together than there is room for.
fn is_longer(value: &Value, room: &mut usize) -> bool {
    let mut takes = |text: &str| match room.checked_sub(text.len()) {
        Some(left) => {
            *room = left;
            false
        }
        None => true,
    };
    match value {
        Value::String(text) => takes(text),
        Value::Array(array) => array.items().iter().any(|item| is_longer(item, room)),
        Value::Object(object) => object.members().iter().any(|(_, member)| is_longer(member, room)),
        _ => false,
    }
}

impl Studio {
    /// Reads the runs of the workflow that is opened, and keeps what becomes of them.
    pub(super) fn follow_kept_runs(self) {
        let (workspace, runs, page) = (self.workspace, self.runs, self.page);
        Effect::new(move |_| {
            workspace.opened.track();
            let id = workspace.draft_id.get();
            let text = storage::read(&format!("{PREFIX}{id}")).unwrap_or_default();
            let listed = json::parse(&text).ok();
            let listed = listed.as_ref().and_then(Value::as_array).unwrap_or_default();
            page.stored.set(listed.iter().filter_map(StoredRun::of_json).collect());
        });
        let is_due = StoredValue::new(false);
        Effect::new(move |before: Option<()>| {
            runs.list_version.track();
            if before.is_none() || is_due.get_value() {
                return;
            }
            is_due.set_value(true);
            gloo::timers::callback::Timeout::new(KEEP_AFTER_MS, move || {
                is_due.set_value(false);
                if runs.phase.get_untracked() != RunPhase::Running {
                    self.store_runs();
                }
            })
            .forget();
        });
    }

    /// Brings what is in storage up to date with the runs in memory.
    fn store_runs(self) {
        let mut stored = self.page.stored.get_untracked();
        let keys: Vec<RunKey> = untrack(|| self.runs.list()).into_iter().map(|run| run.key).collect();
        for key in keys {
            let Some(run) = self.runs.with_run_of(key, StoredRun::of_run).flatten() else { continue };
            match stored.iter_mut().find(|known| known.id == run.id) {
                Some(known) => *known = run,
                None => stored.push(run),
            }
        }
        self.write_runs(stored);
    }

    /// Writes as many runs as there is room for: the pinned ones and the latest.
    fn write_runs(self, mut stored: Vec<StoredRun>) {
        stored.sort_by(|a, b| b.is_pinned.cmp(&a.is_pinned).then(b.begun_at.total_cmp(&a.begun_at)));
        let mut room = MOST_BYTES;
        stored.truncate(MOST_RUNS);
        stored.retain(|run| {
            let bytes = run.value.text_len();
            let fits = bytes <= room;
            room = room.saturating_sub(if fits { bytes } else { 0 });
            fits
        });
        let key = format!("{PREFIX}{}", self.workspace.draft_id.get_untracked());
        // Where the storage is full, the oldest go first; texts that a person wrote count more than runs.
        while storage::write(
            &key,
            &Value::array(stored.iter().map(|run| run.value.clone()).collect()).to_text(),
        )
        .is_err()
        {
            if stored.pop().is_none() {
                storage::remove(&key);
                break;
            }
        }
        if self.page.stored.with_untracked(|known| *known != stored) {
            self.page.stored.set(stored);
        }
    }

    /// Makes a run of an earlier visit again; none where it can't be.
    pub fn restore_run(self, id: &str) -> Option<RunKey> {
        let stored =
            self.page.stored.with_untracked(|stored| stored.iter().find(|run| run.id == id).cloned())?;
        let definition = Str::from(stored.value.get("definition")?.as_str()?);
        let document = Document::parse(&definition);
        let machine = Arc::new(Machine::compile(&document).ok()?);
        let session = match stored.value.get("recording").and_then(Value::as_str) {
            Some(text) => {
                let recording = read_recordings(text).ok()?.into_iter().next()?;
                Session::of_recording(recording, machine, MockHost::default()).ok()?
            }
            None => Session::from_json(stored.value.get("run")?, machine)?,
        };
        let key = self.runs.keep_session(stored.name.clone(), definition, session, document);
        self.runs.be_known_as(key, stored.id, stored.begun_at, stored.is_pinned);
        Some(key)
    }

    /// Renames a run, in memory or in storage.
    pub fn rename_kept_run(self, id: &str, name: &str) {
        match self.runs.key_of_id(id) {
            Some(key) => self.runs.rename_run(key, name.to_owned()),
            None => self.change_stored(id, |run| run.with("name", Value::from(name))),
        }
    }

    pub fn pin_kept_run(self, id: &str, is_pinned: bool) {
        match self.runs.key_of_id(id) {
            Some(key) => self.runs.pin_run(key, is_pinned),
            None => self.change_stored(id, |run| run.with("pinned", Value::Bool(is_pinned))),
        }
    }

    pub fn delete_kept_run(self, id: &str) {
        self.change_stored(id, |_| None);
        if let Some(key) = self.runs.key_of_id(id) {
            self.runs.remove_run(key);
        }
    }

    fn change_stored(self, id: &str, change: impl Fn(&StoredRun) -> Option<StoredRun>) {
        let mut stored = self.page.stored.get_untracked();
        if let Some(index) = stored.iter().position(|run| run.id == id) {
            match stored.get(index).and_then(&change) {
                Some(run) => {
                    if let Some(known) = stored.get_mut(index) {
                        *known = run;
                    }
                }
                None => {
                    stored.remove(index);
                }
            }
        }
        self.write_runs(stored);
    }

    /// Keeps the graph's coverage true to the runs in memory, while it is shown.
    pub(super) fn follow_coverage(self) {
        let page = self.page;
        Effect::new(move |_| {
            if !page.shows_coverage.get() {
                page.covered.set(None);
                page.uncovered_ways.set(Shared::new(HashSet::new()));
                return;
            }
            self.runs.list_version.track();
            let document = self.workspace.document.get();
            let text = self.workspace.definition.get();
            let mut coverage = Coverage::default();
            let mut left_out = 0;
            for run in untrack(|| self.runs.list()) {
                // Runs of another definition have other states.
                let is_added = self.runs.with_run_of(run.key, |run| {
                    let is_same = run.definition == text;
                    if is_same {
                        coverage.add(run.session.recorded(), &document);
                    }
                    is_same
                });
                left_out += usize::from(is_added != Some(true));
            }
            let keys: HashSet<Str> = document
                .states()
                .filter(|state| coverage.states.contains_key(&state.id()))
                .map(|state| state.pointer().into())
                .collect();
            let (states, ways) = coverage.shares(&document);
            let named = |unreached: &Unreached| {
                let name = |id| document.state(id).map_or("", |state| state.name()).to_owned();
                match unreached {
                    Unreached::State(state) => name(*state),
                    Unreached::Transition { from, kind } => format!("{} → {}", name(*from), way_name(*kind)),
                }
            };
            let unreached = coverage.unreached(&document);
            page.coverage_facts.set(CoverageFacts {
                runs: coverage.runs,
                left_out,
                states,
                ways,
                unreached: unreached.iter().map(named).collect(),
            });
            let ways: HashSet<(Str, TransitionKind)> = unreached
                .iter()
                .filter_map(|unreached| match unreached {
                    Unreached::Transition { from, kind } => {
                        Some((document.state(*from)?.pointer().into(), *kind))
                    }
                    Unreached::State(_) => None,
                })
                .collect();
            page.uncovered_ways.set(Shared::new(ways));
            page.covered.set(Some(Shared::new(keys)));
        });
    }
}

/// What the runs have reached together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CoverageFacts {
    pub runs: u64,
    /// Runs of another definition.
    pub left_out: usize,
    /// Shares, 0 … 1.
    pub states: f64,
    pub ways: f64,
    pub unreached: Vec<String>,
}

fn way_name(kind: asl::TransitionKind) -> String {
    match kind {
        asl::TransitionKind::Choice(position) => format!("rule {}", position + 1),
        asl::TransitionKind::Catch(position) => format!("catcher {}", position + 1),
        asl::TransitionKind::Default => "the default".to_owned(),
        _ => "the next state".to_owned(),
    }
}
