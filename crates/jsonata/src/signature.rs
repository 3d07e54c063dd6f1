//! Signatures of functions, such as `<s-nn?:s>`: which arguments are taken, and what becomes of them.

use json::Value;

use crate::errors::Fault;
use crate::values::{Passed, Repr, Val, View};

/// The parsed parameters of a signature.
#[derive(Debug, Default)]
pub(crate) struct Signature {
    parameters: Vec<Parameter>,
}

#[derive(Debug)]
struct Parameter {
    /// The types that are taken, a bit each.
    types: u16,
    repeat: Repeat,
    /// The context stands in where the argument is missing.
    context: bool,
    array: bool,
    /// What an array must hold.
    items: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repeat {
    Once,
    Optional,
    OneOrMore,
}

/// What is wrong with the text of a signature.
#[derive(Debug)]
pub(crate) struct SignatureError {
    pub(crate) code: &'static str,
}

const ANY: &str = "asnblfo";
const MISSING: char = 'm';

fn bit(symbol: char) -> u16 {
    match symbol {
        's' => 1,
        'n' => 2,
        'b' => 4,
        'l' => 8,
        'o' => 16,
        'a' => 32,
        'f' => 64,
        MISSING => 128,
        _ => 0,
    }
}

fn bits(symbols: &str) -> u16 {
    symbols.chars().fold(bit(MISSING), |bits, symbol| bits | bit(symbol))
}

fn symbol_of_json(value: &Value) -> char {
    match value {
        Value::Null => 'l',
        Value::Bool(_) => 'b',
        Value::Number(_) => 'n',
        Value::String(_) => 's',
        Value::Array(_) => 'a',
        Value::Object(_) => 'o',
    }
}

fn symbol_of(value: &Val) -> char {
    match value.view() {
        View::Undefined => MISSING,
        View::Null => 'l',
        View::Bool(_) => 'b',
        View::Number(_) => 'n',
        View::String(_) => 's',
        View::Array => 'a',
        View::Object => 'o',
        View::Function => 'f',
    }
}

/// The position of the bracket that closes the one at `start`; the end where there is none.
fn closing(symbols: &[char], start: usize, open: char, close: char) -> usize {
    let mut depth = 1;
    let mut position = start;
    while position < symbols.len() {
        position += 1;
        match symbols.get(position) {
            Some(symbol) if *symbol == close => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            Some(symbol) if *symbol == open => depth += 1,
            _ => {}
        }
    }
    position
}

impl Signature {
    /// Parses `<…>`; what is not understood is passed over, as jsonata does.
    pub(crate) fn parse(text: &str) -> Result<Signature, SignatureError> {
        let symbols: Vec<char> = text.chars().collect();
        let slice = |from: usize, to: usize| -> String {
            symbols.get(from..to.min(symbols.len())).unwrap_or_default().iter().collect()
        };
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut last_symbol = ' ';
        let mut position = 1;
        while let Some(symbol) = symbols.get(position).copied() {
            let mut push = |types: u16, array: bool| {
                parameters.push(Parameter {
                    types,
                    repeat: Repeat::Once,
                    context: false,
                    array,
                    items: None,
                });
                last_symbol = symbol;
            };
            match symbol {
                ':' => break,
                's' | 'n' | 'b' | 'l' | 'o' => push(bit(symbol) | bit(MISSING), false),
                'a' => push(bits(ANY), true),
                'f' => push(bit('f'), false),
                'j' => push(bits("asnblo"), false),
                'x' => push(bits(ANY), false),
                '-' => {
                    if let Some(parameter) = parameters.last_mut() {
                        parameter.context = true;
                        parameter.repeat = Repeat::Optional;
                    }
                }
                '?' => {
                    if let Some(parameter) = parameters.last_mut() {
                        parameter.repeat = Repeat::Optional;
                    }
                }
                '+' => {
                    if let Some(parameter) = parameters.last_mut() {
                        parameter.repeat = Repeat::OneOrMore;
                    }
                }
                '(' => {
                    let end = closing(&symbols, position, '(', ')');
                    let choice = slice(position + 1, end);
                    if choice.contains('<') {
                        return Err(SignatureError { code: "S0402" });
                    }
                    push(bits(&choice), false);
                    position = end;
                }
                '<' => {
                    let parameter = parameters.last_mut().filter(|_| matches!(last_symbol, 'a' | 'f'));
                    let Some(parameter) = parameter else {
                        return Err(SignatureError { code: "S0401" });
                    };
                    let end = closing(&symbols, position, '<', '>');
                    parameter.items = Some(slice(position + 1, end));
                    position = end;
                }
                _ => {}
            }
            position += 1;
        }
        Ok(Signature { parameters })
    }

