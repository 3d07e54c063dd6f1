//! What a JSONata expression reads, and what of it Step Functions doesn't have.

use std::collections::BTreeSet;

use json::{Span, Str};
use jsonata::{AstId, AstKind, CompileOptions, Expression};

/// The text between `{%` and `%}`, if a text is an expression.
pub(crate) fn expression_text(text: &str) -> Option<&str> {
    text.strip_prefix("{%")?.strip_suffix("%}")
}

/// What is found in an expression. Spans are in bytes of its text.
#[derive(Default)]
pub(crate) struct JsonataUse {
    /// Why it can't be read, in jsonata's words, and where.
    pub error: Option<(String, Span)>,
    /// Variables of the workflow that it reads, without `$`, and without `states`.
    pub variables: BTreeSet<Str>,
    /// Functions of the language that are read like variables and not called: a variable of the workflow
    /// with such a name takes the function's place.
    pub functions_as_values: BTreeSet<Str>,
    /// Names that are looked up in a context that isn't there: at the start of paths. Each once.
    pub top_level_names: Vec<(Str, Span)>,
    /// Where it reads `$$`.
    pub root: Option<Span>,
    /// Members of `$states` that it reads.
    pub states_members: Vec<(Str, Span)>,
}

/// Deeper expressions are not looked into: the parser doesn't take them.
const MAX_DEPTH: u32 = 400;

impl JsonataUse {
    pub fn of(text: &str) -> JsonataUse {
        let mut found = JsonataUse::default();
        let expression = Expression::parse(text);
        if let Some(error) = expression.errors.first() {
            found.error = Some((error.message.clone(), error.span));
        } else {
            let mut bound = Vec::new();
            found.walk(&expression, expression.root, true, &mut bound, 0);
            // Some mistakes show only then, such as an operand that is missing at the end.
            if let Err(error) = expression.into_program(text, &CompileOptions::STEP_FUNCTIONS) {
                found.error = Some((error.message, error.span));
            }
        }
        found
    }

    /// Names are looked up in the workflow's (missing) context at the top only: the steps of a path,
    /// predicates and so on have a context of their own.
    fn walk(&mut self, expression: &Expression, id: AstId, top: bool, bound: &mut Vec<Str>, depth: u32) {
        let Some(node) = expression.node(id).filter(|_| depth < MAX_DEPTH) else { return };
        let depth = depth + 1;
        match &node.kind {
            AstKind::Name(name) => {
                if top && self.top_level_names.iter().all(|(known, _)| known != name) {
                    self.top_level_names.push((name.clone(), node.span));
                }
            }
            AstKind::Variable(name) if &**name == "$" => self.root = self.root.or(Some(node.span)),
            AstKind::Variable(name) => self.add_variable(name, bound),
            AstKind::Binary { operator, left, right } => {
                if *operator == "."
                    && let (Some(AstKind::Variable(variable)), Some(AstKind::Name(member))) = (
                        expression.node(*left).map(|node| &node.kind),
                        expression.node(*right).map(|node| &node.kind),
                    )
                    && &**variable == "states"
                {
                    self.states_members.push((member.clone(), node.span));
                    return;
                }
                let binds = matches!(*operator, ":=" | "@" | "#");
                if *operator == ":=" {
                    self.walk(expression, *right, top, bound, depth);
                } else {
                    self.walk(expression, *left, top, bound, depth);
                }
                if binds {
                    let target = if *operator == ":=" { *left } else { *right };
                    if let Some(AstKind::Variable(name)) = expression.node(target).map(|node| &node.kind) {
                        bound.push(name.clone());
                    }
                } else {
                    self.walk(expression, *right, top && *operator != ".", bound, depth);
                }
            }
            AstKind::Predicate { left, right } => {
                self.walk(expression, *left, top, bound, depth);
                self.walk(expression, *right, false, bound, depth);
            }
            AstKind::Sort { left, terms } => {
                self.walk(expression, *left, top, bound, depth);
                for (term, _) in terms {
                    self.walk(expression, *term, false, bound, depth);
                }
            }
            AstKind::Group { left, pairs } => {
                self.walk(expression, *left, top, bound, depth);
                for (key, value) in pairs {
                    self.walk(expression, *key, false, bound, depth);
                    self.walk(expression, *value, false, bound, depth);
                }
            }
            AstKind::Transform { pattern, update, delete } => {
                for part in [*pattern, *update].into_iter().chain(*delete) {
                    self.walk(expression, part, false, bound, depth);
                }
            }
            AstKind::Lambda { parameters, body, .. } => {
                let before = bound.len();
                for parameter in parameters {
                    if let Some(AstKind::Variable(name)) = expression.node(*parameter).map(|node| &node.kind)
                    {
                        bound.push(name.clone());
                    }
                }
                self.walk(expression, *body, top, bound, depth);
                bound.truncate(before);
            }
            AstKind::Block(parts) => {
                let before = bound.len();
                for part in parts {
                    self.walk(expression, *part, top, bound, depth);
                }
                bound.truncate(before);
            }
            kind => {
                let called = match kind {
                    AstKind::Call { procedure, .. } | AstKind::Partial { procedure, .. } => Some(*procedure),
                    _ => None,
                };
                for child in kind.children() {
                    let is_function = called == Some(child)
                        && matches!(
                            expression.node(child).map(|node| &node.kind),
                            Some(AstKind::Variable(name)) if is_function(name)
                        );
                    if !is_function {
                        self.walk(expression, child, top, bound, depth);
                    }
                }
            }
        }
    }

