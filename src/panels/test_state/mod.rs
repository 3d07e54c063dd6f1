//! Tests one state by itself, as AWS's TestState does, on data that one can type.

mod answer;
mod form;

use std::collections::HashMap;
use std::sync::Arc;

use debugger::Stage;
use engine::test_state::ResponseShapes;
use json::Str;
use leptos::prelude::*;
use leptos::task::spawn_local;
use stylers_macro::style_sheet;

use self::answer::Answer;
use self::form::TrialForm;
use crate::canvas::icon_of;
use crate::platform::fetch;
use crate::state::{Shared, Studio, TestSubject, Tested, Trial, TrialField};
use crate::ui::{Dialog, Icon};

/// Milliseconds without another keystroke before the state is tested anew.
const REST_MS: u32 = 250;

/// What is wrong with a field, or with the state.
type Complaints = Vec<(TrialField, String)>;

/// What the dialog keeps while the page is open.
#[derive(Clone, Copy)]
struct Bench {
    /// The key of the state's node.
    key: RwSignal<Option<Str>>,
    /// What was typed for a state, by its name.
    kept: StoredValue<HashMap<Str, Trial>>,
    shapes: RwSignal<Option<Arc<ResponseShapes>>>,
    /// The stage that is looked at.
    stage: RwSignal<Stage>,
}

/// The dialog in which a state is tested.
#[component]
pub fn TestState() -> impl IntoView {
    let studio = Studio::of_app();
    let shell = studio.shell;
    let bench = Bench {
        key: RwSignal::new(None),
        kept: StoredValue::new(HashMap::new()),
        shapes: RwSignal::new(None),
        stage: RwSignal::new(Stage::Output),
    };
    Effect::new(move |_| {
        studio.workspace.opened.track();
        bench.kept.update_value(HashMap::clear);
    });
    Effect::new(move |_| {
        if !shell.test_state.get() || bench.shapes.with_untracked(Option::is_some) {
            return;
        }
        spawn_local(async move {
            let text = fetch::text("./response-shapes.txt").await;
            let _ = bench.shapes.try_set(text.map(|text| Arc::new(ResponseShapes::parse(&text))));
        });
    });
    let content = move || {
        let key = bench.key.get();
        let subject = untrack(|| key.and_then(|key| studio.test_subject(&key)));
        match subject {
            Some(subject) => view! { <Workplace bench=bench subject=subject /> }.into_any(),
            None => view! { <p class="test-nothing">"The state is gone, or the definition is broken where it was."</p> }
                .into_any(),
        }
    };
    Effect::new(move |_| {
        if shell.test_state.get() {
            bench.key.set(studio.workspace.selected.get_untracked());
        }
    });
    view! {
        <Dialog open=shell.test_state title="Test state" look="test-dialog">
            {content}
        </Dialog>
    }
}

/// What is typed on the left, what comes of it on the right.
#[component]
fn Workplace(bench: Bench, subject: TestSubject) -> impl IntoView {
    let sheet = style_sheet!("style/test_state.css");
    let studio = Studio::of_app();
    let kept = bench.kept.with_value(|kept| kept.get(&subject.name).cloned());
    let trial = RwSignal::new(kept.unwrap_or_else(|| studio.first_trial(&subject)));
    let tested = RwSignal::new(None::<Shared<Tested>>);
    let complaints = RwSignal::new(Complaints::new());
    let subject = StoredValue::new(subject);
    let run = move || {
        let trial = trial.get_untracked();
        let (name, shapes) =
            (subject.with_value(|subject| subject.name.clone()), bench.shapes.get_untracked());
        match subject.with_value(|subject| studio.tested(subject, &trial, shapes)) {
            Ok(result) => {
                complaints.set(Complaints::new());
                tested.set(Some(Shared::new(result)));
            }
            // What came of the last good input stays in sight.
            Err(found) => complaints.set(found),
        }
        bench.kept.update_value(|kept| {
            kept.insert(name, trial);
        });
    };
    let timer = StoredValue::new_local(None::<gloo::timers::callback::Timeout>);
    Effect::new(move |before: Option<()>| {
        trial.track();
        bench.shapes.track();
        if before.is_none() {
            run();
            return;
        }
        // An older timer ends with being replaced.
        timer.set_value(Some(gloo::timers::callback::Timeout::new(REST_MS, move || {
            if trial.try_get_untracked().is_some() {
                run();
            }
        })));
    });
    let answer = NodeRef::<leptos::html::Section>::new();
    let now = move || {
        timer.set_value(None);
        run();
        let words = match (tested.get_untracked(), complaints.with_untracked(Vec::is_empty)) {
            (Some(tested), true) => format!("Tested: {}", tested.response.status.name()),
            _ => "Not tested: something has to be corrected first".to_owned(),
        };
        studio.shell.announce(words);
        // On a small screen it stands below.
        if let Some(part) = answer.get_untracked() {
            part.scroll_into_view_with_bool(true);
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            // Before an editor makes a line of it.
            event.prevent_default();
            event.stop_propagation();
            now();
        }
    };
    let head = subject.with_value(|subject| {
        let language = if subject.is_jsonata { "JSONata" } else { "JSONPath" };
        let resource = subject.resource.clone().map(|resource| format!(" · {resource}")).unwrap_or_default();
        view! {
            class = sheet,
            <div class="test-head">
                <span class="form-type-icon" data-type=subject.state_type.name()>
                    <Icon name=icon_of(Some(subject.state_type), subject.service.as_deref()) size=20 />
                </span>
                <span class="test-words">
                    <strong>{subject.name.to_string()}</strong>
                    <span class="test-about">{format!("{} · {language}{resource}", subject.state_type.name())}</span>
                </span>
                <button type="button" class="button primary" title="Ctrl+Enter" on:click=move |_| now()>
                    <Icon name="play" />
                    "Run"
                </button>
            </div>
        }
    });
    view! {
        class = sheet,
        <div class="test-body" on:keydown:capture=on_key>
            {head}
            <div class="test-columns">
                <section class="test-part" tabindex="0" aria-label="What the state is given">
                    <TrialForm subject=subject trial=trial complaints=complaints />
                </section>
                <section node_ref=answer class="test-part test-answer" tabindex="0" aria-label="What comes of it">
                    <Answer bench=bench tested=tested complaints=complaints />
                </section>
            </div>
        </div>
    }
}
