//! What is built, in the order in which a person does it: the graph first, then the forms.

use crate::hands::{self, Block, Control, Hands, Place};

const LAMBDA: Block = Block { search: "lambda invoke", title: "Invoke a function" };
const SNS: Block = Block { search: "sns publish", title: "Publish a message" };

const INPUT: &[&str] = &["#input"];
const RETRY: &[&str] = &["#errors", "Retry"];
const CATCH: &[&str] = &["#errors", "Catch"];

const FAILED: [(&str, &str); 1] =
    [("reason", "$states.errorOutput.Error & ': ' & $states.errorOutput.Cause")];

pub fn build(hands: &dyn Hands) {
    hands.begin();
    hands.fill(
        &Control::text(&["#machine", "Comment"]),
        "Checks an order, charges it, and reserves its items while the invoice is written",
    );
    add_field(hands, &["#machine"], "TimeoutSeconds", "1 h");
    graph(hands);
    validate_order(hands);
    choose_payment(hands);
    charge_card(hands);
    wait_for_settlement(hands);
    fulfil_order(hands);
    reserve_items(hands);
    create_invoice(hands);
    notify_customer(hands);
    reject(hands);
}

fn graph(hands: &dyn Hands) {
    put(hands, LAMBDA, Place::InPlaceOf("Start here"), "Validate order");
    put(hands, LAMBDA, Place::After("Validate order"), "Charge card");
    put(hands, block("Wait"), Place::After("Charge card"), "Wait for settlement");
    put(hands, SNS, Place::After("Wait for settlement"), "Notify customer");
    put(hands, block("Succeed"), Place::After("Notify customer"), "Order fulfilled");
    put(hands, block("Choice"), Place::Between("Validate order", "Charge card"), "Choose payment");
    put(hands, block("Parallel"), Place::Between("Wait for settlement", "Notify customer"), "Fulfil order");
    put(hands, block("Map"), Place::InPlaceOf("Pass"), "Reserve items");
    put(hands, LAMBDA, Place::InPlaceOf("Pass 3"), "Reserve item");
    put(hands, LAMBDA, Place::InPlaceOf("Pass 2"), "Create invoice");

    hands.catch_in_new_fail("Validate order", "Order rejected");
    put(hands, SNS, Place::Before("Order rejected"), "Notify rejection");
    hands.catch("Charge card", "Notify rejection");
    hands.catch("Fulfil order", "Notify rejection");
    hands.lead_first_rule("Choose payment", "Fulfil order");
}

fn validate_order(hands: &dyn Hands) {
    hands.select("Validate order");
    function(hands, "validate-order");
    add_field(hands, &["#configuration"], "TimeoutSeconds", "10 s");
    hands.open_first(CATCH);
    errors(hands, CATCH, &["States.ALL"], &["InvalidOrder"]);
    assign(
        hands,
        &["#variables"],
        &[
            ("orderId", "$states.result.Payload.orderId"),
            ("items", "$states.result.Payload.items"),
            ("total", "$states.result.Payload.total"),
        ],
    );
    // In the same form, variables of the same names.
    let caught = [("orderId", "$states.input.orderId"), ("reason", "$states.errorOutput.Cause")];
    assign(hands, CATCH, &caught);
}

fn choose_payment(hands: &dyn Hands) {
    hands.select("Choose payment");
    hands.open_first(&["#configuration", "Choices"]);
    hands.fill(&Control::text(&["#configuration", "Choices", "Condition"]), "$states.input.paid");
}

fn charge_card(hands: &dyn Hands) {
    hands.select("Charge card");
    function(hands, "charge-card");
    payload(
        hands,
        r#"{
  "orderId": "{% $orderId %}",
  "amount": "{% $total %}",
  "card": "{% $states.input.card %}"
}"#,
    );
    add_field(hands, &["#configuration"], "TimeoutSeconds", "30 s");
    hands.open_first(RETRY);
    let before = [
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    ];
    errors(hands, RETRY, &before, &["GatewayTimeout", "Lambda.TooManyRequestsException"]);
    for (field, number) in [("IntervalSeconds", "2"), ("MaxAttempts", "4"), ("MaxDelaySeconds", "20")] {
        hands.fill(&Control::text(&["#errors", "Retry", field]), number);
    }
    hands.open_first(CATCH);
    assign(hands, CATCH, &FAILED);
}

fn wait_for_settlement(hands: &dyn Hands) {
    hands.select("Wait for settlement");
    hands.fill(&Control::text(&["#configuration", "Seconds"]), "60");
}

fn fulfil_order(hands: &dyn Hands) {
    hands.select("Fulfil order");
    hands.open_first(CATCH);
    assign(hands, CATCH, &FAILED);
    output(
        hands,
        r#"{
  "reservations": "{% $states.result[0] %}",
  "invoice": "{% $states.result[1] %}"
}"#,
    );
}

