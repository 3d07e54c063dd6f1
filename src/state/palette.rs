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
    /// Asks for the name of a block: of the selection, or of the one to be renamed.
    pub is_naming: RwSignal<bool>,
    pub renamed: RwSignal<Option<String>>,
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
            is_naming: RwSignal::new(false),
            renamed: RwSignal::new(None),
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
        self.write_used();
    }

    /// Asks for another name of a block.
    pub fn begin_renaming(self, name: &str) {
        self.renamed.set(Some(name.to_owned()));
        self.is_naming.set(true);
    }

    /// Gives a block another name, in its place; a block that has it already makes way.
    fn rename_saved(self, name: &str, new: &str) -> Result<(), storage::StorageError> {
        self.change_saved(|saved| {
            if name != new {
                saved.retain(|block| block.name != new);
            }
            for block in saved.iter_mut().filter(|block| block.name == name) {
                new.clone_into(&mut block.name);
            }
        })?;
        self.used.update(|used| {
            let (old, new) = (Source::Saved(name.to_owned()), Source::Saved(new.to_owned()));
            if old != new {
                used.retain(|(source, _)| *source != new);
            }
            for (source, _) in used.iter_mut().filter(|(source, _)| *source == old) {
                *source = new.clone();
            }
        });
        self.write_used();
        Ok(())
    }

    /// Changes the blocks as they are kept, since another tab may have changed them.
    fn change_saved(self, change: impl FnOnce(&mut Vec<SavedBlock>)) -> Result<(), storage::StorageError> {
        let mut saved = read_saved();
        change(&mut saved);
        let block = |block: &SavedBlock| {
            Value::from_members([
                ("name", Value::from(block.name.as_str())),
                ("text", Value::from(block.text.as_str())),
            ])
        };
        let written = storage::write(SAVED_KEY, &Value::array(saved.iter().map(block).collect()).to_text());
        if written.is_ok() {
            self.saved.set(saved);
        }
        written
    }

    fn write_used(self) {
        let lines = self.used.with_untracked(|used| {
            used.iter().map(|(source, uses)| format!("{uses} {}", source.to_text())).collect::<Vec<_>>()
        });
        let _ = storage::write(USED_KEY, &lines.join("\n"));
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
                self.reveal_added();
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

    /// Asks for a name for the selected states, to be kept as a block.
    pub fn begin_saving_block(self) {
        self.palette.renamed.set(None);
        self.palette.is_naming.set(true);
    }

    /// Keeps the selected states as a block of this name, which replaces one of the same name; or gives the block that
    /// is renamed this name.
    pub fn name_block(self, name: &str) {
        let palette = self.palette;
        let written = if let Some(old) = palette.renamed.get_untracked() {
            palette.rename_saved(&old, name)
        } else {
            let states = self.selected_states();
            match self.workspace.document.with_untracked(|document| document.copy(&states)) {
                Ok(text) => palette.change_saved(|saved| {
                    let block = SavedBlock { name: name.to_owned(), text };
                    match saved.iter_mut().find(|other| other.name == name) {
                        Some(other) => *other = block,
                        None => saved.push(block),
                    }
                }),
                Err(error) => return self.shell.say(error.to_string()),
            }
        };
        match written {
            Ok(()) => self.shell.say(format!("Saved the block {name} under My blocks.")),
            Err(error) => self.shell.fail(error.message()),
        }
    }

    /// Removes a block, which can be taken back.
    pub fn remove_block(self, name: &str) {
        let (palette, shell) = (self.palette, self.shell);
        let mut removed = None;
        let written = palette.change_saved(|saved| {
            let at = saved.iter().position(|block| block.name == name);
            removed = at.map(|at| (at, saved.remove(at)));
        });
        if let Err(error) = written {
            return shell.fail(error.message());
        }
        let Some((at, block)) = removed else { return };
        shell.offer(format!("Removed the block {name}."), "Undo", move || {
            let block = block.clone();
            let written = palette.change_saved(|saved| {
                // One of the same name may have come since.
                if saved.iter().all(|other| other.name != block.name) {
                    saved.insert(at.min(saved.len()), block);
                }
            });
            if let Err(error) = written {
                shell.fail(error.message());
            }
        });
    }
}
