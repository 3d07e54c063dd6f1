//! The gallery's order processing is built out of the palette's states, connections and changes of single fields;
//! its text is then that of the gallery, byte for byte.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use asl::edit::{Edit, ObjectRef, Place, Port};
use asl::{Document, QueryLanguage, ScopeId, StateId, StateType, TransitionKind};
use catalogue::{Pattern, flow_state, integration, template};
use json::Value;

const NEW: &str = r#"{
  "Comment": "A new workflow",
  "QueryLanguage": "JSONata",
  "StartAt": "Start here",
  "States": {
    "Start here": {
      "Type": "Pass",
      "End": true
    }
  }
}
"#;
const TRANSIENT: &str = r#"["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException"]"#;

struct Builder {
    document: Document,
}

impl Builder {
    fn edit(&mut self, edit: &Edit) {
        let patch = self.document.plan(edit).unwrap_or_else(|error| panic!("{edit:?}: {error}"));
        self.document.apply(&patch);
    }

    fn id(&self, name: &str) -> StateId {
        self.document.state_named(name).unwrap_or_else(|| panic!("no {name}")).id()
    }

    fn insert(&mut self, place: Place, name: &str, state: Value) {
        self.edit(&Edit::InsertState { place, name: name.into(), state });
    }

    fn after(&self, name: &str) -> Place {
        Place::On { from: self.id(name), way: TransitionKind::Next }
    }

    fn set(&mut self, name: &str, fields: &[(&str, &str)]) {
        let of = ObjectRef::State(self.id(name));
        self.set_in(of, fields);
    }

    fn set_in(&mut self, of: ObjectRef, fields: &[(&str, &str)]) {
        for (pointer, value) in fields {
            let value = json::parse(value).unwrap();
            self.edit(&Edit::SetFields { of, fields: vec![((*pointer).to_owned(), Some(value))] });
        }
    }

    fn catch(&mut self, from: &str, to: &str, errors: &str, assign: &str) {
        let (from_id, to) = (self.id(from), self.id(to));
        self.edit(&Edit::Connect { from: from_id, port: Port::NewCatcher, to });
        self.set(from, &[("/Catch/0/ErrorEquals", errors), ("/Catch/0/Assign", assign)]);
    }
}

fn lambda() -> Value {
    template(integration("lambda", "invoke").unwrap(), Pattern::RequestResponse, QueryLanguage::Jsonata)
}

fn flow(state_type: StateType) -> Value {
    flow_state(state_type, QueryLanguage::Jsonata)
}

fn function(name: &str) -> String {
    format!("\"arn:aws:lambda:us-east-1:123456789012:function:{name}\"")
}

