use debugger::{Breakpoint, BreakpointId, HitCount, Message, Place, Query, StateKey, Timers};
use engine::EventType;
use json::Str;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::Studio;

const KINDS: [(&str, &str); 8] = [
    ("enter", "A state is entered"),
    ("exit", "A state is left"),
    ("transition", "A way is taken"),
    ("error", "An error occurs"),
    ("retry", "A retry begins"),
    ("timer", "A timer is about to fire"),
    ("event", "An event of a type"),
    ("any", "Any state is entered"),
];

/// A title, whether it is chosen, and how to choose it.
type TimerChoice = (&'static str, fn(&Timers) -> bool, fn(&mut Timers, bool));

/// The kinds of timers.
const TIMERS: [TimerChoice; 4] = [
    ("A Wait state ends", |timers| timers.wait, |timers, is_on| timers.wait = is_on),
    ("A retry's back-off is over", |timers| timers.backoff, |timers, is_on| timers.backoff = is_on),
    ("A task or the execution times out", |timers| timers.timeout, |timers, is_on| timers.timeout = is_on),
    ("A heartbeat has failed to come", |timers| timers.heartbeat, |timers, is_on| timers.heartbeat = is_on),
];

/// A new breakpoint, or all that there is to an existing one.
#[component]
pub fn BreakpointForm(id: Option<BreakpointId>, close: Callback<()>) -> impl IntoView {
    let sheet = style_sheet!("style/breakpoint_form.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let known = id.and_then(|id| runs.breakpoints.with_untracked(|breakpoints| breakpoints.get(id).cloned()));
    let is_selected = studio.workspace.selected.with_untracked(Option::is_some);
    // What is selected, or the first state: the list shows that one then.
    let selected = studio.workspace.scene.with_untracked(|scene| {
        let selected = studio.workspace.selected.get_untracked();
        let selected = selected.filter(|key| scene.index_of(key).is_some());
        selected.or_else(|| scene.nodes.first().map(|node| node.key.clone())).unwrap_or_else(|| Str::from(""))
    });
    let known = known.unwrap_or_else(|| Breakpoint::new(Place::Enter(StateKey(selected.clone()))));
    let text_of = |key: Option<&StateKey>| key.map_or_else(|| selected.to_string(), |key| key.0.to_string());
    let (kind_now, first, second) = match &known.place {
        Place::Enter(key) => ("enter", text_of(Some(key)), text_of(None)),
        Place::Exit(key) => ("exit", text_of(Some(key)), text_of(None)),
        Place::Transition { from, to } => ("transition", text_of(Some(from)), text_of(Some(to))),
        Place::Error { .. } => ("error", text_of(None), text_of(None)),
        Place::Retry(Some(key)) => ("retry", text_of(Some(key)), text_of(None)),
        Place::Retry(None) => ("retry", String::new(), text_of(None)),
        Place::Event(_) => ("event", text_of(None), text_of(None)),
        Place::AnyState => ("any", text_of(None), text_of(None)),
        Place::Timer { state: Some(key), .. } => ("timer", text_of(Some(key)), text_of(None)),
        Place::Timer { state: None, .. } => ("timer", String::new(), text_of(None)),
    };
    let timers_now = match &known.place {
        Place::Timer { kinds, .. } => *kinds,
        _ => Timers::ALL,
    };
    let (caught_now, uncaught_now, error_now) = match &known.place {
        Place::Error { caught, uncaught, name } => {
            (*caught, *uncaught, name.as_deref().unwrap_or_default().to_owned())
        }
        _ => (true, true, String::new()),
    };
    let event_now = match &known.place {
        Place::Event(event_type) => event_type.name(),
        _ => "TaskScheduled",
    };
    let form = id.map_or_else(|| "breakpoint".to_owned(), |BreakpointId(id)| format!("breakpoint {id}"));
    let typed = studio.typed;
    let text = |name, now: &str| typed.field(&form, name, now.to_owned());
    let kind = text("kind", kind_now);
    let first = text("first", &first);
    let second = text("second", &second);
    let event_type = text("event type", event_now);
    let error_name = text("error", &error_now);
    let condition = text("condition", known.condition.as_deref().unwrap_or_default());
    let hits = text("hits", &known.hits.map(HitCount::to_text).unwrap_or_default());
    let log = text("log", known.log.as_deref().unwrap_or_default());
    let timers = typed.field(&form, "timers", timers_now);
    let caught = typed.field(&form, "caught", caught_now);
    let uncaught = typed.field(&form, "uncaught", uncaught_now);
    let form = StoredValue::new(form);
    let close = move || {
        form.with_value(|form| typed.forget(form));
        close.run(());
    };
    let is_enabled = known.enabled;
    let language = move || {
        let key = first.get();
        studio.workspace.document.with(|document| {
            let state = document.state_at_pointer(&key);
            state.map(|state| state.language()).or_else(|| document.machine().map(|scope| scope.language()))
        })
    };
    let language = Memo::new(move |_| language().unwrap_or_default());
    let example = move || match language.get() {
        asl::QueryLanguage::Jsonata => "$states.input.total > 100",
        asl::QueryLanguage::JsonPath => "$.total > 100",
    };
    let complaint = Memo::new(move |_| {
        let (condition, log, hits) = (condition.get(), log.get(), hits.get());
        if !condition.trim().is_empty()
            && let Err(problem) = Query::compile(&condition, language.get())
        {
            return Some(format!("The condition: {problem}"));
        }
        if !log.trim().is_empty()
            && let Err(problem) = Message::compile(&log, language.get())
        {
            return Some(format!("The line: {problem}"));
        }
        if kind.get() == "timer" && timers.with(|timers| TIMERS.iter().all(|(_, read, _)| !read(timers))) {
            return Some("Choose a kind of timer.".to_owned());
        }
        (!hits.trim().is_empty() && HitCount::parse(&hits).is_none())
            .then(|| "Hits are written as 3, >= 3, == 3 or % 3.".to_owned())
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // The Enter key sends the form, too.
        if complaint.with_untracked(Option::is_some) {
            return;
        }
        let key = |signal: RwSignal<String>| StateKey(Str::from(signal.get_untracked()));
        let place = match &*kind.get_untracked() {
            "exit" => Place::Exit(key(first)),
            "transition" => Place::Transition { from: key(first), to: key(second) },
            "error" => Place::Error {
                caught: caught.get_untracked(),
                uncaught: uncaught.get_untracked(),
                name: some_text(&error_name.get_untracked()),
            },
            "retry" => Place::Retry(some_text(&first.get_untracked()).map(StateKey)),
            "event" => match EventType::from_name(&event_type.get_untracked()) {
                Some(event_type) => Place::Event(event_type),
                None => return,
            },
            "any" => Place::AnyState,
            "timer" => Place::Timer {
                kinds: timers.get_untracked(),
                state: some_text(&first.get_untracked()).map(StateKey),
            },
            _ => Place::Enter(key(first)),
        };
        let breakpoint = Breakpoint {
            place,
            enabled: is_enabled,
            condition: some_text(&condition.get_untracked()),
            language: None,
            hits: HitCount::parse(&hits.get_untracked()),
            log: some_text(&log.get_untracked()),
        };
        runs.change_breakpoints(|breakpoints| match id {
            Some(id) => breakpoints.set(id, breakpoint),
            None => {
                breakpoints.add(breakpoint);
            }
        });
        close();
    };
    let is_kind = move |kinds: &'static [&'static str]| move || kinds.contains(&&*kind.get());
    let states = move |label: &'static str, chosen: RwSignal<String>, any: bool| {
        let options = studio.workspace.scene.with_untracked(|scene| {
            scene.nodes.iter().map(|node| (node.key.to_string(), node.name.to_string())).collect::<Vec<_>>()
        });
        view! {
            class = sheet,
            <label class="breakpoint-field">
                {label}
                <select prop:value=move || chosen.get() on:change=move |event| chosen.set(event_target_value(&event))>
                    {any.then(|| view! { <option value="">"Any state"</option> })}
                    {options
                        .into_iter()
                        .map(|(key, name)| {
                            let is_chosen = chosen.with_untracked(|chosen| *chosen == key);
                            view! { <option value=key selected=is_chosen>{name}</option> }
                        })
                        .collect_view()}
                </select>
            </label>
        }
    };
    view! {
        class = sheet,
        <form class="breakpoint-form" aria-label="Breakpoint" on:submit=save>
            <label class="breakpoint-field">
                "Stop when"
                <select
                    prop:value=move || kind.get()
                    on:change=move |event| {
                        let chosen = event_target_value(&event);
                        // Of any state, unless one was selected for it.
                        if id.is_none() && !is_selected && matches!(&*chosen, "retry" | "timer") {
                            first.set(String::new());
                        }
                        kind.set(chosen);
                    }
                >
                    {KINDS
                        .map(|(value, title)| {
                            let is_chosen = kind.with_untracked(|kind| kind == value);
                            view! { <option value=value selected=is_chosen>{title}</option> }
                        })
                        .into_iter()
                        .collect_view()}
                </select>
            </label>
            <Show when=is_kind(&["enter", "exit"])>{states("State", first, false)}</Show>
            <Show when=is_kind(&["retry"])>{states("Of", first, true)}</Show>
            <Show when=is_kind(&["timer"])>
                {states("Of", first, true)}
                {TIMERS
                    .map(|(title, read, write)| {
                        view! {
                            class = sheet,
                            <label class="breakpoint-check">
                                <input
                                    type="checkbox"
                                    prop:checked=move || timers.with(read)
                                    on:change=move |event| {
                                        let is_on = event_target_checked(&event);
                                        timers.update(|timers| write(timers, is_on));
                                    }
                                />
                                {title}
                            </label>
                        }
                    })
                    .into_iter()
                    .collect_view()}
            </Show>
            <Show when=is_kind(&["transition"])>
                {states("From", first, false)}
                {states("To", second, false)}
            </Show>
            <Show when=is_kind(&["event"])>
                <label class="breakpoint-field">
                    "Type of the event"
                    <select
                        prop:value=move || event_type.get()
                        on:change=move |event| event_type.set(event_target_value(&event))
                    >
                        {EventType::ALL
                            .iter()
                            .map(|known| {
                                let name = known.name();
                                let is_chosen = event_type.with_untracked(|chosen| chosen == name);
                                view! { <option value=name selected=is_chosen>{name}</option> }
                            })
                            .collect_view()}
                    </select>
                </label>
            </Show>
            <Show when=is_kind(&["error"])>
                <label class="breakpoint-check">
                    <input
                        type="checkbox"
                        prop:checked=move || caught.get()
                        on:change=move |event| caught.set(event_target_checked(&event))
                    />
                    "Caught or retried"
                </label>
                <label class="breakpoint-check">
                    <input
                        type="checkbox"
                        prop:checked=move || uncaught.get()
                        on:change=move |event| uncaught.set(event_target_checked(&event))
                    />
                    "Uncaught"
                </label>
                <label class="breakpoint-field">
                    "Only of this name"
                    <input
                        placeholder="States.Timeout"
                        prop:value=move || error_name.get()
                        on:input=move |event| error_name.set(event_target_value(&event))
                    />
                </label>
            </Show>
            <label class="breakpoint-field">
                {move || {
                    match language.get() {
                        asl::QueryLanguage::Jsonata => "Only if (JSONata)",
                        asl::QueryLanguage::JsonPath => "Only if (JSONPath)",
                    }
                }}
                <input
                    class="mono"
                    data-testid="condition"
                    spellcheck="false"
                    placeholder=example
                    prop:value=move || condition.get()
                    on:input=move |event| condition.set(event_target_value(&event))
                />
            </label>
            <label class="breakpoint-field">
                "Hits"
                <input
                    class="mono"
                    placeholder=">= 3, == 3, % 3"
                    prop:value=move || hits.get()
                    on:input=move |event| hits.set(event_target_value(&event))
                />
            </label>
            <label class="breakpoint-field">
                "Write a line instead of stopping"
                <input
                    class="mono"
                    spellcheck="false"
                    placeholder=move || format!("total is {{{}}}", example().split(' ').next().unwrap_or_default())
                    prop:value=move || log.get()
                    on:input=move |event| log.set(event_target_value(&event))
                />
            </label>
            <p class="form-complaint" role="alert">{move || complaint.get()}</p>
            <div class="form-actions">
                <button type="submit" class="button primary" aria-disabled=move || complaint.with(Option::is_some).then_some("true")>
                    {if id.is_some() { "Save" } else { "Add" }}
                </button>
                <button type="button" class="button" on:click=move |_| close()>
                    "Cancel"
                </button>
            </div>
        </form>
    }
}

fn some_text(text: &str) -> Option<Str> {
    (!text.trim().is_empty()).then(|| Str::from(text.trim()))
}
