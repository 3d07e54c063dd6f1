use debugger::count_text;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::events::LIST;
use crate::platform::dom;
use crate::state::Studio;
use crate::ui::Icon;

/// Tells of events that have come while one looks at others, and goes to them; the list follows the run again then.
#[component]
pub fn NewEvents(total: Memo<usize>, holds: RwSignal<bool>) -> impl IntoView {
    let sheet = style_sheet!("style/new_events.css");
    let studio = Studio::of_app();
    let page = studio.page;
    // How many events there were when the list was left alone.
    let seen = RwSignal::new(None::<usize>);
    let follow = move || {
        seen.set(None);
        holds.set(false);
    };
    // The end of the list that new events come to is in sight, or not, once a person has scrolled.
    let look = move || {
        request_animation_frame(move || {
            let Some((above, below)) = dom::hidden_of_list(LIST) else { return };
            let Some(newest_first) = page.newest_first.try_get_untracked() else { return };
            let hidden = if newest_first { above } else { below };
            match (hidden > 4.0, seen.try_get_untracked().flatten()) {
                (true, None) if studio.runs.is_alive_untracked() => {
                    seen.set(Some(total.get_untracked()));
                    holds.set(true);
                }
                (false, Some(_)) => follow(),
                _ => {}
            }
        });
    };
    // Most lists are of runs that are over: to look has the page laid out.
    let is_of_use = move || seen.with_untracked(Option::is_some) || studio.runs.is_alive_untracked();
    // The wheel, a finger, and the bar beside the list.
    let listeners = ["wheel", "touchmove", "pointerup"].map(|name| {
        window_event_listener_untyped(name, move |event| {
            if is_of_use() && dom::is_in_element(event.target(), LIST) {
                look();
            }
        })
    });
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    // Another run, or the end of this one, is nothing to wait for.
    Effect::new(move |before: Option<_>| {
        let current = (studio.runs.current.get(), page.execution.get());
        if before.is_some_and(|before| before != current) {
            follow();
        }
        current
    });
    // Whoever goes somewhere by key wants to be there.
    Effect::new(move |before: Option<()>| {
        studio.runs.cursor.track();
        let is_at_end = studio.runs.with_run_untracked(|run| run.session.is_at_end()).unwrap_or(true);
        if before.is_some() && !is_at_end && holds.get_untracked() {
            holds.set(false);
            seen.set(None);
        }
    });
    let fresh = Memo::new(move |_| seen.get().map_or(0, |seen| total.get().saturating_sub(seen)));
    let words = move || match fresh.get() {
        1 => "1 new event".to_owned(),
        count => format!("{} new events", count_text(count as u64)),
    };
    let go = move |_| {
        follow();
        studio.runs.seek_to_end_of(page.execution.get_untracked());
        dom::scroll_list_to_end(LIST, page.newest_first.get_untracked());
    };
    view! {
        class = sheet,
        <Show when=move || fresh.get() != 0>
            <button type="button" class="new-events" data-testid="new-events" on:click=go>
                <Icon name=if page.newest_first.get_untracked() { "arrow-up" } else { "arrow-down" } size=14 />
                {words}
            </button>
        </Show>
    }
}
