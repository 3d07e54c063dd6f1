use std::collections::BTreeMap;
use std::sync::Arc;

use debugger::diff::ChangeKind;
use debugger::{PAYLOAD_LIMIT, Stage, bytes_text};
use json::Value;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::Followed;
use super::expression::{ExpressionView, Rules};
use crate::state::{SharedData, Studio};
use crate::ui::{Icon, Json, JsonTree, Marks};

/// Differences that are marked.
const MOST_CHANGES: usize = 2_000;
/// Expressions of one stage that are shown.
const MOST_EXPRESSIONS: usize = 60;

/// A stage with what it changed.
#[derive(Clone, PartialEq)]
struct Shown {
    stage: Stage,
    /// The stage before it, where the two are compared.
    before: Option<(Stage, Json)>,
    after: Json,
    before_marks: Marks,
    after_marks: Marks,
    words: String,
}

/// The stages that the data goes through in a state, and one of them with before and after.
#[component]
pub fn Stages(data: Memo<Option<SharedData>>, followed: RwSignal<Option<Followed>>) -> impl IntoView {
    let sheet = style_sheet!("style/stages.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    // A stage that is looked at without being at the cursor, until the cursor moves.
    let chosen = RwSignal::new(None::<Stage>);
    Effect::new(move |_| {
        data.track();
        chosen.set(None);
    });
    let stage = Memo::new(move |_| {
        let at_cursor = data.with(|data| {
            let data = &data.as_ref()?.0;
            data.view.stages.get(data.view.current).map(|view| view.stage)
        });
        chosen.get().or(at_cursor)
    });
    let shown = Memo::new(move |_| {
        let stage = stage.get()?;
        data.with(|data| show(data.as_ref()?, stage))
    });
    let chips = move || {
        data.get().map(|SharedData(data)| {
            let visit = data.visit;
            let chips = data.view.stages.iter().enumerate().map(|(index, view)| {
                let own = view.stage;
                let bytes = view.bytes();
                let is_happened = index <= data.view.current;
                let is_large = own != Stage::Assign && bytes * 5 > PAYLOAD_LIMIT * 4;
                let choose = move |_| {
                    if !is_happened || !runs.seek_stage(visit, own) {
                        chosen.set(Some(own));
                    }
                };
                view! {
                    class = sheet,
                    <li>
                        <button
                            type="button"
                            class="stage-chip"
                            class:later=!is_happened
                            aria-pressed=move || if stage.get() == Some(own) { "true" } else { "false" }
                            on:click=choose
                        >
                            {own.name()}
                            <span class="stage-size" class:large=is_large>
                                {bytes_text(bytes)}
                            </span>
                        </button>
                    </li>
                }
            });
            chips.collect_view()
        })
    };
    let follow = move |is_forward: bool| {
        Callback::new(move |pointer: String| {
            let Some(SharedData(data)) = data.get_untracked() else { return };
            let is_output = stage.get_untracked() == Some(Stage::Output);
            let position = runs
                .with_run_untracked(|run| {
                    let visit = run.session.visits().get(data.visit)?;
                    if is_output { visit.exited } else { Some(visit.entered) }
                })
                .flatten();
            if let Some(position) = position {
                followed.set(Some(Followed { position, pointer, is_forward }));
            }
        })
    };
    let can_follow = move || matches!(stage.get(), Some(Stage::Input | Stage::Output));
    let card = move || {
        let shown = shown.get()?;
        let before = shown.before.map(|(before, value)| {
            let marks = shown.before_marks.clone();
            view! {
                class = sheet,
                <div class="stage-half">
                    <h5>{format!("Before: {}", before.name())}</h5>
                    <JsonTree
                        value=Signal::derive(move || value.clone())
                        label=Signal::derive(move || format!("Before: {}", before.name()))
                        marks=Signal::derive(move || marks.clone())
                        most_height=330.0
                    />
                </div>
            }
        });
        let (stage, after, marks) = (shown.stage, shown.after, shown.after_marks);
        let bytes = after.0.text_len();
        let actions = match can_follow() {
            true => vec![("Where from?", follow(false)), ("Who reads it?", follow(true))],
            false => Vec::new(),
        };
        let has_before = before.is_some();
        Some(view! {
            class = sheet,
            <div class="stage-halves" class:both=has_before>
                {before}
                <div class="stage-half" data-testid="stage-after">
                    <h5>
                        {stage.name()}
                        <span class="stage-words">{shown.words}</span>
                    </h5>
                    <JsonTree
                        value=Signal::derive(move || after.clone())
                        label=Signal::derive(move || stage.name().to_owned())
                        marks=Signal::derive(move || marks.clone())
                        most_height=330.0
                        actions=actions
                    />
                </div>
            </div>
            {(stage != Stage::Assign).then(|| view! { <Size bytes=bytes /> })}
        })
    };
    let expressions = move || {
        let stage = stage.get()?;
        let SharedData(data) = data.get()?;
        let field = stage.field(data.language)?;
        let before = data
            .view
            .stages
            .iter()
            .position(|view| view.stage == stage)
            .and_then(|index| data.view.stages.get(index.checked_sub(1)?))
            .map(|view| view.value.clone());
        let own = data.expressions.iter().filter(|expression| &*expression.field == field);
        let views = own.take(MOST_EXPRESSIONS).map(|expression| {
            view! {
                <ExpressionView
                    expression=expression.clone()
                    visit=data.visit
                    stage=stage
                    language=data.language
                    before=before.clone()
                />
            }
        });
        Some(views.collect_view())
    };
    view! {
        class = sheet,
        <section class="stages" aria-label="Stages of the data">
            <ol class="stage-chips">{chips}</ol>
            <div class="stage-expressions">{expressions}</div>
            <EditInput data=data stage=stage />
            <Rules data=data />
            {card}
        </section>
    }
}

/// Another input for the state that is entered at the cursor.
#[component]
fn EditInput(data: Memo<Option<SharedData>>, stage: Memo<Option<Stage>>) -> impl IntoView {
    let sheet = style_sheet!("style/edit_value.css");
    let studio = Studio::of_app();
    let text = RwSignal::new(String::new());
    let is_open = RwSignal::new(false);
    let can_edit = move || {
        stage.get() == Some(Stage::Input)
            && data.with(|data| data.as_ref().is_some_and(|data| data.0.is_entry))
    };
    let open = move |_| {
        let input = data.with_untracked(|data| {
            data.as_ref().and_then(|data| data.0.view.stages.first().map(|view| view.value.without_text()))
        });
        text.set(input.map_or(String::new(), |input| input.to_pretty()));
        is_open.update(|open| *open = !*open);
    };
    let save = move |_| match text.with_untracked(|text| json::parse(text)) {
        Ok(value) => {
            is_open.set(false);
            studio.replace_input(value);
        }
        Err(error) => studio.shell.fail(format!("The input is not JSON: {error}.")),
    };
    view! {
        class = sheet,
        <Show when=can_edit>
            <div>
                <button
                    type="button"
                    class="button"
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    on:click=open
                >
                    <Icon name="edit" />
                    "Edit the input"
                </button>
            </div>
            <Show when=move || is_open.get()>
                <div class="edit-value">
                    <textarea
                        rows="8"
                        spellcheck="false"
                        aria-label="New input of the state, as JSON"
                        prop:value=move || text.get()
                        on:input=move |event| text.set(event_target_value(&event))
                    ></textarea>
                    <button type="button" class="button primary" on:click=save>
                        "Use it"
                    </button>
                </div>
            </Show>
        </Show>
    }
}

/// How much of AWS's limit for a payload a value takes.
#[component]
fn Size(bytes: usize) -> impl IntoView {
    let sheet = style_sheet!("style/payload_size.css");
    let share = bytes as f64 / PAYLOAD_LIMIT as f64;
    let look = match share {
        share if share > 1.0 => "over",
        share if share > 0.8 => "near",
        _ => "fine",
    };
    view! {
        class = sheet,
        <p class="payload" data-look=look>
            <span class="payload-bar" aria-hidden="true">
                <span class="payload-part" style:width=format!("{:.1}%", (share * 100.0).clamp(0.5, 100.0))></span>
            </span>
            {format!("{} of 256 KiB ({:.1} %)", bytes_text(bytes), share * 100.0)}
        </p>
    }
}

fn show(data: &SharedData, stage: Stage) -> Option<Shown> {
    let view = &data.0.view;
    let index = view.stages.iter().position(|view| view.stage == stage)?;
    let after = view.stages.get(index)?;
    let before = match stage {
        Stage::Input | Stage::Result | Stage::Assign => None,
        Stage::ResultPath => view.stages.first(),
        _ => view.stages.get(index.checked_sub(1)?),
    };
    let found = view.change(index, MOST_CHANGES).unwrap_or_default();
    let mut marks: [BTreeMap<String, &'static str>; 2] = Default::default();
    let [before_marks, after_marks] = &mut marks;
    let mut counts = [0_usize; 3];
    for change in found.changes {
        match change.kind {
            ChangeKind::Added(_) => {
                counts[0] += 1;
                after_marks.insert(change.pointer, "added");
            }
            ChangeKind::Removed(_) => {
                counts[1] += 1;
                before_marks.insert(change.pointer, "removed");
            }
            ChangeKind::Changed { .. } => {
                counts[2] += 1;
                before_marks.insert(change.pointer.clone(), "changed");
                after_marks.insert(change.pointer, "changed");
            }
        }
    }
    let named = counts.iter().zip(["added", "removed", "changed"]).filter(|(count, _)| **count > 0);
    let named: Vec<String> = named.map(|(count, word)| format!("{count} {word}")).collect();
    let words = match (&before, named.is_empty()) {
        (None, _) => String::new(),
        (Some(_), true) => "unchanged".to_owned(),
        (Some(_), false) => named.join(", "),
    };
    let [before_marks, after_marks] = marks.map(|marks| Marks(Arc::new(marks)));
    Some(Shown {
        stage,
        before: before.map(|before| (before.stage, Json(before.value.clone()))),
        after: Json(after.value.clone()),
        before_marks,
        after_marks,
        words,
    })
}

/// A value in one line of some length.
pub fn short_text(value: &Value, most: usize) -> String {
    const MOST_BYTES: usize = 20_000;
    let text = match value {
        Value::Array(items) if value.text_len() > MOST_BYTES => format!("[ {} items ]", items.items().len()),
        Value::Object(members) if value.text_len() > MOST_BYTES => {
            format!("{{ {} fields }}", members.members().len())
        }
        value => value.to_text(),
    };
    match text.char_indices().nth(most) {
        None => text,
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
