//! A point in time: as text, and with the browser's picker.

use json::Value;
use leptos::prelude::*;

use super::field::typed;
use super::form::Site;
use super::inputs::{Labelling, Look, parse_text, show_text};

pub fn timestamp_input(site: &Site, labelling: &Labelling) -> AnyView {
    let value = site.value_memo();
    // The picker has neither zone nor fractions; it shows what is in UTC.
    let picked = move || {
        value.with(|value| {
            let text = value.as_ref()?.as_str()?;
            let text = text.strip_suffix('Z')?;
            Some(text.get(..19).unwrap_or(text).to_owned())
        })
    };
    let text = typed(site, labelling, Look::Code, "2030-01-31T12:00:00Z", show_text, parse_text());
    let site = site.clone();
    let pick = move |event| {
        let text = event_target_value(&event);
        if !text.is_empty() {
            let seconds = if text.len() == 16 { ":00" } else { "" };
            site.set(Value::from(format!("{text}{seconds}Z")));
        }
    };
    view! {
        <div class="form-pair even">
            {text}
            <input
                type="datetime-local"
                step="1"
                class="form-input"
                aria-label=format!("Pick {} in UTC", labelling.label)
                prop:value=move || picked().unwrap_or_default()
                on:change=pick
            />
        </div>
        <p class="form-note">"The picker is in UTC."</p>
    }
    .into_any()
}
