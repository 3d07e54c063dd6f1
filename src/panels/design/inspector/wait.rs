//! How long a Wait state waits: for a time, or until a point in time.

use asl::forms::Control;
use json::Value;
use leptos::prelude::*;

use super::field::field_row;
use super::form::Site;
use crate::ui::segments;

const FIELDS: [&str; 4] = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];

pub fn wait(site: &Site, controls: &[Control]) -> AnyView {
    let find = |name: &str| controls.iter().find(|control| control.field.name == name).copied();
    let (Some(seconds), Some(timestamp)) = (find("Seconds"), find("Timestamp")) else { return ().into_any() };
    let is_until = Memo::new({
        let site = site.clone();
        move |_| timestamp.names().any(|name| site.child(name).exists())
    });
    let change = {
        let site = site.clone();
        move |is_until: bool| {
            let mut fields: Vec<(String, Option<Value>)> =
                FIELDS.iter().map(|name| (format!("/{name}"), None)).collect();
            fields.push(if is_until {
                ("/Timestamp".to_owned(), Some(Value::from("2030-01-01T00:00:00Z")))
            } else {
                ("/Seconds".to_owned(), Some(Value::from(60)))
            });
            site.form.change_or_say(fields, "Changed the wait");
        }
    };
    let options = vec![
        (false, "For a duration", "Wait for a number of seconds"),
        (true, "Until a time", "Wait until a timestamp"),
    ];
    let row = {
        let site = site.clone();
        move || field_row(&site, if is_until.get() { timestamp } else { seconds })
    };
    view! {
        <div class="form-choice">{segments("How to wait".to_owned(), options, is_until.into(), change)}</div>
        {row}
    }
    .into_any()
}