fn reserve_items(hands: &dyn Hands) {
    hands.select("Reserve items");
    add_field(hands, INPUT, "Items", "$items");
    add_json(
        hands,
        INPUT,
        "ItemSelector",
        r#"{
  "orderId": "{% $orderId %}",
  "sku": "{% $states.context.Map.Item.Value.sku %}",
  "quantity": "{% $states.context.Map.Item.Value.quantity %}"
}"#,
    );
    add_field(hands, &["#configuration"], "MaxConcurrency", "5");

    hands.select("Reserve item");
    function(hands, "reserve-item");
    add_field(hands, &["#configuration"], "TimeoutSeconds", "10 s");
}

fn create_invoice(hands: &dyn Hands) {
    hands.select("Create invoice");
    function(hands, "create-invoice");
    payload(
        hands,
        r#"{
  "orderId": "{% $orderId %}",
  "items": "{% $items %}",
  "total": "{% $total %}"
}"#,
    );
    add_field(hands, &["#configuration"], "TimeoutSeconds", "15 s");
}

fn notify_customer(hands: &dyn Hands) {
    hands.select("Notify customer");
    notification(
        hands,
        "Your order is on its way",
        "'Order ' & $orderId & ' will be sent in ' & $count($states.input.reservations) & ' parcels.'",
    );
    output(
        hands,
        r#"{
  "orderId": "{% $orderId %}",
  "status": "FULFILLED",
  "total": "{% $total %}",
  "invoiceId": "{% $states.input.invoice.invoiceId %}",
  "warehouses": "{% [$states.input.reservations.warehouse] %}"
}"#,
    );
}

fn reject(hands: &dyn Hands) {
    hands.select("Notify rejection");
    notification(hands, "We could not complete your order", "'Order ' & $orderId & ': ' & $reason");

    hands.select("Order rejected");
    add_field(hands, &[], "Error", "OrderRejected");
    hands.press(&Control::button(&[], "Add Cause"));
    hands.press(&Control::button(&["Cause"], "{% %}"));
    hands.fill(&Control::text(&["Cause"]), "$reason");
}

fn block(title: &'static str) -> Block {
    Block { search: title, title }
}

/// Adds a block, and gives it its name.
fn put(hands: &dyn Hands, block: Block, place: Place, name: &str) {
    hands.put(block, place);
    hands.name(name);
}

/// Adds a field, which then waits for its value.
fn add_field(hands: &dyn Hands, group: &[&str], name: &str, text: &str) {
    hands.press(&Control::add(group, name));
    hands.fill(&Control::text(&[group, &[name]].concat()), text);
}

fn add_json(hands: &dyn Hands, group: &[&str], name: &str, text: &str) {
    hands.press(&Control::add(group, name));
    write_json(hands, &Control::code(&[group, &[name]].concat()), text);
}

/// Assigns variables, each with an expression.
fn assign(hands: &dyn Hands, group: &[&str], variables: &[(&str, &str)]) {
    hands.press(&Control::add(group, "Assign"));
    let table = [group, &["Assign"]].concat();
    for (name, value) in variables {
        hands.press(&Control::button(&table, "Add a variable"));
        hands.fill(&Control::text(&[&table[..], &["$variable"]].concat()), &format!("{name}\n"));
        hands.fill(&Control::value(&[&table[..], &[&format!("${name}")]].concat()), value);
    }
}

fn write_json(hands: &dyn Hands, control: &Control, text: &str) {
    hands.write_json(control, text);
    hands::wait_for_lines(hands.page(), text);
}

fn function(hands: &dyn Hands, name: &str) {
    let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:{name}");
    hands.fill(&Control::text(&["#input", "FunctionName"]), &arn);
}

/// The payload of a function, from an expression to an object.
fn payload(hands: &dyn Hands, text: &str) {
    hands.press(&Control::button(&["#input", "Payload"], "Value"));
    write_json(hands, &Control::code(&["#input", "Payload"]), text);
}

fn output(hands: &dyn Hands, text: &str) {
    hands.press(&Control::add(&["#output"], "Output"));
    hands.press(&Control::button(&["#output", "Output"], "Value"));
    write_json(hands, &Control::code(&["#output", "Output"]), text);
}

/// Takes errors from the list of a retrier or catcher and adds others.
fn errors(hands: &dyn Hands, of: &[&str], before: &[&str], after: &[&str]) {
    for error in before {
        hands.press(&Control::button(of, &format!("Remove {error}")));
    }
    for error in after {
        hands.fill(&Control::text(&[of, &["ErrorEquals"]].concat()), &format!("{error}\n"));
    }
}

fn notification(hands: &dyn Hands, subject: &str, message: &str) {
    hands.fill(&Control::text(&["#input", "TopicArn"]), "arn:aws:sns:us-east-1:123456789012:order-updates");
    hands.fill(&Control::text(&["#input", "Message"]), message);
    add_field(hands, INPUT, "Subject", subject);
    add_field(hands, &["#configuration"], "TimeoutSeconds", "10 s");
    hands.press(&Control::button(RETRY, "Add a retrier"));
    let retried = ["SNS.InternalErrorException", "SNS.ThrottledException", "States.Timeout"];
    errors(hands, RETRY, &["States.ALL"], &retried);
    hands.choose(&Control::list(&["#errors", "Retry", "JitterStrategy"]), "Full");
}
