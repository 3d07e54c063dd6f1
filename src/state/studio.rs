//! Everything together, and what concerns more than one part of it.

use std::sync::Arc;

use engine::{ExecutionType, Machine, MockHost, Options};
use json::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use crate::platform::files::{self, Saved};
use crate::platform::{address, clipboard, dom, fetch, rest, storage, tabs};
use crate::state::children::{Child, starts};
use crate::state::drafts::Draft;
use crate::state::drag::Drag;
use crate::state::editing::Editing;
use crate::state::finder::Finder;
use crate::state::links::is_slug;
use crate::state::page::ExecutionPage;
use crate::state::palette::Palette;
use crate::state::run::{Runs, Start};
use crate::state::shell::{DockTab, Mode, Pane, Shell, SideTab};
use crate::state::typed::Typed;
use crate::state::view::View;
use crate::state::workspace::{Workspace, is_yaml_name};

/// Milliseconds from a change to its being kept.
const KEEP_AFTER_MS: u32 = 350;

/// The state that only holds a new workflow open.
pub(super) const BLANK_STATE: &str = "Start here";
/// A new workflow.
pub(super) const BLANK: &str = r#"{
  "Comment": "A new workflow",
  "QueryLanguage": "JSONata",
  "StartAt": "Start here",
  "States": {
    "Start here": {
      "Type": "Pass",
      "End": true
    }
  }
}
"#;

/// The whole state of the app.
#[derive(Clone, Copy)]
pub struct Studio {
    pub workspace: Workspace,
    pub editing: Editing,
    pub view: View,
    pub finder: Finder,
    pub palette: Palette,
    pub drag: Drag,
    pub runs: Runs,
    pub page: ExecutionPage,
    /// What was typed into the forms of the panels and not taken yet.
    pub typed: Typed,
    pub shell: Shell,
}

impl Studio {
    pub fn new() -> Studio {
        let runs = Runs::new();
        Studio {
            workspace: Workspace::new(),
            editing: Editing::new(),
            view: View::new(),
            finder: Finder::new(),
            palette: Palette::new(),
            drag: Drag::new(),
            runs,
            page: ExecutionPage::new(runs),
            typed: Typed::new(),
            shell: Shell::new(),
        }
    }

    /// The state that the app has provided.
    pub fn of_app() -> Studio {
        expect_context()
    }

    /// Brings back what this tab had, or the first example, and keeps every change from then on.
    pub fn begin(self) {
        let fragment = address::fragment();
        let asked = debugger::Link::example_in(&fragment).filter(|slug| is_slug(slug));
        let draft = Draft::of_this_tab().filter(|draft| match &asked {
            // The example's own draft, with what was changed in it.
            Some(slug) => draft.name == format!("{slug}.asl.json"),
            None => true,
        });
        let example = match draft {
            Some(draft) => {
                self.page.example.set(asked);
                self.workspace.open(draft);
                None
            }
            None => Some(asked.unwrap_or_else(|| "order-processing".to_owned())),
        };
        let draft_id = self.workspace.draft_id;
        tabs::share_out(
            move || draft_id.get_untracked(),
            move || {
                draft_id.set(fresh_draft().id);
                self.shell.say("This workflow is open in another tab too: this tab goes on with a copy.");
            },
        );
        self.workspace.follow();
        self.keep_changes();
        self.follow_cursor();
        self.tell_where_it_stands();
        // A change of the workflow makes the colours of the last run meaningless; a mere edit does not.
        Effect::new(move |before: Option<u32>| {
            let opened = self.workspace.opened.get();
            if before.is_some_and(|before| before != opened) {
                self.runs.clear();
                self.typed.clear();
            }
            self.restore_history();
            self.view.fit_when_known.set(true);
            opened
        });
        // What concerns runs and addresses is in the second module: the first picture does not wait for it.
        let owner = Owner::current().unwrap_or_default();
        spawn_local(async move {
            if let Some(slug) = example {
                self.open_example(&slug).await;
            }
            rest::when_complete(move || owner.with(|| self.follow(&fragment)));
        });
    }

    /// Keeps up what runs and addresses need, and goes to where the address points.
    fn follow(self, fragment: &str) {
        self.page.follow();
        self.follow_kept_runs();
        self.follow_coverage();
        self.follow_address();
        self.follow_breakpoints();
        self.follow_failures();
        let link = debugger::Link::parse(fragment);
        if !link.is_empty() {
            spawn_local(self.open_link(link));
        }
    }

