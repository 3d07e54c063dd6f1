//! How long going to any event of a long run takes: `cargo run --profile native -p debugger --example seek`.

use std::sync::Arc;

use debugger::{Run, Session, Stop};
use engine::{Budget, Machine, MockHost, Options};

const LOOP: &str = r#"{"StartAt":"Count","States":{
  "Count":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, 1)","data.$":"$.data"},"Next":"More?"},
  "More?":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThan":100000,"Next":"Count"}],"Default":"Done"},
  "Done":{"Type":"Succeed"}}}"#;
const MAP: &str = r#"{"StartAt":"Each","States":{"Each":{"Type":"Map","ItemsPath":"$.items","ItemProcessor":{
  "StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","End":true}}},"End":true}}}"#;

// The clock of this machine is what is measured here.
#[allow(clippy::disallowed_methods)]
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = std::time::Instant::now();
    let value = work();
    (value, started.elapsed().as_secs_f64() * 1000.0)
}

fn main() {
    measure("a loop with 100 KB of data", LOOP, &format!(r#"{{"n":0,"data":"{}"}}"#, "x".repeat(100_000)));
    let items: Vec<String> = (0..4_000).map(|number| number.to_string()).collect();
    measure("a Map of 4,000 at once", MAP, &format!(r#"{{"items":[{}]}}"#, items.join(",")));
}

fn measure(name: &str, definition: &str, input: &str) {
    let machine = Arc::new(Machine::compile(&asl::Document::parse(definition)).expect("a definition"));
    let input = json::parse(input).expect("an input");
    let mut session = Session::start(machine, input, Options::default(), MockHost::default());
    let (stop, recording) = timed(|| session.run(Run::Continue, Budget { steps: 1_000_000 }));
    let len = session.len();
    println!(
        "{name}: {len} events, {} in {recording:.0} ms, {} checkpoints",
        Stop::name(&stop),
        session.checkpoint_count()
    );
    let mut times = Vec::new();
    let mut position = 1u32;
    for _ in 0..300 {
        position = position.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let target = position % len + 1;
        let (_, time) = timed(|| {
            session.seek(target);
            session.at_cursor().open_frames().len()
        });
        times.push(time);
    }
    report("  seek anywhere", &mut times);
    session.seek(len - 1);
    let mut times: Vec<f64> = (0..300)
        .map(|_| {
            let (_, time) = timed(|| {
                session.run(Run::Back, Budget::default());
                session.at_cursor().open_frames().len() + session.stages().len()
            });
            time
        })
        .collect();
    report("  step back with stages", &mut times);
}

fn report(what: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("{what}: median {:.2} ms, 99% {:.2} ms, worst {:.2} ms", at(0.5), at(0.99), at(1.0));
}
