//! Names of states.

use crate::fields::MAX_NAME_LEN;

use super::EditError;

/// The name itself, or with the first number that makes it one of its own: `Wait`, `Wait 2`, `Wait 3`.
/// A number that the name ends in counts on.
pub fn unique_name(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(name) {
        return name.to_owned();
    }
    let stem = name.trim_end_matches(|character: char| character.is_ascii_digit());
    let (stem, first) = match name.get(stem.len()..).unwrap_or_default().parse::<u64>() {
        Ok(number) if stem.ends_with([' ', '-', '_', '(']) && number < 1_000_000 => {
            (stem.to_owned(), number + 1)
        }
        _ => (format!("{name} "), 2),
    };
    (first..)
        .map(|number| {
            let number = number.to_string();
            let room = MAX_NAME_LEN.saturating_sub(number.len());
            let mut stem = stem.clone();
            while stem.encode_utf16().count() > room {
                stem.pop();
            }
            stem + &number
        })
        .find(|candidate| !is_taken(candidate))
        .unwrap_or_default()
}

pub(super) fn check_name(name: &str) -> Result<(), EditError> {
    if name.trim().is_empty() {
        return Err(EditError::EmptyName);
    }
    if name.encode_utf16().count() > MAX_NAME_LEN {
        return Err(EditError::NameTooLong);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::unique_name;

    #[test]
    fn names_are_numbered() {
        let taken = ["Wait", "Wait 2", "v1", "Step_9", "Step_10"];
        let unique = |name| unique_name(name, |candidate| taken.contains(&candidate));
        assert_eq!(unique("Other"), "Other");
        assert_eq!(unique("Wait"), "Wait 3");
        assert_eq!(unique("Wait 2"), "Wait 3");
        assert_eq!(unique("v1"), "v1 2");
        assert_eq!(unique("Step_9"), "Step_11");
        let long = "x".repeat(80);
        assert_eq!(unique_name(&long, |candidate| candidate == long), "x".repeat(79) + "2");
    }
}
