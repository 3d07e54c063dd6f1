//! What can be added to a workflow: the catalogue, ready blocks, and blocks that people have saved.

use std::collections::HashMap;
use std::sync::Arc;

use asl::StateType;
use asl::edit::Place;
use catalogue::{Blocks, Insertable, Names, Shapes};
use json::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::platform::{fetch, storage};
use crate::state::shell::Pane;
use crate::state::studio::Studio;
use crate::state::workspace::Shared;

const SAVED_KEY: &str = "stepglass.blocks";
const USED_KEY: &str = "stepglass.used";
/// How many of what was added are counted.
const MOST_COUNTED: usize = 40;

/// Where something that can be added comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    State(StateType),
    Integration(&'static str, &'static str),
    Action(String, String),
    Ready(String),
    Saved(String),
}

impl Source {
    /// As it is kept between visits.
    pub fn to_text(&self) -> String {
        match self {
            Source::State(state_type) => format!("state:{}", state_type.name()),
            Source::Integration(service, action) => format!("task:{service}:{action}"),
            Source::Action(service, action) => format!("sdk:{service}:{action}"),
            Source::Ready(id) => format!("ready:{id}"),
            Source::Saved(id) => format!("saved:{id}"),
        }
    }

    pub fn from_text(text: &str) -> Option<Source> {
        let (kind, rest) = text.split_once(':')?;
        Some(match kind {
            "state" => Source::State(StateType::from_name(rest)?),
            "task" => {
                let (service, action) = rest.split_once(':')?;
                let integration = catalogue::integration(service, action)?;
                Source::Integration(integration.service, integration.action)
            }
            "sdk" => {
                let (service, action) = rest.split_once(':')?;
                Source::Action(service.to_owned(), action.to_owned())
            }
            "ready" => Source::Ready(rest.to_owned()),
            "saved" => Source::Saved(rest.to_owned()),
            _ => return None,
        })
    }
}

/// States that somebody has saved under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedBlock {
    pub name: String,
    /// As `Document::copy` gives it.
    pub text: String,
}

#[derive(Clone, Copy)]
pub struct Palette {
    /// All services; none until somebody searches.
    pub names: RwSignal<Option<Shared<Names>>>,
    pub ready: RwSignal<Shared<Blocks>>,
    pub saved: RwSignal<Vec<SavedBlock>>,
    /// What was added, and how often.
    used: RwSignal<Vec<(Source, u32)>>,
    shapes: StoredValue<HashMap<String, Arc<Shapes>>>,
    is_loading: StoredValue<bool>,
}

impl Palette {
    pub fn new() -> Palette {
        Palette {
            names: RwSignal::new(None),
            ready: RwSignal::new(Shared::new(Blocks::default())),
            saved: RwSignal::new(read_saved()),
            used: RwSignal::new(read_used()),
            shapes: StoredValue::new(HashMap::new()),
            is_loading: StoredValue::new(false),
        }
    }

    /// Fetches the ready blocks, unless they are there.
    pub fn load_ready(self) {
        if self.ready.with_untracked(|ready| ready.blocks.is_empty()) {
            spawn_local(async move {
                if let Some(text) = fetch::text("./blocks.json").await {
                    self.ready.set(Shared::new(Blocks::parse(&text)));
                }
            });
        }
    }

    /// Fetches the names of all services, unless they are there.
    pub fn load_names(self) {
        if self.is_loading.get_value() || self.names.with_untracked(Option::is_some) {
            return;
        }
        self.is_loading.set_value(true);
        spawn_local(async move {
            if let Some(text) = fetch::text("./catalogue/names.txt").await {
                self.names.set(Some(Shared::new(Names::parse(&text))));
            }
            self.is_loading.set_value(false);
        });
    }

    /// The shapes of a service's parameters and results; none where they can't be fetched.
    pub async fn shapes(self, service: &str) -> Option<Arc<Shapes>> {
        let known = |shapes: &HashMap<String, Arc<Shapes>>| shapes.get(service).cloned();
        if let Some(shapes) = self.shapes.with_value(known) {
            return Some(shapes);
        }
        let is_name = service.chars().all(|letter| letter.is_ascii_alphanumeric());
        let text =
            if is_name { fetch::text(&format!("./catalogue/shapes/{service}.txt")).await } else { None };
        let shapes = Arc::new(Shapes::parse(&text?));
        self.shapes.update_value(|known| {
            known.insert(service.to_owned(), shapes.clone());
        });
        Some(shapes)
    }

    /// What is put into the workflow; none for a block that is gone.
    pub fn insertable(self, source: &Source) -> Option<Insertable> {
        Some(match source {
            Source::State(state_type) => Insertable::flow(*state_type),
            Source::Integration(service, action) => {
                let integration = catalogue::integration(service, action)?;
                Insertable::integration(integration, *integration.patterns.first()?)
            }
            Source::Action(service, action) => {
                let shapes = self.shapes.with_value(|shapes| shapes.get(service).cloned());
                Insertable::action(service, action, shapes.as_deref())
            }
            Source::Ready(id) => self.ready.with_untracked(|ready| {
                ready.blocks.iter().find(|block| block.id == *id).map(Insertable::block)
            })?,
            Source::Saved(name) => self.saved.with_untracked(|saved| {
                let block = saved.iter().find(|block| block.name == *name);
                block.map(|block| Insertable::saved(&block.name, &block.text))
            })?,
        })
    }

