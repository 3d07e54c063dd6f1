//! Expressions, filters, grids and coverage on small runs.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::{Document, QueryLanguage, TransitionKind};
use debugger::{
    Breakpoint, Coverage, EventFilter, HistoryModel, HitCount, IterationGrid, Message, Place, Query, Run,
    Session, StateKey, StateStatus, Stop, Unreached,
};
use engine::{Budget, EventType, Machine, MockHost, Options, RunId};

const BUDGET: Budget = Budget { steps: 10_000 };

fn run(definition: &str, input: &str, mocks: &str) -> Session {
    let machine = Arc::new(Machine::compile(&Document::parse(definition)).unwrap());
    let host = MockHost::from_json(&json::parse(mocks).unwrap()).unwrap();
    let mut session = Session::start(machine, json::parse(input).unwrap(), Options::default(), host);
    session.run(Run::Continue, BUDGET);
    session
}

#[test]
fn expressions_see_the_data_of_their_event() {
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"v":[1,2]},"Next":"B"},
        "B":{"Type":"Pass","Parameters":{"out":1},"End":true}}}"#;
    let session = run(definition, r#"{"n":5,"name":"x","list":[3,4]}"#, "{}");
    let at = |position: u32, language: QueryLanguage, text: &str| {
        let query = match Query::compile(text, language) {
            Ok(query) => query,
            Err(problem) => return format!("! {problem}"),
        };
        match query.evaluate(&session.env(position).unwrap()) {
            Ok(Some(value)) => value.to_text(),
            Ok(None) => "undefined".to_owned(),
            Err(problem) => format!("? {problem}"),
        }
    };
    let path = |text| at(4, QueryLanguage::JsonPath, text);
    let jsonata = |text| at(4, QueryLanguage::Jsonata, text);
    assert_eq!(path("$.n"), "5");
    assert_eq!(path("$.missing"), "undefined");
    assert_eq!(path("$.n >= 5"), "true");
    assert_eq!(path("$.n < $.list[0]"), "false");
    assert_eq!(path("$.name == 'x'"), "true");
    assert_eq!(path("$.name != \"x\""), "false");
    assert_eq!(path("$.missing > 1"), "false");
    assert_eq!(path("$v[1]"), "2");
    assert_eq!(path("$.list[?(@ > 3)]"), "[4]");
    assert_eq!(path("States.ArrayLength($.list) == 2"), "true");
    assert_eq!(path("$$.State.Name"), "\"B\"");
    assert_eq!(path(r#"{"Variable":"$.n","NumericGreaterThan":4}"#), "true");
    assert_eq!(path("$.name > 1"), "? A value of type string can't be compared with one of type number.");
    assert!(path("$.[").starts_with("! "));
    assert_eq!(path("{% $states.input.n * 2 %}"), "10");
    assert_eq!(jsonata("$sum($v) + $states.input.n"), "8");
    assert_eq!(jsonata("$states.context.State.Name"), "\"B\"");
    assert_eq!(jsonata("list[0]"), "3");
    // After the exit, the data is the output.
    assert_eq!(at(5, QueryLanguage::JsonPath, "$"), r#"{"out":1}"#);
    assert_eq!(at(3, QueryLanguage::JsonPath, "$v"), "[1,2]");
    let message = Message::compile("{{{$.n}}} of {$.list} {$.no}", QueryLanguage::JsonPath).unwrap();
    assert_eq!(message.render(&session.env(4).unwrap()), "{5} of [3,4] undefined");
    assert!(Message::compile("{$.n", QueryLanguage::JsonPath).is_err());
}

#[test]
fn hit_counts_read_back() {
    for (text, count) in
        [(">= 3", HitCount::AtLeast(3)), ("% 2", HitCount::Every(2)), ("== 5", HitCount::Exactly(5))]
    {
        assert_eq!(HitCount::parse(text), Some(count));
        assert_eq!(count.to_text(), text);
    }
    assert_eq!(HitCount::parse("3"), Some(HitCount::AtLeast(3)));
    assert_eq!(HitCount::parse("% 0"), None);
    assert_eq!(HitCount::parse("often"), None);
}

#[test]
fn budgets_pause_and_go_on() {
    let definition =
        r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}}}"#;
    let machine = Arc::new(Machine::compile(&Document::parse(definition)).unwrap());
    let mut session = Session::start(machine, json::Value::Null, Options::default(), MockHost::default());
    let id = session.breakpoints.add(Breakpoint {
        hits: Some(HitCount::Exactly(2_000)),
        ..Breakpoint::new(Place::Enter(StateKey("B".into())))
    });
    let mut stop = session.run(Run::Continue, Budget { steps: 100 });
    let mut frames = 0;
    while matches!(stop, Stop::Budget) {
        assert!(session.is_going());
        frames += 1;
        stop = session.go_on(Budget { steps: 100 });
    }
    assert!(matches!(stop, Stop::Breakpoint { id: hit, problem: None } if hit == id), "{stop:?}");
    assert_eq!(session.cursor().position, 8_000);
    assert!(frames > 50);
    // An endless loop ends where AWS's history does.
    assert!(matches!(session.run(Run::Continue, Budget { steps: 1_000_000 }), Stop::Error));
    assert!(session.len() <= 25_000);
}

