//! Texts from AWS become recordings, recordings become pictures, and pictures follow the cursor.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use asl::Document;
use debugger::{
    HistoryModel, Recording, RowKind, Run, Session, StateStatus, missing_states, read_recordings,
    rebuild_definition,
};
use engine::{
    Budget, Execution, ExecutionType, LogLevel, Machine, MockHost, Options, RunId, Status, TimestampStyle,
    run_to_end,
};
use json::Value;

const DEFINITION: &str = r#"{"StartAt":"Order","States":{
    "Order":{"Type":"Parallel","Branches":[
        {"StartAt":"Stock","States":{"Stock":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
            "Parameters":{"FunctionName":"stock"},"Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":2}],"End":true}}},
        {"StartAt":"Price","States":{"Price":{"Type":"Pass","Result":7,"End":true}}}],
        "ResultPath":"$.parts","Next":"Each"},
    "Each":{"Type":"Map","ItemsPath":"$.items","ItemProcessor":{"StartAt":"Is large","States":{
        "Is large":{"Type":"Choice","Choices":[{"Variable":"$","NumericGreaterThan":5,"Next":"Large"}],"Default":"Small"},
        "Large":{"Type":"Pass","End":true},"Small":{"Type":"Pass","End":true}}},"ResultPath":null,"Next":"Rest"},
    "Rest":{"Type":"Wait","Seconds":30,"Next":"Pay"},
    "Pay":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay",
        "Catch":[{"ErrorEquals":["Declined"],"Next":"Refused"}],"End":true},
    "Refused":{"Type":"Fail","Error":"NotPaid","Cause":"The card was declined"}}}"#;

const MOCKS: &str = r#"{"Stock":[{"Throw":{"Error":"Busy","Cause":"later"}},{"Return":{"left":3}}],
    "Pay":[{"Throw":{"Error":"Declined","Cause":"no"}}]}"#;

fn run(execution_type: ExecutionType) -> Execution {
    let machine = Arc::new(Machine::compile(&Document::parse(DEFINITION)).unwrap());
    let mut host = MockHost::from_json(&json::parse(MOCKS).unwrap()).unwrap();
    let input = json::parse(r#"{"items":[1,9]}"#).unwrap();
    let mut execution = Execution::start(machine, input, Options { execution_type, ..Options::default() });
    run_to_end(&mut execution, &mut host, Budget { steps: 10_000 });
    assert_eq!(execution.outcome().unwrap().status, Status::Failed);
    execution
}

fn only(text: &str) -> Recording {
    let mut found = read_recordings(text).unwrap();
    assert_eq!(found.len(), 1, "{text}");
    found.remove(0)
}

fn names(recording: &Recording) -> Vec<String> {
    let history = recording.history(None).unwrap().history;
    history.iter().map(|event| event.event_type.name().to_owned()).collect()
}

#[test]
fn a_history_opens_in_every_form() {
    let execution = run(ExecutionType::Standard);
    let history = execution.history().to_aws_json(TimestampStyle::Iso);
    let whole = only(&history.to_text());
    assert_eq!(names(&whole).len(), execution.history().len());
    assert!(whole.remarks.is_empty(), "{:?}", whole.remarks);
    assert_eq!((whole.status, whole.error.as_deref()), (Status::Failed, Some("NotPaid")));
    assert_eq!(whole.input.as_ref().unwrap().to_text(), r#"{"items":[1,9]}"#);
    let listed = history.get("events").unwrap().as_array().unwrap().to_vec();
    let newest_first = Value::array(listed.iter().rev().cloned().collect());
    assert_eq!(names(&only(&newest_first.to_pretty())), names(&whole));
    // With what DescribeExecution tells, beside it or around it.
    let described = execution.describe(RunId(0)).unwrap();
    let both = Value::array(vec![described.clone(), history.clone()]);
    let both = only(&both.to_text());
    assert_eq!(names(&both), names(&whole));
    assert_eq!(both.execution_arn.as_deref(), described.get("executionArn").unwrap().as_str());
    assert_eq!(both.machine_name(), Some("StateMachine"));
    let again = only(&both.to_text());
    assert_eq!((again.to_text(), names(&again)), (both.to_text(), names(&both)));
    // In two pages.
    let pages = [&listed[..10], &listed[10..]]
        .map(|page| Value::from_members([("events", Value::array(page.to_vec()))]).to_text());
    assert_eq!(names(&only(&pages.join("\n"))), names(&whole));
    let first = Value::from_members([
        ("events", Value::array(listed[..10].to_vec())),
        ("nextToken", Value::from("AAAA")),
    ]);
    let first = only(&first.to_text());
    assert_eq!((names(&first).len(), first.status), (10, Status::Running));
    assert!(first.remarks[0].contains("nextToken"), "{:?}", first.remarks);
    // The second page alone.
    let second = only(&pages[1]);
    assert_eq!(second.ids.first(), Some(&11));
    assert!(second.remarks[0].starts_with("10 of the first"), "{:?}", second.remarks);
    let model = HistoryModel::of_recording(&second).unwrap();
    assert_eq!(model.told_id(model.history().get(0).unwrap().id), 11);
}

#[test]
fn a_description_alone_has_a_beginning_and_an_end() {
    let described = run(ExecutionType::Standard).describe(RunId(0)).unwrap();
    let recording = only(&described.to_text());
    assert_eq!(names(&recording), ["ExecutionStarted", "ExecutionFailed"]);
    assert_eq!(recording.cause.as_deref(), Some("The card was declined"));
    assert!(recording.remarks[0].contains("GetExecutionHistory"));
    // As a ResultWriter's file lists the children of a Map Run.
    let child = |name: &str, status: &str| {
        format!(
            r#"{{"ExecutionArn":"arn:aws:states:us-east-1:1:execution:M/L:{name}","Input":"{{\"n\":1}}","Output":"2",
            "Name":"{name}","StartDate":"2024-01-01T00:00:00.000Z","StopDate":"2024-01-01T00:00:01.000Z",
            "StateMachineArn":"arn:aws:states:us-east-1:1:stateMachine:M/L","Status":"{status}"}}"#
        )
    };
    let file = format!("[{},{}]", child("a", "SUCCEEDED"), child("b", "TIMED_OUT"));
    let children = read_recordings(&file).unwrap();
    let told: Vec<_> = children.iter().map(|child| (&*child.name, child.status)).collect();
    assert_eq!(told, [("a", Status::Succeeded), ("b", Status::TimedOut)]);
    assert_eq!(children[0].output.as_ref().unwrap().to_text(), "2");
}

