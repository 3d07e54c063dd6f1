use debugger::{FrameView, StateStatus};
use engine::{FrameId, FrameRole, RunKind};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::canvas::status_key;
use crate::state::{RunPhase, Studio};
use crate::ui::Icon;

/// Lanes that are listed; the grid has all iterations.
const MOST_LANES: usize = 40;

/// A frame as its row shows it.
#[derive(Clone, PartialEq)]
struct Row {
    view: FrameView,
    title: String,
    depth: usize,
    is_current: bool,
    is_followed: bool,
    /// Whether it could go on next.
    is_ready: bool,
}

/// The frames around the cursor, and those beside and inside of its own.
#[component]
pub fn Frames() -> impl IntoView {
    let sheet = style_sheet!("style/frames.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let rows = Memo::new(move |_| {
        if runs.phase() == RunPhase::Running {
            return (Vec::new(), Vec::new());
        }
        runs.picture.track();
        let rows = runs.touch(|run| {
            let frame = run.session.event().map(|event| event.frame);
            let ready = run.session.at_cursor().ready_frames();
            let Some(frame) = frame else { return (Vec::new(), Vec::new()) };
            let lanes = run.session.lanes(frame, MOST_LANES);
            let session = &run.session;
            let row = |view: FrameView, depth: usize| Row {
                title: title_of(run, &view),
                depth,
                is_current: view.frame == frame,
                is_followed: session.follow == Some(view.frame),
                is_ready: ready.contains(&view.frame),
                view,
            };
            let stack: Vec<Row> = session
                .call_stack(frame)
                .into_iter()
                .enumerate()
                .map(|(depth, view)| row(view, depth))
                .collect();
            let lanes = lanes.into_iter().map(|view| row(view, 0)).collect();
            (stack, lanes)
        });
        rows.unwrap_or_default()
    });
    let follow = move |frame: Option<FrameId>| {
        runs.change(|run| run.session.follow = frame);
    };
    let followed = move || {
        runs.picture.track();
        runs.with_run_untracked(|run| run.session.follow.is_some()).unwrap_or(false)
    };
    let list = move |is_stack: bool| {
        let rows = rows.with(|(stack, lanes)| if is_stack { stack.clone() } else { lanes.clone() });
        rows.into_iter().map(|row| view! { <FrameRow row=row /> }).collect_view()
    };
    let has_lanes = move || rows.with(|(_, lanes)| !lanes.is_empty());
    view! {
        class = sheet,
        <Show
            when=move || rows.with(|(stack, _)| !stack.is_empty())
            fallback=move || view! { class = sheet, <p class="frames-none">"No run is looked at."</p> }
        >
            <ol class="frames" aria-label="Call stack, outermost first">{move || list(true)}</ol>
            <Show when=has_lanes>
                <h5 class="frames-head">"Lanes"</h5>
                <ul class="frames" aria-label="Lanes beside">{move || list(false)}</ul>
                <Show when=move || rows.with(|(_, lanes)| lanes.len() == MOST_LANES)>
                    <p class="frames-none">
                        {format!("The first {MOST_LANES}. Inside of a Map state its grid has all iterations.")}
                    </p>
                </Show>
            </Show>
            <Show when=followed>
                <button type="button" class="button quiet" on:click=move |_| follow(None)>
                    "Step all lanes again"
                </button>
            </Show>
        </Show>
        <OrderChoice />
    }
}

#[component]
fn FrameRow(row: Row) -> impl IntoView {
    let sheet = style_sheet!("style/frame_row.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let frame = row.view.frame;
    let visit = row.view.visit;
    let go = move |_| {
        let cursor = runs.cursor.get_untracked().position;
        let place = runs.with_run_untracked(|run| {
            let visit = run.session.visits().get(visit?)?;
            Some(if visit.last <= cursor { visit.last } else { visit.entered })
        });
        if let Some(position) = place.flatten() {
            runs.seek(position);
        }
    };
    let follow = move |_| {
        let next = (!row.is_followed).then_some(frame);
        runs.change(|run| run.session.follow = next);
    };
    let step = move |_| studio.step_lane(frame);
    let state = row.view.state.as_ref().map_or(String::new(), |state| state.to_string());
    let status = match row.view.status {
        StateStatus::Idle if row.is_ready => "Can begin",
        status => status.name(),
    };
    let (follow_label, step_label) =
        (format!("Follow {} only", row.title), format!("Let {} go first, and step it", row.title));
    view! {
        class = sheet,
        <li
            class="frame-row"
            class:current=row.is_current
            data-status=status_key(row.view.status)
            style:padding-left=format!("{}px", 4 + 12 * row.depth)
        >
            <span class="frame-sign" aria-hidden="true"></span>
            <button type="button" class="frame-title" on:click=go aria-current=row.is_current.then_some("true")>
                <span>{row.title}</span>
                <span class="frame-state">{state}</span>
                <span class="frame-status">{status}</span>
            </button>
            {row
                .is_ready
                .then(|| {
                    view! {
                        class = sheet,
                        <button
                            type="button"
                            class="frame-tool"
                            aria-label=step_label.clone()
                            title=step_label
                            on:click=step
                        >
                            <Icon name="step-into" size=15 />
                        </button>
                    }
                })}
            <button
                type="button"
                class="frame-tool"
                aria-label=follow_label.clone()
                title=follow_label
                aria-pressed=if row.is_followed { "true" } else { "false" }
                on:click=follow
            >
                <Icon name="focus" size=15 />
            </button>
        </li>
    }
}

/// Which of several branches goes on first, in the next run.
#[component]
fn OrderChoice() -> impl IntoView {
    let sheet = style_sheet!("style/frames.css");
    let runs = Studio::of_app().runs;
    let on_order = move |event: leptos::ev::Event| {
        runs.order.set(match &*event_target_value(&event) {
            "depth" => engine::Order::DepthFirst,
            "seeded" => engine::Order::Seeded,
            _ => engine::Order::RoundRobin,
        });
    };
    view! {
        class = sheet,
        <p class="order">
            <label>
                "Order of branches, from the next run on: "
                <select on:change=on_order>
                    <option value="turns">"in turns"</option>
                    <option value="depth">"one after the other"</option>
                    <option value="seeded">"any, by a seed"</option>
                </select>
            </label>
            <Show when=move || runs.order.get() == engine::Order::Seeded>
                <label>
                    "Seed "
                    <input
                        class="order-seed"
                        type="number"
                        min="0"
                        prop:value=move || runs.seed.get().to_string()
                        on:change=move |event| runs.seed.set(event_target_value(&event).parse().unwrap_or(0))
                    />
                </label>
            </Show>
        </p>
    }
}

fn title_of(run: &crate::state::KeptRun, view: &FrameView) -> String {
    let execution = run.session.recorded();
    match view.role {
        FrameRole::Branch(index) => format!("Branch {}", index + 1),
        FrameRole::Iteration(index) => format!("Iteration {index}"),
        FrameRole::Execution => {
            match execution.run(view.run).map(|own| (own.kind, own.state_machine_arn())) {
                Some((RunKind::MapChild { index, .. }, _)) => format!("Child execution {index}"),
                Some((RunKind::Nested { .. }, arn)) => {
                    format!("Execution of {}", asl::resource::last_part(arn))
                }
                _ => "Execution".to_owned(),
            }
        }
    }
}
