use debugger::{PAYLOAD_LIMIT, Stage, bytes_text};
use json::Value;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::expression::{ExpressionView, Rules};
use super::stage_card::{ShownStage, StageCard};
use super::{Followed, place_of};
use crate::state::{SharedData, Studio};
use crate::ui::Icon;

/// Expressions of one stage that are shown.
const MOST_EXPRESSIONS: usize = 60;

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
        data.with(|data| ShownStage::of(&data.as_ref()?.0.view.stages, stage))
    });
    let chips = move || {
        data.get().map(|SharedData(data)| {
            let visit = data.visit;
            let chips = data.view.stages.iter().enumerate().map(|(index, view)| {
                let own = view.stage;
                let bytes = view.bytes();
                let is_happened = data.view.is_complete || index <= data.view.current;
                let is_elsewhere = data.is_elsewhere;
                let is_large = own != Stage::Assign && bytes * 5 > PAYLOAD_LIMIT * 4;
                let choose = move |_| {
                    // A state that is looked at from the end of the run leaves the cursor there.
                    if is_elsewhere || !is_happened || !runs.seek_stage(visit, own) {
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
        let actions = match can_follow() {
            true => vec![("Where from?", follow(false)), ("Who reads it?", follow(true))],
            false => Vec::new(),
        };
        Some(view! { <StageCard shown=shown actions=actions /> })
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
    let failed = move || {
        let SharedData(data) = data.get()?;
        let (expression, stage) = data.failed.clone()?;
        let before = data.view.stages.last().map(|view| view.value.clone());
        Some(view! {
            class = sheet,
            <div class="stage-failed" data-testid="failed-expression">
                <ExpressionView expression=expression visit=data.visit stage=stage language=data.language before=before />
            </div>
        })
    };
    view! {
        class = sheet,
        <section class="stages" aria-label="Stages of the data">
            {failed}
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
    let is_open = RwSignal::new(false);
    let can_edit = move || {
        stage.get() == Some(Stage::Input)
            && data.with(|data| data.as_ref().is_some_and(|data| data.0.is_entry))
    };
    // A form of its own for each place that a state is entered at.
    let form = move || {
        let (run, position) = place_of(studio);
        let form = StoredValue::new(format!("input {run} {position}"));
        let input = data.with(|data| {
            data.as_ref().and_then(|data| data.0.view.stages.first().map(|view| view.value.without_text()))
        });
        let input = input.map_or(String::new(), |input| input.to_pretty());
        let text = form.with_value(|form| studio.typed.field(form, "value", input));
        let save = move |_| match text.with_untracked(|text| json::parse(text)) {
            Ok(value) => {
                is_open.set(false);
                form.with_value(|form| studio.typed.forget(form));
                studio.replace_input(value);
            }
            Err(error) => studio.shell.fail(format!("The input is not JSON: {error}.")),
        };
        view! {
            class = sheet,
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
        }
    };
    view! {
        class = sheet,
        <Show when=can_edit>
            <div>
                <button
                    type="button"
                    class="button"
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    <Icon name="edit" />
                    "Edit the input"
                </button>
            </div>
            <Show when=move || is_open.get()>{form}</Show>
        </Show>
    }
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