#[test]
fn log_records_open_in_every_wrapping() {
    let execution = run(ExecutionType::Express);
    let run = execution.run(RunId(0)).unwrap();
    let records = execution.log_events(run, LogLevel::All, true);
    let whole = only(&Value::array(records.clone()).to_text());
    assert_eq!(names(&whole).len(), execution.history().len());
    assert!(whole.remarks.is_empty(), "{:?}", whole.remarks);
    assert_eq!(whole.execution_arn.as_deref(), Some(&**run.execution_arn()));
    let message = |record: &Value| Value::from_members([("message", Value::string(record.to_text()))]);
    let filtered = Value::from_members([("events", Value::array(records.iter().map(message).collect()))]);
    assert_eq!(names(&only(&filtered.to_text())), names(&whole));
    let row = |record: &Value| {
        Value::array(vec![Value::from_members([
            ("field", Value::from("@message")),
            ("value", Value::string(record.to_text())),
        ])])
    };
    let insights = Value::from_members([("results", Value::array(records.iter().map(row).collect()))]);
    assert_eq!(names(&only(&insights.to_text())), names(&whole));
    let lines: Vec<String> =
        records.iter().map(|record| format!("2024-01-01 stream {}", record.to_text())).collect();
    assert_eq!(names(&only(&lines.join("\n"))), names(&whole));
    let cells: Vec<String> =
        records.iter().map(|record| format!("now,\"{}\"", record.to_text().replace('"', "\"\""))).collect();
    assert_eq!(names(&only(&cells.join("\n"))), names(&whole));
    // Of two executions, in turns.
    let mut mixed = Vec::new();
    for record in &records {
        let mut other = record.as_object().unwrap().clone();
        other.insert("execution_arn", Value::from("arn:aws:states:us-east-1:1:express:M:other:1"));
        mixed.extend([record.clone(), Value::object(other)]);
    }
    let both = read_recordings(&Value::array(mixed).to_text()).unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!(names(&both[1]), names(&whole));
    // Errors only.
    let errors = only(&Value::array(execution.log_events(run, LogLevel::Error, true)).to_text());
    assert!(!errors.ids.is_empty() && errors.remarks[0].contains("log level"), "{:?}", errors.remarks);
    assert_eq!(errors.status, Status::Failed);
}

