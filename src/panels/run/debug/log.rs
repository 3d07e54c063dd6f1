use debugger::LogLine;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::Studio;

/// Lines that are shown, the last ones.
const MOST_SHOWN: usize = 300;

/// What log points wrote up to the cursor.
#[component]
pub fn Log() -> impl IntoView {
    let sheet = style_sheet!("style/log.css");
    let runs = Studio::of_app().runs;
    let lines = Memo::new(move |_| {
        let lines = runs.with_picture(|run| {
            let mut lines: Vec<LogLine> = run.session.log().collect();
            let surplus = lines.len().saturating_sub(MOST_SHOWN);
            lines.drain(..surplus);
            lines
        });
        lines.unwrap_or_default()
    });
    view! {
        class = sheet,
        <Show when=move || lines.with(|lines| !lines.is_empty())>
            <section class="log" aria-label="Log points">
                <h4>"Log"</h4>
                <ol>
                    {move || {
                        lines
                            .get()
                            .into_iter()
                            .map(|line| {
                                view! {
                                    class = sheet,
                                    <li>
                                        <button type="button" class="log-line" on:click=move |_| runs.seek(line.position)>
                                            <span class="log-position">{line.position}</span>
                                            {line.text}
                                        </button>
                                    </li>
                                }
                            })
                            .collect_view()
                    }}
                </ol>
            </section>
        </Show>
    }
}
