//! Which variables each state reads.

use std::collections::{BTreeMap, BTreeSet};

use expr::{Expression, Path, References};
use json::{NodeId, NodeKind, Str};

use crate::fields::{Field, Kind};
use crate::jsonata_use::{JsonataUse, expression_text};
use crate::rules::is_known_error;
use crate::typed::{Typed, TypedObject};
use crate::{Document, QueryLanguage, Role, Scope, ScopeId, State, StateId};

/// The variables that each state reads, as `variableReferences` of DescribeStateMachine lists them:
/// by the state's name, without `$`, sorted. States that read none are not there.
///
/// `$count` in JSONata is the function of that name, unless the state sees a variable that is called so.
pub fn variable_references(document: &Document) -> BTreeMap<Str, BTreeSet<Str>> {
    let mut references: BTreeMap<Str, BTreeSet<Str>> = BTreeMap::new();
    let mut assigned: BTreeSet<(ScopeId, &Str)> = BTreeSet::new();
    for state in document.states() {
        let names = state.facts().assignments.iter().map(|(name, _)| (state.scope().id(), name));
        assigned.extend(names);
    }
    for state in document.states() {
        let StateFacts { variables, functions, .. } = state.facts();
        let mut read = variables.clone();
        if !functions.is_empty() {
            let visible = visible_scopes(state.scope());
            let is_variable = |name: &&Str| visible.iter().any(|scope| assigned.contains(&(*scope, *name)));
            read.extend(functions.iter().filter(is_variable).cloned());
        }
        if !read.is_empty() {
            references.entry(state.shared_name()).or_default().append(&mut read);
        }
    }
    references
}

/// A place where a state sets a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableAssignment {
    pub state: StateId,
    /// Without `$`.
    pub name: Str,
    /// The member of an `Assign`.
    pub member: NodeId,
}

/// All places where variables are set, in the order of the states.
pub fn variable_assignments(document: &Document) -> Vec<VariableAssignment> {
    let mut assignments = Vec::new();
    for state in document.states() {
        let found = state.facts().assignments.iter();
        assignments.extend(found.map(|(name, distance)| VariableAssignment {
            state: state.id(),
            name: name.clone(),
            member: state.member().at_distance(*distance),
        }));
    }
    let tree = document.tree();
    assignments.sort_by_key(|assignment| (assignment.state, tree.span(assignment.member).start));
    assignments
}

/// What a state says that other states are concerned with. Kept with it as long as its text stays.
#[derive(Debug, Default)]
pub(crate) struct StateFacts {
    /// Variables that it sets, without `$`, in the order of [`Typed`], with the distance of their members from the
    /// state's.
    pub assignments: Vec<(Str, i64)>,
    /// Variables that it reads, without `$`.
    pub variables: BTreeSet<Str>,
    /// Functions of the language that it reads like variables.
    pub functions: BTreeSet<Str>,
    /// The error that it raises under a name like those of the language.
    pub raised: Option<Str>,
    /// Whether `:=` stands somewhere in it.
    pub has_local_variables: bool,
}

impl<'d> State<'d> {
    pub(crate) fn facts(self) -> &'d StateFacts {
        self.memo().facts(|| StateFacts::of(self))
    }
}

impl StateFacts {
    fn of(state: State<'_>) -> StateFacts {
        let (document, tree) = (state.document(), state.document().tree());
        let mut facts = StateFacts {
            raised: state
                .string("Error")
                .filter(|name| name.starts_with("States.") && !is_known_error(name))
                .map(|name| name.as_ref().into()),
            has_local_variables: has_local_variables(state),
            ..StateFacts::default()
        };
        let typed = Typed::of_part(document, Some(state));
        let mut read = References::default();
        for object in &typed.objects {
            for member in typed.members_of(object).iter().filter(|member| !member.shadowed) {
                let (Some(field), Some(value)) = (member.field, member.value) else { continue };
                add_field(document, object, field, value, &mut read, &mut facts.functions);
                if !matches!(field.kind, Kind::Assignments) || tree.kind(value) != NodeKind::Object {
                    continue;
                }
                facts.assignments.extend(tree.members(value).map(|variable| {
                    let name = match object.language {
                        QueryLanguage::JsonPath => variable.name.strip_suffix(".$").unwrap_or(&variable.name),
                        QueryLanguage::Jsonata => &variable.name,
                    };
                    (name.into(), variable.node.distance_from(state.member()))
                }));
            }
        }
        facts.variables = read.variables;
        facts
    }
}

/// The scopes whose variables the states of a scope see, from the inside out.
pub(crate) fn visible_scopes(scope: Scope<'_>) -> Vec<ScopeId> {
    let mut visible = Vec::new();
    let mut at = Some(scope);
    while let Some(scope) = at {
        visible.push(scope.id());
        at = scope.owner().filter(|_| !is_distributed(scope)).map(|owner| owner.scope());
    }
    visible
}

fn is_distributed(scope: Scope<'_>) -> bool {
    let tree = scope.document().tree();
    scope.role() == Role::ItemProcessor
        && scope
            .field("ProcessorConfig")
            .and_then(|config| tree.get(config, "Mode"))
            .and_then(|mode| tree.as_str(mode))
            .is_some_and(|mode| mode == "DISTRIBUTED")
}

