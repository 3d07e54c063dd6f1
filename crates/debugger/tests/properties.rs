//! What holds for any workflow: steps can be taken back, recordings replay to the same bytes, and it
//! does not matter from where one goes to a place.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;

use asl::Document;
use debugger::{Breakpoint, Cursor, HistoryModel, Place, Run, Session, StateKey, Stop, Target};
use engine::mock::Unmocked;
use engine::{
    Budget, EventId, Execution, Failure, Machine, MockHost, Options, RunId, TaskAnswer, TimestampStyle,
};
use json::Value;

const BUDGET: Budget = Budget { steps: 100_000 };

const SMALL: [&str; 4] = [
    r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"x.$":"$.value"},"Next":"W"},
        "W":{"Type":"Wait","Seconds":3,"Next":"C"},
        "C":{"Type":"Choice","Choices":[{"Variable":"$.value","IsString":true,"Next":"T"}],"Default":"F"},
        "T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"Payload.$":"$"},"ResultSelector":{"p.$":"$.Payload"},
             "ResultPath":"$.r","Next":"S"},
        "S":{"Type":"Succeed"},"F":{"Type":"Fail"}}}"#,
    r#"{"QueryLanguage":"JSONata","StartAt":"M","States":{"M":{"Type":"Map","Items":"{% $states.input.items %}","MaxConcurrency":2,
        "ItemProcessor":{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Arguments":{"MessageBody":"{% $states.context.Task.Token %}","QueueUrl":"q"},"Assign":{"y":"{% $states.result %}"},"End":true}}},
        "Next":"E"},"E":{"Type":"Pass","Output":"{% $count($states.input) %}","End":true}}}"#,
    r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","ResultPath":"$.p","Branches":[
        {"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Fail","Error":"E"}}},
        {"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":9,"End":true}}}],
        "Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Z"}],"End":true},
        "Z":{"Type":"Pass","End":true}}}"#,
    r#"{"StartAt":"D","States":{"D":{"Type":"Map","ItemsPath":"$.items","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
        "StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},"End":true}}}"#,
];

fn machines() -> Vec<(String, Arc<Machine>)> {
    let compile = |text: &str| Machine::compile(&Document::parse(text)).ok().map(Arc::new);
    let mut found: Vec<(String, Arc<Machine>)> = SMALL
        .iter()
        .enumerate()
        .map(|(number, text)| (format!("small {number}"), compile(text).unwrap()))
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/definitions");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return found;
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if let Some(machine) = compile(&std::fs::read_to_string(&path).unwrap()) {
            found.push((path.file_name().unwrap().to_string_lossy().into_owned(), machine));
        }
    }
    found
}