    /// The sources that were added most often, those with most uses first.
    pub fn most_used(self, count: usize) -> Vec<Source> {
        let mut used = self.used.get();
        used.sort_by_key(|(_, uses)| std::cmp::Reverse(*uses));
        used.into_iter().take(count).map(|(source, _)| source).collect()
    }

    fn count_use(self, source: &Source) {
        self.used.update(|used| {
            match used.iter_mut().find(|(known, _)| known == source) {
                Some((_, uses)) => *uses += 1,
                None => used.push((source.clone(), 1)),
            }
            if used.len() > MOST_COUNTED {
                used.sort_by_key(|(_, uses)| std::cmp::Reverse(*uses));
                used.truncate(MOST_COUNTED);
            }
        });
        let lines = self.used.with_untracked(|used| {
            used.iter().map(|(source, uses)| format!("{uses} {}", source.to_text())).collect::<Vec<_>>()
        });
        let _ = storage::write(USED_KEY, &lines.join("\n"));
    }

    pub fn remove_saved(self, name: &str) {
        self.saved.update(|saved| saved.retain(|block| block.name != name));
        self.used.update(|used| used.retain(|(source, _)| *source != Source::Saved(name.to_owned())));
        let _ = self.write_saved();
    }

    fn write_saved(self) -> Result<(), storage::StorageError> {
        let blocks = self.saved.with_untracked(|saved| {
            let block = |block: &SavedBlock| {
                Value::from_members([
                    ("name", Value::from(block.name.as_str())),
                    ("text", Value::from(block.text.as_str())),
                ])
            };
            Value::array(saved.iter().map(block).collect())
        });
        storage::write(SAVED_KEY, &blocks.to_text())
    }
}

fn read_saved() -> Vec<SavedBlock> {
    let kept = storage::read(SAVED_KEY).and_then(|text| json::parse(&text).ok()).unwrap_or_default();
    let block = |block: &Value| {
        let text = |name: &str| Some(block.get(name)?.as_str()?.to_owned());
        Some(SavedBlock { name: text("name")?, text: text("text")? })
    };
    kept.as_array().unwrap_or_default().iter().filter_map(block).collect()
}

fn read_used() -> Vec<(Source, u32)> {
    let kept = storage::read(USED_KEY).unwrap_or_default();
    let line = |line: &str| {
        let (uses, source) = line.split_once(' ')?;
        Some((Source::from_text(source)?, uses.parse().ok()?))
    };
    kept.lines().filter_map(line).collect()
}

impl Studio {
    /// Adds something after the selection, or at the end of the workflow, and selects it.
    pub fn add(self, source: Source) {
        spawn_local(async move {
            if let Source::Action(service, _) = &source {
                self.palette.shapes(service).await;
            }
            let Some(thing) = self.palette.insertable(&source) else { return };
            if self.put_new(&thing, &source, self.place_of_insert()) {
                self.editing.insert_before.set(None);
                self.shell.pane.set(Pane::Stage);
                self.focus_selected();
            }
        });
    }

    /// Puts something at a place and selects it. Answers whether it could be done; if not, the person was told why.
    pub fn put_new(self, thing: &Insertable, source: &Source, place: Place) -> bool {
        match self.workspace.document.with_untracked(|document| thing.plan(document, place)) {
            Ok(insertion) => {
                self.apply_patch(insertion.patch, format!("Added {}", insertion.name));
                self.select_named(&insertion.name);
                self.reveal_selected();
                self.say_where_added(&insertion.name);
                self.palette.count_use(source);
                true
            }
            Err(error) => {
                self.shell.say(error.to_string());
                false
            }
        }
    }

    /// Says what was added, and where.
    fn say_where_added(self, name: &str) {
        let said = self.workspace.document.with_untracked(|document| {
            let state = document.state_named(name)?;
            let leads_here = |other: &asl::State<'_>| {
                other.transitions().iter().any(|way| way.target == asl::Target::State(state.id()))
            };
            let scope = state.scope();
            let before = scope.states().find(leads_here).map(|before| format!("after {}", before.name()));
            let is_start = scope.start().is_some_and(|start| start.id() == state.id());
            let place = match scope.owner() {
                Some(owner) if is_start => format!("as the start inside of {}", owner.name()),
                None if is_start => "as the start".to_owned(),
                _ => before.unwrap_or_else(|| "without a connection".to_owned()),
            };
            Some(format!("Added {name} {place}"))
        });
        if let Some(said) = said {
            self.shell.announce(said);
        }
    }

    /// Keeps the selected states as a block of this name, which replaces one of the same name.
    pub fn save_as_block(self, name: &str) -> bool {
        let name = name.trim();
        if name.is_empty() {
            self.shell.say("Give the block a name.");
            return false;
        }
        let states = self.selected_states();
        let text = match self.workspace.document.with_untracked(|document| document.copy(&states)) {
            Ok(text) => text,
            Err(error) => {
                self.shell.say(error.to_string());
                return false;
            }
        };
        self.palette.saved.update(|saved| {
            saved.retain(|block| block.name != name);
            saved.push(SavedBlock { name: name.to_owned(), text });
        });
        match self.palette.write_saved() {
            Ok(()) => self.shell.say(format!("Saved the block {name}.")),
            Err(error) => self.shell.fail(error.message()),
        }
        true
    }
}
