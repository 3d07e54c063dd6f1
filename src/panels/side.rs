use std::rc::Rc;

use asl::assist::Hover;
use json::{Span, Str};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::design::Inspector;
use super::objects::Objects;
use super::run::{Data, Debug, Tasks, VisitDetails};
use crate::platform::editor::{Assistant, Completions, Diagnostic, Explanation};
use crate::state::{Mode, RunPhase, Severity, SideTab, Studio};
use crate::ui::{CodeEditor, Later, Tab, Tabs, segments};

const TEXTS: [Tab<SideTab>; 5] = [
    Tab { value: SideTab::Inspector, title: "Inspector", icon: "settings", id: "tab-inspector" },
    Tab { value: SideTab::Definition, title: "Definition", icon: "code", id: "tab-definition" },
    Tab { value: SideTab::Input, title: "Input", icon: "braces", id: "tab-input" },
    Tab { value: SideTab::Answers, title: "Answers", icon: "task", id: "tab-answers" },
    Tab { value: SideTab::Objects, title: "S3", icon: "storage", id: "tab-objects" },
];

/// What is there for a run in addition.
const OF_RUN: [Tab<SideTab>; 4] = [
    Tab { value: SideTab::Data, title: "Data", icon: "data-table", id: "tab-data" },
    Tab { value: SideTab::Details, title: "Details", icon: "info", id: "tab-details" },
    Tab { value: SideTab::Debug, title: "Debug", icon: "watch", id: "tab-debug" },
    Tab { value: SideTab::Tasks, title: "Tasks", icon: "inbox", id: "tab-tasks" },
];

