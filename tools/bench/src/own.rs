//! Workloads that need no files: always measured, whatever else is there.

/// A workload as texts.
pub struct Texts {
    pub id: &'static str,
    pub title: &'static str,
    pub definition: String,
    pub input: String,
    pub expected: String,
    /// States entered.
    pub transitions: u64,
}

/// A chain, a loop, a Map, a chain in JSONata, and one chain with a payload of 200 KB and without.
pub fn workloads() -> Vec<Texts> {
    let empty = chain("EMPTY", "50 Pass states, next to no payload", 50, r#"{"meta":{"i":-1}}"#, "");
    let payload = format!(
        r#""blob":[{}]"#,
        vec![r#"{"text":"0123456789 0123456789 0123456789","n":[1,2,3]}"#; 3600].join(",")
    );
    let large = chain(
        "LARGE",
        "the same with a payload of 200 KB",
        50,
        &format!(r#"{{{payload},"meta":{{"i":-1}}}}"#),
        &format!("{payload},"),
    );
    vec![
        chain("CHAIN", "100 Pass states with Parameters and ResultPath", 100, r#"{"meta":{"i":-1}}"#, ""),
        counting_loop("LOOP", 1000),
        map("MAP", 1000),
        jsonata_chain("JSONATA", 50),
        empty,
        large,
    ]
}

/// A workflow of three states, as short Express workflows are.
pub const EXPRESS: &str = r#"{"StartAt": "A", "States": {
    "A": {"Type": "Pass", "Result": {"a": 1}, "ResultPath": "$.a", "Next": "B"},
    "B": {"Type": "Choice", "Choices": [{"Variable": "$.a.a", "NumericEquals": 1, "Next": "C"}], "Default": "C"},
    "C": {"Type": "Pass", "Parameters": {"x.$": "$.a.a"}, "End": true}}}"#;

/// A loop without an end, which the limit of 25,000 events ends. Each round makes an object of its own.
pub const ENDLESS: &str = r#"{"StartAt": "Round", "States": {
    "Round": {"Type": "Pass", "Next": "Again?", "Parameters": {
        "n.$": "States.MathAdd($.n, 1)", "id.$": "States.Format('order-{}', $.n)",
        "customer": {"name": "Ada Lovelace", "city": "London", "tier": "gold"},
        "items.$": "States.ArrayRange(1, 10, 1)"}},
    "Again?": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericLessThan": 0, "Next": "End"}], "Default": "Round"},
    "End": {"Type": "Succeed"}}}"#;

fn chain(id: &'static str, title: &'static str, length: usize, input: &str, kept: &str) -> Texts {
    let states: Vec<String> = (0..length)
        .map(|index| {
            let next =
                if index + 1 == length { r#""End":true"#.to_owned() } else { format!(r#""Next":"S{}""#, index + 1) };
            format!(
                r#""S{index}":{{"Type":"Pass","Parameters":{{"i":{index},"previous.$":"$.meta.i"}},"ResultPath":"$.meta",{next}}}"#
            )
        })
        .collect();
    let last = length as i64 - 1;
    Texts {
        id,
        title,
        definition: format!(r#"{{"StartAt":"S0","States":{{{}}}}}"#, states.join(",")),
        input: input.to_owned(),
        expected: format!(r#"{{{kept}"meta":{{"i":{last},"previous":{}}}}}"#, last - 1),
        transitions: length as u64,
    }
}

fn counting_loop(id: &'static str, limit: u64) -> Texts {
    Texts {
        id,
        title: "a Choice and a Pass with States.MathAdd, 1,000 rounds",
        definition: r#"{"StartAt":"Check","States":{
            "Check":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericLessThanPath":"$.limit","Next":"Add"}],"Default":"Done"},
            "Add":{"Type":"Pass","Parameters":{"n.$":"States.MathAdd($.n, 1)","limit.$":"$.limit"},"Next":"Check"},
            "Done":{"Type":"Succeed"}}}"#
            .to_owned(),
        input: format!(r#"{{"n":0,"limit":{limit}}}"#),
        expected: format!(r#"{{"n":{limit},"limit":{limit}}}"#),
        transitions: 2 * limit + 2,
    }
}

fn map(id: &'static str, count: u64) -> Texts {
    let numbers = |f: fn(u64) -> String| (0..count).map(f).collect::<Vec<_>>().join(",");
    Texts {
        id,
        title: "an inline Map of 1,000 items through 3 states",
        definition: r#"{"StartAt":"Each","States":{"Each":{"Type":"Map","ItemsPath":"$.items","End":true,
            "ItemSelector":{"index.$":"$$.Map.Item.Index","item.$":"$$.Map.Item.Value"},
            "ItemProcessor":{"StartAt":"Add","States":{
                "Add":{"Type":"Pass","Parameters":{"sum.$":"States.MathAdd($.index, $.item.n)"},"ResultPath":"$.added","Next":"Choose"},
                "Choose":{"Type":"Choice","Choices":[{"Variable":"$.added.sum","NumericGreaterThanEquals":0,"Next":"Keep"}],"Default":"Keep"},
                "Keep":{"Type":"Pass","InputPath":"$.added","End":true}}}}}}"#
            .to_owned(),
        input: format!(r#"{{"items":[{}]}}"#, numbers(|n| format!(r#"{{"n":{n}}}"#))),
        expected: format!("[{}]", numbers(|n| format!(r#"{{"sum":{}}}"#, 2 * n))),
        transitions: 3 * count + 1,
    }
}

fn jsonata_chain(id: &'static str, length: usize) -> Texts {
    let states: Vec<String> = (0..length)
        .map(|index| {
            let next =
                if index + 1 == length { r#""End":true"#.to_owned() } else { format!(r#""Next":"S{}""#, index + 1) };
            format!(
                r#""S{index}":{{"Type":"Pass","Assign":{{"last":"{{% $states.input.total %}}"}},"Output":{{"items":"{{% $states.input.items %}}","total":"{{% $sum($states.input.items.(price * quantity)) + {index} %}}"}},{next}}}"#
            )
        })
        .collect();
    let items = r#""items":[{"price":2,"quantity":3},{"price":5,"quantity":1},{"price":1,"quantity":4}]"#;
    Texts {
        id,
        title: "50 Pass states in JSONata with Output and Assign",
        definition: format!(
            r#"{{"QueryLanguage":"JSONata","StartAt":"S0","States":{{{}}}}}"#,
            states.join(",")
        ),
        input: format!(r#"{{{items},"total":0}}"#),
        expected: format!(r#"{{{items},"total":{}}}"#, 15 + length - 1),
        transitions: length as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Workload;

    #[test]
    fn own_workloads_end_as_they_say() {
        for texts in workloads() {
            let workload = Workload::new(&texts.definition, &texts.input, &texts.expected, "").unwrap();
            let held = workload.run();
            assert!(workload.is_right(&held), "{}: {:?}", texts.id, held.output);
            assert_eq!(held.execution.transitions(), texts.transitions, "{}", texts.id);
        }
    }

    #[test]
    fn the_endless_loop_fills_a_history() {
        let held = Workload::new(ENDLESS, r#"{"n":0}"#, "", "").unwrap().run();
        assert!((24_990..=25_000).contains(&held.execution.history().len()));
    }
}
