//! The retries of a retrier on a time axis.

use asl::forms::{RetrySchedule, duration_text};
use json::Value;
use leptos::prelude::*;

/// Retries that are drawn one by one.
const MOST_DRAWN: usize = 24;
const WIDTH: f64 = 320.0;
const AXIS: f64 = 34.0;
/// Room for the marks at both ends of the axis.
const MARGIN: f64 = 8.0;

pub fn schedule(retrier: Memo<Option<Value>>) -> AnyView {
    let schedule = Memo::new(move |_| {
        retrier.with(|retrier| RetrySchedule::of(retrier.as_ref().unwrap_or(&Value::Null)))
    });
    let sentence = move || schedule.with(RetrySchedule::sentence);
    view! {
        <figure class="form-schedule">
            {move || schedule.with(drawing)}
            <figcaption>{sentence}</figcaption>
        </figure>
    }
    .into_any()
}

fn drawing(schedule: &RetrySchedule) -> AnyView {
    let drawn = schedule.attempts.get(..schedule.attempts.len().min(MOST_DRAWN)).unwrap_or_default();
    let Some(end) = drawn.last().map(|attempt| attempt.at).filter(|end| *end > 0.0 && end.is_finite()) else {
        return ().into_any();
    };
    let at = move |seconds: f64| MARGIN + (WIDTH - 2.0 * MARGIN) * seconds / end;
    let mut last_label = f64::NEG_INFINITY;
    let marks = drawn
        .iter()
        .enumerate()
        .map(|(position, attempt)| {
            let (from, to) = (at(attempt.at - attempt.wait), at(attempt.at));
            // Where waits are too short for their lengths, only some of these are told.
            let middle = f64::midpoint(from, to);
            let words = duration_text(attempt.wait);
            let half = words.len() as f64 * 3.1;
            let label = (middle - half > last_label + 3.0).then(|| {
                last_label = middle + half;
                let x = middle.clamp(half, WIDTH - half);
                view! { <text class="schedule-label" x=x y=AXIS - 12.0 text-anchor="middle">{words}</text> }
            });
            let jitter = schedule.is_random.then(|| {
                let width = (to - from).max(0.0);
                view! { <rect class="schedule-jitter" x=from y=AXIS - 6.0 width=width height="12" rx="3"></rect> }
            });
            let is_numbered = drawn.len() < 12 || position == 0 || position + 1 == drawn.len();
            let below = view! {
                {jitter}
                <line class="schedule-wait" class:capped=attempt.is_capped x1=from y1=AXIS x2=to y2=AXIS></line>
                {label}
            };
            let above = view! {
                <circle class="schedule-attempt" cx=to cy=AXIS r="4"></circle>
                <text class="schedule-number" x=to y=AXIS + 18.0 text-anchor="middle">
                    {is_numbered.then_some(position + 1)}
                </text>
            };
            (below, above)
        })
        .collect::<Vec<_>>();
    let (below, above): (Vec<_>, Vec<_>) = marks.into_iter().unzip();
    let words = schedule.sentence();
    view! {
        <svg class="schedule" viewBox=format!("0 0 {WIDTH} 58") role="img" aria-label=format!("Retries after {words}")>
            {below}
            <circle class="schedule-first" cx=at(0.0) cy=AXIS r="4"></circle>
            {above}
        </svg>
    }
    .into_any()
}
