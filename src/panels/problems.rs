use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::{Listed, Severity, SideTab, Studio};
use crate::ui::Icon;

/// Problems beyond this many are counted but not listed.
const MOST_LISTED: usize = 300;

/// What is wrong with the definition; a click goes to the place.
#[component]
pub fn Problems() -> impl IntoView {
    let sheet = style_sheet!("style/problems.css");
    let studio = Studio::of_app();
    let problems = studio.workspace.problems;
    let rows = move || {
        let listed: Vec<Listed> =
            problems.with(|problems| problems.iter().take(MOST_LISTED).cloned().collect());
        listed.into_iter().map(|problem| view! { <ProblemRow problem=problem /> }).collect_view()
    };
    let surplus = move || problems.with(|problems| problems.len().saturating_sub(MOST_LISTED));
    view! {
        class = sheet,
        <div class="problems">
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
                    <p class="problems-none">{move || format!("And {} more.", surplus())}</p>
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
        Severity::Info => ("running", "info", "Note"),
    };
    let place = format!("Line {}, column {}", problem.line, problem.column);
    let state = problem.state.clone();
    let span = problem.span;
    let go = move |_| {
        studio.shell.side_tab.set(SideTab::Definition);
        studio.workspace.selected.set(state.clone());
        studio.workspace.reveal.set(Some(span));
        if let Some(rect) = studio.workspace.selected_rect() {
            studio.view.reveal(rect);
        }
    };
    view! {
        class = sheet,
        <li>
            <button type="button" class="problem" data-tone=tone on:click=go>
                <Icon name=icon />
                <span class="visually-hidden">{word}</span>
                <span class="problem-text">{problem.message.clone()}</span>
                <span class="problem-state">{problem.state_name.clone()}</span>
                <span class="problem-place">{place}</span>
            </button>
        </li>
    }
}