/// The texts beside the graph: the definition, and what a run needs.
#[component]
pub fn Side() -> impl IntoView {
    let sheet = style_sheet!("style/side.css");
    let studio = Studio::of_app();
    let workspace = studio.workspace;
    let tab = studio.shell.side_tab;
    let errors = Memo::new(move |_| {
        workspace
            .problems
            .with(|problems| problems.iter().filter(|problem| problem.severity == Severity::Error).count())
    });
    let waiting = Memo::new(move |_| match studio.runs.phase() {
        RunPhase::NeedsTask => studio.runs.open_tasks().len(),
        _ => 0,
    });
    let count = move |tab: SideTab| match tab {
        SideTab::Definition => errors.get(),
        SideTab::Tasks => waiting.get(),
        _ => 0,
    };
    // Each mode comes back to the tab that it was left with.
    let kept = StoredValue::new([SideTab::Inspector, SideTab::Data]);
    Effect::new(move |before: Option<Mode>| {
        let mode = studio.shell.mode.get();
        let place = |mode: Mode| usize::from(mode == Mode::Run);
        if let Some(before) = before.filter(|before| *before != mode) {
            let now = tab.get_untracked();
            let is_of_run = OF_RUN.iter().any(|tab| tab.value == now);
            if is_of_run == (before == Mode::Run) || before == Mode::Design {
                kept.update_value(|kept| kept[place(before)] = now);
            }
            let is_wanted = mode == Mode::Run && is_of_run;
            if !is_wanted {
                tab.set(kept.with_value(|kept| kept[place(mode)]));
            }
        }
        mode
    });
    // A task that waits is what there is to do next.
    Effect::new(move |before: Option<RunPhase>| {
        let phase = studio.runs.phase();
        let (is_waiting, was_waiting) = (phase == RunPhase::NeedsTask, before == Some(RunPhase::NeedsTask));
        if is_waiting && !was_waiting && studio.shell.mode.get_untracked() == Mode::Run {
            tab.set(SideTab::Tasks);
        } else if was_waiting
            && phase != RunPhase::Running
            && !is_waiting
            && tab.get_untracked() == SideTab::Tasks
        {
            tab.set(SideTab::Data);
        }
        if phase == RunPhase::Running && was_waiting { RunPhase::NeedsTask } else { phase }
    });
    // While a workflow is built, what is selected is inspected, unless the person works on its text.
    Effect::new(move |before: Option<()>| {
        let is_selected = workspace.selected.with(Option::is_some);
        let is_designing = studio.shell.mode.get_untracked() == Mode::Design;
        if before.is_some() && is_selected && is_designing && tab.get_untracked() != SideTab::Definition {
            tab.set(SideTab::Inspector);
        }
    });
    let tabs = move || match studio.shell.mode.get() {
        Mode::Design => TEXTS.to_vec(),
        Mode::Run => {
            // What a run has to do with comes first.
            let (forms, texts) = TEXTS.split_at(1);
            OF_RUN.iter().chain(texts).chain(forms).copied().collect()
        }
    };
    let is_json = RwSignal::new(false);
    let views = vec![
        (false, "Files", "Buckets and their objects"),
        (
            true,
            "JSON",
            "All of it as {\"bucket\": {\"key\": \"text\"}}; what is no text is {\"$base64\": \"…\"}",
        ),
    ];
    view! {
        class = sheet,
        <aside class="side" id="side" tabindex="-1" aria-label="Details">
            {move || view! { <Tabs tabs=tabs() selected=tab label="Details" count=count /> }}
            <RunPanel value=SideTab::Data>
                <Data />
            </RunPanel>
            <RunPanel value=SideTab::Details>
                <VisitDetails />
            </RunPanel>
            <RunPanel value=SideTab::Debug>
                <Debug />
            </RunPanel>
            <RunPanel value=SideTab::Tasks>
                <Tasks />
            </RunPanel>
            <Panel value=SideTab::Inspector>
                <Later>
                    <Inspector />
                </Later>
            </Panel>
            <Panel value=SideTab::Definition>
                <Definition />
            </Panel>
            <Panel value=SideTab::Input>
                <p class="hint">
                    "The input of the execution, as JSON."
                    <label class="express">
                        <input
                            type="checkbox"
                            prop:checked=move || workspace.is_express.get()
                            on:change=move |event| workspace.is_express.set(event_target_checked(&event))
                        />
                        "Express workflow"
                    </label>
                    <Show when=move || workspace.is_express.get()>
                        <label
                            class="express"
                            title="AWS starts an asynchronous Express execution at least once: what it does must bear being done twice"
                        >
                            <input
                                type="checkbox"
                                prop:checked=move || studio.runs.starts_twice.get()
                                on:change=move |event| studio.runs.starts_twice.set(event_target_checked(&event))
                            />
                            "Start it twice, as AWS may"
                        </label>
                    </Show>
                </p>
                <JsonEditor label="Input" text=workspace.input />
            </Panel>
            <Panel value=SideTab::Answers>
                <p class="hint">
                    "What each task answers, call by call; the last entry repeats: "
                    <code>"{\"State\": [{\"Return\": …}, {\"Throw\": {\"Error\": …}}]}"</code>
                    " A MockConfigFile.json works too."
                    <label class="express">
                        <input
                            type="checkbox"
                            prop:checked=move || studio.runs.runs_children.get()
                            on:change=move |event| studio.runs.runs_children.set(event_target_checked(&event))
                        />
                        "Run nested workflows that are known here"
                    </label>
                </p>
                <JsonEditor label="Task answers" text=workspace.answers />
            </Panel>
            <Panel value=SideTab::Objects>
                <p class="hint">
                    "S3 for distributed maps, all of it in this page."
                    <span class="express">
                        {segments("View of the objects".to_owned(), views.clone(), is_json.into(), move |json| is_json.set(json))}
                    </span>
                </p>
                <Show
                    when=move || is_json.get()
                    fallback=|| {
                        view! {
                            <Later>
                                <Objects />
                            </Later>
                        }
                    }
                >
                    <JsonEditor label="S3 objects" text=workspace.objects />
                </Show>
            </Panel>
        </aside>
    }
}

/// The panel of a tab: in the page from the first time it is shown, hidden while another one is.
#[component]
fn Panel(value: SideTab, children: ChildrenFn) -> impl IntoView {
    let sheet = style_sheet!("style/side_panel.css");
    let tab = Studio::of_app().shell.side_tab;
    let was_shown = Memo::new(move |before: Option<&bool>| before == Some(&true) || tab.get() == value);
    let id = TEXTS.iter().find(|tab| tab.value == value).map_or("", |tab| tab.id);
    view! {
        class = sheet,
        <div
            class="side-panel"
            role="tabpanel"
            id=format!("{id}-panel")
            aria-labelledby=id
            hidden=move || tab.get() != value
        >
            <Show when=move || was_shown.get()>{children()}</Show>
        </div>
    }
}

/// The panel of a tab that follows the run: in the page only while it is shown, so that it costs nothing else.
#[component]
fn RunPanel(value: SideTab, children: ChildrenFn) -> impl IntoView {
    let sheet = style_sheet!("style/side_panel.css");
    let tab = Studio::of_app().shell.side_tab;
    let id = OF_RUN.iter().find(|tab| tab.value == value).map_or("", |tab| tab.id);
    view! {
        class = sheet,
        <Show when=move || tab.get() == value>
            <div class="side-panel" role="tabpanel" id=format!("{id}-panel") aria-labelledby=id>
                {children()}
            </div>
        </Show>
    }
}

