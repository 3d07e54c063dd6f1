//! A stage of a state's data, beside what there was before it.

use std::collections::BTreeMap;
use std::sync::Arc;

use debugger::diff::ChangeKind;
use debugger::{PAYLOAD_LIMIT, Stage, StageView, bytes_text, change_of_stage, stage_before};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::ui::{Json, JsonTree, Marks};

/// Differences that are marked.
const MOST_CHANGES: usize = 2_000;

/// A stage with what it changed.
#[derive(Clone, PartialEq)]
pub struct ShownStage {
    stage: Stage,
    /// The stage before it, where the two are compared.
    before: Option<(Stage, Json)>,
    after: Json,
    before_marks: Marks,
    after_marks: Marks,
    words: String,
}

impl ShownStage {
    /// A stage of those that a state has.
    pub fn of(stages: &[StageView], stage: Stage) -> Option<ShownStage> {
        let index = stages.iter().position(|view| view.stage == stage)?;
        let after = stages.get(index)?;
        let before = stage_before(stages, index);
        let found = change_of_stage(stages, index, MOST_CHANGES).unwrap_or_default();
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
        Some(ShownStage {
            stage,
            before: before.map(|before| (before.stage, Json(before.value.clone()))),
            after: Json(after.value.clone()),
            before_marks,
            after_marks,
            words,
        })
    }
}

/// A stage with what it changed, side by side.
#[component]
pub fn StageCard(
    shown: ShownStage,
    /// What else there is to do with a place of the data.
    #[prop(optional)]
    actions: Vec<(&'static str, Callback<String>)>,
) -> impl IntoView {
    let sheet = style_sheet!("style/stages.css");
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
    let has_before = before.is_some();
    view! {
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
    }
}

/// The stages of a state that was tested, and one of them with before and after.
#[component]
pub fn StageStrip(stages: Vec<StageView>, chosen: RwSignal<Stage>) -> impl IntoView {
    let sheet = style_sheet!("style/stages.css");
    let there: Vec<Stage> = stages.iter().map(|view| view.stage).collect();
    let last = there.last().copied();
    // What was looked at stays so while the state is tested again, as far as it gets there.
    let stage = Memo::new(move |_| {
        let chosen = chosen.get();
        if there.contains(&chosen) { Some(chosen) } else { last }
    });
    let chips = stages
        .iter()
        .map(|view| {
            let (own, bytes) = (view.stage, view.bytes());
            let is_large = own != Stage::Assign && bytes * 5 > PAYLOAD_LIMIT * 4;
            view! {
                class = sheet,
                <li>
                    <button
                        type="button"
                        class="stage-chip"
                        aria-pressed=move || if stage.get() == Some(own) { "true" } else { "false" }
                        on:click=move |_| chosen.set(own)
                    >
                        {own.name()}
                        <span class="stage-size" class:large=is_large>
                            {bytes_text(bytes)}
                        </span>
                    </button>
                </li>
            }
        })
        .collect_view();
    let card = move || {
        let shown = ShownStage::of(&stages, stage.get()?)?;
        Some(view! { <StageCard shown=shown /> })
    };
    view! {
        class = sheet,
        <section class="stages" aria-label="Stages of the data">
            <ol class="stage-chips">{chips}</ol>
            {card}
        </section>
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
