use std::collections::HashMap;

use asl::Suppression;
use json::Str;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use crate::platform::dom;
use crate::state::{Listed, Pane, Severity, SideTab, Studio, YAML_SYNTAX};
use crate::ui::Icon;

/// Rows in the page at first; more come when the list is scrolled to its end.
const ROWS_AT_ONCE: usize = 40;
/// Pixels before its end from which on the list grows.
const NEAR_END: i32 = 300;

/// The id of the button that lists what is hidden.
const HIDDEN: &str = "problems-hidden";

const SEVERITIES: [(Severity, &str, &str); 3] = [
    (Severity::Error, "Errors", "error-circle"),
    (Severity::Warning, "Warnings", "warning"),
    (Severity::Info, "Advice", "info"),
];

/// What is wrong with the definition; a click goes to the place.
#[component]
pub fn Problems() -> impl IntoView {
    let sheet = style_sheet!("style/problems.css");
    let studio = Studio::of_app();
    let problems = studio.workspace.problems;
    let hidden = RwSignal::new(Vec::<Severity>::new());
    let is_shown = move |problem: &Listed| hidden.with(|hidden| !hidden.contains(&problem.severity));
    let most = RwSignal::new(ROWS_AT_ONCE);
    let rows = Memo::new(move |_| {
        let mut counts: HashMap<RowKey, usize> = HashMap::new();
        problems.with(|problems| {
            let shown = problems.iter().enumerate().filter(|(_, problem)| is_shown(problem));
            let keyed = shown.take(most.get()).map(|(index, problem)| {
                let mut key = RowKey {
                    severity: problem.severity,
                    code: problem.code,
                    state: problem.state.clone(),
                    message: problem.message.clone(),
                    number: 0,
                };
                let count = counts.entry(key.clone()).or_default();
                key.number = *count;
                *count += 1;
                (key, index)
            });
            keyed.collect::<Vec<_>>()
        })
    });
    let surplus = move || {
        problems.with(|problems| {
            problems.iter().filter(|problem| is_shown(problem)).count().saturating_sub(most.get())
        })
    };
    let on_scroll = move |event: leptos::ev::Event| {
        let Some(list) = event.current_target().and_then(|list| list.dyn_into::<web_sys::Element>().ok())
        else {
            return;
        };
        let is_near_end = list.scroll_top() + list.client_height() + NEAR_END > list.scroll_height();
        if is_near_end && surplus() != 0 {
            most.update(|most| *most += ROWS_AT_ONCE);
        }
    };
    let filters = SEVERITIES
        .map(|(severity, title, icon)| {
            let count = move || {
                problems
                    .with(|problems| problems.iter().filter(|problem| problem.severity == severity).count())
            };
            let is_on = move || hidden.with(|hidden| !hidden.contains(&severity));
            view! {
                class = sheet,
                <button
                    type="button"
                    class="problems-filter"
                    aria-pressed=move || is_on().to_string()
                    on:click=move |_| {
                        hidden
                            .update(|hidden| match hidden.iter().position(|known| *known == severity) {
                                Some(at) => {
                                    hidden.remove(at);
                                }
                                None => hidden.push(severity),
                            });
                    }
                >
                    <Icon name=icon />
                    {title}
                    <span class="problems-count">{count}</span>
                </button>
            }
        })
        .into_iter()
        .collect_view();
    let suppressed = Memo::new(move |_| studio.workspace.suppressed());
    let shows_hidden = RwSignal::new(false);
    view! {
        class = sheet,
        <div class="problems" on:scroll=on_scroll>
            <div class="problems-bar" role="group" aria-label="What to list">
                {filters}
                <Show when=move || suppressed.with(|suppressed| !suppressed.is_empty())>
                    <button
                        type="button"
                        id=HIDDEN
                        class=format!("problems-filter {sheet}")
                        aria-expanded=move || shows_hidden.get().to_string()
                        on:click=move |_| shows_hidden.update(|shows| *shows = !*shows)
                    >
                        <Icon name="hidden" />
                        "Hidden"
                        <span class=format!("problems-count {sheet}")>{move || suppressed.with(Vec::len)}</span>
                    </button>
                </Show>
            </div>
            <Show when=move || shows_hidden.get() && suppressed.with(|suppressed| !suppressed.is_empty())>
                <Hidden suppressed=suppressed />
            </Show>
            <Show
                when=move || problems.with(|problems| !problems.is_empty())
                fallback=move || {
                    view! {
                        class = sheet,
                        <p class="problems-none">
                            <Icon name="check" />
                            {move || match suppressed.with(Vec::is_empty) {
                                true => "No problems found.",
                                false => "No problems found, apart from what is hidden.",
                            }}
                        </p>
                    }
                }
            >
                <ul class="problems-list" aria-label="Problems">
                    <For each=move || rows.get() key=|(key, _)| key.clone() let((key, _))>
                        <ProblemRow problem=Memo::new(move |before: Option<&Option<Listed>>| {
                            let index = rows.with(|rows| rows.iter().find(|(known, _)| *known == key).map(|row| row.1));
                            let now = problems.with(|problems| problems.get(index?).cloned());
                            // A row that is about to go stays as it was.
                            now.or_else(|| before.cloned().flatten())
                        }) />
                    </For>
                </ul>
                <Show when=move || surplus() != 0>
                    <p class=format!("problems-none {sheet}")>{move || format!("And {} more.", surplus())}</p>
                </Show>
            </Show>
        </div>
    }
}