    pub fn new_workflow(self) {
        self.page.example.set(None);
        let draft = Draft { definition: BLANK.into(), name: "workflow.asl.json".into(), ..fresh_draft() };
        self.workspace.open(draft);
        // The next key is about the graph, whatever the command was given with.
        if let Some(stage) = crate::platform::dom::element_by_id("stage") {
            let _ = stage.focus();
        }
        self.shell.say("A new workflow. The one before is kept under recent workflows.");
    }

    pub fn open_file(self) {
        spawn_local(async move {
            match files::open().await {
                Ok(Some(file)) => self.open_text(&file.name, &file.text, file.handle),
                Ok(None) => {}
                Err(message) => self.shell.fail(message),
            }
        });
    }

    pub fn open_clipboard(self) {
        spawn_local(async move {
            match clipboard::read().await {
                Some(text) => self.open_text("pasted.asl.json", &text, None),
                None => self.shell.fail(
                    "The browser does not let this page read the clipboard: press Ctrl+V (⌘V) on the graph instead.",
                ),
            }
        });
    }

    /// Opens a text as a definition or as recorded executions, or says what it looks like instead.
    pub fn open_text(self, name: &str, text: &str, handle: Option<JsValue>) {
        let mut name = name.to_owned();
        let mut kind = asl::sniff::kind_of(text);
        if kind == asl::sniff::TextKind::Yaml {
            match yaml::Yaml::parse(text) {
                Ok(yaml) => {
                    let of_value = asl::sniff::kind_of(&yaml.to_json().0);
                    // Nearly every text with a colon in it is YAML: it is not to be called JSON.
                    kind = if of_value == asl::sniff::TextKind::OtherJson { kind } else { of_value };
                }
                // A definition with a mistake is opened: that is where it can be put right.
                Err(_) if is_yaml_name(&name) && names_states(text) => {
                    kind = asl::sniff::TextKind::Definition;
                }
                Err(error) if is_yaml_name(&name) => {
                    let line = line_of(text, error.span.start);
                    self.shell.fail(format!(
                        "{name} was not opened. It looks like YAML, but in line {line}: {}.",
                        error.message
                    ));
                    return;
                }
                Err(_) => kind = asl::sniff::TextKind::Other,
            }
            // A template keeps its name, under which it is saved.
            if kind == asl::sniff::TextKind::Definition && !is_yaml_name(&name) {
                name = yaml_name(&name);
            }
        }
        let name = &*name;
        match kind {
            asl::sniff::TextKind::Definition => {
                let draft = Draft { definition: text.to_owned(), name: name.to_owned(), ..fresh_draft() };
                self.page.example.set(None);
                self.workspace.open(draft);
                self.workspace.set_file(handle);
                self.shell.say(format!("Opened {name}."));
            }
            // Answers of the API and files of the Serverless Framework hold definitions, too.
            asl::sniff::TextKind::Template | asl::sniff::TextKind::Yaml | asl::sniff::TextKind::OtherJson
                if self.open_template(name, text, handle.clone()) => {}
            other => {
                let (name, text) = (name.to_owned(), text.to_owned());
                spawn_local(async move {
                    dom::next_task().await;
                    let read = debugger::read_recordings(&text).map_err(|error| match other {
                        asl::sniff::TextKind::ExecutionHistory => error.message,
                        _ => other.explanation().to_owned(),
                    });
                    drop(text);
                    let opened = match read {
                        Ok(recordings) => self.open_recordings(&name, recordings).await,
                        Err(message) => Err(message),
                    };
                    if let Err(message) = opened {
                        self.shell.fail(format!("{name} was not opened. {message}"));
                    }
                });
            }
        }
    }

    /// Gives the file another name; one that ends in `.yaml` or `.json` says what it is to be written in.
    pub fn rename_file(self, name: &str) {
        let workspace = self.workspace;
        let was_yaml = workspace.is_yaml_untracked();
        let is_yaml = is_yaml_name(name);
        if was_yaml == is_yaml {
            workspace.name.set(name.to_owned());
            return;
        }
        if is_yaml {
            let text = workspace.definition.get_untracked();
            match json::parse(&text) {
                Ok(value) => {
                    workspace.name.set(name.to_owned());
                    self.replace_source(&yaml::to_yaml(&value), "Written in YAML");
                }
                Err(error) => {
                    self.shell.fail(format!(
                        "The definition is not JSON yet: {error}. Correct it, then rename it."
                    ));
                    workspace.name.update(|_| {});
                }
            }
        } else {
            let text = workspace.definition.get_untracked();
            workspace.source_error.set(None);
            workspace.name.set(name.to_owned());
            self.replace_source(&text, "Written in JSON");
        }
    }

