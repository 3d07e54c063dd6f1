//! The workflow that is worked on: its texts, and what is derived from them.

use std::collections::{BTreeSet, HashMap};
use std::ops::Deref;
use std::sync::Arc;

use asl::{CheckOptions, Document, WorkflowType};
use diagram::{Scene, SceneOptions};
use json::{Span, Str, Value};
use layout::{Direction, Rect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use yaml::{Places, Yaml, YamlError};

use crate::platform::{crash, dom, rest};
use crate::state::drafts::Draft;
use crate::state::editing::Beside;
use crate::state::hand_order::order_in;
use crate::state::refactoring::suppressed_in;
use crate::state::settings::{settings_of, settings_text};

/// Something derived that is compared by identity: views follow when it was derived anew.
pub struct Shared<T>(Arc<T>);

impl<T> Shared<T> {
    pub fn new(value: T) -> Shared<T> {
        Shared(Arc::new(value))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Shared<T> {
        Shared(self.0.clone())
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Shared<T>) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
    Info,
}

/// A problem as the interface lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    pub severity: Severity,
    /// The rule that found it.
    pub code: &'static str,
    pub message: String,
    pub span: Span,
    /// Line and column, from 1.
    pub line: usize,
    pub column: usize,
    /// The key of the state's node.
    pub state: Option<Str>,
    pub state_name: Option<String>,
    /// Ways to repair it, for the text as it was when it was found.
    pub fixes: Vec<asl::Fix>,
}

/// What the canvas shows.
#[derive(Clone, PartialEq)]
struct Shown {
    document: Shared<Document>,
    /// Whether it is older than the text, because the text is broken.
    is_stale: bool,
    /// Whether it is older than the text for whatever reason.
    is_behind: bool,
    opened: u32,
}

#[derive(Clone, Copy)]
pub struct Workspace {
    pub draft_id: RwSignal<String>,
    pub name: RwSignal<String>,
    /// The text of the file, in JSON or YAML.
    pub source: RwSignal<Str>,
    /// The definition in JSON: the same as the source, unless that is YAML.
    pub definition: RwSignal<Str>,
    /// Which part of the definition is which part of a source in YAML.
    places: RwSignal<Shared<Places>>,
    /// Why a source in YAML can't be read; the definition is that of its last good text then.
    pub source_error: RwSignal<Option<YamlError>>,
    pub input: RwSignal<Str>,
    pub answers: RwSignal<Str>,
    pub objects: RwSignal<Str>,
    pub is_express: RwSignal<bool>,
    /// The breakpoints and the watched expressions, as JSON.
    pub breakpoints: RwSignal<Str>,
    pub watches: RwSignal<Str>,
    /// What is kept beside the definition; see [`crate::state::Setting`].
    pub settings: RwSignal<json::Map>,
    pub direction: RwSignal<Direction>,
    /// The keys of containers that are drawn as one card.
    pub folded: RwSignal<Arc<BTreeSet<Str>>>,
    /// The key of the container that is drawn alone.
    pub root: RwSignal<Option<Str>>,
    /// The key of the selected state's node.
    pub selected: RwSignal<Option<Str>>,
    /// What is selected beside it, as long as that one is the selected one.
    pub(super) beside: RwSignal<Beside>,
    /// A part of the definition that its editor is to select and show.
    pub reveal: RwSignal<Option<Span>>,
    /// Counts up whenever another workflow is opened.
    pub opened: RwSignal<u32>,
    /// The definition as it was last read from, or written to, a file.
    pub saved: RwSignal<Str>,
    pub document: Memo<Shared<Document>>,
    /// The last document whose text was not broken: the one that the scene is of.
    pub shown: Memo<Shared<Document>>,
    /// Whether the scene is older than the text, which is broken at the moment.
    pub is_stale: Memo<bool>,
    /// Whether the picture stays as it is until the typing rests.
    pub(super) picture_waits: RwSignal<bool>,
    /// Whether the scene is older than the text, which is broken, or is being typed.
    pub is_behind: Memo<bool>,
    /// The picture of the last document whose text was not broken.
    pub scene: Memo<Shared<Scene>>,
    pub problems: Memo<Shared<Vec<Listed>>>,
    /// By the key of a state's node: the worst of its problems, and how many it has.
    pub problems_of_states: Memo<HashMap<Str, (Severity, usize)>>,
    file: StoredValue<Option<JsValue>, LocalStorage>,
    /// The template that the workflow was taken from, and how its state machine is called there.
    origin: StoredValue<Option<(TemplateFile, String)>, LocalStorage>,
}

/// A template as it was opened, or as it was written last.
#[derive(Clone)]
pub struct TemplateFile {
    pub name: String,
    pub text: String,
    pub handle: Option<JsValue>,
}

impl Workspace {
    pub fn new() -> Workspace {
        let definition = RwSignal::new(Str::from(""));
        let source_error = RwSignal::new(None::<YamlError>);
        let direction = RwSignal::new(Direction::Down);
        let folded = RwSignal::new(Arc::new(BTreeSet::new()));
        let root = RwSignal::new(None::<Str>);
        let name_scale = dom::text_scale("600", diagram::NAME_FONT);
        let small_scale = dom::text_scale("400", diagram::SMALL_FONT);
        let opened = RwSignal::new(0);
        let name = RwSignal::new(String::new());
        let document = Memo::new(move |before: Option<&Shared<Document>>| {
            definition.with(|text| {
                Shared::new(match before {
                    Some(before) => before.after(text.clone()),
                    None => Document::parse(text),
                })
            })
        });
        let picture_waits = RwSignal::new(false);
        let shown = Memo::new(move |before: Option<&Shown>| {
            let document = document.get();
            let opened = opened.get();
            let is_stale = !document.tree().problems().is_empty();
            let is_behind = picture_waits.get() || is_stale;
            match before.filter(|before| is_behind && before.opened == opened) {
                Some(before) if before.document.state_count() > 0 => {
                    Shown { document: before.document.clone(), is_stale, is_behind, opened }
                }
                _ => Shown { document, is_stale: false, is_behind: false, opened },
            }
        });
        let shown_document = Memo::new(move |_| shown.with(|shown| shown.document.clone()));
        let settings = RwSignal::new(json::Map::new());
        let hand_order = Memo::new(move |_| Arc::new(settings.with(order_in)));
        let scene = Memo::new(move |before: Option<&Shared<Scene>>| {
            let (folded, root) = (folded.get(), root.get());
            shown_document.with(|document| {
                let (direction, order) = (direction.get(), hand_order.get());
                let options = SceneOptions { direction, name_scale, small_scale, folded, root, order };
                let scene = Scene::after(document, options, before.map(|before| &**before));
                // What looks the same is the same: views have nothing to do then.
                match before {
                    Some(before) if **before == scene => before.clone(),
                    _ => Shared::new(scene),
                }
            })
        });
        let source = RwSignal::new(Str::from(""));
        let places = RwSignal::new(Shared::new(Places::default()));
        let is_express = RwSignal::new(false);
        // The same settings but for others of them are no reason to look for problems anew.
        let checked = Memo::new(move |_| CheckOptions {
            workflow_type: if is_express.get() { WorkflowType::Express } else { WorkflowType::Standard },
            strict: false,
            advice: true,
            suppressed: settings.with(suppressed_in),
        });
        let problems = Memo::new(move |_| {
            let options = checked.get();
            if !rest::is_complete() {
                return Shared::new(Vec::new());
            }
            let mut listed = document.with(|document| list_problems(document, &options));
            if name.with(|name| is_yaml_name(name)) {
                let (source, error) = (source.get(), source_error.get());
                places.with(|places| place_in_yaml(&mut listed, &source, places, error));
            }
            Shared::new(listed)
        });
        let problems_of_states = Memo::new(move |_| {
            let mut counted: HashMap<Str, (Severity, usize)> = HashMap::new();
            problems.with(|problems| {
                for problem in problems.iter() {
                    let Some(key) = problem.state.clone() else { continue };
                    let (worst, count) = counted.entry(key).or_insert((problem.severity, 0));
                    *worst = (*worst).min(problem.severity);
                    *count += 1;
                }
            });
            counted
        });
        Workspace {
            draft_id: RwSignal::new(String::new()),
            name,
            source,
            definition,
            places,
            source_error,
            input: RwSignal::new(Str::from("{}")),
            answers: RwSignal::new(Str::from("{}")),
            objects: RwSignal::new(Str::from("{}")),
            is_express,
            breakpoints: RwSignal::new(Str::from("")),
            watches: RwSignal::new(Str::from("")),
            settings,
            direction,
            folded,
            root,
            selected: RwSignal::new(None),
            beside: RwSignal::new(Beside::default()),
            reveal: RwSignal::new(None),
            opened,
            saved: RwSignal::new(Str::from("")),
            document,
            shown: shown_document,
            is_stale: Memo::new(move |_| {
                source_error.with(Option::is_some) || shown.with(|shown| shown.is_stale)
            }),
            picture_waits,
            is_behind: Memo::new(move |_| {
                source_error.with(Option::is_some) || shown.with(|shown| shown.is_behind)
            }),
            scene,
            problems,
            problems_of_states,
            file: StoredValue::new_local(None),
            origin: StoredValue::new_local(None),
        }
    }

    /// Whether the file is one in YAML.
    pub fn is_yaml(self) -> bool {
        self.name.with(|name| is_yaml_name(name))
    }

    pub fn is_yaml_untracked(self) -> bool {
        self.name.with_untracked(|name| is_yaml_name(name))
    }

    /// Sets the file's text and what follows from it.
    pub fn set_source(self, source: Str) {
        if !self.is_yaml_untracked() {
            if self.source_error.with_untracked(Option::is_some) {
                self.source_error.set(None);
            }
            self.source.set(source.clone());
            self.definition.set(source);
            return;
        }
        let read = Yaml::parse(&source);
        self.source.set(source);
        match read {
            Ok(yaml) => {
                let (definition, places) = yaml.to_json();
                self.places.set(Shared::new(places));
                self.source_error.set(None);
                if self.definition.with_untracked(|known| **known != definition) {
                    self.definition.set(definition.into());
                }
            }
            Err(error) => self.source_error.set(Some(error)),
        }
    }

    /// The source for a changed definition. What the change is not about stays as it is.
    ///
    /// # Errors
    ///
    /// A sentence for the person: a source that is broken can't be changed from elsewhere.
    pub fn source_for(self, definition: &str) -> Result<Str, String> {
        if !self.is_yaml_untracked() {
            return Ok(definition.into());
        }
        let yaml = Yaml::parse(&self.source.get_untracked())
            .map_err(|error| format!("The YAML text is broken: {}. Repair it first.", error.message))?;
        let value = json::parse(definition).map_err(|error| format!("The change gives no JSON: {error}."))?;
        Ok(yaml.updated(&value).into())
    }

    /// Where a part of the definition is in the source.
    pub fn span_in_source(self, span: Span) -> Span {
        if self.is_yaml_untracked() {
            self.places.with_untracked(|places| places.in_yaml(span))
        } else {
            span
        }
    }

    /// Where an offset of the source is in the definition.
    pub fn offset_in_definition(self, offset: usize) -> usize {
        if self.is_yaml_untracked() {
            self.places.with_untracked(|places| places.in_json(offset))
        } else {
            offset
        }
    }

    pub fn is_empty(self) -> bool {
        self.definition.with(|text| text.trim().is_empty())
    }

    pub fn is_empty_untracked(self) -> bool {
        self.definition.with_untracked(|text| text.trim().is_empty())
    }

    pub fn has_unsaved_changes(self) -> bool {
        self.source.with(|text| self.saved.with(|saved| text != saved))
    }

    pub fn toggle_direction(self) {
        self.direction.update(|direction| {
            *direction = match direction {
                Direction::Down => Direction::Right,
                Direction::Right => Direction::Down,
            };
        });
    }

    /// Draws a container as one card, or with what is inside.
    pub fn toggle_fold(self, key: &Str) {
        self.folded.update(|folded| {
            let folded = Arc::make_mut(folded);
            if !folded.remove(key) {
                folded.insert(key.clone());
            }
        });
    }

    /// What is folded or drawn alone has another key after an edit.
    pub(super) fn follow_keys(self, renamed: &HashMap<Str, Str>) {
        let new = |key: &Str| renamed.get(key).cloned().unwrap_or_else(|| key.clone());
        if self.folded.with_untracked(|folded| folded.iter().any(|key| renamed.contains_key(key))) {
            self.folded.update(|folded| *folded = Arc::new(folded.iter().map(new).collect()));
        }
        if let Some(root) = self.root.get_untracked().filter(|root| renamed.contains_key(root)) {
            self.root.set(Some(new(&root)));
        }
    }

    /// Draws every container as one card, or none.
    pub fn fold_all(self, fold: bool) {
        let keys = self.document.with_untracked(|document| {
            let containers = document.states().filter(|state| fold && state.scopes().next().is_some());
            containers.map(|state| state.pointer().into()).collect()
        });
        self.folded.set(Arc::new(keys));
    }

    /// The containers around what is drawn, from the outside: key and name.
    pub fn path_of_root(self) -> Vec<(Str, Str)> {
        let Some(root) = self.root.get() else { return Vec::new() };
        self.scene.with(|scene| {
            let around = scene.nodes.iter().filter(|node| is_within(&root, &node.key));
            let mut path: Vec<(Str, Str)> =
                around.map(|node| (node.key.clone(), node.name.clone())).collect();
            path.sort_by_key(|(key, _)| key.len());
            path
        })
    }

    pub fn bounds(self) -> Rect {
        self.scene.with(|scene| scene.geometry.bounds)
    }

    pub fn selected_key(self) -> Option<Str> {
        self.selected.get()
    }

    pub fn selected_rect(self) -> Option<Rect> {
        let key = self.selected.get_untracked()?;
        self.scene.with_untracked(|scene| {
            let node = scene.index_of(&key).and_then(|index| scene.nodes.get(index));
            node.filter(|node| node.is_shown).map(|node| node.rect)
        })
    }

    pub fn file(self) -> Option<JsValue> {
        self.file.get_value()
    }

    pub fn set_file(self, handle: Option<JsValue>) {
        self.file.set_value(handle);
    }

    pub fn origin(self) -> Option<(TemplateFile, String)> {
        self.origin.get_value()
    }

    pub fn set_origin(self, template: TemplateFile, machine: &str) {
        self.origin.set_value(Some((template, machine.to_owned())));
    }

    /// Puts another workflow in the place of the present one, which stays among the drafts.
    pub fn open(self, draft: Draft) {
        self.saved.set(draft.definition.as_str().into());
        self.selected.set(None);
        self.folded.set(Arc::default());
        self.root.set(None);
        self.draft_id.set(draft.id);
        self.name.set(draft.name);
        self.is_express.set(draft.is_express);
        self.settings.set(settings_of(&draft.settings));
        self.input.set(or_empty_object(draft.input));
        self.answers.set(or_empty_object(draft.answers));
        self.objects.set(or_empty_object(draft.objects));
        self.breakpoints.set(draft.breakpoints.into());
        self.watches.set(draft.watches.into());
        self.file.set_value(None);
        self.origin.set_value(origin_of(&draft.origin));
        self.opened.update(|opened| *opened += 1);
        self.source_error.set(None);
        self.set_source(draft.definition.into());
    }

    /// All that would be lost with the page.
    pub fn to_draft(self) -> Draft {
        Draft {
            id: self.draft_id.get_untracked(),
            name: self.name.get_untracked(),
            definition: self.source.get_untracked().to_string(),
            input: self.input.get_untracked().to_string(),
            answers: self.answers.get_untracked().to_string(),
            objects: self.objects.get_untracked().to_string(),
            is_express: self.is_express.get_untracked(),
            breakpoints: self.breakpoints.get_untracked().to_string(),
            watches: self.watches.get_untracked().to_string(),
            settings: self.settings.with_untracked(settings_text).to_string(),
            origin: self.origin.with_value(|origin| origin.as_ref().map(origin_text).unwrap_or_default()),
            saved_at: dom::epoch_ms(),
        }
    }

    /// Keeps the crash dialog's copy and the page's title true.
    pub fn follow(self) {
        Effect::new(move |_| {
            let name = self.name.get();
            self.source.with(|text| crash::keep(&name, text));
            let mark = if self.has_unsaved_changes() { "• " } else { "" };
            dom::set_title(&if name.is_empty() {
                "Stepglass".to_owned()
            } else {
                format!("{mark}{name} – Stepglass")
            });
        });
    }
}

/// Whether the node of a key is that of the other one, or inside of it.
pub fn is_within(key: &str, around: &str) -> bool {
    key.strip_prefix(around).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a file of this name is in YAML.
pub fn is_yaml_name(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// A template and the state machine in it, as a draft keeps them. The file's handle does not outlive the page.
fn origin_text((template, machine): &(TemplateFile, String)) -> String {
    let members = [("name", &template.name), ("text", &template.text), ("machine", machine)];
    Value::from_members(members.map(|(name, text)| (name, Value::from(text.as_str())))).to_text()
}

fn origin_of(text: &str) -> Option<(TemplateFile, String)> {
    let value = json::parse(text).ok()?;
    let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
    let template = TemplateFile { name: text("name")?, text: text("text")?, handle: None };
    Some((template, text("machine")?))
}

fn or_empty_object(text: String) -> Str {
    if text.trim().is_empty() { Str::from("{}") } else { text.into() }
}

// Not inlined, so that the second module has it, with all that it calls.
#[inline(never)]
fn list_problems(document: &Document, options: &CheckOptions) -> Vec<Listed> {
    if document.text().trim().is_empty() {
        return Vec::new();
    }
    let lines = LineStarts::new(document.text());
    let mut listed: Vec<Listed> = document
        .problems_with(options)
        .into_iter()
        .map(|problem| {
            let (line, column) = lines.place(problem.span.start);
            let state = problem.state.and_then(|state| document.state(state));
            Listed {
                severity: match problem.severity {
                    asl::Severity::Error => Severity::Error,
                    asl::Severity::Warning => Severity::Warning,
                    asl::Severity::Advice => Severity::Info,
                },
                code: problem.code,
                message: problem.message.to_string(),
                span: problem.span,
                line,
                column,
                state: state.map(|state| state.key()),
                state_name: state.map(|state| state.name().to_owned()),
                fixes: problem.fixes,
            }
        })
        .collect();
    listed.sort_by_key(|problem| (problem.severity, problem.span.start));
    listed
}

/// The code of the problem that a source in YAML can't be read.
pub const YAML_SYNTAX: &str = "yaml-syntax";

/// Lines and columns of a source in YAML instead of those of the JSON that it is read as. A source that can't be
/// read is a problem, too; the others are those of its last good text then.
fn place_in_yaml(listed: &mut Vec<Listed>, source: &str, places: &Places, error: Option<YamlError>) {
    let lines = LineStarts::new(source);
    for problem in listed.iter_mut() {
        (problem.line, problem.column) = lines.place(places.in_yaml(problem.span).start);
    }
    if let Some(error) = error {
        let (line, column) = lines.place(error.span.start);
        let broken = Listed {
            severity: Severity::Error,
            code: YAML_SYNTAX,
            message: error.message,
            span: Span::default(),
            line,
            column,
            state: None,
            state_name: None,
            fixes: Vec::new(),
        };
        listed.insert(0, broken);
    }
}

struct LineStarts<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> LineStarts<'t> {
    fn new(text: &'t str) -> LineStarts<'t> {
        let breaks = text.match_indices('\n').map(|(offset, _)| offset + 1);
        LineStarts { text, starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// Line and column in characters, both from 1.
    fn place(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        (line, column + 1)
    }
}