    fn add_variable(&mut self, name: &Str, bound: &[Str]) {
        let is_own = name.is_empty() || &**name == "states" || bound.contains(name);
        if is_own {
            return;
        }
        let names = if is_function(name) { &mut self.functions_as_values } else { &mut self.variables };
        names.insert(name.clone());
    }
}

fn is_function(name: &str) -> bool {
    CompileOptions::STEP_FUNCTIONS.has_function(name)
}

#[cfg(test)]
mod tests {
    use super::JsonataUse;

    fn check(text: &str, variables: &str, top_level: &str) {
        let found = JsonataUse::of(text);
        let names = |names: &mut dyn Iterator<Item = &str>| names.collect::<Vec<_>>().join(" ");
        assert_eq!(names(&mut found.variables.iter().map(|name| &**name)), variables, "{text}");
        assert_eq!(names(&mut found.top_level_names.iter().map(|(name, _)| &**name)), top_level, "{text}");
    }

    #[test]
    fn variables_of_the_workflow_are_told_from_those_of_the_expression() {
        check("$x + $states.input.y", "x", "");
        check("($a := $b; $a + $c)", "b c", "");
        check("$map($items, function($v, $i) { $v * $rate })", "items rate", "");
        check("$sum($orders[total > $limit].price)", "limit orders", "");
        check("$x.y[z = $w]@$o.($o.a + $x)", "w x", "");
    }

    #[test]
    fn functions_that_are_called_are_told_from_names_that_are_read() {
        let functions = |text: &str| {
            let found = JsonataUse::of(text).functions_as_values;
            found.iter().map(|name| &**name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(functions("$count + 1"), "count");
        assert_eq!(functions("$count($x) + $sum($count)"), "count");
        assert_eq!(functions("$count([1]) & $join(?, $x)"), "");
        assert_eq!(functions("$map($x, $string)"), "string");
        assert_eq!(functions("($count := 1; $count)"), "");
        assert_eq!(functions("$x ~> $sum"), "sum");
    }

    #[test]
    fn names_at_the_top_are_found() {
        check("phone[0].number", "", "phone");
        check("{\"a\": b, \"c\": $states.input.d.e}", "", "b");
        check("$states.input.items[price > 1].(name & phone)", "", "");
        check("$map($states.input, function($x) { y })", "", "y");
    }

    #[test]
    fn mistakes_are_reported() {
        assert_eq!(JsonataUse::of("1 +").error.unwrap().0, "Unexpected end of expression");
        assert!(JsonataUse::of(&"(".repeat(100_000)).error.is_some());
        assert!(JsonataUse::of(&"-".repeat(100_000)).error.is_some());
    }
}
