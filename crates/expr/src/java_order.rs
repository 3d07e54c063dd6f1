use json::{Map, Str, Value};

/// Orders names as a Java `HashMap` of them iterates.
///
/// That is the order in which Step Functions writes the dynamic members of payload templates and the
/// result of `States.JsonMerge`, as recordings show.
pub(crate) fn sort_by_hash<T>(members: &mut [T], name: impl Fn(&T) -> &str) {
    let mut buckets = 16_u32;
    while members.len() as f64 > f64::from(buckets) * 0.75 && buckets < 1 << 30 {
        buckets *= 2;
    }
    members.sort_by_key(|member| {
        let hash = string_hash(name(member));
        (hash ^ (hash >> 16)) & (buckets - 1)
    });
}

/// An object of members in the order of a Java `HashMap`, as Step Functions writes some of the objects
/// that it builds itself.
pub fn object_by_hash(mut members: Vec<(Str, Value)>) -> Value {
    sort_by_hash(&mut members, |(name, _)| name);
    let mut map = Map::with_capacity(members.len());
    for (name, value) in members {
        map.insert(name, value);
    }
    Value::object(map)
}

/// As [`object_by_hash`], of members whose names differ.
pub(crate) fn distinct_by_hash(mut members: Vec<(Str, Value)>) -> Value {
    sort_by_hash(&mut members, |(name, _)| name);
    Value::object(Map::from_distinct(members))
}

/// `String.hashCode` of Java.
fn string_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::sort_by_hash;

    fn sorted(names: &str) -> String {
        let mut names: Vec<&str> = names.split(' ').collect();
        sort_by_hash(&mut names, |name| name);
        names.join(" ")
    }

    #[test]
    fn names_come_in_the_recorded_orders() {
        for expected in [
            "iteration_input_value from_input_constant iteration_index original_input",
            "Path AllowNullValues Stage ApiEndpoint Method QueryParameters RequestBody",
            "decoded encoded",
            "uniqueValues simpleArray thirdElement partitionedArray arraySize containsElement numberRange",
            "execution execution_rolearn execution_name statemachine_id execution_id execution_input \
             execution_starttime state_name state_enteredtime statemachine state context_object statemachine_name",
        ] {
            let mut reversed: Vec<&str> = expected.split(' ').collect();
            reversed.sort_unstable();
            assert_eq!(sorted(&reversed.join(" ")), expected);
        }
    }
}
