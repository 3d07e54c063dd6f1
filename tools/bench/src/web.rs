//! What the page calls.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::expressions::{Compiled, EXPRESSIONS};
use crate::own;
use crate::workload::Held;

/// As in the product.
#[global_allocator]
static HEAP: heap::SmallFirst = heap::SmallFirst::new();

/// A compiled workload.
#[wasm_bindgen]
pub struct Workload(crate::Workload);

#[wasm_bindgen]
impl Workload {
    /// Empty texts stand for what there is not.
    #[wasm_bindgen(constructor)]
    pub fn new(definition: &str, input: &str, expected: &str, mocks: &str) -> Result<Workload, String> {
        crate::Workload::new(definition, input, expected, mocks).map(Workload)
    }

    /// The same as an Express workflow.
    pub fn express(self) -> Workload {
        Workload(self.0.into_express())
    }

    /// Runs it once and tells whether it ended as it should, after so many transitions.
    pub fn check(&self, transitions: u32) -> bool {
        let held = self.0.run();
        self.0.is_right(&held) && held.execution.transitions() == u64::from(transitions)
    }

    /// Runs it so many times.
    pub fn run(&self, times: u32) {
        for _ in 0..times {
            std::hint::black_box(self.0.run());
        }
    }

    /// Runs it once and keeps everything that an ended execution is.
    pub fn hold(&self) -> Kept {
        Kept(self.0.run())
    }
}

/// An ended execution.
#[wasm_bindgen]
pub struct Kept(Held);

#[wasm_bindgen]
impl Kept {
    /// The number of its events.
    pub fn events(&self) -> u32 {
        u32::try_from(self.0.execution.history().len()).unwrap_or(u32::MAX)
    }
}

/// One of [`EXPRESSIONS`], compiled.
#[wasm_bindgen]
pub struct Jsonata(Compiled);

#[wasm_bindgen]
impl Jsonata {
    #[wasm_bindgen(constructor)]
    pub fn new(expression: &str, states: &str) -> Result<Jsonata, String> {
        Compiled::new(expression, states).map(Jsonata)
    }

    /// The result as JSON.
    pub fn result(&self) -> Option<String> {
        self.0.evaluate().map(|value| value.to_text())
    }

    /// Evaluates it so many times.
    pub fn run(&self, times: u32) {
        for _ in 0..times {
            std::hint::black_box(self.0.evaluate());
        }
    }
}

/// Own workloads and expressions as JSON.
#[wasm_bindgen]
pub fn catalog() -> String {
    let text = |text: &str| json::Value::from(text).to_text();
    let workloads: Vec<String> = own::workloads()
        .into_iter()
        .map(|workload| {
            format!(
                r#"{{"id":{},"definition":{},"input":{},"expected":{},"mocks":"","transitions":{}}}"#,
                text(workload.id),
                text(&workload.definition),
                text(&workload.input),
                text(&workload.expected),
                workload.transitions
            )
        })
        .collect();
    let expressions: Vec<String> = EXPRESSIONS
        .iter()
        .map(|(name, expression)| format!(r#"{{"name":{},"expression":{}}}"#, text(name), text(expression)))
        .collect();
    format!(
        r#"{{"workloads":[{}],"express":{},"endless":{},"expressions":[{}],"states":{}}}"#,
        workloads.join(","),
        text(own::EXPRESS),
        text(own::ENDLESS),
        expressions.join(","),
        crate::expressions::states()
    )
}