#[test]
fn what_is_no_recording_says_so() {
    for text in [
        "",
        "{}",
        "[1,2]",
        "hello",
        r#"{"StartAt":"A","States":{}}"#,
        r#"{"events":[]}"#,
        "[[[[[[[[1]]]]]]]]",
    ] {
        assert!(read_recordings(text).is_err(), "{text}");
    }
    let map_run = r#"{"mapRunArn":"arn","executionArn":"arn","status":"RUNNING","itemCounts":{}}"#;
    assert!(read_recordings(map_run).unwrap_err().message.contains("ListExecutions"));
    // Hostile numbers.
    for event in [
        r#"{"id":4294967295,"type":"ExecutionStarted"}"#,
        r#"{"id":-1,"type":"ExecutionStarted"}"#,
        r#"{"id":7,"previousEventId":9,"type":"MapIterationStarted","timestamp":1e300}"#,
    ] {
        if let Ok(found) = read_recordings(&format!("[{event}]")) {
            let _ = rebuild_definition(&found[0].history(None).unwrap());
        }
    }
}

#[test]
fn a_definition_is_rebuilt_as_far_as_events_tell() {
    let history = run(ExecutionType::Standard).history().to_aws_json(TimestampStyle::Iso);
    let imported = only(&history.to_text()).history(None).unwrap();
    let rebuilt = rebuild_definition(&imported);
    let document = Document::parse(&rebuilt.text);
    let errors: Vec<_> =
        document.problems().into_iter().filter(|problem| problem.severity == asl::Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}\n{}", rebuilt.text);
    let value = json::parse(&rebuilt.text).unwrap();
    let at = |path: &str| {
        path.split('/').fold(value.clone(), |value, step| match step.parse::<usize>() {
            Ok(index) => value.at(index).cloned().unwrap_or_default(),
            Err(_) => value.get(step).cloned().unwrap_or_default(),
        })
    };
    assert_eq!(
        at("States/Order/Branches/0/States/Stock/Resource").as_str(),
        Some("arn:aws:states:::lambda:invoke")
    );
    let retry = r#"[{"ErrorEquals":["Busy"],"IntervalSeconds":2,"MaxAttempts":1}]"#;
    assert_eq!(at("States/Order/Branches/0/States/Stock/Retry").to_text(), retry);
    assert_eq!(at("States/Order/Branches/1/StartAt").as_str(), Some("Price"));
    let choices = r#"[{"Condition":"{% false %}","Next":"Large"}]"#;
    assert_eq!(at("States/Each/ItemProcessor/States/Is large/Choices").to_text(), choices);
    assert_eq!(at("States/Each/ItemProcessor/States/Is large/Default").as_str(), Some("Small"));
    assert_eq!(at("States/Rest/Seconds").to_text(), "30");
    assert_eq!(at("States/Pay/Catch").to_text(), r#"[{"ErrorEquals":["Declined"],"Next":"Refused"}]"#);
    assert_eq!(at("States/Refused/Error").as_str(), Some("NotPaid"));
    assert!(rebuilt.remarks.iter().any(|remark| remark.contains("Conditions")), "{:?}", rebuilt.remarks);
    assert_eq!(missing_states(&imported, &document), Vec::<json::Str>::new());
    assert_eq!(missing_states(&imported, &Document::parse(DEFINITION)), Vec::<json::Str>::new());
    let other = Document::parse(r#"{"StartAt":"Pay","States":{"Pay":{"Type":"Pass","End":true}}}"#);
    assert!(missing_states(&imported, &other).iter().any(|name| &**name == "Pay"));
}

/// Data that states hand on is found again in their events, so that what was rebuilt runs as the original did.
#[test]
fn a_rebuilt_definition_runs_to_the_same_output() {
    let definition = r#"{"StartAt":"Make","States":{
        "Make":{"Type":"Pass","Result":{"order":{"the items":[{"n":1},{"n":2}]},"none":"{% x"},"Next":"Each"},
        "Each":{"Type":"Map","ItemsPath":"$.order['the items']","ItemProcessor":{"StartAt":"Ask","States":{
            "Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},"End":true}}},
            "ResultPath":null,"Next":"Chosen"},
        "Chosen":{"Type":"Map","ItemsPath":"$.order['the items']","ItemSelector":{"at.$":"$$.Map.Item.Index"},
            "ItemProcessor":{"StartAt":"Same","States":{"Same":{"Type":"Pass","End":true}}},"End":true}}}"#;
    let answers = r#"{"Ask":[{"Return":"one"}]}"#;
    let run = |definition: &str, mut host: MockHost| {
        let machine = Arc::new(Machine::compile(&Document::parse(definition)).unwrap());
        let mut execution = Execution::start(machine, Value::Null, Options::default());
        run_to_end(&mut execution, &mut host, Budget { steps: 10_000 });
        execution
    };
    let first = run(definition, MockHost::from_json(&json::parse(answers).unwrap()).unwrap());
    let history = first.history().to_aws_json(TimestampStyle::Iso);
    let imported = only(&history.to_text()).history(None).unwrap();
    let rebuilt = rebuild_definition(&imported);
    let value = json::parse(&rebuilt.text).unwrap();
    let field = |state: &str, field: &str| {
        value.get("States").and_then(|states| states.get(state)?.get(field)).map(Value::to_text)
    };
    assert_eq!(field("Each", "Items").as_deref(), Some(r#""{% $states.input.order.`the items` %}""#));
    assert_eq!(field("Each", "Output").as_deref(), Some(r#""{% $states.input %}""#));
    assert_eq!(field("Chosen", "Items").as_deref(), Some(r#"[{"at":0},{"at":1}]"#));
    // What would be an expression is left out.
    assert_eq!(
        field("Make", "Output").as_deref(),
        Some(r#"{"order":{"the items":[{"n":1},{"n":2}]},"none":null}"#)
    );
    let again = run(&rebuilt.text, HistoryModel::of_imported(&imported).mocks());
    assert_eq!(again.outcome(), first.outcome());
}

/// Recorded histories on the rebuilt definition: it has no errors, each state is in it, each cursor
/// shows what is there.
#[test]
fn recorded_histories_replay_without_their_definitions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/cases");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let mut count = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        let Ok(case) = json::parse(&std::fs::read_to_string(&path).unwrap_or_default()) else { continue };
        let events = case.get("expect").and_then(|expect| expect.get("events"));
        let is_full = |events: &&Value| {
            let listed = events.as_array().unwrap_or_default();
            !listed.is_empty()
                && listed.iter().all(|event| event.get("id").is_some_and(|id| id.as_i64().is_some()))
        };
        let Some(events) = events.filter(is_full) else { continue };
        count += 1;
        let recording = only(&events.to_text());
        let imported = recording.history(None).unwrap();
        let rebuilt = rebuild_definition(&imported);
        let document = Document::parse(&rebuilt.text);
        let errors: Vec<_> = document
            .problems()
            .into_iter()
            .filter(|problem| problem.severity == asl::Severity::Error)
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}\n{}", rebuilt.text);
        assert_eq!(missing_states(&imported, &document), Vec::<json::Str>::new(), "{name}");
        let machine =
            Arc::new(Machine::compile(&document).unwrap_or_else(|_| panic!("{name}\n{}", rebuilt.text)));
        let mut replay = Session::of_recording(recording, machine.clone(), MockHost::default()).unwrap();
        let mut entered = BTreeSet::new();
        for position in 1..=replay.len() {
            replay.seek(position);
            let event = replay.event().unwrap();
            if event.event_type.is_state_entered() {
                let state = event.state.unwrap_or_else(|| panic!("{name}: event {position} has no state"));
                assert_eq!(machine.state(state).map(|state| &state.name), event.details.name(), "{name}");
                entered.insert(state);
                assert!(replay.data().is_some(), "{name}: event {position} has no data");
                assert_ne!(replay.board().status(state), StateStatus::Idle, "{name}");
            }
        }
        // Back again, in leaps: what was entered later is not painted.
        let last = *entered.iter().next_back().unwrap_or(&asl::StateId(0));
        replay.seek(0);
        assert_eq!(replay.board().status(last), StateStatus::Idle, "{name}");
        let model = HistoryModel::of_run(replay.recorded(), RunId(0)).unwrap();
        assert!(
            model.rows().iter().any(|row| matches!(row.kind, RowKind::State(_))) || entered.is_empty(),
            "{name}"
        );
    }
    println!("{count} recorded histories");
}

#[test]
fn answers_of_a_rebuilt_history_run_again() {
    let history = run(ExecutionType::Standard).history().to_aws_json(TimestampStyle::Iso);
    let imported = only(&history.to_text()).history(None).unwrap();
    let mut host = HistoryModel::of_imported(&imported).mocks();
    let machine = Arc::new(Machine::compile(&Document::parse(DEFINITION)).unwrap());
    let input = json::parse(r#"{"items":[1,9]}"#).unwrap();
    let mut execution = Execution::start(machine, input, Options::default());
    run_to_end(&mut execution, &mut host, Budget { steps: 10_000 });
    let again = execution.history().to_aws_json(TimestampStyle::Omitted);
    assert_eq!(
        again.to_text(),
        run(ExecutionType::Standard).history().to_aws_json(TimestampStyle::Omitted).to_text()
    );
}

#[test]
fn a_recording_is_stepped_like_a_run_and_never_changed() {
    let history = run(ExecutionType::Standard).history().to_aws_json(TimestampStyle::Iso);
    let machine = Arc::new(Machine::compile(&Document::parse(DEFINITION)).unwrap());
    let mut session =
        Session::of_recording(only(&history.to_text()), machine.clone(), MockHost::default()).unwrap();
    let budget = Budget { steps: 10_000 };
    let count = session.len();
    assert!(session.is_at_end());
    assert_eq!(session.outcome().unwrap().status, Status::Failed);
    assert_eq!(session.recorded().transitions(), run(ExecutionType::Standard).transitions());
    session.restart();
    assert_eq!((session.cursor().position, session.len()), (0, count));
    // Stage by stage forwards, and the same way back.
    let mut seen = vec![session.cursor()];
    while !session.is_at_end() {
        session.run(Run::Into, budget);
        seen.push(session.cursor());
    }
    for cursor in seen.iter().rev().skip(1) {
        session.run(Run::Back, budget);
        assert_eq!(session.cursor(), *cursor);
    }
    // The data of a stage is worked out from the definition, as in a run.
    session.seek(u32::MAX);
    let order = session.visits().iter().find(|(_, visit)| &*visit.name == "Order").unwrap().1.exited.unwrap();
    session.seek(order);
    let stages = session.data().unwrap().stages;
    assert!(stages.iter().any(|stage| stage.stage == debugger::Stage::ResultPath), "{stages:?}");
    assert!(session.stop(Default::default()).is_err());
    assert!(session.redrive(None).is_err());
    let report = session.swap_machine(machine);
    assert_eq!((session.len(), session.cursor().position, report.diverged_at), (count, order, None));
}

#[test]
fn a_recording_matched_anew_is_as_one_opened_with_that_definition() {
    let text = run(ExecutionType::Standard).history().to_aws_json(TimestampStyle::Iso).to_text();
    let imported = only(&text).history(None).unwrap();
    // One that lacks the states, one that has them elsewhere, and the first again.
    let definitions = [
        r#"{"StartAt":"Other","States":{"Other":{"Type":"Succeed"}}}"#,
        &rebuild_definition(&imported).text,
        DEFINITION,
    ];
    let compile = |definition: &str| Arc::new(Machine::compile(&Document::parse(definition)).unwrap());
    let open = |machine| Session::of_recording(only(&text), machine, MockHost::default()).unwrap();
    let facts = |session: &Session<MockHost>| {
        let model = HistoryModel::of_run(session.recorded(), RunId(0)).unwrap();
        let events: Vec<_> = session.recorded().history().iter().map(|event| format!("{event:?}")).collect();
        (events, model.rows().to_vec(), session.outcome().cloned(), session.cursor(), session.len())
    };
    let mut session = open(compile(DEFINITION));
    for definition in definitions {
        session.swap_machine(compile(definition));
        assert_eq!(facts(&session), facts(&open(compile(definition))), "{definition}");
    }
}

#[test]
fn variables_of_a_recording_are_those_that_were_assigned() {
    let definition = r#"{"QueryLanguage":"JSONata","StartAt":"A","States":{
        "A":{"Type":"Pass","Assign":{"n":1},"Next":"B"},
        "B":{"Type":"Map","Items":[1],"ItemProcessor":{"StartAt":"C","States":{
            "C":{"Type":"Pass","Assign":{"n":2,"m":"{% $n %}"},"Next":"D"},"D":{"Type":"Pass","End":true}}},"Next":"E"},
        "E":{"Type":"Pass","End":true}}}"#;
    let machine = Arc::new(Machine::compile(&Document::parse(definition)).unwrap());
    let mut execution = Execution::start(machine.clone(), Value::Null, Options::default());
    run_to_end(&mut execution, &mut MockHost::default(), Budget { steps: 10_000 });
    let text = execution.history().to_aws_json(TimestampStyle::Iso).to_text();
    let session = Session::of_recording(only(&text), machine, MockHost::default()).unwrap();
    let at = |name: &str| {
        let entered = session.visits().iter().find(|(_, visit)| &*visit.name == name).unwrap().1.entered;
        let told: Vec<String> = session
            .scopes(entered)
            .iter()
            .flat_map(|scope| &scope.variables)
            .map(|variable| format!("{}={}", variable.name, variable.value.to_text()))
            .collect();
        told.join(" ")
    };
    assert_eq!((at("A"), at("D"), at("E")), (String::new(), "n=1 n=2 m=1".to_owned(), "n=1".to_owned()));
}
