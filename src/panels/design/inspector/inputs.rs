//! Controls that know nothing of the language: texts, numbers, choices of a few.

use std::cell::Cell;
use std::rc::Rc;

use json::Value;
use leptos::prelude::*;

use super::completing::{Complete, Completer};
use crate::ui::Icon;

thread_local! {
    static LAST_ID: Cell<u32> = const { Cell::new(0) };
}

/// Controls that hold nothing of their own: all that was done there is in the definition, and its history.
pub const WITHOUT_DRAFT: &str = "[data-draft='no'], select, input[type='checkbox'], input[type='radio']";

/// An id that no other element has.
pub fn unique_id(prefix: &str) -> String {
    LAST_ID.with(|last| {
        last.set(last.get().wrapping_add(1));
        format!("{prefix}-{}", last.get())
    })
}

/// What a row tells its control, and is told by it.
#[derive(Clone)]
pub struct Labelling {
    /// The id of the control's element, to which the label points.
    pub id: String,
    pub label: &'static str,
    /// Whether the label on the screen is no `<label>` of the control, which then says its name itself.
    pub names_itself: bool,
    /// The ids of help and problems.
    pub described_by: String,
    pub is_required: bool,
    pub is_invalid: Signal<bool>,
    /// Why what stands in the control is not in the definition.
    pub complaint: RwSignal<Option<String>>,
}

impl Labelling {
    /// For a control that has its label to itself.
    pub fn alone(label: &'static str) -> Labelling {
        let complaint = RwSignal::new(None);
        Labelling {
            id: unique_id("control"),
            label,
            names_itself: false,
            described_by: String::new(),
            is_required: false,
            is_invalid: Signal::derive(move || complaint.with(Option::is_some)),
            complaint,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Line,
    /// A line of code.
    Code,
    /// Several lines of prose.
    Area,
    /// Several lines of code.
    CodeArea,
    Number,
}

/// What a text control makes of what is typed: a value, nothing at all, or a reason why not.
pub type Parse = Box<dyn Fn(&str) -> Result<Option<Value>, String> + Send + Sync>;
/// Takes a value over; none removes the field.
pub type Commit = Box<dyn Fn(Option<Value>) -> Result<(), String> + Send + Sync>;

/// What a text field is connected to.
pub struct TextControl {
    pub look: Look,
    pub placeholder: &'static str,
    pub value: Memo<Option<Value>>,
    pub show: fn(&Value) -> String,
    pub parse: Parse,
    pub commit: Commit,
    pub suggestions: Option<Signal<Vec<String>>>,
    /// For several lines: what can stand at the cursor.
    pub complete: Option<Complete>,
}

/// A text field. What is typed stays as it was typed until the field is left; what can't be taken over stays with
/// the reason.
pub fn text_input(labelling: &Labelling, control: TextControl) -> AnyView {
    let TextControl { look, placeholder, value, show, parse, commit, suggestions, complete } = control;
    let draft = RwSignal::new(None::<String>);
    let complaint = labelling.complaint;
    let typed = StoredValue::new(None::<Value>);
    // What changes from elsewhere counts more than a draft.
    Effect::new(move |before: Option<Option<Value>>| {
        let now = value.get();
        if before.is_some_and(|before| before != now) && typed.with_value(|typed| *typed != now) {
            draft.set(None);
            complaint.set(None);
        }
        now
    });
    let shown =
        move || draft.get().unwrap_or_else(|| value.with(|value| value.as_ref().map_or(String::new(), show)));
    let take = Rc::new(move |text: String| {
        let parsed = parse(&text);
        let plain = parsed.as_ref().ok().and_then(|value| value.as_ref().map(show));
        typed.set_value(parsed.as_ref().ok().cloned().flatten());
        match parsed.and_then(&commit) {
            Ok(()) => {
                // A blank at the end of an expression is not kept in the definition, and has to stay here.
                draft.set((plain.as_deref() != Some(&*text)).then_some(text));
                complaint.set(None);
            }
            Err(reason) => {
                draft.set(Some(text));
                complaint.set(Some(reason));
            }
        }
    });
    // A field that goes while it has the focus is left after its signals are gone.
    let leave = move || {
        let is_fine = complaint.try_with_untracked(Option::is_none).unwrap_or(false);
        if is_fine && draft.try_with_untracked(Option::is_some).unwrap_or(false) {
            draft.set(None);
        }
    };
    let aria_label = labelling.names_itself.then_some(labelling.label);
    let Labelling { id, described_by, is_required, is_invalid, .. } = labelling.clone();
    let aria_invalid = move || is_invalid.get().then_some("true");
    let described_by = (!described_by.is_empty()).then_some(described_by);
    let has_draft = move || if draft.with(Option::is_some) { "yes" } else { "no" };
    let is_code = matches!(look, Look::Code | Look::CodeArea);
    if matches!(look, Look::Area | Look::CodeArea) {
        let area = NodeRef::<leptos::html::Textarea>::new();
        let completer = Completer::new(complete);
        let on_input = {
            let take = take.clone();
            move |event: leptos::ev::Event| {
                take(event_target_value(&event));
                if let Some(area) = area.get_untracked().filter(|_| completer.is_there()) {
                    completer.offer(&area, false);
                }
            }
        };
        let on_key = {
            let take = take.clone();
            move |event: leptos::ev::KeyboardEvent| {
                if completer.on_key(&event, &*take) {
                    event.prevent_default();
                    event.stop_propagation();
                }
            }
        };
        let list = completer.is_there().then(|| completer.list(id.clone(), area, take));
        let (has_list, list_id, active_id) = (list.is_some(), format!("{id}-options"), id.clone());
        return view! {
            <textarea
                node_ref=area
                id=id
                class="form-input form-area"
                class:mono=is_code
                rows="1"
                placeholder=placeholder
                spellcheck=if is_code { "false" } else { "true" }
                aria-label=aria_label
                aria-describedby=described_by
                aria-required=is_required.then_some("true")
                aria-invalid=aria_invalid
                data-draft=has_draft
                aria-autocomplete=has_list.then_some("list")
                aria-controls=has_list.then_some(list_id)
                aria-activedescendant=move || completer.active_id(&active_id)
                prop:value=shown
                on:input=on_input
                on:keydown=on_key
                on:blur=move |_| {
                    completer.close();
                    leave();
                }
            ></textarea>
            {list}
        }
        .into_any();
    }
    let list_id = suggestions.map(|_| format!("{id}-list"));
    view! {
        <input
            id=id
            class="form-input"
            class:mono=is_code
            class:form-number=look == Look::Number
            type="text"
            inputmode=(look == Look::Number).then_some("decimal")
            placeholder=placeholder
            aria-label=aria_label
            list=list_id.clone()
            spellcheck="false"
            autocomplete="off"
            aria-describedby=described_by
            aria-required=is_required.then_some("true")
            aria-invalid=aria_invalid
            data-draft=has_draft
            prop:value=shown
            on:input=move |event| take(event_target_value(&event))
            on:blur=move |_| leave()
        />
        {suggestions
            .map(|suggestions| {
                view! {
                    <datalist id=list_id>
                        {move || {
                            suggestions.get().into_iter().map(|text| view! { <option value=text></option> }).collect_view()
                        }}
                    </datalist>
                }
            })}
    }
    .into_any()
}

pub fn show_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_text(), str::to_owned)
}

