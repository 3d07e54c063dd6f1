//! Where the bars of a history stand on an axis of time, or of events.

use engine::Instant;

use crate::history_model::{HistoryModel, Row, RowKind};
use crate::status::StateStatus;
use crate::timeline::{SpanKind, spans_of};

/// A piece of a row's bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    pub kind: SpanKind,
    pub outcome: StateStatus,
    pub from: Instant,
    pub to: Instant,
    /// The positions of the first and the last event under it, from 1.
    pub first: u32,
    pub last: u32,
}

/// The bars of a row of the table of states.
pub fn bars_of(model: &HistoryModel, row: &Row, now: Instant) -> Vec<Bar> {
    let whole = |kind| Bar {
        kind,
        outcome: row.status,
        from: row.from,
        to: row.to.unwrap_or(now).max(row.from),
        first: row.first,
        last: row.last.max(row.first),
    };
    match row.kind {
        RowKind::Frame(..) => vec![whole(SpanKind::Children)],
        RowKind::Attempt(_, number) => {
            vec![whole(SpanKind::Attempt(u32::try_from(number).unwrap_or(u32::MAX)))]
        }
        RowKind::State(id) => {
            let Some(visit) = model.visits().get(id) else { return Vec::new() };
            let spans = spans_of(id, visit, now);
            let mut bars: Vec<Bar> = Vec::with_capacity(spans.len());
            for (number, span) in spans.iter().enumerate() {
                let next = spans.get(number + 1).map(|next| next.position);
                bars.push(Bar {
                    kind: span.kind,
                    outcome: span.outcome,
                    from: span.from,
                    to: span.to,
                    first: span.position,
                    last: next.unwrap_or(row.last).max(span.position),
                });
            }
            bars
        }
    }
}

/// What runs from left to right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    #[default]
    Time,
    /// Time in which no task is at work is cut short.
    BusyTime,
    /// The order of events: for runs that take no time.
    Events,
}

/// A mapping from time or positions to 0 … 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    pub axis: Axis,
    pub from: Instant,
    pub to: Instant,
    events: u32,
    /// Times with their place on the axis, ascending in both.
    knots: Vec<(i64, f64)>,
    /// The stretches that were cut short, as places on the axis.
    pub cuts: Vec<(f64, f64)>,
}

/// A mark on the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub at: f64,
    /// Milliseconds since the start, or the position of an event.
    pub value: i64,
}

/// An idle stretch is cut where it takes more than this share of the whole.
const LONG_IDLE: f64 = 0.08;
/// The share of the axis that a stretch that was cut keeps.
const CUT_SHARE: f64 = 0.03;
/// Stretches that are cut at most.
const MOST_CUTS: usize = 12;

impl Scale {
    /// The scale of a history. What still goes on lasts until `now`.
    pub fn of(model: &HistoryModel, axis: Axis, now: Instant) -> Scale {
        let first = model.history().get(0).map(|event| event.timestamp).unwrap_or_default();
        let last = model.history().last().map(|event| event.timestamp).unwrap_or_default();
        let to = last.max(now).max(first);
        let events = u32::try_from(model.history().len()).unwrap_or(u32::MAX);
        let mut scale = Scale { axis, from: first, to, events, knots: Vec::new(), cuts: Vec::new() };
        match axis {
            Axis::BusyTime => scale.cut(idle_stretches(model, first, to)),
            _ => scale.knots = vec![(first.0, 0.0), (to.0.max(first.0.saturating_add(1)), 1.0)],
        }
        scale
    }

    fn cut(&mut self, idle: Vec<(i64, i64)>) {
        let whole = self.to.0.saturating_sub(self.from.0).max(1) as f64;
        let mut long: Vec<(i64, i64)> =
            idle.into_iter().filter(|(from, to)| (to - from) as f64 > whole * LONG_IDLE).collect();
        long.truncate(MOST_CUTS);
        let idle_time: i64 = long.iter().map(|(from, to)| to - from).sum();
        let busy = (whole - idle_time as f64).max(1.0);
        let share = 1.0 - CUT_SHARE * long.len() as f64;
        let mut knots = vec![(self.from.0, 0.0)];
        let mut place = 0.0;
        let mut at = self.from.0;
        for (from, to) in long {
            place += (from - at) as f64 / busy * share;
            knots.push((from, place));
            self.cuts.push((place, place + CUT_SHARE));
            place += CUT_SHARE;
            knots.push((to, place));
            at = to;
        }
        knots.push((self.to.0.max(at.saturating_add(1)), 1.0));
        self.knots = knots;
    }

