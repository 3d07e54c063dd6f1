//! What a run is told about the world that it runs in.

use std::collections::BTreeSet;
use std::sync::Arc;

use json::Str;

use crate::execution::s3::VirtualS3;
use crate::time::Instant;

/// The type of a state machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExecutionType {
    #[default]
    Standard,
    /// As StartExecution starts it; its history is log events.
    Express,
    /// As StartSyncExecution starts it.
    ExpressSync,
}

impl ExecutionType {
    pub fn is_express(self) -> bool {
        self != ExecutionType::Standard
    }
}

/// Which of several branches or iterations that could go on goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// In turns, a state each.
    #[default]
    RoundRobin,
    /// One after the other, as far as each gets.
    DepthFirst,
    /// Any, by the seed of the run.
    Seeded,
}

/// AWS's limits (Step Functions service quotas). A run that exceeds one fails as on AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// Bytes of UTF-8 of the input or output of a state, task or execution.
    pub payload_bytes: usize,
    /// Events in the history of a Standard execution.
    pub history_events: usize,
    /// Events of an Express execution. The engine's own limit, so that no loop fills the memory.
    pub express_events: usize,
    pub standard_seconds: i64,
    pub express_seconds: i64,
    /// Bytes of one variable.
    pub variable_bytes: usize,
    /// Bytes of all variables of an execution.
    pub variables_bytes: usize,
    /// How deep values may be nested. The engine's own limit: AWS documents none.
    pub depth: u32,
    /// Iterations of an inline Map that run at the same time (AWS: about 40).
    pub inline_concurrency: usize,
    /// Executions within executions. The engine's own limit.
    pub nested_executions: u32,
    /// Items of one Map, to bound memory. The engine's own limit: AWS's is 100 million.
    pub map_items: usize,
}

impl Quotas {
    /// How many events the history of an execution may have.
    pub(crate) fn most_events(&self, execution_type: ExecutionType) -> usize {
        if execution_type.is_express() { self.express_events } else { self.history_events }
    }
}

impl Default for Quotas {
    fn default() -> Quotas {
        Quotas {
            payload_bytes: 262_144,
            history_events: 25_000,
            express_events: 250_000,
            standard_seconds: 365 * 86_400,
            express_seconds: 300,
            variable_bytes: 262_144,
            variables_bytes: 10 * 1_048_576,
            depth: 1000,
            inline_concurrency: 40,
            nested_executions: 16,
            map_items: 100_000,
        }
    }
}

/// How an execution is started.
#[derive(Clone, Debug)]
pub struct Options {
    pub execution_type: ExecutionType,
    /// Empty: made from the region, the account and the names.
    pub execution_arn: Str,
    /// Empty: made from the region, the account and the name.
    pub state_machine_arn: Str,
    pub state_machine_name: Str,
    /// The name of the execution. Empty: a UUID made from the seed.
    pub name: Str,
    pub role_arn: Str,
    pub region: Str,
    pub account: Str,
    /// Where the virtual clock starts.
    pub start_time: Instant,
    /// For jitter, invented names, task tokens, and the random functions of both query languages.
    pub seed: u64,
    /// The day whose AWS to imitate: Step Functions changed in small things over the years, and older
    /// histories show it. The default is the newest behaviour known.
    pub as_of: Instant,
    /// Buckets that distributed Maps read from and write to.
    pub s3: VirtualS3,
    /// The activities that exist, by ARN; a Task of another one fails. None: all exist.
    pub activities: Option<Arc<BTreeSet<Str>>>,
    pub order: Order,
    /// How often, from 0 to 1, an Express execution is started a second time, by the seed. AWS runs asynchronous
    /// Express workflows at least once, so what they do must bear being done twice; synchronous ones run at most once.
    pub second_starts: f64,
    pub quotas: Quotas,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            execution_type: ExecutionType::Standard,
            execution_arn: Str::from(""),
            state_machine_arn: Str::from(""),
            state_machine_name: Str::from("StateMachine"),
            name: Str::from(""),
            role_arn: Str::from("arn:aws:iam::123456789012:role/StepFunctionsRole"),
            region: Str::from("us-east-1"),
            account: Str::from("123456789012"),
            start_time: Instant::DEFAULT_START,
            seed: 0,
            as_of: Instant(i64::MAX),
            s3: VirtualS3::default(),
            activities: None,
            order: Order::default(),
            second_starts: 0.0,
            quotas: Quotas::default(),
        }
    }
}
