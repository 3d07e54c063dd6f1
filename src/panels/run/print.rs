use debugger::steps_table::{millis_of, resource_of, state_type_of};
use debugger::{EventFilter, RowKind, count_text, duration_text};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::result::{Facts, failure_of, shortened};
use crate::panels::export::draw_for_paper;
use crate::platform::{dom, picture};
use crate::state::{LineOf, RunPhase, Studio};

/// Rows of a table and events that are printed at most: paper that nobody reads helps nobody.
const MOST_ROWS: usize = 1_000;

/// The execution as it goes onto paper: in the page from the command to print until it has been printed.
#[component]
pub fn PrintedExecution() -> impl IntoView {
    let studio = Studio::of_app();
    let is_printing = studio.page.is_printing;
    // Once the graph is there, or can't be: the second frame comes after it has been drawn.
    let print = Callback::new(move |()| {
        request_animation_frame(move || {
            request_animation_frame(move || {
                if is_printing.try_get_untracked() == Some(true) {
                    dom::print();
                    is_printing.set(false);
                }
            });
        });
    });
    view! {
        <Show when=move || is_printing.get()>
            <Sheet print=print />
        </Show>
    }
}

#[component]
fn Sheet(print: Callback<()>) -> impl IntoView {
    let sheet = style_sheet!("style/print.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let (name, phase) = untrack(|| (studio.workspace.name.get(), runs.phase()));
    let (run_name, input, output) = runs
        .with_run_untracked(|run| {
            let outcome = run.session.outcome();
            let output = outcome.and_then(|outcome| outcome.output.as_ref());
            let text = |value: &json::Value| shortened(&value.without_text().to_pretty());
            (run.name.clone(), text(&run.session.input), output.map(text))
        })
        .unwrap_or_default();
    let failure = runs.with_run_untracked(|run| failure_of(run.session.recorded())).flatten();
    let failure = failure.map(|(error, cause)| {
        view! {
            class = sheet,
            <div class="print-failure">
                <h3>{error}</h3>
                <pre>{cause}</pre>
            </div>
        }
    });
    let output = output.map(|output| {
        view! {
            class = sheet,
            <section>
                <h2>"Output"</h2>
                <pre>{output}</pre>
            </section>
        }
    });
    let graph = picture::address_of(&untrack(|| draw_for_paper(studio)));
    let title = if phase == RunPhase::None { name.clone() } else { format!("{name}: {run_name}") };
    view! {
        class = sheet,
        <article class="print-page" data-testid="print">
            <header>
                <h1>{title}</h1>
                <p class="print-status">{phase.title()}</p>
                <dl class="print-facts">
                    <Facts />
                </dl>
            </header>
            {failure}
            <section>
                <h2>"Input"</h2>
                <pre>{input}</pre>
            </section>
            {output}
            <section>
                <h2>"Graph"</h2>
                <img
                    class="print-graph"
                    src=graph
                    alt="The graph of the workflow, with how its states fared"
                    on:load=move |_| print.run(())
                    on:error=move |_| print.run(())
                />
            </section>
            {steps(studio)}
            {events(studio)}
        </article>
    }
}

/// The table of steps, as it is filtered and sorted.
fn steps(studio: Studio) -> impl IntoView {
    let sheet = style_sheet!("style/print.css");
    let made = studio.page.model.get_untracked();
    let shown = studio.page.table.get_untracked();
    let start = made.model.history().get(0).map(|first| first.timestamp).unwrap_or_default();
    let rows = shown.shown.iter().take(MOST_ROWS).filter_map(|row| {
        let told = made.model.rows().get(*row)?;
        let name = match told.kind {
            RowKind::Attempt(_, number) => format!("Attempt {}", number + 1),
            _ => told.name.to_string(),
        };
        Some(view! {
            class = sheet,
            <tr>
                <td style:padding-left=format!("{}mm", 3 * told.depth.min(10))>{name}</td>
                <td>{state_type_of(&made.model, told).map_or("", asl::StateType::name)}</td>
                <td>{told.status.name()}</td>
                <td>{resource_of(&made.model, told).map_or(String::new(), |resource| resource.to_string())}</td>
                <td class="print-number">{format!("+{}", duration_text(told.from - start))}</td>
                <td class="print-number">{duration_text(millis_of(told, made.now))}</td>
            </tr>
        })
    });
    let rows = rows.collect_view();
    view! {
        class = sheet,
        <section>
            <h2>"Steps"</h2>
            {more(shown.shown.len(), shown.total, "rows")}
            <table>
                <thead>
                    <tr>
                        <th>"Name"</th>
                        <th>"Type"</th>
                        <th>"Status"</th>
                        <th>"Resource"</th>
                        <th class="print-number">"Started"</th>
                        <th class="print-number">"Duration"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

/// The events that the filter lets through, in groups where the list is grouped.
fn events(studio: Studio) -> impl IntoView {
    let sheet = style_sheet!("style/print.css");
    let page = studio.page;
    let made = page.model.get_untracked();
    let filter = page.filter.get_untracked();
    let shown: Vec<usize> = match filter == EventFilter::default() {
        true => (0..made.model.history().len()).collect(),
        false => made.model.filter(&filter),
    };
    let start = made.model.history().get(0).map(|first| first.timestamp).unwrap_or_default();
    let lines = match page.is_grouped.get_untracked() {
        true => page
            .groups
            .with_untracked(|groups| debugger::event_groups::event_lines(&made.model, &shown, groups, false)),
        false => debugger::event_groups::flat_lines(&shown),
    };
    let rows = lines.iter().take(MOST_ROWS).filter_map(|line| {
        let indent = format!("{}mm", 3 * line.depth.min(10));
        let (id, title, state, at, is_group) = match line.what {
            LineOf::Event(position) => {
                let event = made.model.history().get(position)?;
                let state = made.model.visit_of_event(event.id).map(|visit| visit.name.to_string());
                let id = made.model.told_id(event.id).to_string();
                (id, event.event_type.name().to_owned(), state.unwrap_or_default(), event.timestamp, false)
            }
            LineOf::Group { row, count, .. } => {
                let told = made.model.rows().get(row)?;
                let state = format!("{} · {} events", told.status.name(), count_text(count.into()));
                (String::new(), told.name.to_string(), state, told.from, true)
            }
        };
        Some(view! {
            class = sheet,
            <tr class:print-group=is_group>
                <td class="print-number">{id}</td>
                <td style:padding-left=indent>{title}</td>
                <td>{state}</td>
                <td class="print-number">{format!("+{}", duration_text(at - start))}</td>
            </tr>
        })
    });
    let rows = rows.collect_view();
    view! {
        class = sheet,
        <section>
            <h2>"Events"</h2>
            {more(shown.len(), made.model.history().len(), "events")}
            <table>
                <thead>
                    <tr>
                        <th class="print-number">"ID"</th>
                        <th>"Type"</th>
                        <th>"State"</th>
                        <th class="print-number">"Time"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

/// What is left out, by the filter and by the paper.
fn more(shown: usize, total: usize, what: &'static str) -> impl IntoView {
    let sheet = style_sheet!("style/print.css");
    let printed = shown.min(MOST_ROWS);
    (printed < total).then(|| {
        let text = format!(
            "{} of {} {what}{}",
            count_text(printed as u64),
            count_text(total as u64),
            if shown < total { ", as filtered" } else { "" },
        );
        view! {
            class = sheet,
            <p class="print-note">{text}</p>
        }
    })
}