#[test]
fn tables_filter_and_find() {
    let definition = r#"{"StartAt":"M","States":{"M":{"Type":"Map","ItemProcessor":{"StartAt":"T","States":{
        "T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Retry":[{"ErrorEquals":["Busy"]}],
             "Catch":[{"ErrorEquals":["Bad"],"Next":"H"}],"End":true},
        "H":{"Type":"Pass","End":true}}},"End":true}}}"#;
    let mocks = r#"{"T":[{"Return":1},{"Throw":{"Error":"Busy"}},{"Throw":{"Error":"Bad","Cause":"needle"}},{"Return":2}]}"#;
    let session = run(definition, "[1,2,3]", mocks);
    let model = HistoryModel::of_run(session.recorded(), RunId(0)).unwrap();
    let count = |filter: EventFilter| model.filter(&filter).len();
    // The failure, its way through catcher and handler, and the outputs around them.
    let needle = EventFilter { text: "NEEDLE".into(), ..EventFilter::default() };
    assert_eq!(count(needle.clone()), 6);
    let (mut found, mut next) = model.filter_some(&needle, 0, 1);
    while let Some(from) = next {
        let (more, then) = model.filter_some(&needle, from, 1);
        assert!(then.is_none_or(|then| then > from));
        found.extend(more);
        next = then;
    }
    assert_eq!(found, model.filter(&needle));
    assert_eq!(count(EventFilter { types: vec![EventType::TaskScheduled], ..EventFilter::default() }), 4);
    assert_eq!(count(EventFilter { states: vec!["H".into()], ..EventFilter::default() }), 2);
    let caught = EventFilter { statuses: vec![StateStatus::Caught], ..EventFilter::default() };
    assert!(model.filter(&caught).iter().all(|index| {
        model.visit_of_event(model.history().get(*index).unwrap().id).unwrap().name.as_ref() == "T"
    }));
    let rows: Vec<String> = model
        .rows()
        .iter()
        .map(|row| format!("{}{} {}", "-".repeat(usize::from(row.depth)), row.name, row.status.name()))
        .collect();
    assert_eq!(rows[0], "M Succeeded");
    assert_eq!(rows.iter().filter(|row| row.starts_with("-Iteration")).count(), 3);
    assert_eq!(rows.iter().filter(|row| row.starts_with("---T")).count(), 2, "two attempts: {rows:?}");
    let (map, _) = session.visits().iter().next().unwrap();
    let grid =
        IterationGrid::of_visit(session.recorded(), session.events(), session.visits(), map, session.len());
    assert_eq!(grid.counts(), [(StateStatus::Succeeded, 3)]);
}

#[test]
fn children_of_a_distributed_map_fill_the_grid() {
    let definition = r#"{"StartAt":"D","States":{"D":{"Type":"Map","ToleratedFailurePercentage":100,
        "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"C","States":{
        "C":{"Type":"Choice","Choices":[{"Variable":"$","NumericLessThan":3,"Next":"S"}],"Default":"F"},
        "S":{"Type":"Succeed"},"F":{"Type":"Fail"}}},"End":true}}}"#;
    let session = run(definition, "[1,2,3,4]", "{}");
    let (map, _) = session.visits().iter().next().unwrap();
    let grid =
        IterationGrid::of_visit(session.recorded(), session.events(), session.visits(), map, session.len());
    assert_eq!(grid.with_status(StateStatus::Succeeded), [0, 1]);
    assert_eq!(grid.with_status(StateStatus::Failed), [2, 3]);
    assert_eq!(grid.cells[3].state.as_deref(), Some("F"));
    let child = grid.cells[3].frame.unwrap();
    let stack = session.call_stack(child);
    assert_eq!(stack.len(), 2);
    assert_eq!(stack[0].state.as_deref(), Some("D"));
}

