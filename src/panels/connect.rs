use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::canvas::type_icon;
use crate::state::{ConnectTarget, Connecting, Studio};
use crate::ui::{Dialog, Icon};

/// Asks where a way is to lead: a list of states that typing narrows.
#[component]
pub fn ConnectDialog() -> impl IntoView {
    let studio = Studio::of_app();
    let connecting = studio.editing.connecting;
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(connecting.with(Option::is_some)));
    Effect::new(move |was: Option<bool>| {
        let is_open = open.get();
        if was == Some(true) && !is_open && connecting.with_untracked(Option::is_some) {
            connecting.set(None);
        }
        is_open
    });
    view! {
        <Dialog open=open title="Connect to" look="palette-dialog" has_header=false>
            {move || connecting.get().map(|connecting| view! { <Targets connecting=connecting /> })}
        </Dialog>
    }
}

#[component]
fn Targets(connecting: Connecting) -> impl IntoView {
    let sheet = style_sheet!("style/connect.css");
    let studio = Studio::of_app();
    let query = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    let Connecting { from, port } = connecting;
    let name = studio.state_of(&from).and_then(|state| {
        studio
            .workspace
            .document
            .with_untracked(|document| document.state(state).map(|state| state.shared_name()))
    });
    let name = name.unwrap_or_default();
    let ports = studio.ports(&from);
    let port = RwSignal::new(port);
    let targets = Memo::new({
        let from = from.clone();
        move |_| {
            let all = studio.connect_targets(&Connecting { from: from.clone(), port: port.get() });
            let words = query.get().to_lowercase();
            let words: Vec<&str> = words.split_whitespace().collect();
            let fits = |target: &ConnectTarget| {
                let name = target.name.to_lowercase();
                words.iter().all(|word| name.contains(word))
            };
            let mut found: Vec<ConnectTarget> = all.into_iter().filter(fits).collect();
            let begins = |target: &ConnectTarget| {
                words.first().is_some_and(|word| target.name.to_lowercase().starts_with(word))
            };
            found.sort_by_key(|target| (target.reason.is_some(), !begins(target)));
            let legal = found.iter().take_while(|target| target.reason.is_none()).count();
            let new = query.with(|query| studio.new_targets(query.trim()));
            found.splice(legal..legal, new);
            found
        }
    });
    let choose = move |position: usize| {
        let Some(target) = targets.with_untracked(|targets| targets.get(position).cloned()) else { return };
        if let Some(reason) = target.reason {
            studio.shell.announce(reason);
            return;
        }
        let connecting = Connecting { from: from.clone(), port: port.get_untracked() };
        studio.editing.connecting.set(None);
        // A dialog that closes gives the focus back to where it was: what is connected comes after.
        request_animation_frame(move || {
            match target.state_type.filter(|_| target.is_new) {
                Some(state_type) => studio.connect_to_new(&connecting, &target.name, state_type),
                None => studio.connect(&connecting, target.key.as_deref()),
            };
            studio.focus_selected();
        });
    };
    let choose = StoredValue::new(choose);
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let count = targets.with_untracked(Vec::len).max(1);
        let now = active.get_untracked();
        match &*event.key() {
            "ArrowDown" => active.set((now + 1) % count),
            "ArrowUp" => active.set((now + count - 1) % count),
            "Enter" => choose.get_value()(now),
            _ => return,
        }
        event.prevent_default();
    };
    let choices = ports
        .into_iter()
        .map(|(known, title)| {
            view! {
                class = sheet,
                <label class="port">
                    <input
                        type="radio"
                        name="port"
                        prop:checked=move || port.get() == known
                        on:change=move |_| port.set(known)
                    />
                    <span>{title}</span>
                </label>
            }
        })
        .collect_view();
    let rows = move || {
        let targets = targets.get();
        let rows = targets.into_iter().enumerate().map(|(position, target)| {
            let is_active = move || active.get() == position;
            let is_off = target.reason.is_some();
            let icon = if target.key.is_some() || target.is_new { type_icon(target.state_type) } else { "end" };
            let type_name = target.state_type.map_or("", asl::StateType::name);
            view! {
                class = sheet,
                <li
                    class="target"
                    class:active=is_active
                    class:unavailable=is_off
                    role="option"
                    id=format!("target-{position}")
                    aria-selected=move || if is_active() { "true" } else { "false" }
                    aria-disabled=is_off.then_some("true")
                    on:pointermove=move |_| active.set(position)
                    on:click=move |_| choose.get_value()(position)
                >
                    <Icon name=icon size=18 />
                    <span class="target-words">
                        {target.name}
                        {target
                            .is_new
                            .then(|| view! { class = sheet, <span class="target-reason">{format!("A new {type_name} state")}</span> })}
                        {target.is_current.then(|| view! { class = sheet, <span class="target-reason">"Leads there now"</span> })}
                        {target.reason.map(|reason| view! { class = sheet, <span class="target-reason">{reason}</span> })}
                    </span>
                </li>
            }
        });
        rows.collect_view()
    };
    view! {
        class = sheet,
        <div class="targets">
            <fieldset class="ports">
                <legend>{format!("From {name} by")}</legend>
                {choices}
            </fieldset>
            <input
                node_ref=input
                class="target-field"
                type="text"
                role="combobox"
                aria-label=format!("Where {name} leads to")
                aria-expanded="true"
                aria-controls="target-list"
                aria-activedescendant=move || format!("target-{}", active.get())
                placeholder="Name of the state to go to"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || query.get()
                on:input=move |event| {
                    query.set(event_target_value(&event));
                    active.set(0);
                }
                on:keydown=on_key
            />
            <ul class="target-list" id="target-list" role="listbox" aria-label="States">
                {rows}
            </ul>
            <Show when=move || targets.with(Vec::is_empty)>
                <p class="target-none">"No state has this in its name."</p>
            </Show>
        </div>
    }
}
