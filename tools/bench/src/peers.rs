//! Others' figures, for what is not measured anew.

/// Transitions per second of a workload's peers.
pub struct Recorded {
    pub id: &'static str,
    /// aws-local-stepfunctions 3.0.0 in Chromium.
    pub javascript: Option<f64>,
    /// LocalStack 2026.3.0.
    pub localstack: Option<f64>,
    /// The fastest of six.
    pub best: Option<f64>,
}

/// Measured in November 2026 on a machine of two shared cores; nothing where a peer's output was wrong.
pub const RECORDED: [Recorded; 10] = [
    recorded("W1", 22_800.0, 13.0, 284_000.0),
    recorded("W2", 21_600.0, 13.0, 108_000.0),
    recorded("W3", 9_700.0, 5.0, 9_700.0),
    recorded("W4", 27_800.0, 20.0, 70_600.0),
    recorded("W5", 20_000.0, 34.0, 24_500.0),
    Recorded { id: "W6", javascript: None, localstack: None, best: None },
    Recorded { id: "W6B", javascript: None, localstack: Some(34.0), best: Some(34.0) },
    recorded("W7", 5_400.0, 2.0, 5_600.0),
    recorded("W8", 13_600.0, 12.0, 20_200.0),
    recorded("W9", 187.0, 3.0, 193.0),
];

const fn recorded(id: &'static str, javascript: f64, localstack: f64, best: f64) -> Recorded {
    Recorded { id, javascript: Some(javascript), localstack: Some(localstack), best: Some(best) }
}

pub fn recorded_of(id: &str) -> Option<&'static Recorded> {
    RECORDED.iter().find(|recorded| recorded.id == id)
}