pub fn parse_text() -> Parse {
    Box::new(|text| Ok(Some(Value::from(text))))
}

/// A choice of a few, in a list. What the definition has and the list has not is shown too.
pub fn select(
    labelling: &Labelling,
    options: Signal<Vec<(String, String)>>,
    current: Signal<String>,
    on_change: impl Fn(String) + 'static,
) -> AnyView {
    let Labelling { id, described_by, is_required, is_invalid, .. } = labelling.clone();
    let described_by = (!described_by.is_empty()).then_some(described_by);
    // Nothing is drawn anew while these stay what they are.
    let drawn = Memo::new(move |_| (current.get(), options.get()));
    let all = move || {
        let (current, mut options) = drawn.get();
        if !options.iter().any(|(value, _)| *value == current) {
            let words =
                if current.is_empty() { "Choose…".to_owned() } else { format!("{current} (unknown)") };
            options.insert(0, (current.clone(), words));
        }
        options
            .into_iter()
            .map(|(value, words)| {
                let is_current = value == current;
                view! {
                    <option value=value selected=is_current prop:selected=is_current>
                        {words}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <span class="form-select">
            <select
                id=id
                class="form-input"
                aria-describedby=described_by
                aria-required=is_required.then_some("true")
                aria-invalid=move || is_invalid.get().then_some("true")
                on:change=move |event| on_change(event_target_value(&event))
            >
                {all}
            </select>
            <Icon name="chevron-down" />
        </span>
    }
    .into_any()
}

/// A small button with nothing but an icon.
pub fn icon_button(
    icon: &'static str,
    label: impl Into<String>,
    on_click: impl FnMut(leptos::ev::MouseEvent) + 'static,
) -> AnyView {
    let label = label.into();
    view! {
        <button type="button" class="form-icon-button" title=label.clone() aria-label=label on:click=on_click>
            <Icon name=icon size=14 />
        </button>
    }
    .into_any()
}
