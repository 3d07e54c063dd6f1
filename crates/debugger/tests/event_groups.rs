//! Events grouped by what they belong to.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::Arc;

use asl::Document;
use debugger::event_groups::{EventLine, GroupKey, LineOf, OpenGroups, event_lines, line_of_event};
use debugger::{EventFilter, HistoryModel};
use engine::{Budget, EventType, Execution, Machine, MockHost, Options, RunId, run_to_end};

const RETRIED_IN_MAP: &str = r#"{"StartAt":"Each","States":{
    "Each":{"Type":"Map","ItemProcessor":{"StartAt":"Call","States":{
        "Call":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
            "Retry":[{"ErrorEquals":["E"],"IntervalSeconds":600}],"End":true}}},"Next":"Done"},
    "Done":{"Type":"Succeed"}}}"#;
const ONE_FAILURE: &str = r#"{"Call":[{"Throw":{"Error":"E"},"delayMs":1000},{"Return":{},"delayMs":2000}]}"#;

fn model(definition: &str, input: &str, mocks: &str) -> HistoryModel {
    let machine = Arc::new(Machine::compile(&Document::parse(definition)).unwrap());
    let mut host = MockHost::from_json(&json::parse(mocks).unwrap()).unwrap();
    let mut execution = Execution::start(machine, json::parse(input).unwrap(), Options::default());
    run_to_end(&mut execution, &mut host, Budget { steps: 200_000 });
    HistoryModel::of_run(&execution, RunId(0)).unwrap()
}

fn all(model: &HistoryModel) -> Vec<usize> {
    (0..model.history().len()).collect()
}

/// The lines as text: two blanks a level, `-` before open groups, `+` before closed ones.
fn told(model: &HistoryModel, lines: &[EventLine]) -> String {
    let line = |line: &EventLine| {
        let indent = "  ".repeat(usize::from(line.depth));
        match line.what {
            LineOf::Event(position) => {
                let event = model.history().get(position).unwrap();
                format!("{indent}{} {}", event.id.0, event.event_type.name())
            }
            LineOf::Group { row, count, is_closed } => {
                let row = &model.rows()[row];
                let kind = match GroupKey::of(row) {
                    GroupKey::Attempt(_, number) => format!(" attempt {}", number + 1),
                    _ => String::new(),
                };
                format!("{indent}{} {}{kind} ({count})", if is_closed { "+" } else { "-" }, row.name)
            }
        }
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn visits_hold_their_attempts_and_maps_their_iterations() {
    let model = model(RETRIED_IN_MAP, "[1,2]", ONE_FAILURE);
    let lines = event_lines(&model, &all(&model), &OpenGroups::default(), false);
    let text = told(&model, &lines);
    let expected = "\
1 ExecutionStarted
- Each (21)
  2 MapStateEntered
  3 MapStateStarted
  - Iteration 0 (10)
    4 MapIterationStarted
    - Call (8)
      6 TaskStateEntered
      - Call attempt 1 (3)
        7 TaskScheduled";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("\n      - Call attempt 2 (3)\n"), "{text}");
    assert!(text.ends_with("ExecutionSucceeded"), "{text}");
}

#[test]
fn every_event_is_in_one_line_whatever_is_closed_filtered_or_reversed() {
    let model = model(RETRIED_IN_MAP, "[1,2,3,4]", ONE_FAILURE);
    let filters = [
        EventFilter::default(),
        EventFilter {
            types: vec![EventType::TaskScheduled, EventType::TaskFailed],
            ..EventFilter::default()
        },
        EventFilter { text: "iteration".to_owned(), ..EventFilter::default() },
    ];
    for filter in filters {
        let shown = model.filter(&filter);
        assert!(!shown.is_empty());
        for newest_first in [false, true] {
            let mut open = OpenGroups::default();
            let lines = event_lines(&model, &shown, &open, newest_first);
            let events: Vec<usize> = lines
                .iter()
                .filter_map(|line| match line.what {
                    LineOf::Event(position) => Some(position),
                    LineOf::Group { .. } => None,
                })
                .collect();
            assert_eq!(events.len(), shown.len());
            assert_eq!(events.iter().copied().collect::<BTreeSet<_>>(), shown.iter().copied().collect());
            for (index, line) in lines.iter().enumerate() {
                if let LineOf::Event(position) = line.what {
                    assert_eq!(line_of_event(&model, &lines, position), Some(index));
                }
            }
            open.set_all(true);
            let closed = event_lines(&model, &shown, &open, newest_first);
            assert!(closed.iter().all(|line| line.depth == 0 && line.siblings as usize == closed.len()));
            let inside: u32 = closed
                .iter()
                .map(|line| match line.what {
                    LineOf::Event(_) => 1,
                    LineOf::Group { count, is_closed, .. } => {
                        assert!(is_closed);
                        count
                    }
                })
                .sum();
            assert_eq!(inside as usize, shown.len());
            for position in &shown {
                assert!(line_of_event(&model, &closed, *position).is_some());
            }
            // One that is opened shows what is directly inside of it.
            if let Some(LineOf::Group { row, .. }) =
                closed.iter().map(|line| line.what).find(|what| matches!(what, LineOf::Group { .. }))
            {
                open.toggle(GroupKey::of(&model.rows()[row]));
                let opened = event_lines(&model, &shown, &open, newest_first);
                assert!(opened.len() > closed.len());
                assert!(opened.iter().all(|line| line.depth <= 1));
            }
        }
    }
}

#[test]
fn a_long_history_is_grouped_by_its_visits() {
    let model = model(
        r#"{"QueryLanguage":"JSONata","StartAt":"A","States":{
            "A":{"Type":"Pass","Assign":{"n":"{% ($exists($n) ? $n : 0) + 1 %}"},"Next":"More"},
            "More":{"Type":"Choice","Choices":[{"Condition":"{% $n < 6000 %}","Next":"A"}],"Default":"Done"},
            "Done":{"Type":"Succeed"}}}"#,
        "{}",
        "{}",
    );
    let shown = all(&model);
    assert!(shown.len() > 24_000);
    let lines = event_lines(&model, &shown, &OpenGroups::default(), false);
    assert_eq!(lines.len(), shown.len() + model.rows().len());
}
