//! Which ways a run has taken.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::Document;
use debugger::{Run, Session};
use engine::{Budget, Machine, MockHost, Options};

#[test]
fn a_catcher_is_told_from_what_leads_to_the_same_state() {
    let definition = r#"{"StartAt":"Call","States":{
        "Call":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
            "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Done"}],"Next":"Done"},
        "Done":{"Type":"Pass","End":true}}}"#;
    let answers = [r#"{"Call":[{"Return":{}}]}"#, r#"{"Call":[{"Throw":{"Error":"E","Cause":"c"}}]}"#];
    for (answer, is_caught) in answers.into_iter().zip([false, true]) {
        let machine = Arc::new(Machine::compile(&Document::parse(definition)).unwrap());
        let [call, done] = ["Call", "Done"]
            .map(|name| machine.states().find(|state| &*state.name == name).map(|state| state.id));
        let host = MockHost::from_json(&json::parse(answer).unwrap()).unwrap();
        let mut session =
            Session::start(machine.clone(), json::parse("{}").unwrap(), Options::default(), host);
        session.run(Run::Continue, Budget { steps: 1_000 });
        let board = session.board();
        assert!(board.is_taken((None, call), false));
        assert_eq!(board.is_taken((call, done), true), is_caught);
        assert_eq!(board.is_taken((call, done), false), !is_caught);
        assert!(board.is_taken((done, None), false));
    }
}