/// What people don't want to be told, of a state or of the workflow, to be shown again one by one.
#[component]
fn Hidden(suppressed: Memo<Vec<Suppression>>) -> impl IntoView {
    let sheet = style_sheet!("style/hidden_problems.css");
    let workspace = Studio::of_app().workspace;
    let show_again = move |suppression: &Suppression| {
        workspace.show_again(suppression);
        // The button is gone with its row.
        dom::focus_soon(HIDDEN);
    };
    view! {
        class = sheet,
        <ul class="hidden-list" aria-label="Hidden problems">
            <For each=move || suppressed.get() key=Suppression::clone let(suppression)>
                {
                    let title = asl::rules::rule_of(&suppression.code).map(|rule| rule.title);
                    let title = title.map_or_else(|| suppression.code.to_string(), str::to_owned);
                    let place = suppression.state.as_ref().map_or("Whole workflow", |name| name).to_owned();
                    let label = format!("Show again: {title}, {place}");
                    view! {
                        class = sheet,
                        <li class="hidden-row">
                            <span class="hidden-title">{title}</span>
                            <span class="hidden-place">{place}</span>
                            <button
                                type="button"
                                class="button small"
                                aria-label=label
                                on:click=move |_| show_again(&suppression)
                            >
                                "Show again"
                            </button>
                        </li>
                    }
                }
            </For>
        </ul>
    }
}

/// What makes two rows the same, wherever the problem is in the text.
#[derive(Clone, PartialEq, Eq, Hash)]
struct RowKey {
    severity: Severity,
    code: &'static str,
    state: Option<Str>,
    message: String,
    /// How many of the same came before.
    number: usize,
}

/// A problem, which follows the text to another place.
#[component]
fn ProblemRow(problem: Memo<Option<Listed>>) -> impl IntoView {
    let sheet = style_sheet!("style/problem_row.css");
    let studio = Studio::of_app();
    let first = problem.get_untracked()?;
    let (tone, icon, word) = match first.severity {
        Severity::Error => ("failed", "error-circle", "Error"),
        Severity::Warning => ("caught", "warning", "Warning"),
        Severity::Info => ("running", "info", "Advice"),
    };
    let place = move || {
        problem.with(|problem| {
            let place = problem.as_ref().map(|problem| (problem.line, problem.column));
            place.map(|(line, column)| format!("Line {line}, column {column}"))
        })
    };
    let state = first.state.clone();
    let code = first.code;
    let go = move |_| {
        let Some(span) = problem.with_untracked(|problem| problem.as_ref().map(|problem| problem.span))
        else {
            return;
        };
        studio.shell.side_tab.set(SideTab::Definition);
        // Where one pane is in sight at a time, it is the one with the text.
        studio.shell.pane.set(Pane::Side);
        // A text that can't be read has its mark, and no part of the definition that is it.
        if code == YAML_SYNTAX {
            return;
        }
        studio.workspace.selected.set(state.clone());
        studio.workspace.reveal.set(Some(span));
        if let Some(rect) = studio.workspace.selected_rect() {
            studio.view.reveal(rect);
        }
    };
    let is_open = RwSignal::new(false);
    let rule = asl::rules::rule_of(first.code);
    let explanation = rule.map(|rule| format!("{}. {}", rule.title, rule.explanation));
    let can_hide = first.severity != Severity::Error;
    let titles = Memo::new(move |_| {
        problem.with(|problem| {
            let fixes = problem.iter().flat_map(|problem| problem.fixes.iter().take(2));
            fixes.map(|fix| fix.title.clone()).collect::<Vec<String>>()
        })
    });
    // The problem, and with it the fix, is that of the text as it is now.
    let repair = move |index: usize| {
        let fix = problem.with_untracked(|problem| problem.as_ref()?.fixes.get(index).cloned());
        if let Some(fix) = fix {
            studio.apply_patch(fix.patch, fix.title);
        }
    };
    let fixes = move || {
        let buttons = titles.get().into_iter().enumerate().map(|(index, title)| {
            view! {
                class = sheet,
                <button type="button" class="button small" on:click=move |_| repair(index)>
                    {title}
                </button>
            }
        });
        buttons.collect_view()
    };
    let hide = move |everywhere: bool| {
        if let Some(problem) = problem.get_untracked() {
            studio.suppress(&problem, everywhere);
            // The button is gone with its row.
            dom::focus_soon(HIDDEN);
        }
    };
    let about = NodeRef::<leptos::html::Div>::new();
    about.on_load(|about| dom::bring_to_sight_soon(about.into()));
    let has_state = first.state_name.is_some();
    Some(view! {
        class = sheet,
        <li class="problem-item">
            <button type="button" class="problem" data-tone=tone on:click=go>
                <Icon name=icon />
                <span class="visually-hidden">{word}</span>
                <span class="problem-text">{first.message.clone()}</span>
                <span class="problem-where">
                    {first.state_name.clone().map(|name| view! { class = sheet, <strong>{name}</strong> })}
                    {place}
                </span>
            </button>
            <div class="problem-actions">
                {fixes}
                <Show when=move || rule.is_some()>
                <button
                    type="button"
                    class=format!("problem-code {sheet}")
                    aria-expanded=move || is_open.get().to_string()
                    aria-label=format!("About {}", first.code)
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    {first.code}
                    <Icon name="help" size=14 />
                </button>
                </Show>
            </div>
            <Show when=move || is_open.get()>
                <div node_ref=about class=format!("problem-about {sheet}")>
                    <p>{explanation.clone()}</p>
                    <Show when=move || can_hide>
                        <div class=format!("problem-hide {sheet}")>
                            <Show when=move || has_state>
                                <button type="button" class="button small" on:click=move |_| hide(false)>
                                    "Hide for this state"
                                </button>
                            </Show>
                            <button type="button" class="button small" on:click=move |_| hide(true)>
                                "Hide in this workflow"
                            </button>
                        </div>
                    </Show>
                </div>
            </Show>
        </li>
    })
}
