use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::command::Command;
use crate::platform::dom;
use crate::state::Studio;
use crate::ui::Dialog;

/// All keys, from the table of commands.
#[component]
pub fn Shortcuts() -> impl IntoView {
    let shell = Studio::of_app().shell;
    view! {
        <Dialog open=shell.shortcuts title="Keyboard shortcuts" look="shortcuts-dialog">
            <ShortcutList />
        </Dialog>
    }
}

#[component]
fn ShortcutList() -> impl IntoView {
    let sheet = style_sheet!("style/shortcuts.css");
    const IN_GRAPH: [(&str, &str); 8] = [
        ("Next or previous state, in the order of execution", "Tab, Shift+Tab"),
        ("Nearest state in a direction", "Arrow keys"),
        ("Pan", "Shift+arrow keys"),
        ("First state", "Home"),
        ("Select nothing", "Esc"),
        ("From a form or a list of blocks back to the graph", "Esc"),
        ("Next or previous row of a list", "Arrow keys, J and K"),
        ("Leave the definition for the next control", "Esc, then Tab"),
    ];
    let apple = dom::is_apple();
    let shell = Studio::of_app().shell;
    let row = move |(title, keys): (String, Vec<String>)| {
        let keys = keys.into_iter().map(|key| view! { <kbd>{key}</kbd> }).collect_view();
        view! {
            class = sheet,
            <li class="shortcut">
                <span>{title}</span>
                <span class="shortcut-keys">{keys}</span>
            </li>
        }
    };
    let of_group = move |group: &'static str| {
        let rows = Command::ALL.iter().filter_map(move |command| {
            let spec = command.spec();
            let keys: Vec<String> = spec.keys.iter().map(|key| key.label(apple)).collect();
            let is_in = spec.group == group && !keys.is_empty();
            is_in.then(|| (spec.title.trim_end_matches('…').to_owned(), keys))
        });
        (group, rows.collect::<Vec<_>>())
    };
    let in_graph = IN_GRAPH.map(|(title, keys)| (title.to_owned(), vec![keys.to_owned()]));
    let groups = ["File", "Edit", "View", "Help", "Run"].map(of_group).into_iter();
    let sections =
        groups.chain([("In the graph, in lists and in texts", in_graph.to_vec())]).map(|(title, rows)| {
            view! {
                class = sheet,
                <section>
                    <h3>{title}</h3>
                    <ul>{rows.into_iter().map(row).collect_view()}</ul>
                </section>
            }
        });
    view! {
        class = sheet,
        <div class="shortcuts">{sections.collect_view()}</div>
        <label class="shortcut-choice">
            <input
                type="checkbox"
                prop:checked=move || shell.letters.get()
                on:change=move |event| shell.use_letters(event_target_checked(&event))
            />
            "Letters, digits and signs alone are shortcuts"
        </label>
    }
}
