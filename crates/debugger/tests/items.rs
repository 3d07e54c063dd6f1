//! What the fields of a Map state see that are evaluated once an item.

use std::sync::Arc;

use asl::{Document, QueryLanguage};
use debugger::{Query, Run, Session};
use engine::{Budget, EventType, Machine, MockHost, Options};

const EACH: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Each", "States": {"Each": {"Type": "Map",
    "Items": "{% $states.input.items %}",
    "ItemSelector": {"sku": "{% $states.context.Map.Item.Value.sku %}"},
    "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}}, "End": true}}}"#;

fn first_item(input: &str) -> Option<String> {
    let machine = Arc::new(Machine::compile(&Document::parse(EACH)).expect("it compiles"));
    let input = json::parse(input).expect("JSON");
    let mut session = Session::start(machine, input, Options::default(), MockHost::default());
    session.run(Run::Continue, Budget::default());
    let is_start = |position: &u32| {
        session.event_at(*position).is_some_and(|event| event.event_type == EventType::MapStateStarted)
    };
    let position = (1..=session.len()).find(is_start)?;
    let map = session.visits().at(position)?;
    let query =
        Query::compile("$states.context.Map.Item.Value.sku", QueryLanguage::Jsonata).expect("it compiles");
    let traced = query.trace(&session.env_of_first_item(position, map)?);
    traced.value.expect("it evaluates").map(|value| value.to_text())
}

#[test]
fn the_selector_sees_the_first_item_that_was_begun() {
    assert_eq!(first_item(r#"{"items": [{"sku": "lamp"}, {"sku": "bulb"}]}"#).as_deref(), Some("\"lamp\""));
}

#[test]
fn without_items_there_is_none() {
    assert_eq!(first_item(r#"{"items": []}"#), None);
}