#[test]
fn it_is_built_to_the_byte() {
    let mut builder = Builder { document: Document::parse(NEW) };
    let machine = ScopeId(0);
    builder.set_in(
        ObjectRef::Scope(machine),
        &[
            (
                "/Comment",
                r#""Checks an order, charges it, and reserves its items while the invoice is written""#,
            ),
            ("/TimeoutSeconds", "3600"),
        ],
    );

    builder.insert(Place::Start(machine), "Validate order", lambda());
    let first = builder.id("Start here");
    builder.edit(&Edit::RemoveStates { states: vec![first], relink: true });
    let place = builder.after("Validate order");
    builder.insert(place, "Charge card", lambda());
    let place = builder.after("Charge card");
    builder.insert(place, "Wait for settlement", flow(StateType::Wait));
    let place = builder.after("Wait for settlement");
    builder.insert(place, "Fulfil order", flow(StateType::Parallel));
    let place = builder.after("Fulfil order");
    builder.insert(place, "Notify customer", sns());
    let place = builder.after("Notify customer");
    builder.insert(place, "Order fulfilled", flow(StateType::Succeed));
    let place = builder.after("Validate order");
    builder.insert(place, "Choose payment", flow(StateType::Choice));
    builder.insert(Place::Loose(machine), "Notify rejection", sns());
    let place = builder.after("Notify rejection");
    builder.insert(place, "Order rejected", flow(StateType::Fail));

    // Into the branches, in the place of what holds them open.
    let place = Place::Before(builder.id("Pass"));
    builder.insert(place, "Reserve items", flow(StateType::Map));
    let place = Place::Before(builder.id("Pass 2"));
    builder.insert(place, "Create invoice", lambda());
    let body = builder.document.state_named("Reserve items").unwrap().scopes().next().unwrap();
    let held = body.states().next().unwrap().id();
    builder.insert(Place::Before(held), "Reserve item", lambda());
    let pass = |builder: &Builder| {
        builder
            .document
            .states()
            .find(|state| state.state_type() == Some(StateType::Pass))
            .map(|state| state.id())
    };
    while let Some(state) = pass(&builder) {
        builder.edit(&Edit::RemoveStates { states: vec![state], relink: true });
    }

    let (from, to) = (builder.id("Choose payment"), builder.id("Fulfil order"));
    builder.edit(&Edit::Connect { from, port: Port::Way(TransitionKind::Choice(0)), to });
    builder.set("Choose payment", &[("/Choices/0/Condition", r#""{% $states.input.paid %}""#)]);

    builder.set(
        "Validate order",
        &[("/Arguments/FunctionName", &function("validate-order")), ("/TimeoutSeconds", "10")],
    );
    builder.catch(
        "Validate order",
        "Notify rejection",
        r#"["InvalidOrder"]"#,
        r#"{"orderId": "{% $states.input.orderId %}", "reason": "{% $states.errorOutput.Cause %}"}"#,
    );
    builder.set(
        "Validate order",
        &[(
            "/Assign",
            r#"{"orderId": "{% $states.result.Payload.orderId %}", "items": "{% $states.result.Payload.items %}", "total": "{% $states.result.Payload.total %}"}"#,
        )],
    );
    let failed = r#"{"reason": "{% $states.errorOutput.Error & ': ' & $states.errorOutput.Cause %}"}"#;
    builder.catch("Charge card", "Notify rejection", r#"["States.ALL"]"#, failed);
    builder.set(
        "Charge card",
        &[
            ("/Arguments/FunctionName", &function("charge-card")),
            (
                "/Arguments/Payload",
                r#"{"orderId": "{% $orderId %}", "amount": "{% $total %}", "card": "{% $states.input.card %}"}"#,
            ),
            ("/TimeoutSeconds", "30"),
            ("/Retry/0/ErrorEquals", r#"["GatewayTimeout", "Lambda.TooManyRequestsException"]"#),
            ("/Retry/0/IntervalSeconds", "2"),
            ("/Retry/0/MaxAttempts", "4"),
            ("/Retry/0/MaxDelaySeconds", "20"),
        ],
    );
    builder.set("Wait for settlement", &[("/Seconds", "60")]);
    builder.catch("Fulfil order", "Notify rejection", r#"["States.ALL"]"#, failed);
    builder.set(
        "Fulfil order",
        &[(
            "/Output",
            r#"{"reservations": "{% $states.result[0] %}", "invoice": "{% $states.result[1] %}"}"#,
        )],
    );
    builder.set(
        "Reserve items",
        &[
            ("/Items", r#""{% $items %}""#),
            (
                "/ItemSelector",
                r#"{"orderId": "{% $orderId %}", "sku": "{% $states.context.Map.Item.Value.sku %}", "quantity": "{% $states.context.Map.Item.Value.quantity %}"}"#,
            ),
            ("/MaxConcurrency", "5"),
        ],
    );
    builder.set(
        "Reserve item",
        &[("/Arguments/FunctionName", &function("reserve-item")), ("/TimeoutSeconds", "10")],
    );
    builder.set(
        "Create invoice",
        &[
            ("/Arguments/FunctionName", &function("create-invoice")),
            (
                "/Arguments/Payload",
                r#"{"orderId": "{% $orderId %}", "items": "{% $items %}", "total": "{% $total %}"}"#,
            ),
            ("/TimeoutSeconds", "15"),
        ],
    );
    notify(
        &mut builder,
        "Notify customer",
        "Your order is on its way",
        "'Order ' & $orderId & ' will be sent in ' & $count($states.input.reservations) & ' parcels.'",
    );
    builder.set(
        "Notify customer",
        &[(
            "/Output",
            r#"{"orderId": "{% $orderId %}", "status": "FULFILLED", "total": "{% $total %}", "invoiceId": "{% $states.input.invoice.invoiceId %}", "warehouses": "{% [$states.input.reservations.warehouse] %}"}"#,
        )],
    );
    notify(
        &mut builder,
        "Notify rejection",
        "We could not complete your order",
        "'Order ' & $orderId & ': ' & $reason",
    );
    builder.set("Order rejected", &[("/Error", r#""OrderRejected""#), ("/Cause", r#""{% $reason %}""#)]);

    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../assets/examples/order-processing/workflow.asl.json");
    let wanted = fs::read_to_string(path).unwrap();
    for (number, (built, wanted)) in builder.document.text().lines().zip(wanted.lines()).enumerate() {
        assert_eq!(built, wanted, "line {}\n{}", number + 1, builder.document.text());
    }
    assert_eq!(builder.document.text(), wanted);
    assert!(wanted.contains(&json::parse(TRANSIENT).unwrap().as_array().unwrap()[1].to_text()));
}

fn sns() -> Value {
    template(integration("sns", "publish").unwrap(), Pattern::RequestResponse, QueryLanguage::Jsonata)
}

fn notify(builder: &mut Builder, state: &str, subject: &str, message: &str) {
    builder.set(
        state,
        &[
            ("/Arguments/TopicArn", r#""arn:aws:sns:us-east-1:123456789012:order-updates""#),
            ("/Arguments/Message", &format!("\"{{% {message} %}}\"")),
            ("/Arguments/Subject", &format!("\"{subject}\"")),
            ("/TimeoutSeconds", "10"),
            (
                "/Retry/-",
                r#"{"ErrorEquals": ["SNS.InternalErrorException", "SNS.ThrottledException", "States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 2, "JitterStrategy": "FULL"}"#,
            ),
        ],
    );
}
