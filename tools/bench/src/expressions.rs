//! JSONata expressions as Step Functions has them, on an order of 100 items.

use json::{Map, Value};
use jsonata::{CompileOptions, Context, Expression, Program, Random};

/// The expressions, by name.
pub const EXPRESSIONS: [(&str, &str); 7] = [
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

/// An expression, compiled, with the data that it reads.
pub struct Compiled {
    program: Program,
    bindings: Map,
}

impl Compiled {
    /// # Errors
    ///
    /// What is wrong with the expression or the text of `$states`.
    pub fn new(expression: &str, states: &str) -> Result<Compiled, String> {
        let program = Expression::compile(expression, &CompileOptions::STEP_FUNCTIONS)
            .map_err(|error| error.to_string())?;
        let mut bindings = Map::new();
        bindings.insert("states", crate::parse(states)?);
        Ok(Compiled { program, bindings })
    }

    /// None where the result is undefined or an error.
    pub fn evaluate(&self) -> Option<Value> {
        let mut random = Random::new(1);
        let mut context = Context::new(0, &mut random);
        self.program.evaluate(None, &self.bindings, &mut context).ok()?.into_value()
    }
}

/// `$states` of a state with an order of 100 items, as a text.
pub fn states() -> String {
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
