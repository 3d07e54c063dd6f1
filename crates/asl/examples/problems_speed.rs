//! How long a keystroke takes until the problems are there, for definitions of 1,000 and 5,000 states:
//! `cargo run -p asl --profile native --example problems_speed [STATES…]`

#![allow(clippy::disallowed_methods, reason = "a benchmark measures real time")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use asl::{CheckOptions, Document};

const ROUNDS: usize = 20;

fn main() {
    let mut sizes: Vec<usize> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![1_000, 5_000];
    }
    for size in sizes {
        for (name, text) in [("JSONPath", json_path(size)), ("JSONata", jsonata(size))] {
            let at = text.len() / 2;
            let (before, after) =
                text.split_at(text.char_indices().map(|(at, _)| at).find(|found| *found >= at).unwrap_or(0));
            for (what, typed) in [("whole", ""), ("broken by a quote", "\""), ("broken by a brace", "}")] {
                let text = format!("{before}{typed}{after}");
                let (mut parsing, mut checking, mut found) = (Vec::new(), Vec::new(), 0);
                for _ in 0..ROUNDS {
                    let started = Instant::now();
                    let document = Document::parse(&text);
                    parsing.push(started.elapsed());
                    let options = CheckOptions { advice: true, ..CheckOptions::default() };
                    let started = Instant::now();
                    found = document.problems_with(&options).len();
                    checking.push(started.elapsed());
                }
                println!(
                    "{size} states {name:8} {what:17} {:4} KB: parse {:5.1} ms, problems {:5.1} ms, {found} found",
                    text.len() / 1024,
                    least(&parsing),
                    least(&checking),
                );
            }
        }
    }
}

/// The best of all rounds: the others shared the processor.
fn least(times: &[Duration]) -> f64 {
    times.iter().min().map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}

fn json_path(states: usize) -> String {
    let mut text = String::from("{\n  \"StartAt\": \"S0\",\n  \"States\": {\n");
    for number in 0..states {
        let next = format!("\"Next\": \"S{}\"", number + 1);
        let body = match number % 5 {
            _ if number + 1 == states => "\"Type\": \"Succeed\"".to_owned(),
            0 => format!(
                "\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\", \"Parameters\": {{\"FunctionName\": \"f\", \"Payload\": {{\"id.$\": \"$.order.id\", \"text.$\": \"States.Format('{{}} of {{}}', $.a, $x{})\"}}}}, \"ResultSelector\": {{\"r.$\": \"$.Payload\"}}, \"ResultPath\": \"$.result{number}\", \"Assign\": {{\"x{number}.$\": \"$.r\"}}, \"Catch\": [{{\"ErrorEquals\": [\"States.ALL\"], \"Next\": \"S{}\"}}], {next}",
                number / 2,
                states - 1
            ),
            1 => format!(
                "\"Type\": \"Choice\", \"Choices\": [{{\"And\": [{{\"Variable\": \"$.total\", \"NumericGreaterThan\": 100}}, {{\"Variable\": \"$.kind\", \"StringEquals\": \"a\"}}], \"Next\": \"S{}\"}}], \"Default\": \"S{}\"",
                number.saturating_sub(40),
                number + 1
            ),
            2 => format!("\"Type\": \"Wait\", \"Seconds\": 5, {next}"),
            3 => format!(
                "\"Type\": \"Map\", \"ItemsPath\": \"$.items\", \"ItemProcessor\": {{\"StartAt\": \"I{number}\", \"States\": {{\"I{number}\": {{\"Type\": \"Pass\", \"Parameters\": {{\"v.$\": \"$.v\"}}, \"End\": true}}}}}}, {next}"
            ),
            _ => format!(
                "\"Type\": \"Pass\", \"Parameters\": {{\"a\": 1, \"b.$\": \"$.items[?(@.x > 5)].y\"}}, {next}"
            ),
        };
        let comma = if number + 1 == states { "" } else { "," };
        let _ = writeln!(text, "    \"S{number}\": {{ {body} }}{comma}");
    }
    text.push_str("  }\n}\n");
    text
}

fn jsonata(states: usize) -> String {
    let mut text =
        String::from("{\n  \"QueryLanguage\": \"JSONata\",\n  \"StartAt\": \"S0\",\n  \"States\": {\n");
    for number in 0..states {
        let next = format!("\"Next\": \"S{}\"", number + 1);
        let body = match number % 4 {
            _ if number + 1 == states => "\"Type\": \"Succeed\"".to_owned(),
            0 => format!(
                "\"Type\": \"Task\", \"Resource\": \"arn:aws:states:::lambda:invoke\", \"Arguments\": {{\"FunctionName\": \"f\", \"Payload\": \"{{% $merge([$states.input, {{'total': $sum($states.input.items.(price * quantity))}}]) %}}\"}}, \"Output\": {{\"r\": \"{{% $states.result.Payload %}}\"}}, \"Assign\": {{\"x{number}\": \"{{% $states.result.StatusCode %}}\"}}, {next}"
            ),
            1 => format!(
                "\"Type\": \"Choice\", \"Choices\": [{{\"Condition\": \"{{% $states.input.total > 100 and $x{} = 200 %}}\", \"Next\": \"S{}\"}}], \"Default\": \"S{}\"",
                number - 1,
                number.saturating_sub(20),
                number + 1
            ),
            2 => format!("\"Type\": \"Wait\", \"Seconds\": \"{{% $states.input.seconds %}}\", {next}"),
            _ => format!(
                "\"Type\": \"Pass\", \"Output\": {{\"list\": \"{{% [$states.input.items[price > 5].name] %}}\"}}, {next}"
            ),
        };
        let comma = if number + 1 == states { "" } else { "," };
        let _ = writeln!(text, "    \"S{number}\": {{ {body} }}{comma}");
    }
    text.push_str("  }\n}\n");
    text
}
