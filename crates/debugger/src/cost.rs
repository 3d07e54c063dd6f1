//! What AWS would have billed for a run.

use engine::Execution;

/// Prices of Step Functions in one region, in US dollars.
///
/// Express memory time is billed in tiers a month; a single run is priced at the first, dearest one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    pub region: &'static str,
    /// The year and month of the table.
    pub as_of: &'static str,
    /// A state transition of a Standard workflow; a retry is one, too.
    pub transition: f64,
    /// A start of an Express workflow.
    pub request: f64,
    /// A GB-second of an Express workflow.
    pub gb_second: f64,
}

impl Prices {
    /// The published prices of US East (N. Virginia).
    pub const US_EAST_1: Prices = Prices {
        region: "us-east-1",
        as_of: "2026",
        transition: 0.025 / 1_000.0,
        request: 1.0 / 1_000_000.0,
        gb_second: 0.06 / 3_600.0,
    };
}

/// What a run is billed by.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// State transitions of Standard executions, retries among them.
    pub transitions: u64,
    /// Starts of Express executions.
    pub requests: u64,
    /// Milliseconds of Express executions, each rounded up to 100.
    pub express_millis: i64,
    /// Of the memory of Express executions.
    pub gb_seconds: f64,
    /// What the largest Express execution is billed for, in MB.
    pub express_memory_mb: i64,
    pub dollars: f64,
}

/// The cost of a run with all executions that belong to it, each billed as what it is.
pub fn cost_of(execution: &Execution, prices: &Prices) -> Cost {
    let mut cost = Cost::default();
    for run in execution.runs() {
        if run.execution_type.is_express() {
            let billing = execution.express_billing(run);
            cost.requests += 1;
            cost.express_millis = cost.express_millis.saturating_add(billing.billed_millis);
            cost.express_memory_mb = cost.express_memory_mb.max(billing.billed_memory_mb);
            cost.gb_seconds +=
                billing.billed_millis as f64 / 1_000.0 * billing.billed_memory_mb as f64 / 1_024.0;
        } else {
            cost.transitions = cost.transitions.saturating_add(run.history.transitions());
        }
    }
    cost.dollars = cost.transitions as f64 * prices.transition
        + cost.requests as f64 * prices.request
        + cost.gb_seconds * prices.gb_second;
    cost
}

/// Dollars with as many digits as say something: `$0.000125`, `$1.50`.
pub fn dollars_text(dollars: f64) -> String {
    if dollars <= 0.0 {
        return "$0".to_owned();
    }
    if dollars >= 1.0 {
        return format!("${dollars:.2}");
    }
    let mut digits = 2;
    while digits < 12 && dollars * 10f64.powi(digits) < 100.0 {
        digits += 1;
    }
    let text = format!("{dollars:.*}", usize::try_from(digits).unwrap_or(2));
    format!("${}", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use engine::{Budget, Execution, ExecutionType, Machine, MockHost, Options, run_to_end};

    use super::{Prices, cost_of, dollars_text};

    fn run(execution_type: ExecutionType) -> Execution {
        let text = r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
            "Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":1,"MaxAttempts":2}],"Next":"B"},
            "B":{"Type":"Pass","End":true}}}"#;
        let machine = Arc::new(Machine::compile(&asl::Document::parse(text)).unwrap());
        let mocks = r#"{"A":[{"Throw":{"Error":"E","Cause":"c"}},{"Return":{}}]}"#;
        let mut host = MockHost::from_json(&json::parse(mocks).unwrap()).unwrap();
        let options = Options { execution_type, ..Options::default() };
        let mut execution = Execution::start(machine, json::Value::Null, options);
        run_to_end(&mut execution, &mut host, Budget { steps: 1_000 });
        execution
    }

    #[test]
    fn a_retry_is_a_transition() {
        let cost = cost_of(&run(ExecutionType::Standard), &Prices::US_EAST_1);
        assert_eq!(cost.transitions, 3);
        assert_eq!(dollars_text(cost.dollars), "$0.000075");
    }

    #[test]
    fn express_is_billed_by_start_time_and_memory() {
        let cost = cost_of(&run(ExecutionType::Express), &Prices::US_EAST_1);
        assert_eq!((cost.transitions, cost.requests, cost.express_memory_mb), (0, 1, 64));
        assert_eq!(cost.express_millis, 1_000);
        assert!((cost.gb_seconds - 0.0625).abs() < 1e-9);
        assert_eq!(dollars_text(cost.dollars), "$0.00000204");
        assert_eq!(dollars_text(382.974), "$382.97");
        assert_eq!(dollars_text(0.0), "$0");
    }
}
