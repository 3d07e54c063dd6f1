//! The tables, bars and links of an execution's page.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::{Document, StateType};
use debugger::gantt::{Axis, Scale, bars_of};
use debugger::steps_table::{SortBy, StepsView, has_inside, resource_of};
use debugger::{HistoryModel, Run, Session, SpanKind, StateStatus, events_csv, related};
use engine::{
    Budget, EventId, Execution, Instant, Machine, MockHost, Options, RunId, TaskAnswer, TimestampStyle,
    run_to_end,
};

fn model(definition: &str, input: &str, mocks: &str) -> HistoryModel {
    let machine = Arc::new(Machine::compile(&Document::parse(definition)).unwrap());
    let mut host = MockHost::from_json(&json::parse(mocks).unwrap()).unwrap();
    let mut execution = Execution::start(machine, json::parse(input).unwrap(), Options::default());
    run_to_end(&mut execution, &mut host, Budget { steps: 100_000 });
    HistoryModel::of_run(&execution, RunId(0)).unwrap()
}

fn retried() -> HistoryModel {
    model(
        r#"{"StartAt":"Each, or =all","States":{
        "Each, or =all":{"Type":"Map","ItemProcessor":{"StartAt":"Call","States":{
            "Call":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
                "Retry":[{"ErrorEquals":["E"],"IntervalSeconds":600}],"End":true}}},"Next":"Rest"},
        "Rest":{"Type":"Wait","Seconds":3600,"Next":"Done"},"Done":{"Type":"Succeed"}}}"#,
        "[1,2]",
        r#"{"Call":[{"Throw":{"Error":"E","Cause":"c"},"delayMs":1000},{"Return":{},"delayMs":2000}]}"#,
    )
}

fn now(model: &HistoryModel) -> Instant {
    model.history().last().unwrap().timestamp
}

#[test]
fn bars_show_attempts_back_off_and_waits() {
    let model = retried();
    let row = model.rows().iter().find(|row| &*row.name == "Call").unwrap();
    let bars = bars_of(&model, row, now(&model));
    let kinds: Vec<SpanKind> = bars.iter().map(|bar| bar.kind).collect();
    assert_eq!(kinds, [SpanKind::Attempt(0), SpanKind::Backoff, SpanKind::Attempt(1)]);
    assert_eq!(bars[0].outcome, StateStatus::Failed);
    assert_eq!((bars[1].to - bars[1].from, bars[2].outcome), (600_000, StateStatus::Succeeded));
    for pair in bars.windows(2) {
        assert_eq!((pair[0].to, pair[0].last), (pair[1].from, pair[1].first));
    }
    for axis in [Axis::Time, Axis::BusyTime, Axis::Events] {
        let scale = Scale::of(&model, axis, now(&model));
        let mut before = 0.0;
        for bar in &bars {
            let (from, to) = scale.extent(bar);
            assert!(from >= before && to >= from && to <= 1.0, "{axis:?} {from} {to}");
            before = from;
        }
        let ticks = scale.ticks(6);
        assert!((2..=24).contains(&ticks.len()), "{axis:?} {ticks:?}");
        assert!(
            ticks.windows(2).all(|pair| pair[0].at < pair[1].at && pair[1].at <= 1.0),
            "{axis:?} {ticks:?}"
        );
    }
}