    /// The place of a time, 0 … 1.
    pub fn place(&self, at: Instant) -> f64 {
        let next = self.knots.partition_point(|(time, _)| *time <= at.0);
        let (Some(before), Some(after)) =
            (next.checked_sub(1).and_then(|index| self.knots.get(index)), self.knots.get(next))
        else {
            return if next == 0 { 0.0 } else { 1.0 };
        };
        let share = (at.0 - before.0) as f64 / (after.0 - before.0).max(1) as f64;
        before.1 + share * (after.1 - before.1)
    }

    /// Where a bar begins and ends, 0 … 1.
    pub fn extent(&self, bar: &Bar) -> (f64, f64) {
        match self.axis {
            Axis::Events => {
                let most = f64::from(self.events.max(1));
                (f64::from(bar.first.saturating_sub(1)) / most, f64::from(bar.last.min(self.events)) / most)
            }
            _ => (self.place(bar.from), self.place(bar.to)),
        }
    }

    /// Marks at round values, at most about `most`.
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        let most = most.max(1) as i64;
        if self.axis == Axis::Events {
            let step = round_step(i64::from(self.events) / most, &[1, 2, 5]);
            let marks = (0..=most * 2).map(|number| number * step);
            return marks
                .take_while(|value| *value <= i64::from(self.events))
                .map(|value| Tick { at: value as f64 / f64::from(self.events.max(1)), value })
                .collect();
        }
        if !self.cuts.is_empty() {
            // Round times would fall into what was cut: the ends of the stretches say more.
            let mut ticks: Vec<Tick> = Vec::new();
            for (time, at) in &self.knots {
                if ticks.last().is_none_or(|last| at - last.at >= 0.6 / most as f64) {
                    ticks.push(Tick { at: *at, value: time.saturating_sub(self.from.0) });
                }
            }
            return ticks;
        }
        let whole = self.to - self.from;
        let step = time_step(whole / most);
        let mut ticks: Vec<Tick> = Vec::new();
        let mut value = 0;
        while value <= whole && ticks.len() < 200 {
            let at = self.place(self.from + value);
            let far_enough = ticks.last().is_none_or(|last| at - last.at >= 0.6 / most as f64);
            if far_enough {
                ticks.push(Tick { at, value });
            }
            value = value.saturating_add(step);
        }
        ticks
    }
}

/// The part of an axis that is in sight, as places on it: all of it is 0 … 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub from: f64,
    pub to: f64,
}

impl Default for Window {
    fn default() -> Window {
        Window { from: 0.0, to: 1.0 }
    }
}

/// The smallest part of an axis that is shown.
const LEAST_WINDOW: f64 = 1.0 / 20_000.0;

impl Window {
    pub fn is_all(self) -> bool {
        self == Window::default()
    }

    pub fn width(self) -> f64 {
        self.to - self.from
    }

    /// Shows a `factor` of what was shown, below 1 less; what is at `about` (0 … 1, of the window) stays where it is.
    pub fn zoomed(self, factor: f64, about: f64) -> Window {
        let width = (self.width() * factor).clamp(LEAST_WINDOW, 1.0);
        let fixed = self.from + self.width() * about.clamp(0.0, 1.0);
        Window::within(fixed - width * about.clamp(0.0, 1.0), width)
    }

    /// Moves by a share of itself, to the right where it is above 0.
    pub fn moved(self, by: f64) -> Window {
        Window::within(self.from + self.width() * by, self.width())
    }

    /// Shows a stretch of the axis, with some room around it.
    pub fn around(from: f64, to: f64) -> Window {
        let width = ((to - from) * 1.2).clamp(LEAST_WINDOW, 1.0);
        Window::within((from + to - width) / 2.0, width)
    }

    fn within(from: f64, width: f64) -> Window {
        let width = width.clamp(LEAST_WINDOW, 1.0);
        let from = from.clamp(0.0, 1.0 - width);
        Window { from, to: (from + width).min(1.0) }
    }

    /// Where a place on the axis is in the window; outside of 0 … 1 where it is out of sight.
    pub fn place(self, at: f64) -> f64 {
        (at - self.from) / self.width().max(LEAST_WINDOW)
    }

    /// What is in sight of a stretch of the axis, as places in the window; none where nothing is.
    pub fn cut(self, from: f64, to: f64) -> Option<(f64, f64)> {
        let (from, to) = (self.place(from), self.place(to));
        (to >= 0.0 && from <= 1.0).then(|| (from.max(0.0), to.min(1.0)))
    }
}

