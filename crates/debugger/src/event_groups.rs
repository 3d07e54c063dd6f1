//! Events inside of what they belong to: visits of states, their attempts, branches and iterations.

use std::collections::{HashMap, HashSet};

use engine::FrameId;

use crate::history_model::{HistoryModel, Row, RowKind};

/// What a group is of. Unlike the index of its row it stays the same while a history grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GroupKey {
    Visit(u32),
    Frame(u32),
    /// Of a visit, from 0.
    Attempt(u32, usize),
}

impl GroupKey {
    pub fn of(row: &Row) -> GroupKey {
        match row.kind {
            RowKind::State(visit) => GroupKey::Visit(visit.0),
            RowKind::Frame(frame, _) => GroupKey::Frame(frame.0),
            RowKind::Attempt(visit, number) => GroupKey::Attempt(visit.0, number),
        }
    }
}

/// Which groups are closed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpenGroups {
    pub all_closed: bool,
    /// Those that are not as `all_closed` says.
    pub toggled: HashSet<GroupKey>,
}

impl OpenGroups {
    pub fn is_closed(&self, key: GroupKey) -> bool {
        self.toggled.contains(&key) != self.all_closed
    }

    pub fn toggle(&mut self, key: GroupKey) {
        if !self.toggled.remove(&key) {
            self.toggled.insert(key);
        }
    }

    pub fn set_all(&mut self, closed: bool) {
        self.all_closed = closed;
        self.toggled.clear();
    }
}

/// A line of the grouped list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventLine {
    pub what: LineOf,
    /// How many groups it is inside of.
    pub depth: u16,
    /// Among the lines beside it, from 1, and how many they are.
    pub position: u32,
    pub siblings: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineOf {
    /// The position of an event in its history, from 0.
    Event(usize),
    Group {
        /// The index of its row in [`HistoryModel::rows`].
        row: usize,
        /// How many of the events to show are inside of it.
        count: u32,
        is_closed: bool,
    },
}

/// The lines of a list of events that are grouped, from the top: `shown` are the positions of the events to show, from
/// 0, in ascending order. Every one of them is in one line, or in a closed group.
pub fn event_lines(
    model: &HistoryModel,
    shown: &[usize],
    open: &OpenGroups,
    newest_first: bool,
) -> Vec<EventLine> {
    #[derive(Clone, Copy)]
    enum Item {
        Event(usize),
        Group(usize),
    }
    let rows = model.rows();
    let frames = rows_of_frames(rows);
    let mut counts = vec![0_u32; rows.len()];
    // What is directly inside of each row, in the order of its first event; the last one is the outermost.
    let mut inside: Vec<Vec<Item>> = vec![Vec::new(); rows.len() + 1];
    let outermost = rows.len();
    for position in shown {
        let own = row_of(model, &frames, *position);
        put(&mut inside, own.unwrap_or(outermost), Item::Event(*position));
        // The groups around it that are new come into those around them.
        let mut current = own;
        while let Some(row) = current {
            let Some(count) = counts.get_mut(row) else { break };
            *count += 1;
            let outer = rows.get(row).and_then(|row| row.parent);
            if *count == 1 {
                put(&mut inside, outer.unwrap_or(outermost), Item::Group(row));
            }
            current = outer;
        }
    }
    for items in &mut inside {
        // An event that comes before its group was found came into it first.
        items.sort_by_key(|item| match item {
            Item::Event(position) => (*position, 1),
            Item::Group(row) => (first_of(rows, *row), 0),
        });
        if newest_first {
            items.reverse();
        }
    }
    let mut lines = Vec::with_capacity(shown.len());
    // Rows whose items are being told: the row, the next of its items, the depth.
    let mut open_rows = vec![(outermost, 0_usize, 0_u16)];
    while let Some((row, next, depth)) = open_rows.pop() {
        let Some(items) = inside.get(row) else { continue };
        let Some(item) = items.get(next) else { continue };
        open_rows.push((row, next + 1, depth));
        let (position, siblings) = (u32::try_from(next + 1), u32::try_from(items.len()));
        let (position, siblings) = (position.unwrap_or(u32::MAX), siblings.unwrap_or(u32::MAX));
        let what = match item {
            Item::Event(position) => LineOf::Event(*position),
            Item::Group(group) => {
                let is_closed = rows.get(*group).is_some_and(|told| open.is_closed(GroupKey::of(told)));
                if !is_closed {
                    open_rows.push((*group, 0, depth.saturating_add(1)));
                }
                let count = counts.get(*group).copied().unwrap_or(0);
                LineOf::Group { row: *group, count, is_closed }
            }
        };
        lines.push(EventLine { what, depth, position, siblings });
    }
    lines
}

/// The lines of a list without groups.
pub fn flat_lines(shown: &[usize]) -> Vec<EventLine> {
    let siblings = u32::try_from(shown.len()).unwrap_or(u32::MAX);
    let lines = shown.iter().zip(1..).map(|(event, position)| EventLine {
        what: LineOf::Event(*event),
        depth: 0,
        position,
        siblings,
    });
    lines.collect()
}

/// The line that an event is in: its own, or that of the closed group around it.
pub fn line_of_event(model: &HistoryModel, lines: &[EventLine], position: usize) -> Option<usize> {
    let frames = rows_of_frames(model.rows());
    let own = row_of(model, &frames, position);
    let around: HashSet<usize> =
        std::iter::successors(own, |row| model.rows().get(*row).and_then(|row| row.parent)).collect();
    lines.iter().position(|line| match line.what {
        LineOf::Event(event) => event == position,
        LineOf::Group { row, is_closed, .. } => is_closed && around.contains(&row),
    })
}

fn put<T>(inside: &mut [Vec<T>], row: usize, item: T) {
    if let Some(items) = inside.get_mut(row) {
        items.push(item);
    }
}

fn first_of(rows: &[Row], row: usize) -> usize {
    rows.get(row).map_or(0, |row| (row.first as usize).saturating_sub(1))
}

fn rows_of_frames(rows: &[Row]) -> HashMap<FrameId, usize> {
    let frames = rows.iter().enumerate().filter_map(|(index, row)| match row.kind {
        RowKind::Frame(frame, _) => Some((frame, index)),
        _ => None,
    });
    frames.collect()
}

/// The innermost row that an event belongs to; none for those of the execution as a whole.
fn row_of(model: &HistoryModel, frames: &HashMap<FrameId, usize>, position: usize) -> Option<usize> {
    let event = model.history().get(position)?;
    let number = u32::try_from(position + 1).ok()?;
    let rows = model.rows();
    // The beginning and the end of an iteration belong to it, not to the Map state around it alone.
    if event.details.index().is_some()
        && let Some(row) = frames.get(&event.frame)
    {
        return Some(*row);
    }
    let visit = model.row_of_event(event.id)?;
    let mut attempts = rows
        .iter()
        .enumerate()
        .skip(visit + 1)
        .take_while(|(_, row)| row.parent == Some(visit) && matches!(row.kind, RowKind::Attempt(..)));
    let attempt = attempts.find(|(_, row)| row.first <= number && number <= row.last);
    Some(attempt.map_or(visit, |(index, _)| index))
}