#[test]
fn idle_time_is_cut_short() {
    let model = retried();
    let plain = Scale::of(&model, Axis::Time, now(&model));
    let cut = Scale::of(&model, Axis::BusyTime, now(&model));
    // Ten minutes of back-off and an hour of waiting.
    assert_eq!(cut.cuts.len(), 2);
    let row = model.rows().iter().find(|row| &*row.name == "Call").unwrap();
    let width = |scale: &Scale| {
        let (from, to) = scale.extent(&bars_of(&model, row, now(&model))[0]);
        to - from
    };
    assert!(width(&plain) < 0.001 && width(&cut) > 0.2, "{} {}", width(&plain), width(&cut));
    assert_eq!((cut.place(plain.from), cut.place(plain.to)), (0.0, 1.0));
    // A run that takes no time has an axis all the same.
    let quick = self::model(r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#, "{}", "{}");
    for axis in [Axis::Time, Axis::BusyTime] {
        let scale = Scale::of(&quick, axis, now(&quick));
        assert_eq!(scale.place(scale.from), 0.0);
        assert!(scale.ticks(5).len() <= 2);
    }
}

#[test]
fn the_table_opens_closes_sorts_and_filters() {
    let model = retried();
    let names = |view: &StepsView| -> Vec<String> {
        let table = view.table(&model, now(&model));
        table.shown.iter().map(|row| model.rows()[*row].name.to_string()).collect()
    };
    let mut view = StepsView::default();
    assert_eq!(names(&view).len(), model.rows().len());
    assert!(has_inside(model.rows(), 0) && !has_inside(model.rows(), model.rows().len() - 1));
    view.all_closed = true;
    assert_eq!(names(&view), ["Each, or =all", "Rest", "Done"]);
    let call = model.rows().iter().position(|row| &*row.name == "Call").unwrap();
    view.reveal(&model, call);
    assert_eq!(names(&view)[..3], ["Each, or =all", "Iteration 0", "Call"]);
    view.text = "CALL".to_owned();
    view.types = vec![StateType::Task];
    // With what is around them.
    assert_eq!(names(&view), ["Each, or =all", "Iteration 0", "Call", "Iteration 1", "Call"]);
    let view = StepsView { sort: SortBy::Duration, descending: true, ..StepsView::default() };
    assert_eq!(names(&view)[0], "Rest");
    let view = StepsView { sort: SortBy::Name, at_least_millis: 1, ..StepsView::default() };
    assert_eq!(names(&view), ["Call", "Call", "Each, or =all", "Rest"]);
    assert_eq!(resource_of(&model, &model.rows()[call]).as_deref(), Some("lambda:invoke"));
}

#[test]
fn events_know_what_they_belong_to() {
    let model = retried();
    let at = |name: &str| {
        model.history().iter().find(|event| event.event_type.name() == name).map(|event| event.id).unwrap()
    };
    let failed = related(&model, at("TaskFailed")).unwrap();
    assert_eq!(failed.scheduled, Some(at("TaskScheduled")));
    assert_eq!(failed.started, Some(at("TaskStarted")));
    assert_eq!(failed.ended, Some(at("TaskFailed")));
    assert_eq!(failed.entered, Some(at("TaskStateEntered")));
    let links = failed.links(at("TaskFailed"));
    assert!(
        links.contains(&("Scheduled", at("TaskScheduled"))) && !links.iter().any(|link| link.0 == "Ended")
    );
    let scheduled = related(&model, at("TaskScheduled")).unwrap();
    assert_eq!(scheduled.ended, Some(at("TaskFailed")));
    assert_eq!(related(&model, EventId(9_999)), None);
    let csv = events_csv(&model, &[0, 1]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[1], "1,0,ExecutionStarted,,2024-01-01T00:00:00.000Z,0");
    assert_eq!(lines[2], "2,0,MapStateEntered,\"Each, or =all\",2024-01-01T00:00:00.000Z,0");
}

#[test]
fn a_kept_run_is_made_again_with_what_a_person_did() {
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
        "Parameters":{"FunctionName":"f"},"Next":"B"},"B":{"Type":"Task",
        "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","Parameters":{"QueueUrl":"q","MessageBody":"$$"},
        "End":true}}}"#;
    let machine = Arc::new(Machine::compile(&Document::parse(definition)).unwrap());
    let mut host = MockHost::default();
    host.unmocked = engine::Unmocked::Stop;
    let input = json::parse_keeping_text("{ \"n\": 1.50 }").unwrap();
    let options = Options { seed: u64::MAX, ..Options::default() };
    let mut session = Session::start(machine.clone(), input, options, host);
    let budget = Budget { steps: 10_000 };
    session.run(Run::Continue, budget);
    let task = session.at_cursor().open_tasks()[0].id;
    session.answer(task, TaskAnswer::Succeeded(json::parse("{\"x\":1}").unwrap())).unwrap();
    session.run(Run::Continue, budget);
    let token = session.at_cursor().open_tasks()[0].token.clone().unwrap();
    session.answer_token(&token, TaskAnswer::Failed(engine::Failure::new("E", "c"))).unwrap();
    session.run(Run::Continue, budget);
    let kept = json::parse(&session.to_json().unwrap().to_text()).unwrap();
    let again = Session::from_json(&kept, machine.clone()).unwrap();
    let text = |session: &Session| session.recorded().history().to_aws_json(TimestampStyle::Iso).to_text();
    assert_eq!(text(&again), text(&session));
    assert!(text(&again).contains("1.50"));
    assert_eq!(again.outcome(), session.outcome());
    assert_eq!(again.to_json().unwrap().to_text(), kept.to_text());
    assert!(Session::from_json(&json::parse("{}").unwrap(), machine).is_none());
}

#[test]
fn an_axis_is_zoomed_about_a_place_and_marked_with_round_values() {
    use debugger::gantt::Window;
    let model = retried();
    let scale = Scale::of(&model, Axis::Time, now(&model));
    let all = Window::default();
    assert!(all.is_all() && all.zoomed(2.0, 0.3).is_all() && all.moved(0.5).is_all());
    let half = all.zoomed(0.5, 0.25);
    assert_eq!((half.from, half.to), (0.125, 0.625));
    // What is under the pointer stays there.
    let (at, about) = (0.4, half.place(0.4));
    assert!((half.zoomed(0.5, about).place(at) - about).abs() < 1e-9);
    assert_eq!(half.moved(9.0).to, 1.0);
    assert_eq!(half.cut(0.0, 0.1), None);
    assert_eq!(half.cut(0.0, 0.375), Some((0.0, 0.5)));
    for axis in [Axis::Time, Axis::BusyTime, Axis::Events] {
        let scale = Scale::of(&model, axis, now(&model));
        let mut window = all;
        for _ in 0..8 {
            let ticks = scale.ticks_in(window, 4);
            assert!(ticks.len() <= 10, "{axis:?} {window:?} {ticks:?}");
            assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at), "{axis:?} {ticks:?}");
            assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.at)));
            window = window.zoomed(0.5, 0.1);
        }
    }
    // A time and its place belong together.
    for share in [0.0, 0.1, 0.5, 0.99] {
        let time = scale.time_at(share);
        assert!((scale.place(time) - share).abs() < 1e-3);
    }
    let rest = model.rows().iter().position(|row| &*row.name == "Rest").unwrap();
    let call = model.rows().iter().position(|row| &*row.name == "Call").unwrap();
    let late = Window { from: 0.9, to: 1.0 };
    assert!(scale.is_in(late, &model.rows()[rest], now(&model)));
    assert!(!scale.is_in(late, &model.rows()[call], now(&model)));
    // Such a window is a filter of the table.
    let view = StepsView { window: Some((Axis::Time, late)), ..StepsView::default() };
    assert!(view.is_filtered());
    let shown = view.table(&model, now(&model)).shown;
    assert!(shown.contains(&rest) && !shown.contains(&call));
}
