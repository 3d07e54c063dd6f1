//! Functions that the first picture was seen not to need, though the rules would have them come before it.
//!
//! The rules know items; which instances of generic functions, which closures and which branches' helpers a start really
//! calls is only known by looking. `cargo xtask first-picture` looks and writes the list. A function that is neither on
//! the list nor called when the list was made is where the rules want it, so a list that has grown old costs bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::module::{Module, Result};
use crate::plan::{Plan, WORTH_A_STUB};
use crate::rules::Rules;

const HEADING: &str = "\
# What tools/split/rules.txt would have in the first module although the first picture calls none of it: by a number for
# the function's name, and the item that has it. Written by `cargo xtask first-picture`.
";

/// The longest part of a name that the list shows.
const SHOWN: usize = 72;

/// Names of functions, without what changes from build to build.
#[derive(Default)]
pub struct Unneeded(BTreeSet<u64>);

impl Unneeded {
    /// Reads a list.
    ///
    /// # Errors
    ///
    /// Names the line that does not begin with a number.
    pub fn parse(text: &str) -> Result<Unneeded> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let numbers = lines.map(|line| {
            let number = line.split(' ').next().unwrap_or_default();
            u64::from_str_radix(number, 16).map_err(|_| format!("not a line of the list: {line}"))
        });
        Ok(Unneeded(numbers.collect::<Result<_>>()?))
    }

    /// Whether a function of this name is on the list.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(&number(&lasting(name)))
    }
}

/// The list, from which functions (by their indices) were called.
///
/// # Errors
///
/// Says what can't be read in the module, or which of the functions that were called the rules have in the second one.
pub fn list(module: &Module<'_>, rules: &Rules, calls: &BTreeSet<u32>) -> Result<String> {
    let plan = Plan::new(module, rules, &Unneeded::default())?;
    let functions = || module.functions.iter().zip(0..);
    let called: BTreeSet<String> = functions()
        .filter(|(_, index)| calls.contains(index))
        .map(|(function, _)| lasting(&function.name))
        .collect();
    let too_late: Vec<&str> = functions()
        .filter(|(_, index)| calls.contains(index) && plan.moved.contains(index))
        .map(|(function, _)| function.name.as_str())
        .collect();
    if !too_late.is_empty() {
        return Err(format!(
            "the first picture calls what the rules have in the second module; name it in the rules:\n{}",
            too_late.join("\n")
        ));
    }
    let mut unneeded = BTreeMap::new();
    for (function, index) in functions() {
        let size = function.body.as_ref().map_or(0, |body| body.as_bytes().len());
        if size < WORTH_A_STUB || function.name.is_empty() || !plan.first.contains(&index) {
            continue;
        }
        let name = lasting(&function.name);
        if !called.contains(&name) {
            unneeded.insert(number(&name), name);
        }
    }
    let mut lines: Vec<(String, u64)> = unneeded.into_iter().map(|(number, name)| (name, number)).collect();
    lines.sort();
    let mut text = HEADING.to_owned();
    for (name, number) in lines {
        let _ = writeln!(text, "{number:016x} {}", name.chars().take(SHOWN).collect::<String>());
    }
    Ok(text)
}

/// A name without crates' disambiguators, and without the numbers of closures and of copies.
fn lasting(name: &str) -> String {
    let mut lasting = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(start) = rest.find(['[', '#']) {
        let (before, from) = rest.split_at(start);
        lasting.push_str(before);
        let is_bracket = from.starts_with('[');
        let digits = from.get(1..).unwrap_or_default();
        let end = digits.find(|character: char| !character.is_ascii_hexdigit()).unwrap_or(digits.len());
        let after = digits.get(end..).unwrap_or_default();
        match after.strip_prefix(']').filter(|_| is_bracket && end > 0) {
            Some(after) => rest = after,
            None if !is_bracket && end > 0 => rest = after,
            None => {
                lasting.push(if is_bracket { '[' } else { '#' });
                rest = digits;
            }
        }
    }
    lasting.push_str(rest);
    lasting
}

/// 64-bit FNV-1a.
fn number(name: &str) -> u64 {
    name.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_lasts_over_builds() {
        assert_eq!(
            lasting(
                "<alloc[3ca501edff3f0c7c]::vec::Vec<[u8]> as app[0a]::Show>::show::{closure#12}::{closure#0}[1]"
            ),
            "<alloc::vec::Vec<[u8]> as app::Show>::show::{closure}::{closure}"
        );
        assert_eq!(lasting("a::<[usize; 4]>::b#"), "a::<[usize; 4]>::b#");
    }

    #[test]
    fn a_list_is_read_as_it_was_written() {
        let line = format!("{:016x} app::work", number("app::work::{closure}"));
        let list = Unneeded::parse(&format!("{HEADING}{line}\n")).unwrap();
        assert!(list.contains("app[5e]::work::{closure#3}"));
        assert!(!list.contains("app[5e]::work"));
        assert!(Unneeded::parse("app::work").is_err());
    }
}