#[test]
fn coverage_adds_up_over_runs() {
    let definition = r#"{"StartAt":"C","States":{
        "C":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericEquals":1,"Next":"T"},{"Variable":"$.n","NumericEquals":2,"Next":"T"}],"Default":"E"},
        "T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Retry":[{"ErrorEquals":["A"]},{"ErrorEquals":["B"],"MaxAttempts":1}],
             "Catch":[{"ErrorEquals":["A"],"Next":"E"},{"ErrorEquals":["B"],"Next":"E"}],"Next":"E"},
        "E":{"Type":"Pass","End":true}}}"#;
    let document = Document::parse(definition);
    let state = |name: &str| document.state_named(name).unwrap().id();
    let mut coverage = Coverage::default();
    coverage.add(run(definition, r#"{"n":2}"#, r#"{"T":[{"Throw":{"Error":"B"}}]}"#).recorded(), &document);
    assert_eq!(coverage.rules.get(&(state("C"), 1)), Some(&1));
    assert_eq!(coverage.retriers.get(&(state("T"), 1)), Some(&1));
    assert_eq!(coverage.catchers.get(&(state("T"), 1)), Some(&1));
    let unreached = coverage.unreached(&document);
    assert!(unreached.contains(&Unreached::Transition { from: state("C"), kind: TransitionKind::Choice(0) }));
    assert!(unreached.contains(&Unreached::Transition { from: state("C"), kind: TransitionKind::Default }));
    assert!(unreached.contains(&Unreached::Transition { from: state("T"), kind: TransitionKind::Catch(0) }));
    coverage.add(run(definition, r#"{"n":1}"#, r#"{"T":[{"Return":1}]}"#).recorded(), &document);
    coverage.add(run(definition, r#"{"n":3}"#, "{}").recorded(), &document);
    assert_eq!(
        coverage.unreached(&document),
        [Unreached::Transition { from: state("T"), kind: TransitionKind::Catch(0) }]
    );
    assert_eq!(coverage.states.get(&state("E")), Some(&3));
    assert_eq!(coverage.runs, 3);
}

#[test]
fn templates_are_filled_and_words_are_offered_from_the_data() {
    use debugger::scratch::{suggestions, type_words};
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"rate":2},"Next":"B"},
        "B":{"Type":"Pass","End":true}}}"#;
    let session = run(definition, r#"{"order":{"id":"o","lines":[{"sku":"a"}]},"odd name":1}"#, "{}");
    let env = session.env(4).unwrap();
    let tried = |text: &str, language: QueryLanguage| match Query::compile(text, language) {
        Ok(query) => match query.evaluate(&env) {
            Ok(value) => value.map_or("nothing".to_owned(), |value| value.to_text()),
            Err(problem) => format!("? {problem}"),
        },
        Err(problem) => format!("! {problem}"),
    };
    let (path, jsonata) = (QueryLanguage::JsonPath, QueryLanguage::Jsonata);
    assert_eq!(tried(r#"{"id.$":"$.order.id","fixed":1}"#, path), r#"{"fixed":1,"id":"o"}"#);
    assert_eq!(tried(r#"{"a":["{% $states.input.order.id %}",1]}"#, jsonata), r#"{"a":["o",1]}"#);
    assert_eq!(tried(r#"{"a": $rate * 3}"#, jsonata), r#"{"a":6}"#);
    assert!(tried(r#"{"a":"{% $states.input.no %}"}"#, jsonata).starts_with("? The expression"));
    let offered = |text: &str, language: QueryLanguage| {
        let found = suggestions(&env, text, text.len(), language);
        let texts: Vec<String> = found.options.into_iter().map(|option| option.text).collect();
        (text.get(found.replaces.range()).unwrap().to_owned(), texts)
    };
    assert_eq!(offered("$.order.", path), (String::new(), vec!["id".to_owned(), "lines".to_owned()]));
    assert_eq!(
        offered("States.Format('{}', $.order.lines[0].s", path),
        ("s".to_owned(), vec!["sku".to_owned()])
    );
    assert!(offered("$r", path).1.contains(&"$rate".to_owned()));
    assert!(!offered("$.", path).1.contains(&"odd name".to_owned()));
    assert!(offered("$states.input.order.", jsonata).1.contains(&"lines".to_owned()));
    assert!(offered(r#"{"a":"{% $states.input.order.l"#, path).1.contains(&"lines".to_owned()));
    assert_eq!(type_words(&json::parse("[1]").unwrap()), "array of 1 item");
    assert_eq!(type_words(&json::parse(r#"{"a":1,"b":2}"#).unwrap()), "object of 2 fields");
}
