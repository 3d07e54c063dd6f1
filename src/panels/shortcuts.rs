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
    const IN_GRAPH: [(&str, &str); 7] = [
        ("Next or previous state, in the order of execution", "Tab, Shift+Tab"),
        ("Nearest state in a direction", "Arrow keys"),
        ("Pan", "Shift+arrow keys"),
        ("First state", "Home"),
        ("Select nothing", "Esc"),
        ("From a form or a list of blocks back to the graph", "Esc"),
        ("Leave the definition for the next control", "Esc, then Tab"),
    ];
    let apple = dom::is_apple();
    let rows = Command::ALL
        .iter()
        .filter_map(|command| {
            let spec = command.spec();
            let keys: Vec<String> = spec.keys.iter().map(|key| key.label(apple)).collect();
            (!keys.is_empty()).then(|| (spec.title.trim_end_matches('…').to_owned(), keys))
        })
        .map(|(title, keys)| {
            let keys = keys.into_iter().map(|key| view! { <kbd>{key}</kbd> }).collect_view();
            view! {
                class = sheet,
                <li class="shortcut">
                    <span>{title}</span>
                    <span class="shortcut-keys">{keys}</span>
                </li>
            }
        })
        .collect_view();
    let graph_rows = IN_GRAPH
        .into_iter()
        .map(|(title, keys)| {
            view! {
                class = sheet,
                <li class="shortcut">
                    <span>{title}</span>
                    <span class="shortcut-keys">
                        <kbd>{keys}</kbd>
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        class = sheet,
        <div class="shortcuts">
            <section>
                <h3>"Everywhere"</h3>
                <ul>{rows}</ul>
            </section>
            <section>
                <h3>"In the graph and in texts"</h3>
                <ul>{graph_rows}</ul>
            </section>
        </div>
    }
}