    /// Writes the definition in YAML instead of JSON, or back.
    pub fn toggle_yaml(self) {
        let name = self.workspace.name.get_untracked();
        let name = if is_yaml_name(&name) {
            format!("{}.json", name.trim_end_matches(".yaml").trim_end_matches(".yml"))
        } else {
            yaml_name(&name)
        };
        self.rename_file(&name);
    }

    /// Opens an example that came with the app.
    pub async fn open_example(self, slug: &str) {
        let read = async |file: &str| fetch::text(&format!("./examples/{slug}/{file}")).await;
        let Some(definition) = read("workflow.asl.json").await else {
            self.shell.fail("The example could not be loaded. Is the connection to the server still there?");
            return;
        };
        let about = read("about.json").await.and_then(|text| json::parse(&text).ok()).unwrap_or_default();
        self.page.example.set(Some(slug.to_owned()));
        self.workspace.open(Draft {
            name: format!("{slug}.asl.json"),
            definition,
            input: read("input.json").await.unwrap_or_default(),
            answers: read("mocks.json").await.unwrap_or_default(),
            objects: match about.get("s3").and_then(Value::as_bool) {
                Some(true) => read("s3.json").await.unwrap_or_default(),
                _ => String::new(),
            },
            is_express: about.get("type").and_then(Value::as_str) == Some("EXPRESS"),
            ..fresh_draft()
        });
    }

    pub fn save_file(self) {
        if self.save_into_template() {
            return;
        }
        let workspace = self.workspace;
        let text = workspace.source.get_untracked();
        let name = workspace.name.get_untracked();
        let name = if name.is_empty() { "workflow.asl.json".to_owned() } else { name };
        spawn_local(async move {
            match files::save(&name, &text, workspace.file()).await {
                Ok(Saved::Written { name, handle }) => {
                    workspace.set_file(Some(handle));
                    workspace.saved.set(text);
                    self.shell.say(format!("Saved {name}."));
                    workspace.name.set(name);
                }
                Ok(Saved::Downloaded) => {
                    workspace.saved.set(text);
                    self.shell.say(format!("Downloaded {name}."));
                }
                Ok(Saved::Cancelled) => {}
                Err(message) => self.shell.fail(message),
            }
        });
    }

    pub fn copy_definition(self) {
        let text = self.workspace.source.get_untracked().to_string();
        self.put_on_clipboard(text, "The definition is on the clipboard.");
    }

    pub fn copy_mermaid(self) {
        let text = self.workspace.document.with_untracked(|document| diagram::export::mermaid(document));
        self.put_on_clipboard(text, "The Mermaid diagram is on the clipboard.");
    }

    /// Puts a text on the clipboard, and says so, or that the browser does not let it.
    pub fn put_on_clipboard(self, text: String, said: impl Into<String>) {
        let said = said.into();
        spawn_local(async move {
            if clipboard::write(text).await {
                self.shell.say(said);
            } else {
                self.shell.fail("The browser does not let this page write to the clipboard.");
            }
        });
    }

    /// Runs the workflow on the input, with the answers given for its tasks; `first` says how far. False: it can't
    /// be run, and the person was told why. Where it starts other workflows, those are loaded first.
    pub fn run(self, first: debugger::Run) -> bool {
        self.catch_up();
        let document = self.workspace.document.get_untracked();
        if starts(&document).is_empty() || !self.runs.runs_children.get_untracked() {
            return self.run_with(first, Vec::new());
        }
        spawn_local(async move {
            let name = self.workspace.name.get_untracked();
            let children = self.load_children(&document, name).await;
            self.run_with(first, children);
        });
        true
    }

    fn run_with(self, first: debugger::Run, children: Vec<Child>) -> bool {
        let Err((tab, message)) = self.try_run(first, children) else { return true };
        match tab {
            Some(tab) => {
                self.shell.side_tab.set(tab);
                self.shell.pane.set(Pane::Side);
            }
            None => self.shell.dock_tab.set(DockTab::Problems),
        }
        self.shell.fail(message);
        false
    }

