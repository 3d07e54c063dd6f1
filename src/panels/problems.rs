use json::Str;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::{Listed, Pane, Severity, SideTab, Studio, YAML_SYNTAX};
use crate::ui::Icon;

/// Problems beyond this many are counted but not listed.
const MOST_LISTED: usize = 300;

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
    let rows = move || {
        let listed: Vec<Listed> = problems.with(|problems| {
            problems.iter().filter(|problem| is_shown(problem)).take(MOST_LISTED).cloned().collect()
        });
        listed.into_iter().map(|problem| view! { <ProblemRow problem=problem /> }).collect_view()
    };
    let surplus = move || {
        problems.with(|problems| {
            problems.iter().filter(|problem| is_shown(problem)).count().saturating_sub(MOST_LISTED)
        })
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
    view! {
        class = sheet,
        <div class="problems">
            <div class="problems-bar" role="group" aria-label="What to list">
                {filters}
                <Show when=move || suppressed.with(|suppressed| !suppressed.is_empty())>
                    <button
                        type="button"
                        class=format!("problems-filter {sheet}")
                        on:click=move |_| studio.workspace.update_suppressed(Vec::clear)
                    >
                        {move || format!("Show what is hidden ({})", suppressed.with(Vec::len))}
                    </button>
                </Show>
            </div>
            <Show
                when=move || problems.with(|problems| !problems.is_empty())
                fallback=move || {
                    view! {
                        class = sheet,
                        <p class="problems-none">
                            <Icon name="check" />
                            "No problems found."
                        </p>
                    }
                }
            >
                <ul class="problems-list" aria-label="Problems">
                    {rows}
                </ul>
                <Show when=move || surplus() != 0>
                    <p class=format!("problems-none {sheet}")>{move || format!("And {} more.", surplus())}</p>
                </Show>
            </Show>
        </div>
    }
}

#[component]
fn ProblemRow(problem: Listed) -> impl IntoView {
    let sheet = style_sheet!("style/problem_row.css");
    let studio = Studio::of_app();
    let (tone, icon, word) = match problem.severity {
        Severity::Error => ("failed", "error-circle", "Error"),
        Severity::Warning => ("caught", "warning", "Warning"),
        Severity::Info => ("running", "info", "Advice"),
    };
    let place = format!("Line {}, column {}", problem.line, problem.column);
    let state = problem.state.clone();
    let (span, code) = (problem.span, problem.code);
    let go = move |_| {
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
    let rule = asl::rules::rule_of(problem.code);
    let explanation = rule.map(|rule| format!("{}. {}", rule.title, rule.explanation));
    let can_hide = problem.severity != Severity::Error;
    let fixes = problem
        .fixes
        .iter()
        .take(2)
        .map(|fix| {
            let (title, fix) = (fix.title.clone(), fix.clone());
            let text = studio.workspace.definition.get_untracked();
            view! {
                class = sheet,
                <button
                    type="button"
                    class="button small"
                    on:click=move |_| {
                        // The fix is for the text as it was when the list was made.
                        if studio.workspace.definition.with_untracked(|now| Str::eq(now, &text)) {
                            studio.apply_patch(fix.patch.clone(), fix.title.clone());
                        }
                    }
                >
                    {title}
                </button>
            }
        })
        .collect_view();
    let hide = {
        let problem = StoredValue::new(problem.clone());
        move |everywhere: bool| problem.with_value(|problem| studio.suppress(problem, everywhere))
    };
    let has_state = problem.state_name.is_some();
    view! {
        class = sheet,
        <li class="problem-item">
            <button type="button" class="problem" data-tone=tone on:click=go>
                <Icon name=icon />
                <span class="visually-hidden">{word}</span>
                <span class="problem-text">{problem.message.clone()}</span>
                <span class="problem-where">
                    {problem.state_name.clone().map(|name| view! { class = sheet, <strong>{name}</strong> })}
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
                    aria-label=format!("About {}", problem.code)
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    {problem.code}
                    <Icon name="help" size=14 />
                </button>
                </Show>
            </div>
            <Show when=move || is_open.get()>
                <div class=format!("problem-about {sheet}")>
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
    }
}