    /// The arguments as the function takes them: missing ones replaced by the context where the
    /// signature says so, single values made arrays.
    pub(crate) fn validate(&self, arguments: Vec<Val>, context: &Val) -> Result<Vec<Val>, Box<Fault>> {
        if arguments.len() == self.parameters.len()
            && self
                .parameters
                .iter()
                .zip(&arguments)
                .all(|(parameter, argument)| parameter.types & bit(symbol_of(argument)) != 0)
        {
            let mut validated = arguments;
            for (index, parameter) in self.parameters.iter().enumerate() {
                if let Some(argument) = validated.get_mut(index).filter(|_| parameter.array) {
                    let symbol = symbol_of(argument);
                    *argument = parameter.as_array(std::mem::take(argument), 1, symbol, index)?;
                }
            }
            return Ok(validated);
        }
        let supplied: Vec<char> = arguments.iter().map(symbol_of).collect();
        let mut counts = vec![0; self.parameters.len()];
        if !self.matches(&supplied, 0, 0, true, &mut counts) {
            return Err(self.mismatch(&arguments, &supplied));
        }
        let mut arguments = arguments.into_iter();
        let mut position = 0;
        let mut validated = Vec::with_capacity(self.parameters.len());
        for (parameter, count) in self.parameters.iter().zip(counts) {
            if count == 0 {
                if parameter.context {
                    if parameter.types & bit(symbol_of(context)) == 0 {
                        let fault = Fault::new("T0411").value(context.clone()).index(position + 1);
                        return Err(fault);
                    }
                    validated.push(context.clone());
                } else {
                    validated.push(arguments.next().unwrap_or_default());
                    position += 1;
                }
                continue;
            }
            for _ in 0..count {
                let mut argument = arguments.next().unwrap_or_default();
                if parameter.array {
                    let symbol = supplied.get(position).copied().unwrap_or(MISSING);
                    argument = parameter.as_array(argument, count, symbol, position)?;
                }
                validated.push(argument);
                position += 1;
            }
        }
        Ok(validated)
    }

    /// Matches the parameters from `index` on with the symbols from `from` on, greedily and with
    /// backtracking; `counts` receives how many arguments each parameter takes.
    fn matches(
        &self,
        symbols: &[char],
        index: usize,
        from: usize,
        to_end: bool,
        counts: &mut [usize],
    ) -> bool {
        let Some(parameter) = self.parameters.get(index).filter(|_| index < counts.len()) else {
            return !to_end || from == symbols.len();
        };
        let available = symbols
            .get(from..)
            .unwrap_or_default()
            .iter()
            .take_while(|symbol| parameter.types & bit(**symbol) != 0)
            .count();
        let (least, most) = match parameter.repeat {
            Repeat::Once => (1, 1),
            Repeat::Optional => (0, 1),
            Repeat::OneOrMore => (1, available),
        };
        let mut count = most.min(available);
        loop {
            if count < least {
                return false;
            }
            counts[index] = count;
            if self.matches(symbols, index + 1, from + count, to_end, counts) {
                return true;
            }
            if count == 0 {
                return false;
            }
            count -= 1;
        }
    }

    /// The first argument up to which the signature matches.
    fn mismatch(&self, arguments: &[Val], symbols: &[char]) -> Box<Fault> {
        let mut good = 0;
        for length in 1..=self.parameters.len() {
            let mut counts = vec![0; length];
            if !self.matches(symbols, 0, 0, false, &mut counts) {
                break;
            }
            good = counts.iter().sum();
        }
        Fault::new("T0410").value(arguments.get(good).cloned().unwrap_or_default()).index(good + 1)
    }
}

impl Parameter {
    fn as_array(
        &self,
        argument: Val,
        count: usize,
        symbol: char,
        position: usize,
    ) -> Result<Val, Box<Fault>> {
        if symbol == MISSING {
            return Ok(Val::Undefined);
        }
        if let Some(items) = &self.items {
            let right = if symbol != 'a' {
                // The symbols of all arguments that the parameter takes, against the item type.
                count == 1 && items.len() == 1 && items.starts_with(symbol)
            } else if argument.len() == 0 {
                true
            } else {
                let expected = items.chars().next().unwrap_or(MISSING);
                all_are(&argument, expected)
            };
            if !right {
                let plural = match items.as_str() {
                    "a" => "arrays",
                    "b" => "booleans",
                    "f" => "functions",
                    "n" => "numbers",
                    "o" => "objects",
                    "s" => "strings",
                    _ => "",
                };
                return Err(Fault::new("T0412").value(argument).index(position + 1).detail(plural));
            }
        }
        Ok(if symbol == 'a' { argument } else { Val::list(vec![argument]) })
    }
}

/// Whether all items of an array are of a type.
fn all_are(array: &Val, expected: char) -> bool {
    match array {
        Val::List(list, _) => match &list.items {
            Repr::Vals(items) => items.iter().all(|item| symbol_of(item) == expected),
            Repr::Json(items) => items.items().iter().all(|item| symbol_of_json(item) == expected),
            Repr::Range(..) => expected == 'n',
        },
        Val::Json(Value::Array(items)) => items.items().iter().all(|item| symbol_of_json(item) == expected),
        _ => false,
    }
}

/// A function that is handed over as an argument is called without a context.
pub(crate) fn pass(argument: Val) -> Val {
    match argument {
        Val::Function(function, _) => Val::Function(function, Passed::AsArgument),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(signature: &str, arguments: Vec<Val>, expected: Result<usize, &str>) {
        let signature = Signature::parse(signature).unwrap();
        let outcome = signature.validate(arguments, &Val::string("context"));
        match (outcome, expected) {
            (Ok(arguments), Ok(count)) => assert_eq!(arguments.len(), count),
            (Err(fault), Err(code)) => assert_eq!(fault.code, code),
            (outcome, expected) => panic!("{expected:?}, {:?}", outcome.map(|arguments| arguments.len())),
        }
    }

    #[test]
    fn arguments_are_checked_and_completed() {
        check("<s-nn?:s>", vec![Val::string("a"), Val::int(1)], Ok(3));
        check("<s-nn?:s>", vec![Val::int(1)], Ok(3));
        check("<n-n?:n>", vec![Val::string("a")], Err("T0410"));
        check("<a<n>:n>", vec![Val::string("a")], Err("T0412"));
        check("<n-:n>", vec![], Err("T0411"));
        check("<a+>", vec![Val::int(1), Val::int(2)], Ok(2));
        assert_eq!(Signature::parse("<s<n>>").unwrap_err().code, "S0401");
        assert_eq!(Signature::parse("<(sa<n>)>").unwrap_err().code, "S0402");
    }
}