    fn try_run(self, first: debugger::Run, children: Vec<Child>) -> Result<(), (Option<SideTab>, String)> {
        let workspace = self.workspace;
        let input = json::parse_keeping_text(&workspace.input.get_untracked()).map_err(|error| {
            (Some(SideTab::Input), format!("The input is not JSON: {error}. Correct it, then run again."))
        })?;
        let in_answers = |message: String| (Some(SideTab::Answers), message);
        let answers = json::parse(&workspace.answers.get_untracked())
            .map_err(|error| in_answers(format!("The task answers are not JSON: {error}.")))?;
        let mut host = MockHost::from_json(&answers)
            .map_err(|error| in_answers(format!("The task answers can't be used: {error}")))?;
        host.unmocked = engine::Unmocked::Stop;
        for child in &children {
            host.machines.insert(child.name.as_str().into(), child.machine.clone());
            for (state, entries) in child.host.scripts.iter() {
                Arc::make_mut(&mut host.scripts).entry(state.clone()).or_insert_with(|| entries.clone());
            }
        }
        let s3 = workspace.s3().map_err(|message| (Some(SideTab::Objects), message))?;
        let document = workspace.document.get_untracked();
        if !document.tree().problems().is_empty() {
            let first = document.tree().problems().first().map(|problem| problem.message.clone());
            let first = first.unwrap_or_default();
            return Err((
                None,
                format!("The definition is not JSON yet: {first}. Correct it, then run again."),
            ));
        }
        // A workflow that is known here is run for real, whatever is prepared for the task that starts it.
        for (state, started) in starts(&document) {
            if children.iter().any(|child| child.name == started) {
                Arc::make_mut(&mut host.scripts).remove(&state);
            }
        }
        let machine = Machine::compile(&document).map_err(|problems| {
            let first = problems.first().map_or(String::new(), |problem| problem.message.clone());
            (None, format!("The definition can't be run: {first}"))
        })?;
        let options = Options {
            execution_type: if workspace.is_express.get_untracked() {
                ExecutionType::Express
            } else {
                ExecutionType::Standard
            },
            s3,
            order: self.runs.order.get_untracked(),
            seed: self.runs.seed.get_untracked(),
            second_starts: if self.runs.starts_twice.get_untracked() { 1.0 } else { 0.0 },
            ..Options::default()
        };
        let start = Start {
            machine: machine.into(),
            document: Arc::new((*document).clone()),
            children: children.into_iter().map(|child| (child.machine, child.document)).collect(),
            definition: workspace.definition.get_untracked(),
            input,
            options,
            host,
        };
        self.runs.start(start, first);
        self.shell.mode.set(Mode::Run);
        self.shell.dock_tab.set(DockTab::Result);
        Ok(())
    }

    /// Writes every change to the browser's storage: soon after it, and when the page goes out of sight.
    fn keep_changes(self) {
        let workspace = self.workspace;
        let is_due = StoredValue::new(false);
        let has_complained = StoredValue::new(false);
        let keep = move || {
            if !is_due.get_value() {
                return;
            }
            is_due.set_value(false);
            match workspace.to_draft().save() {
                Ok(()) => {
                    has_complained.set_value(false);
                    self.keep_history();
                }
                Err(error) if !has_complained.get_value() => {
                    has_complained.set_value(true);
                    self.shell.fail(error.message());
                }
                Err(_) => {}
            }
        };
        Effect::new(move |before: Option<()>| {
            workspace.name.track();
            workspace.source.track();
            workspace.input.track();
            workspace.answers.track();
            workspace.objects.track();
            workspace.is_express.track();
            workspace.breakpoints.track();
            workspace.watches.track();
            workspace.settings.track();
            if before.is_none() && workspace.draft_id.with_untracked(String::is_empty) {
                return;
            }
            if !is_due.get_value() {
                is_due.set_value(true);
                gloo::timers::callback::Timeout::new(KEEP_AFTER_MS, keep).forget();
            }
        });
        for event in ["visibilitychange", "pagehide"] {
            if let Some(window) = dom::window() {
                gloo::events::EventListener::new(&window, event, move |_| keep()).forget();
            }
            if let Some(document) = dom::document() {
                gloo::events::EventListener::new(&document, event, move |_| keep()).forget();
            }
        }
        if storage::write("stepglass.probe", "1").is_err() {
            self.shell.fail(storage::StorageError::Refused.message());
        }
        storage::remove("stepglass.probe");
    }
}

fn yaml_name(name: &str) -> String {
    format!("{}.yaml", name.trim_end_matches(".json"))
}

/// A draft with an id of its own and nothing in it.
pub(super) fn fresh_draft() -> Draft {
    let random = (js_sys::Math::random() * 1e9) as u64;
    Draft { id: format!("{:x}-{random:x}", dom::epoch_ms() as u64), ..Draft::default() }
}

/// Whether a line of a text begins as the states of a definition in YAML do.
fn names_states(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("States:") || line.starts_with("StartAt:"))
}

/// The line that an offset is in, from 1.
pub fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}
