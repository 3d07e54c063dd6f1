//! A number of seconds, in the unit that suits.

use asl::fields::Field;
use asl::forms::{TimeUnit, duration_text};
use json::{Number, Value};
use leptos::prelude::*;

use super::form::Site;
use super::inputs::{Labelling, Look, TextControl, select, show_text, text_input};

pub fn duration_input(site: &Site, field: &'static Field, labelling: &Labelling) -> AnyView {
    let value = site.value_memo();
    let seconds = move || value.with(|value| value.as_ref().and_then(Value::as_i64));
    let unit = RwSignal::new(untrack(|| seconds().map_or(TimeUnit::Seconds, TimeUnit::of)));
    // A value from elsewhere that is no multiple of the unit needs a smaller one.
    Effect::new(move |_| {
        if let Some(seconds) = seconds()
            && seconds % unit.get_untracked().seconds() != 0
        {
            unit.set(TimeUnit::of(seconds));
        }
    });
    let in_unit = Memo::new(move |_| {
        let length = unit.get().seconds();
        match seconds() {
            Some(seconds) if length > 1 => Some(Value::from(seconds / length)),
            _ => value.get(),
        }
    });
    let parse = Box::new(move |text: &str| {
        let text = text.trim();
        if text.starts_with("${") && text.ends_with('}') {
            return Ok(Some(Value::from(text)));
        }
        // A unit that is written behind the number counts.
        let (text, written) = match TimeUnit::split(text) {
            Some((text, unit)) => (text, Some(unit)),
            None => (text, None),
        };
        let number = Number::from_text(text).and_then(|number| number.as_i64());
        let number = number.ok_or("Type a whole number, or remove the field.")?;
        let in_unit = written.unwrap_or_else(|| unit.get_untracked());
        let seconds = number.checked_mul(in_unit.seconds()).ok_or("This is too long.")?;
        if let Some(written) = written {
            unit.set(written);
        }
        Ok(Some(Value::from(seconds)))
    });
    let writer = site.clone();
    let commit = Box::new(move |value: Option<Value>| value.map_or(Ok(()), |value| writer.set_typed(value)));
    let input = text_input(
        labelling,
        TextControl {
            look: Look::Number,
            placeholder: "",
            value: in_unit,
            show: show_text,
            parse,
            commit,
            suggestions: None,
            complete: None,
        },
    );
    let units = TimeUnit::ALL.map(|unit| (unit.name().to_owned(), unit.name().to_owned())).to_vec();
    let unit_labelling = Labelling::alone("Unit");
    let unit_id = unit_labelling.id.clone();
    let site = site.clone();
    let change_unit = move |name: String| {
        let Some(to) = TimeUnit::ALL.into_iter().find(|unit| unit.name() == name) else { return };
        let shown = in_unit.get_untracked().as_ref().and_then(Value::as_i64);
        unit.set(to);
        if let Some(seconds) = shown.and_then(|shown| shown.checked_mul(to.seconds())) {
            site.set(Value::from(seconds));
        }
    };
    let choose = select(
        &unit_labelling,
        Signal::derive(move || units.clone()),
        Signal::derive(move || unit.get().name().to_owned()),
        change_unit,
    );
    let readable = move || {
        let seconds = seconds()?;
        let text = duration_text(seconds as f64);
        (seconds >= 60 && text != format!("{seconds} s")).then(|| format!("{seconds} s = {text}"))
    };
    view! {
        <div class="form-pair">
            {input}
            <label class="visually-hidden" for=unit_id>
                {format!("Unit of {}", field.name)}
            </label>
            {choose}
        </div>
        <p class="form-note">{readable}</p>
    }
    .into_any()
}