/// The definition's text. The selected state and the cursor follow each other.
#[component]
fn Definition() -> impl IntoView {
    let studio = Studio::of_app();
    let workspace = studio.workspace;
    let diagnostics = Signal::derive(move || {
        if let Some(error) = workspace.source_error.get() {
            let message = error.message;
            return vec![Diagnostic { span: error.span, severity: "error", message, fixes: Vec::new() }];
        }
        workspace.problems.with(|problems| {
            let marks = problems.iter().map(|problem| Diagnostic {
                span: workspace.span_in_source(problem.span),
                severity: match problem.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Info => "info",
                },
                message: problem.message.clone(),
                fixes: problem.fixes.iter().map(|fix| fix.title.clone()).collect(),
            });
            marks.collect::<Vec<_>>()
        })
    });
    // The state in which the cursor stands: selecting it must not move the cursor.
    let under_cursor = StoredValue::new(None::<Str>);
    let on_cursor = move |offset: usize| {
        let offset = workspace.offset_in_definition(offset);
        // In a broken text states are hard to tell: what is selected stays.
        if workspace.is_stale.get_untracked() {
            return;
        }
        let key = workspace
            .document
            .with_untracked(|document| document.state_at(offset).map(|state| Str::from(state.pointer())));
        under_cursor.set_value(key.clone());
        if workspace.selected.get_untracked() != key {
            workspace.selected.set(key);
            if let Some(rect) = workspace.selected_rect() {
                studio.view.reveal(rect);
            }
        }
    };
    let reveal = RwSignal::new(None::<Span>);
    let reveal_in_source = RwSignal::new(None::<Span>);
    Effect::new(move |_| {
        let span = reveal.get();
        reveal_in_source.set(span.map(|span| workspace.span_in_source(span)));
    });
    Effect::new(move |_| {
        let Some(key) = workspace.selected.get() else { return };
        if under_cursor.get_value().as_ref() == Some(&key) {
            return;
        }
        under_cursor.set_value(None);
        let name = workspace.document.with_untracked(|document| {
            let state = document.state_at_pointer(&key)?;
            let span = state.name_span();
            Some(Span::new(span.start + 1, span.end.saturating_sub(1).max(span.start + 1)))
        });
        reveal.set(name);
    });
    // After the effect above: a place that was asked for counts more than the state it is in.
    Effect::new(move |_| {
        if let Some(span) = workspace.reveal.get() {
            reveal.set(Some(span));
        }
    });
    view! {
        <CodeEditor
            label="Definition in Amazon States Language"
            text=workspace.source
            on_change=move |text: String| studio.type_definition(&text)
            diagnostics=diagnostics
            on_cursor=on_cursor
            reveal=reveal_in_source
            is_yaml=Signal::derive(move || workspace.is_yaml())
            assistant=assistant_of(studio)
            shares_history=true
        />
    }
}

fn assistant_of(studio: Studio) -> Rc<dyn Assistant> {
    Rc::new(DefinitionAssistant(studio))
}

/// Helps with the text of the definition.
struct DefinitionAssistant(Studio);

impl Assistant for DefinitionAssistant {
    fn complete(&self, text: &str, offset: usize) -> Completions {
        self.0.completions(text, offset)
    }

    fn explain(&self, text: &str, offset: usize) -> Option<Explanation> {
        let Hover { span, title, text } = self.0.meaning(text, offset)?;
        Some(Explanation { span, title, text })
    }

    fn fix(&self, diagnostic: usize, fix: usize) {
        self.0.fix_problem(diagnostic, fix);
    }

    fn go_to(&self, offset: usize, next: bool) {
        self.0.go_to_name(offset, next);
    }
}

/// An editor for a text that has to be JSON.
#[component]
fn JsonEditor(label: &'static str, text: RwSignal<Str>) -> impl IntoView {
    let diagnostics = Signal::derive(move || {
        let mark = text.with(|text| {
            json::parse(text).err().map(|error| Diagnostic {
                span: Span::new(error.offset.min(text.len()), text.len().min(error.offset + 1)),
                severity: "error",
                message: error.message,
                fixes: Vec::new(),
            })
        });
        mark.into_iter().collect::<Vec<_>>()
    });
    view! {
        <CodeEditor
            label=label
            text=text
            on_change=move |changed: String| text.set(changed.into())
            diagnostics=diagnostics
        />
    }
}
