//! Who reads a value.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

use std::sync::Arc;

use debugger::{Query, Session};
use engine::{Budget, Machine, MockHost, Options};

fn check(definition: &str, input: &str, position: u32, pointer: &str, expected: &[&str]) {
    let document = asl::Document::parse(definition);
    let machine = Arc::new(Machine::compile(&document).unwrap());
    let mut session =
        Session::start(machine, json::parse(input).unwrap(), Options::default(), MockHost::default());
    session.run_on(Budget::default());
    let told: Vec<String> = session
        .readers(&document, position, pointer)
        .into_iter()
        .map(|reader| {
            let name = &session.visits().get(reader.visit).unwrap().name;
            let through = reader.variable.map(|name| format!(" as ${name}")).unwrap_or_default();
            let whole = if reader.is_whole { " whole" } else { "" };
            format!("{name}{}{through}{whole}", reader.place)
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn values_are_followed_through_variables_and_branches() {
    let definition = r#"{"QueryLanguage":"JSONata","StartAt":"Keep","States":{
        "Keep":{"Type":"Pass","Assign":{"who":"{% $states.input.customer %}","other":"{% $states.input.n %}"},
            "Next":"Both"},
        "Both":{"Type":"Parallel","Branches":[
            {"StartAt":"Left","States":{"Left":{"Type":"Pass","Output":"{% $states.input.customer.name %}","End":true}}},
            {"StartAt":"Right","States":{"Right":{"Type":"Pass","Output":"{% $other + 1 %}","End":true}}}],
            "Next":"Last"},
        "Last":{"Type":"Pass","Output":{"greeting":"{% 'Hi ' & $who.name %}","n":"{% $other %}"},"End":true}}}"#;
    let input = r#"{"customer":{"name":"Ada","id":7},"n":1}"#;
    check(
        definition,
        input,
        2,
        "/customer/name",
        &["Keep/Assign/who", "Left/Output", "Last/Output/greeting as $who"],
    );
    check(
        definition,
        input,
        2,
        "/n",
        &["Keep/Assign/other", "Right/Output as $other whole", "Last/Output/n as $other whole"],
    );
}

#[test]
fn jsonpath_fields_are_read_from_what_they_start_with() {
    let definition = r#"{"StartAt":"First","States":{
        "First":{"Type":"Pass","InputPath":"$.order","Parameters":{"id.$":"$.id","all.$":"$"},"ResultPath":"$.out",
            "Next":"Choose"},
        "Choose":{"Type":"Choice","Choices":[{"Variable":"$.order.id","NumericEquals":1,"Next":"End"}],"Default":"End"},
        "End":{"Type":"Succeed"}}}"#;
    check(
        definition,
        r#"{"order":{"id":1,"x":2}}"#,
        2,
        "/order/id",
        &["First/InputPath", "First/Parameters/id.$", "First/Parameters/all.$", "Choose/Choices/0/Variable"],
    );
}

#[test]
fn sub_expressions_have_values() {
    let definition = r#"{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;
    let machine = Arc::new(Machine::compile(&asl::Document::parse(definition)).unwrap());
    let input = json::parse(r#"{"items":[{"price":2},{"price":3}]}"#).unwrap();
    let mut session = Session::start(machine, input, Options::default(), MockHost::default());
    session.run_on(Budget::default());
    let query =
        Query::compile("{% $sum($states.input.items.price) * 2 %}", asl::QueryLanguage::Jsonata).unwrap();
    let traced = query.trace(&session.env(2).unwrap());
    assert_eq!(traced.value.unwrap().unwrap().to_text(), "10");
    let trace = traced.trace.unwrap();
    let span = trace.around(query.source().find("price").unwrap()).unwrap();
    assert!(trace.at(span).next().is_some(), "{span:?}");
    let operator = query.source().find('*').unwrap();
    let outer = trace.around(operator).unwrap();
    assert_eq!(&query.source()[outer.range()], query.source());
}