fn start(machine: &Arc<Machine>, unmocked: Unmocked) -> Session {
    let input = json::parse(r#"{"items": [1, 2, 3], "value": "x"}"#).unwrap();
    let mut host = MockHost::default();
    host.unmocked = unmocked;
    Session::start(machine.clone(), input, Options { seed: 7, ..Options::default() }, host)
}

/// The events that were told, as text.
fn bytes(session: &Session, execution: &Execution, to: u32) -> String {
    let mut text = String::new();
    for event in session.events().iter().take(to as usize) {
        let told = execution.event(*event).expect("an event that was told is there");
        text.push_str(&format!("{} ", event.run.0));
        engine::history::event_to_json(told, TimestampStyle::Iso).write_text(&mut text);
        text.push('\n');
    }
    text
}

/// What is live at the cursor, as text.
fn live(session: &mut Session) -> String {
    let execution = session.at_cursor();
    let mut frames: Vec<String> = execution.open_frames().iter().map(|frame| format!("{frame:?}")).collect();
    frames.sort();
    let tasks: Vec<_> = execution.open_tasks().into_iter().map(|task| task.id).collect();
    format!("{frames:?} {tasks:?} {}", execution.now())
}

/// Runs, answering by hand what has no answer.
fn answer_all(session: &mut Session, most: u64) {
    for number in 0..200 {
        match session.run(Run::Continue, Budget { steps: most }) {
            Stop::NeedsTask(request) => {
                let result = Value::from_members([("answer", Value::int(number))]);
                session.answer(request.id, TaskAnswer::Succeeded(result)).unwrap();
            }
            _ => return,
        }
    }
}

#[test]
fn every_step_can_be_taken_back() {
    const MOST_STEPS: usize = 250;
    for (name, machine) in machines() {
        for with_stages in [true, false] {
            let mut session = start(&machine, Unmocked::Succeed);
            session.steps_into_stages = with_stages;
            let mut way = vec![(session.cursor(), live(&mut session))];
            for _ in 0..MOST_STEPS {
                let before = session.cursor();
                if !matches!(session.run(Run::Into, BUDGET), Stop::Stepped) {
                    assert_eq!(session.cursor(), before, "{name}: what does not step does not move");
                    break;
                }
                assert!(session.cursor() > before, "{name}: a step goes forward");
                let after = (session.cursor(), live(&mut session));
                session.run(Run::Back, BUDGET);
                let (cursor, at) = way.last().unwrap();
                assert_eq!(session.cursor(), *cursor, "{name}");
                assert_eq!(live(&mut session), *at, "{name} at {cursor:?}");
                session.run(Run::Into, BUDGET);
                assert_eq!((session.cursor(), live(&mut session)), after, "{name}");
                way.push(after);
            }
            while let Some((cursor, at)) = way.pop() {
                assert_eq!(session.cursor(), cursor, "{name} on the way back");
                if way.len() % 7 == 0 {
                    assert_eq!(live(&mut session), at, "{name} on the way back");
                }
                session.run(Run::Back, BUDGET);
            }
        }
    }
}

/// Without breakpoints, Continue takes many events at once; with one, it looks at each.
#[test]
fn continuing_without_breakpoints_is_going_event_by_event() {
    for (name, machine) in machines() {
        for unmocked in [Unmocked::Succeed, Unmocked::Stop] {
            for budget in [1, 37, 3_000] {
                let mut many = start(&machine, unmocked);
                let mut single = many.fork();
                single.breakpoints.add(Breakpoint::new(Place::Enter(StateKey("no such state".into()))));
                for session in [&mut many, &mut single] {
                    let mut most = 0;
                    while session.len() < 3_000 && most < 9_000 {
                        let before = session.len();
                        answer_all(session, budget);
                        most += u32::try_from(budget).unwrap();
                        if session.outcome().is_some() || (budget > 1 && session.len() == before) {
                            break;
                        }
                    }
                }
                // The budget may have ended between two events of a state.
                let ahead = many.len().max(single.len());
                for session in [&mut many, &mut single] {
                    session.run(Run::To(Target::Position(ahead)), BUDGET);
                }
                assert_eq!(many.len(), single.len(), "{name}");
                let whole = bytes(&many, many.recorded(), ahead);
                assert_eq!(whole, bytes(&single, single.recorded(), ahead), "{name}");
                assert_eq!(live(&mut many), live(&mut single), "{name}");
                let places = |session: &Session| -> Vec<_> {
                    session.inputs().iter().map(|input| (input.step, input.position)).collect()
                };
                assert_eq!(places(&many), places(&single), "{name}");
                // What was recorded at a stretch can be gone back in.
                for position in [ahead / 3, ahead / 2, ahead.saturating_sub(1)] {
                    many.seek(position);
                    single.seek(position);
                    assert_eq!(live(&mut many), live(&mut single), "{name} at {position}");
                }
            }
        }
    }
}

#[test]
fn stepping_over_a_state_and_back_over_it_comes_back() {
    for (name, machine) in machines() {
        let mut session = start(&machine, Unmocked::Succeed);
        session.run(Run::Continue, Budget { steps: 1_500 });
        for position in 1..=session.len() {
            let entered = session.event_at(position).map(|event| (event.event_type, event.frame));
            let Some((event_type, frame)) = entered.filter(|(kind, _)| kind.is_state_entered()) else {
                continue;
            };
            session.seek(position);
            session.run(Run::Over, BUDGET);
            let event = session.event().unwrap();
            assert!(session.cursor().position > position, "{name}: {event_type:?} at {position}");
            if event.frame == frame && event.event_type.is_state_exited() {
                let exit = session.visits().get(session.visits().at(position).unwrap()).unwrap().exited;
                assert_eq!(exit, Some(session.cursor().position), "{name}");
                session.run(Run::BackOver, BUDGET);
                assert_eq!(session.cursor().position, position, "{name}");
            }
            // Out of a frame is never inside of it.
            session.seek(position);
            session.run(Run::Out, BUDGET);
            let outside = session.event().unwrap();
            assert!(
                outside.frame != frame || outside.event_type.is_terminal() || session.is_at_end(),
                "{name}"
            );
        }
    }
}

#[test]
fn going_to_a_place_is_as_running_to_it() {
    for (name, machine) in machines() {
        let mut session = start(&machine, Unmocked::Succeed);
        session.run(Run::Continue, Budget { steps: 4_000 });
        let len = session.len();
        let whole = bytes(&session, session.recorded(), len);
        let mut position = 0;
        for number in 0..12u32 {
            position = (position * 31 + number * 977 + 5) % len.max(1);
            session.seek(position);
            let at = live(&mut session);
            let here = session.at_cursor().clone();
            assert!(whole.starts_with(&bytes(&session, &here, position)), "{name} at {position}");
            let mut fresh = start(&machine, Unmocked::Succeed);
            fresh.run(Run::To(Target::Position(position)), BUDGET);
            assert_eq!(fresh.cursor(), session.cursor(), "{name}");
            assert_eq!(live(&mut fresh), at, "{name} at {position}");
            for state in machine.states() {
                let (ran, gone) = (fresh.board().status(state.id), session.board().status(state.id));
                assert_eq!(ran, gone, "{name} at {position}: {}", state.name);
            }
        }
        assert_eq!(
            bytes(&session, session.recorded(), len),
            whole,
            "{name}: going somewhere changes nothing"
        );
    }
}

#[test]
fn recorded_inputs_replay_to_the_same_bytes() {
    for (name, machine) in machines() {
        let mut session = start(&machine, Unmocked::Stop);
        answer_all(&mut session, 3_000);
        let len = session.len();
        let whole = bytes(&session, session.recorded(), len);
        // The same definition again: everything is replayed from what came from outside.
        let mut again = session.fork();
        session.seek(len / 2);
        let cursor = session.cursor();
        let report = session.swap_machine(machine.clone());
        assert_eq!((report.diverged_at, report.dropped, report.carried), (None, 0, 0), "{name}");
        assert_eq!((report.kept, session.len(), session.cursor()), (len, len, cursor), "{name}");
        assert_eq!(bytes(&session, session.recorded(), len), whole, "{name}");
        assert_eq!(session.inputs().len(), again.inputs().len(), "{name}");
        // Going on from the middle with the same answers is the same run.
        if let Some(input) = again.inputs().first() {
            again.seek(input.position);
            let task = again.at_cursor().open_tasks().first().map(|task| task.id);
            if let Some(task) = task {
                again.answer(task, TaskAnswer::Succeeded(json::parse(r#"{"answer":0}"#).unwrap())).unwrap();
                assert!(whole.starts_with(&bytes(&again, again.recorded(), again.len())), "{name}");
                let kept = again.len();
                again.run(Run::Continue, BUDGET);
                assert!(again.len() >= kept, "{name}");
            }
        }
    }
}

#[test]
fn histories_become_mocks_that_give_the_same_run() {
    let mut count = 0;
    for (name, machine) in machines() {
        let mut session = start(&machine, Unmocked::Succeed);
        session.run(Run::Continue, Budget { steps: 3_000 });
        let Some(outcome) = session.outcome().cloned() else { continue };
        if session.recorded().runs().count() > 1 {
            continue;
        }
        let model = HistoryModel::of_run(session.recorded(), RunId(0)).unwrap();
        let mut host = model.mocks();
        host.unmocked = Unmocked::Stop;
        let mut again = Session::start(machine.clone(), session.input.clone(), session.options.clone(), host);
        again.run(Run::Continue, BUDGET);
        assert_eq!(again.outcome(), Some(&outcome), "{name}");
        let compared = debugger::compare_executions(session.recorded(), again.recorded()).unwrap();
        assert_eq!(compared.first_divergence, None, "{name}");
        assert!(compared.output.changes.is_empty(), "{name}");
        count += 1;
    }
    assert!(count > 2);
}

#[test]
fn tables_name_every_state_and_timelines_keep_within_time() {
    for (name, machine) in machines() {
        let mut session = start(&machine, Unmocked::Succeed);
        session.run(Run::Continue, Budget { steps: 3_000 });
        let model = HistoryModel::of_run(session.recorded(), RunId(0)).unwrap();
        let entered = model.history().iter().filter(|event| event.event_type.is_state_entered()).count();
        let states =
            model.rows().iter().filter(|row| matches!(row.kind, debugger::RowKind::State(_))).count();
        assert_eq!(entered, states, "{name}");
        for (index, row) in model.rows().iter().enumerate() {
            assert!(row.parent.is_none_or(|parent| parent < index), "{name}");
            let depth = row.parent.map_or(0, |parent| model.rows()[parent].depth + 1);
            assert_eq!(row.depth, depth, "{name}");
        }
        if session.outcome().is_some() {
            assert!(model.rows().iter().all(|row| row.to.is_some()), "{name}");
        }
        let lanes = debugger::timeline(session.recorded(), session.visits(), session.now(), 1_000);
        for lane in &lanes {
            for pair in lane.spans.windows(2) {
                assert!(pair[0].from <= pair[0].to && pair[0].to <= pair[1].from, "{name}: {pair:?}");
            }
        }
        // The table and the picture agree.
        let mut board = debugger::StatusBoard::default();
        let execution = session.recorded();
        let parents = |frame| execution.frame(frame).and_then(|info| info.parent);
        for event in model.history().iter() {
            board.apply(0, event, &parents);
        }
        for state in board.states() {
            let visits = model.visits().iter().filter(|(_, visit)| visit.state == Some(state)).count();
            assert_eq!(board.visits(state) as usize, visits, "{name}");
        }
    }
}

#[test]
fn a_cursor_says_where_it_is() {
    let (_, machine) = machines().remove(0);
    let mut session = start(&machine, Unmocked::Succeed);
    session.run(Run::Continue, BUDGET);
    session.seek_to(Cursor { position: 2, stage: 99 });
    assert_eq!(session.cursor().stage, session.stage_count() - 1);
    session.seek(10_000);
    assert_eq!(session.cursor().position, session.len());
    assert!(session.is_at_end());
}

/// All that a model tells, as text.
fn told(model: &HistoryModel) -> String {
    let visits: Vec<_> = model.visits().iter().collect();
    let ids = (1..=model.history().len() as u32).map(EventId);
    let rows: Vec<_> = ids.map(|id| (model.visits().at(id.0), model.row_of_event(id))).collect();
    format!("{:#?}\n{visits:#?}\n{rows:?}", model.rows())
}

/// A model that goes on event by event is at every prefix the one that is made of the whole, and so are one that goes on
/// in strides and one that was of another run before.
#[test]
fn a_model_that_goes_on_is_that_of_the_whole() {
    const MOST_STEPS: usize = 160;
    const STRIDE: usize = 7;
    for (name, machine) in machines() {
        for unmocked in [Unmocked::Succeed, Unmocked::Stop] {
            let mut session = start(&machine, unmocked);
            session.steps_into_stages = false;
            let mut by_one = HistoryModel::default();
            let mut in_strides = HistoryModel::default();
            let mut is_redriven = false;
            for step in 0..MOST_STEPS {
                let stop = session.run(Run::Into, BUDGET);
                let recorded = session.recorded();
                let whole = told(&HistoryModel::of_run(recorded, RunId(0)).unwrap());
                by_one = by_one.continued(recorded, RunId(0)).unwrap();
                assert_eq!(told(&by_one), whole, "{name} after {step} steps");
                if step % STRIDE == 0 {
                    in_strides = in_strides.continued(recorded, RunId(0)).unwrap();
                    assert_eq!(told(&in_strides), whole, "{name} after {step} steps, in strides");
                }
                match stop {
                    Stop::Stepped => {}
                    // Every other task fails, so that there are retries and catches.
                    Stop::NeedsTask(request) => {
                        let answer = match step % 2 {
                            0 => TaskAnswer::Succeeded(Value::int(step as i64)),
                            _ => TaskAnswer::Failed(Failure::new("E", "made up")),
                        };
                        session.answer(request.id, answer).unwrap();
                    }
                    _ if !is_redriven && session.redrive(None).is_ok() => is_redriven = true,
                    _ => break,
                }
            }
            let mut other = start(&machine, Unmocked::Succeed);
            other.run(Run::Continue, Budget { steps: 300 });
            let other = other.recorded();
            assert_eq!(
                told(&by_one.continued(other, RunId(0)).unwrap()),
                told(&HistoryModel::of_run(other, RunId(0)).unwrap()),
                "{name}: another run"
            );
        }
    }
}
