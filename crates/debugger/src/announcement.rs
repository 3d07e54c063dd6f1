//! What is said to people who listen to the page.

use engine::TaskHost;
use json::Value;

use crate::diff::diff;
use crate::session::Session;

/// Differences that are counted.
const MOST_CHANGES: usize = 1_000;

impl<H: TaskHost + Clone> Session<H> {
    /// One sentence about where the cursor is: `Pay, event 7 of 20, TaskScheduled. Input changed: 2 fields.`
    pub fn announcement(&self) -> String {
        let position = self.cursor().position;
        let Some(event) = self.event() else { return "Before the first event.".to_owned() };
        let name = self.visit().map(|(_, visit)| format!("{}, ", visit.name)).unwrap_or_default();
        let mut said = format!("{name}event {position} of {}, {}.", self.len(), event.event_type.name());
        if let Some(stage) = self.stages().get(self.cursor().stage as usize) {
            said.push_str(&format!(" {}.", stage.stage.name()));
        }
        if let Some(failure) = event.details.failure() {
            said.push_str(&format!(" Error: {}.", failure.name()));
        }
        let input = |position: u32| self.event_at(position)?.details.input();
        let before = self.visit().and_then(|(_, visit)| self.visits().get(visit.previous?));
        if event.event_type.is_state_entered()
            && let (Some(before), Some(now)) =
                (before.and_then(|before| input(before.entered)), input(position))
        {
            said.push_str(&changed(before, now));
        }
        said
    }
}

fn changed(before: &Value, now: &Value) -> String {
    let found = diff(before, now, MOST_CHANGES);
    match (found.changes.len(), found.is_truncated) {
        (0, _) => " Input unchanged.".to_owned(),
        (1, _) => " Input changed: 1 field.".to_owned(),
        (count, false) => format!(" Input changed: {count} fields."),
        (count, true) => format!(" Input changed: more than {count} fields."),
    }
}
