//! Which rows of the table of states are shown, and in which order.

use std::collections::HashSet;

use asl::StateType;
use engine::Instant;
use json::Str;

use crate::gantt::{Axis, Scale, Window};
use crate::history_model::{HistoryModel, Row, RowKind};
use crate::status::StateStatus;

/// What the table is sorted by. Only the order of the run keeps rows inside of one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// As it happened, nested.
    #[default]
    Run,
    Name,
    Type,
    Status,
    Started,
    Duration,
}

/// How the table of states is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepsView {
    pub sort: SortBy,
    pub descending: bool,
    /// Rows that show nothing of what is inside of them; none where `all_closed`.
    pub toggled: HashSet<usize>,
    /// Rows are closed unless they are among the toggled ones.
    pub all_closed: bool,
    /// Any part of a state's name, in any case.
    pub text: String,
    pub statuses: Vec<StateStatus>,
    pub types: Vec<StateType>,
    /// Leaves out what took less, in milliseconds.
    pub at_least_millis: i64,
    /// Leaves out what is outside of a part of an axis.
    pub window: Option<(Axis, Window)>,
}

/// The table as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepsTable {
    /// Indexes of rows, from the top.
    pub shown: Vec<usize>,
    /// How many rows there are without a filter, open or not.
    pub total: usize,
}

impl StepsView {
    pub fn is_filtered(&self) -> bool {
        !self.text.trim().is_empty()
            || !self.statuses.is_empty()
            || !self.types.is_empty()
            || self.at_least_millis > 0
            || self.window.is_some()
    }

    pub fn is_closed(&self, row: usize) -> bool {
        self.toggled.contains(&row) != self.all_closed
    }

    pub fn toggle(&mut self, row: usize) {
        if !self.toggled.remove(&row) {
            self.toggled.insert(row);
        }
    }

    /// Opens all that a row is inside of.
    pub fn reveal(&mut self, model: &HistoryModel, row: usize) {
        let mut current = model.rows().get(row).and_then(|row| row.parent);
        while let Some(outer) = current {
            if self.is_closed(outer) {
                self.toggle(outer);
            }
            current = model.rows().get(outer).and_then(|row| row.parent);
        }
    }

    /// The rows to show. What still goes on lasts until `now`.
    pub fn table(&self, model: &HistoryModel, now: Instant) -> StepsTable {
        let rows = model.rows();
        let total = rows.len();
        if self.sort == SortBy::Run && !self.is_filtered() {
            return StepsTable { shown: self.open_rows(rows), total };
        }
        let text = self.text.trim().to_lowercase();
        let scale = self.window.map(|(axis, window)| (Scale::of(model, axis, now), window));
        let passes = |row: &Row| {
            let state_type = state_type_of(model, row);
            let is_of_name = text.is_empty() || row.name.to_lowercase().contains(&text);
            let is_of_status = self.statuses.is_empty() || self.statuses.contains(&row.status);
            let is_of_type =
                self.types.is_empty() || state_type.is_some_and(|known| self.types.contains(&known));
            let is_in_sight = scale.as_ref().is_none_or(|(scale, window)| scale.is_in(*window, row, now));
            is_of_name
                && is_of_status
                && is_of_type
                && is_in_sight
                && millis_of(row, now) >= self.at_least_millis
        };
        if self.sort == SortBy::Run {
            // What passes is shown with all that is around it.
            let mut wanted = vec![false; total];
            for (index, row) in rows.iter().enumerate() {
                if !passes(row) {
                    continue;
                }
                let mut current = Some(index);
                while let Some(at) = current
                    && let Some(mark) = wanted.get_mut(at).filter(|mark| !**mark)
                {
                    *mark = true;
                    current = rows.get(at).and_then(|row| row.parent);
                }
            }
            let shown = wanted.iter().enumerate().filter(|(_, wanted)| **wanted).map(|(at, _)| at).collect();
            return StepsTable { shown, total };
        }
        let is_state = |row: &Row| matches!(row.kind, RowKind::State(_));
        let mut shown: Vec<usize> = (0..total)
            .filter(|index| rows.get(*index).is_some_and(|row| is_state(row) && passes(row)))
            .collect();
        let key = |index: usize| rows.get(index);
        match self.sort {
            SortBy::Name => shown.sort_by_key(|index| key(*index).map(|row| row.name.to_lowercase())),
            SortBy::Type => shown.sort_by_key(|index| {
                key(*index).and_then(|row| state_type_of(model, row)).map(StateType::name)
            }),
            SortBy::Status => shown.sort_by_key(|index| key(*index).map(|row| row.status)),
            SortBy::Duration => shown.sort_by_key(|index| key(*index).map(|row| millis_of(row, now))),
            SortBy::Started | SortBy::Run => shown.sort_by_key(|index| key(*index).map(|row| row.first)),
        }
        if self.descending {
            shown.reverse();
        }
        StepsTable { shown, total }
    }

    fn open_rows(&self, rows: &[Row]) -> Vec<usize> {
        let mut shown = Vec::with_capacity(rows.len());
        // The depth of the closed row that what follows is inside of.
        let mut closed_at: Option<u16> = None;
        for (index, row) in rows.iter().enumerate() {
            if closed_at.is_some_and(|depth| row.depth > depth) {
                continue;
            }
            closed_at = self.is_closed(index).then_some(row.depth);
            shown.push(index);
        }
        shown
    }
}

/// Whether something is inside of a row.
pub fn has_inside(rows: &[Row], row: usize) -> bool {
    rows.get(row + 1).is_some_and(|next| next.parent == Some(row))
}

/// How long a row took, up to `now` where it lasts.
pub fn millis_of(row: &Row, now: Instant) -> i64 {
    (row.to.unwrap_or(now) - row.from).max(0)
}

/// The type of a row's state; none for branches, iterations and attempts.
pub fn state_type_of(model: &HistoryModel, row: &Row) -> Option<StateType> {
    match row.kind {
        RowKind::State(id) => model.visits().get(id).map(|visit| visit.state_type),
        _ => None,
    }
}

/// The resource that a visit called, as its events tell it: `lambda:invoke`.
pub fn resource_of(model: &HistoryModel, row: &Row) -> Option<Str> {
    let position = match row.kind {
        RowKind::State(id) => model.visits().get(id)?.attempts.first()?.begun,
        RowKind::Attempt(..) => row.first,
        RowKind::Frame(..) => return None,
    };
    let event = model.history().get((position as usize).checked_sub(1)?)?;
    let resource = event.details.resource()?;
    Some(match resource.kind {
        engine::machine::ResourceKind::Lambda | engine::machine::ResourceKind::Activity => {
            resource.action.clone()
        }
        _ => Str::from(format!("{}:{}", resource.resource_type, resource.action)),
    })
}
