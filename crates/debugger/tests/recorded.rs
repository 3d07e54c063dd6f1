//! Histories that AWS recorded: they open, and stepping through them shows the states that they name.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

use asl::Document;
use debugger::{EventFilter, Frames, HistoryModel, RowKind, StateStatus, StatusBoard};
use engine::Machine;
use engine::history::ImportedHistory;
use json::Value;

/// The events of a case whose history is known in full; where branches ran at the same time, some
/// recordings only know what happened in them, not in which order.
fn full_history(case: &Value) -> Option<&Value> {
    let events = case.get("expect")?.get("events")?;
    let listed = events.as_array()?;
    listed.iter().all(|event| event.get("id").and_then(Value::as_i64).is_some()).then_some(events)
}

fn cases() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/cases");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: std::path::PathBuf| {
        let case = json::parse(&std::fs::read_to_string(&path).ok()?).ok()?;
        (case.get("kind")?.as_str() == Some("execution")).then(|| (path.display().to_string(), case))
    };
    paths.into_iter().filter_map(read).collect()
}

#[test]
fn recorded_histories_paint_the_states_that_they_name() {
    let mut count = 0;
    for (name, case) in cases() {
        let Some(events) = full_history(&case) else { continue };
        let definition = case.get("definition").map(Value::to_text).unwrap_or_default();
        let machine = Machine::compile(&Document::parse(&definition)).ok();
        let imported = match ImportedHistory::from_json(events, machine.as_ref()) {
            Ok(imported) => imported,
            Err(error) => panic!("{name}: {error}"),
        };
        count += 1;
        for machine in [machine.as_ref(), None] {
            let imported = ImportedHistory::from_json(events, machine).unwrap();
            let model = HistoryModel::of_imported(&imported);
            let named: BTreeSet<&str> = imported
                .history
                .iter()
                .filter(|event| event.event_type.is_state_entered())
                .filter_map(|event| event.details.name().map(|name| &**name))
                .collect();
            let rows: BTreeSet<&str> = model
                .rows()
                .iter()
                .filter(|row| matches!(row.kind, RowKind::State(_)))
                .map(|row| &*row.name)
                .collect();
            assert_eq!(named, rows, "{name}");
            let ended = imported.history.last().is_some_and(|last| last.event_type.is_terminal());
            if ended {
                assert!(model.rows().iter().all(|row| row.status != StateStatus::Running), "{name}");
            }
            assert_eq!(model.filter(&EventFilter::default()).len(), imported.history.len(), "{name}");
            if let Some(first) = named.first() {
                let filter = EventFilter { states: vec![(*first).into()], ..EventFilter::default() };
                let found = model.filter(&filter);
                assert!(!found.is_empty() && found.len() < imported.history.len(), "{name}");
            }
        }
        let Some(machine) = machine else { continue };
        // Event by event, each state that is entered is painted from then on.
        let mut board = StatusBoard::default();
        let parents = |frame| imported.parent(frame);
        for event in imported.history.iter() {
            board.apply(0, event, &parents);
            if event.event_type.is_state_entered() {
                let state =
                    event.state.unwrap_or_else(|| panic!("{name}: event {} has no state", event.id.0));
                assert_eq!(machine.state(state).map(|state| &state.name), event.details.name(), "{name}");
                assert_ne!(board.status(state), StateStatus::Idle, "{name}");
            }
        }
    }
    println!("{count} recorded histories");
}

#[test]
fn recorded_answers_become_mocks() {
    let mut scripted = 0;
    for (name, case) in cases() {
        let Some(events) = full_history(&case) else { continue };
        let imported = ImportedHistory::from_json(events, None).unwrap();
        let host = HistoryModel::of_imported(&imported).mocks();
        let scheduled = imported
            .history
            .iter()
            .filter(|event| {
                matches!(
                    event.event_type.name(),
                    "TaskScheduled" | "LambdaFunctionScheduled" | "ActivityScheduled"
                )
            })
            .count();
        let entries: usize = host.scripts.values().map(Vec::len).sum();
        assert_eq!(entries, scheduled, "{name}");
        let again = engine::MockHost::from_json(&host.to_json()).unwrap();
        assert_eq!(again.to_json().to_text(), host.to_json().to_text(), "{name}");
        scripted += usize::from(entries > 0);
    }
    println!("{scripted} histories with answers");
}
