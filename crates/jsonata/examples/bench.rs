//! Measures expressions as Step Functions has them, here and with jsonata-core:
//! `cargo run -p jsonata --profile native --example bench`.
//!
//! Prints microseconds for an evaluation, the median of several rounds. jsonata-core gets its data in its
//! own form, converted beforehand.

use std::hint::black_box;
use std::time::Duration;

use json::{Map, Value};
use jsonata::{CompileOptions, Context, Expression, Random};
use jsonata_core::evaluator::{Context as CoreContext, Evaluator};
use jsonata_core::value::JValue;

const EXPRESSIONS: [(&str, &str); 7] = [
    ("path", "$states.input.order.customer.address.city"),
    (
        "object and sum",
        r#"{"id": $states.input.order.id, "total": $sum($states.input.order.items.(price*qty)), "count": $count($states.input.order.items)}"#,
    ),
    (
        "filter and project",
        r#"$states.input.order.items[price > 20 and qty >= 2].{"sku": sku, "cost": price * qty}"#,
    ),
    (
        "map with a function",
        r#"$map($states.input.order.items, function($v, $i) { {"n": $i, "sku": $uppercase($v.sku), "line": $v.price * $v.qty} })"#,
    ),
    ("sort and group", "$states.input.order.items^(category, >price){category: $sum(price)}"),
    (
        "reduce",
        "$reduce($states.input.order.items, function($acc, $v) { $v.qty > 2 ? $acc + $v.price * $v.qty : $acc }, 0)",
    ),
    ("condition", r#"$states.input.order.total > 1000 and $states.input.order.customer.tier = "gold""#),
];

/// A state with an order of 100 items.
fn states() -> String {
    let mut items = String::new();
    for index in 0..100 {
        if index > 0 {
            items.push(',');
        }
        let category = ["books", "toys", "food", "garden"][index % 4];
        let price = ((index * 37 % 500) as f64 * 13.7).round() / 100.0;
        items.push_str(&format!(
            r#"{{"sku":"SKU-{}","category":"{category}","price":{price},"qty":{},"tags":["a","b{}"],"attributes":{{"weight":{},"color":"red"}}}}"#,
            index % 17,
            1 + index % 5,
            index % 3,
            index as f64 * 0.1
        ));
    }
    format!(
        r#"{{"input":{{"order":{{"id":"A-1","customer":{{"name":"Zoë","address":{{"city":"Berlin","zip":"10115"}},"tier":"gold"}},"items":[{items}],"total":1234.5}}}},"context":{{"State":{{"Name":"S"}}}}}}"#
    )
}

#[allow(clippy::disallowed_methods)] // A benchmark reads the clock.
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

/// The median of rounds, in microseconds for one evaluation.
fn measure(mut evaluate: impl FnMut()) -> f64 {
    let start = now();
    let mut count = 0u32;
    while start.elapsed() < Duration::from_millis(50) {
        evaluate();
        count += 1;
    }
    let mut rounds: Vec<f64> = (0..15)
        .map(|_| {
            let start = now();
            for _ in 0..count {
                evaluate();
            }
            start.elapsed().as_secs_f64() * 1e6 / f64::from(count)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = states();
    let mut bindings = Map::new();
    bindings.insert("states", json::parse(&text)?);
    let core_states = JValue::from_json_str(&text)?;
    println!("{:22} {:>10} {:>14} {:>7}", "expression", "this, µs", "jsonata-core", "ratio");
    for (name, expression) in EXPRESSIONS {
        let program = Expression::compile(expression, &CompileOptions::STEP_FUNCTIONS)?;
        let mut random = Random::new(1);
        let mut evaluate = || {
            let mut context = Context::new(0, &mut random);
            program.evaluate(None, &bindings, &mut context)
        };
        let ours: Value = evaluate()?.into_value().unwrap_or_default();
        let time = measure(|| {
            black_box(evaluate().ok());
        });
        let tree = jsonata_core::parser::parse(expression)?;
        let evaluate = || {
            let mut context = CoreContext::new();
            context.bind("states".to_owned(), core_states.clone());
            Evaluator::with_context(context).evaluate(&tree, &JValue::Undefined)
        };
        let theirs = json::parse(&evaluate()?.to_json_string()?)?;
        let core_time = measure(|| {
            black_box(evaluate().ok());
        });
        assert_eq!(ours.to_pretty().len() > 2, theirs.to_pretty().len() > 2, "{name}");
        println!("{name:22} {time:10.2} {core_time:14.2} {:6.1}x", core_time / time);
    }
    Ok(())
}