impl Scale {
    /// The time at a place on the axis.
    pub fn time_at(&self, at: f64) -> Instant {
        let next = self.knots.partition_point(|(_, place)| *place <= at);
        let (Some(before), Some(after)) =
            (next.checked_sub(1).and_then(|index| self.knots.get(index)), self.knots.get(next))
        else {
            return if next == 0 { self.from } else { self.to };
        };
        let share = (at - before.1) / (after.1 - before.1).max(f64::EPSILON);
        Instant(before.0.saturating_add(((after.0 - before.0) as f64 * share).round() as i64)).min(self.to)
    }

    /// The value that a mark at a place of the axis would have.
    pub fn value_at(&self, at: f64) -> i64 {
        match self.axis {
            Axis::Events => (at * f64::from(self.events)).round() as i64,
            _ => self.time_at(at) - self.from,
        }
    }

    /// Marks at round values of what is in sight, as places in the window; at most about `most`.
    pub fn ticks_in(&self, window: Window, most: usize) -> Vec<Tick> {
        let in_window = |tick: Tick| {
            let at = window.place(tick.at);
            (-1e-6..=1.0).contains(&at).then(|| Tick { at: at.max(0.0), ..tick })
        };
        if window.is_all() || !self.cuts.is_empty() {
            return self.ticks(most).into_iter().filter_map(in_window).collect();
        }
        let (first, last) = (self.value_at(window.from), self.value_at(window.to));
        let least = (last - first) / most.max(1) as i64;
        let step = match self.axis {
            Axis::Events => round_step(least, &[1, 2, 5]),
            _ => time_step(least),
        }
        .max(1);
        let mut ticks = Vec::new();
        let mut value = first - first.rem_euclid(step);
        while value <= last && ticks.len() < 200 {
            let at = match self.axis {
                Axis::Events => value as f64 / f64::from(self.events.max(1)),
                _ => self.place(self.from + value),
            };
            ticks.extend(in_window(Tick { at, value }));
            value = value.saturating_add(step);
        }
        ticks
    }

    /// Whether a row of the table of states is in sight: some of its bar is in the window.
    pub fn is_in(&self, window: Window, row: &Row, now: Instant) -> bool {
        let (from, to) = self.extent_of(row, now);
        window.cut(from, to).is_some()
    }

    /// Where a row of the table of states begins and ends, 0 … 1. What still goes on lasts until `now`.
    pub fn extent_of(&self, row: &Row, now: Instant) -> (f64, f64) {
        match self.axis {
            Axis::Events => {
                let most = f64::from(self.events.max(1));
                (f64::from(row.first.saturating_sub(1)) / most, f64::from(row.last) / most)
            }
            _ => (self.place(row.from), self.place(row.to.unwrap_or(now).max(row.from))),
        }
    }
}

/// The smallest round number of at least `least`: a factor times a power of ten.
fn round_step(least: i64, factors: &[i64]) -> i64 {
    let mut power = 1i64;
    loop {
        for factor in factors {
            let step = power.saturating_mul(*factor);
            if step >= least.max(1) {
                return step;
            }
        }
        power = power.saturating_mul(10);
        if power > i64::MAX / 100 {
            return power;
        }
    }
}

fn time_step(least: i64) -> i64 {
    const SECOND: i64 = 1_000;
    const STEPS: [i64; 20] = [
        SECOND,
        2 * SECOND,
        5 * SECOND,
        10 * SECOND,
        15 * SECOND,
        30 * SECOND,
        60 * SECOND,
        120 * SECOND,
        300 * SECOND,
        600 * SECOND,
        900 * SECOND,
        1_800 * SECOND,
        3_600 * SECOND,
        2 * 3_600 * SECOND,
        6 * 3_600 * SECOND,
        12 * 3_600 * SECOND,
        24 * 3_600 * SECOND,
        7 * 24 * 3_600 * SECOND,
        30 * 24 * 3_600 * SECOND,
        90 * 24 * 3_600 * SECOND,
    ];
    if least < SECOND {
        return round_step(least, &[1, 2, 5]);
    }
    STEPS.into_iter().find(|step| *step >= least).unwrap_or(365 * 24 * 3_600 * SECOND)
}

/// The stretches in which no task is at work.
fn idle_stretches(model: &HistoryModel, from: Instant, to: Instant) -> Vec<(i64, i64)> {
    let mut busy: Vec<(i64, i64)> = Vec::new();
    for (id, visit) in model.visits().iter() {
        for span in spans_of(id, visit, to) {
            if matches!(span.kind, SpanKind::Attempt(_)) {
                busy.push((span.from.0, span.to.0));
            }
        }
    }
    busy.sort_unstable();
    let mut idle = Vec::new();
    let mut at = from.0;
    for (begins, ends) in busy {
        if begins > at {
            idle.push((at, begins));
        }
        at = at.max(ends);
    }
    if to.0 > at {
        idle.push((at, to.0));
    }
    idle
}