/// Whether `:=` stands in a state, outside of the states inside of it.
fn has_local_variables(state: State<'_>) -> bool {
    let tree = state.document().tree();
    let inner = state.scopes().filter_map(|scope| scope.field("States")).map(|states| tree.span(states));
    let mut start = state.span().start;
    let mut has = |end: usize, next: usize| {
        let found = tree.text().get(start..end).is_some_and(|text| text.contains(":="));
        start = next;
        found
    };
    let mut found = false;
    for states in inner {
        found |= has(states.start, states.end);
    }
    found | has(state.span().end, state.span().end)
}

fn add_field(
    document: &Document,
    object: &TypedObject,
    field: &Field,
    value: NodeId,
    references: &mut References,
    functions: &mut BTreeSet<Str>,
) {
    if !field.language.allows(object.language) {
        return;
    }
    let tree = document.tree();
    let can_compute =
        field.expression || matches!(field.kind, Kind::Template | Kind::Assignments | Kind::Condition);
    match (field.kind, object.language) {
        (_, QueryLanguage::Jsonata) if !can_compute => {}
        (Kind::JsonPath | Kind::ReferencePath { .. }, QueryLanguage::JsonPath) => {
            if let Some(path) = tree.as_str(value).and_then(|text| Path::parse(&text).ok()) {
                path.references(references);
            }
        }
        (Kind::PathOrCall, QueryLanguage::JsonPath) => add_expression(document, value, references),
        (Kind::Template | Kind::Assignments, QueryLanguage::JsonPath) => {
            let mut waiting = vec![value];
            while let Some(node) = waiting.pop() {
                if tree.kind(node) == NodeKind::Array {
                    waiting.extend(tree.items(node));
                }
                for member in tree.members(node) {
                    match member.value {
                        Some(value) if member.name.ends_with(".$") => {
                            add_expression(document, value, references);
                        }
                        other => waiting.extend(other),
                    }
                }
            }
        }
        (_, QueryLanguage::Jsonata) => {
            let mut waiting = vec![value];
            while let Some(node) = waiting.pop() {
                match tree.kind(node) {
                    NodeKind::Array => waiting.extend(tree.items(node)),
                    NodeKind::Object => waiting.extend(tree.members(node).filter_map(|member| member.value)),
                    NodeKind::String => {
                        let text = tree.as_str(node).unwrap_or_default();
                        if let Some(expression) = expression_text(&text) {
                            let mut found = JsonataUse::of(expression);
                            references.variables.append(&mut found.variables);
                            functions.append(&mut found.functions_as_values);
                        }
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn add_expression(document: &Document, value: NodeId, references: &mut References) {
    if let Some(expression) = document.tree().as_str(value).and_then(|text| Expression::parse(&text).ok()) {
        expression.references(references);
    }
}

#[cfg(test)]
mod tests {
    use super::variable_references;
    use crate::Document;

    #[test]
    fn variables_are_found_where_they_are_read() {
        let document = Document::parse(
            r#"{"StartAt": "A", "States": {
                "A": {"Type": "Pass", "Assign": {"x": 1, "y.$": "States.Format('{}', $z)"}, "Result": {"a.$": "$no"}},
                "B": {"Type": "Map", "ItemsPath": "$items", "ItemSelector": {"k": [{"v.$": "$b.c[0]"}]},
                      "ItemProcessor": {"StartAt": "C", "States": {
                          "C": {"Type": "Choice", "Choices": [{"Not": {"Variable": "$n", "IsNull": true}, "Next": "C"}]}
                      }},
                      "Catch": [{"ErrorEquals": ["x"], "Assign": {"e.$": "$caught"}}]}
            }}"#,
        );
        let found = variable_references(&document);
        let text: Vec<String> = found
            .iter()
            .map(|(state, names)| {
                format!("{state}: {}", names.iter().map(|name| &**name).collect::<Vec<_>>().join(" "))
            })
            .collect();
        assert_eq!(text, ["A: z", "B: b caught items", "C: n"]);
    }

    #[test]
    fn a_variable_takes_the_place_of_a_function() {
        let document = Document::parse(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
                "A": {"Type": "Pass", "Assign": {"count": 1}},
                "B": {"Type": "Pass", "Output": "{% $count + $sum %}"},
                "C": {"Type": "Pass", "Output": "{% $count([1]) %}"},
                "M": {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "D", "States": {
                    "D": {"Type": "Pass", "Output": "{% $count %}"}
                }}}
            }}"#,
        );
        let found = variable_references(&document);
        let text: Vec<String> = found.iter().map(|(state, names)| format!("{state} {names:?}")).collect();
        assert_eq!(text, ["B {\"count\"}"]);
    }

    #[test]
    fn variables_are_found_in_jsonata() {
        let document = Document::parse(
            r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
                "A": {"Type": "Pass", "Comment": "{% $no %}", "Output": {"a": ["{% $x + 1 %}"]}, "Assign": {"b": "{% $sum($y) %}"}},
                "B": {"Type": "Wait", "Seconds": "{% $w %}"}
            }}"#,
        );
        let found = variable_references(&document);
        let text: Vec<String> = found.iter().map(|(state, names)| format!("{state} {names:?}")).collect();
        assert_eq!(text, ["A {\"x\", \"y\"}", "B {\"w\"}"]);
    }
}
