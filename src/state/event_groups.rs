//! The list of events, grouped by what they belong to.

use debugger::RowKind;
use debugger::event_groups::{EventLine, GroupKey, LineOf, line_of_event};
use engine::EventId;
use leptos::prelude::*;

use super::page::{ExecutionPage, GROUPED_KEY};
use super::row_actions::RowOf;
use crate::platform::storage;

impl ExecutionPage {
    /// Shows events inside of what they belong to, or one after the other.
    pub fn set_grouped(self, is_grouped: bool) {
        self.is_grouped.set(is_grouped);
        let _ = storage::write(GROUPED_KEY, if is_grouped { "on" } else { "off" });
    }

    /// Opens or closes the group of a line.
    pub fn toggle_group(self, line: Option<EventLine>) {
        if let Some(key) = line.and_then(|line| self.key_of_line(line)) {
            self.groups.update(|groups| groups.toggle(key));
        }
    }

    pub fn key_of_line(self, line: EventLine) -> Option<GroupKey> {
        let LineOf::Group { row, .. } = line.what else { return None };
        self.model.with_untracked(|made| made.model.rows().get(row).map(GroupKey::of))
    }

    /// A row of the table of steps, as its menu needs it.
    pub fn step_of_row(self, row: usize) -> Option<RowOf> {
        self.model.with_untracked(|made| {
            let told = made.model.rows().get(row)?;
            let visit = match told.kind {
                RowKind::State(visit) => Some(visit),
                _ => None,
            };
            let (first, last) = (EventId(told.first), EventId(told.last.max(told.first)));
            Some(RowOf::Step { name: told.name.clone(), visit, first, last })
        })
    }

    /// Has the selected line and the cursor follow each other. For the view that shows the groups.
    pub fn follow_groups(self) {
        Effect::new(move |_| {
            let cursor = self.runs.cursor.get().position;
            let here = self.event_at_cursor().filter(|event| event.run == self.execution.get());
            let index = self.lines.with(|lines| {
                let position = (here?.event.0 as usize).checked_sub(1)?;
                let chosen = self.chosen_group.get_value().filter(|(_, at)| *at == cursor);
                let of_chosen = chosen
                    .and_then(|(key, _)| lines.iter().position(|line| self.key_of_line(*line) == Some(key)));
                of_chosen
                    .or_else(|| self.model.with_untracked(|made| line_of_event(&made.model, lines, position)))
            });
            if self.selected_line.get_untracked() != index {
                self.selected_line.set(index);
            }
        });
        Effect::new(move |_| {
            let Some(index) = self.selected_line.get() else { return };
            let line = self.lines.with_untracked(|lines| lines.get(index).copied());
            match line.map(|line| line.what) {
                Some(LineOf::Event(position)) => {
                    self.chosen_group.set_value(None);
                    self.go_to(EventId(u32::try_from(position + 1).unwrap_or(u32::MAX)));
                }
                Some(LineOf::Group { row, .. }) => {
                    let told = self.model.with_untracked(|made| {
                        let told = made.model.rows().get(row)?;
                        Some((GroupKey::of(told), told.first, told.last))
                    });
                    let Some((key, first, last)) = told else { return };
                    let here = self.event_at_cursor().map_or(0, |event| event.event.0);
                    if !(first..=last).contains(&here) {
                        self.go_to(EventId(first));
                    }
                    let at = self.runs.cursor.get_untracked().position;
                    self.chosen_group.set_value(Some((key, at)));
                }
                None => {}
            }
        });
    }
}
