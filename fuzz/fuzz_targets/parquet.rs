//! Any bytes in place of a Parquet file: a distributed Map reads items out of them, or fails with a reason.
#![no_main]

use std::sync::{Arc, OnceLock};

use asl::Document;
use engine::mock::run_to_end;
use engine::{Budget, Execution, Instant, Machine, MockHost, Options, Progress, Quotas, Status, VirtualS3};

const DEFINITION: &str = r#"{"StartAt": "Rows", "States": {"Rows": {"Type": "Map", "Label": "Rows", "End": true,
    "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "PARQUET"},
        "Parameters": {"Bucket": "in", "Key": "rows.parquet"}},
    "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Keep", "States": {"Keep": {"Type": "Pass", "End": true}}}}}}"#;

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    static MACHINE: OnceLock<Arc<Machine>> = OnceLock::new();
    let machine = MACHINE.get_or_init(|| {
        Arc::new(Machine::compile(&Document::parse(DEFINITION)).expect("our own definition"))
    });
    let mut s3 = VirtualS3::default();
    s3.put("in", "rows.parquet", file.to_vec(), Instant::DEFAULT_START);
    let quotas = Quotas { map_items: 200, ..Quotas::default() };
    let options = Options { s3, quotas, ..Options::default() };
    let mut execution = Execution::start(machine.clone(), json::Value::Null, options);
    let progress = run_to_end(&mut execution, &mut MockHost::default(), Budget::default());
    let Progress::Done(outcome) = progress else { panic!("{progress:?}") };
    match outcome.status {
        Status::Succeeded => assert!(execution.map_runs().len() == 1),
        _ => assert!(outcome.error.is_some() && outcome.cause.is_some(), "{outcome:?}"),
    }
});
