//! What can be wrong with a definition, one rule a file.
//!
//! A rule looks at one state, or at the whole workflow, and reports findings. All rules together are linear in the
//! length of the text. What was found in a state is kept with it until it changes, so after a keystroke the rules look
//! at the states that it changed, and at the workflow; see [`Document::after`].

mod advice;
mod alternatives;
mod choice_rules;
mod dangling_target;
mod definition_size;
mod distributed_map;
mod duplicate_member;
mod duplicate_state_name;
mod error_equals;
mod express;
mod json_path;
mod json_syntax;
mod jsonata_expression;
mod label;
mod missing_field;
mod no_definition;
mod no_terminal_state;
mod payload_template;
mod query_language;
mod required_parameters;
mod resource;
mod state_name;
mod task_settings;
mod timestamp;
mod unknown_field;
mod unreachable_state;
mod value_not_allowed;
mod value_out_of_range;
mod variable_name;
mod wrong_type;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use json::{NodeId, NodeKind, Span, Str, Tree};

use self::advice::{Assignments, Loop};
pub(crate) use self::error_equals::is_known as is_known_error;
use crate::edit::Style;
use crate::problem::{AwsDiagnostic, Fix, Problem, Severity};
use crate::typed::{Typed, TypedMember, TypedObject};
use crate::{Document, Patch, QueryLanguage, Scope, State, StateId, location};

/// A rule, for lists of what is checked.
pub struct Rule {
    /// The code of its problems, such as `unknown-field`.
    pub code: &'static str,
    /// What a problem of this rule is, in a few words.
    pub title: &'static str,
    /// Why it is a problem, in a sentence or two.
    pub explanation: &'static str,
    reach: Reach,
    check: fn(&Context<'_>, &mut Findings),
}

/// What a rule looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// A state without the states inside of it, or the machine without its states. Beside that it knows the way to
    /// it, the language in force, and [`Surroundings`], and nothing else.
    State,
    /// Everything.
    Workflow,
}

/// All rules.
pub static RULES: [&Rule; 29] = [
    &json_syntax::RULE,
    &no_definition::RULE,
    &definition_size::RULE,
    &duplicate_member::RULE,
    &unknown_field::RULE,
    &query_language::RULE,
    &missing_field::RULE,
    &alternatives::RULE,
    &choice_rules::RULE,
    &wrong_type::RULE,
    &value_not_allowed::RULE,
    &value_out_of_range::RULE,
    &timestamp::RULE,
    &json_path::RULE,
    &payload_template::RULE,
    &jsonata_expression::RULE,
    &resource::RULE,
    &required_parameters::RULE,
    &task_settings::RULE,
    &distributed_map::RULE,
    &express::RULE,
    &error_equals::RULE,
    &variable_name::RULE,
    &state_name::RULE,
    &duplicate_state_name::RULE,
    &label::RULE,
    &dangling_target::RULE,
    &no_terminal_state::RULE,
    &unreachable_state::RULE,
];

/// The rules for what works and could be better. They run if [`CheckOptions::advice`] is set.
pub static ADVICE: [&Rule; 20] = [
    &advice::missing_dollar::RULE,
    &advice::ignored_path_end::RULE,
    &advice::undefined_variable::RULE,
    &advice::maybe_undefined_variable::RULE,
    &advice::shadowed_variable::RULE,
    &advice::unused_variable::RULE,
    &advice::secret_in_text::RULE,
    &advice::unreachable_handler::RULE,
    &advice::endless_loop::RULE,
    &advice::loop_without_wait::RULE,
    &advice::history_limit::RULE,
    &advice::payload_growth::RULE,
    &advice::polled_job::RULE,
    &advice::express_duration::RULE,
    &advice::missing_retry::RULE,
    &advice::missing_catch::RULE,
    &advice::missing_timeout::RULE,
    &advice::missing_heartbeat::RULE,
    &advice::direct_integration::RULE,
    &advice::could_be_express::RULE,
];

/// The rule of a problem's code.
pub fn rule_of(code: &str) -> Option<&'static Rule> {
    RULES.iter().chain(&ADVICE).find(|rule| rule.code == code).copied()
}

/// Which rules of AWS apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WorkflowType {
    #[default]
    Standard,
    Express,
}

/// How to check a definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckOptions {
    pub workflow_type: WorkflowType,
    /// Whether to be as strict as AWS: placeholders such as `${TableName}`, which are filled in
    /// before a definition is deployed, are then taken literally, and what merely follows from
    /// another problem is reported too.
    pub strict: bool,
    /// Whether to give advice as well.
    pub advice: bool,
    /// What people don't want to hear of. A definition has no place for that, so it is kept beside it.
    pub suppressed: Vec<Suppression>,
}

/// Warnings and advice of a rule that are not to be reported. Errors always are.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Suppression {
    /// The code of the rule.
    pub code: Str,
    /// The name of a state: what is about it alone. None for the whole workflow.
    pub state: Option<Str>,
}

impl CheckOptions {
    fn suppresses(&self, document: &Document, problem: &Problem) -> bool {
        problem.severity != Severity::Error
            && self.suppressed.iter().any(|suppression| {
                *suppression.code == *problem.code
                    && suppression.state.as_ref().is_none_or(|name| {
                        let state = problem.state.and_then(|state| document.state(state));
                        state.is_some_and(|state| state.name() == &**name)
                    })
            })
    }
}

impl Document {
    /// What is wrong with the definition, in the order of the text.
    pub fn problems(&self) -> Vec<Problem> {
        self.problems_with(&CheckOptions::default())
    }

    /// As [`Document::problems`], with options.
    pub fn problems_with(&self, options: &CheckOptions) -> Vec<Problem> {
        let mut problems: Vec<_> = find(self, options).into_iter().map(|finding| finding.problem).collect();
        if !options.suppressed.is_empty() {
            problems.retain(|problem| !options.suppresses(self, problem));
        }
        problems.sort_by_key(|problem| (problem.span.start, Reverse(problem.span.end), problem.severity));
        problems
    }
}

/// Runs all rules. Findings come in AWS's order: stage by stage, and in the order of the text.
pub(crate) fn find(document: &Document, options: &CheckOptions) -> Vec<Finding> {
    let surroundings = Arc::new(Surroundings::of(document, options));
    let mut list = run(Reach::Workflow, &Context::of_workflow(document, options, &surroundings));
    list.extend(run(Reach::State, &Context::of_part(document, options, &surroundings, None)));
    for state in document.states() {
        let memo = state.memo();
        if let Some(found) = memo.found(&surroundings) {
            list.extend(found.iter().map(|kept| kept.finding(state)));
            continue;
        }
        let found = run(Reach::State, &Context::of_part(document, options, &surroundings, Some(state)));
        if let Some(kept) = found.iter().map(|finding| Kept::of(finding, state)).collect() {
            memo.keep_found(&surroundings, kept);
        }
        list.extend(found);
    }
    list.sort_by_key(|finding| (finding.stage, finding.anchor, finding.rule));
    list.truncate(MAX_FINDINGS);
    list
}

fn run(reach: Reach, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Findings { list: Vec::new() };
    let advice = ADVICE.iter().filter(|_| context.options.advice);
    for (number, rule) in RULES.iter().chain(advice).enumerate().filter(|(_, rule)| rule.reach == reach) {
        let first = findings.list.len();
        (rule.check)(context, &mut findings);
        findings.list.iter_mut().skip(first).for_each(|finding| finding.rule = number);
    }
    findings.list
}

/// All that rules about a single state know beside it.
#[derive(Debug, PartialEq)]
pub(crate) struct Surroundings {
    workflow_type: WorkflowType,
    strict: bool,
    advice: bool,
    machine_language: Option<QueryLanguage>,
    /// Errors that Fail states raise under names like those of the language.
    raised: BTreeSet<Str>,
    /// How the text is laid out, which fixes follow.
    style: Style,
}

impl Surroundings {
    fn of(document: &Document, options: &CheckOptions) -> Surroundings {
        Surroundings {
            workflow_type: options.workflow_type,
            strict: options.strict,
            advice: options.advice,
            machine_language: document.machine().map(|machine| machine.language()),
            raised: document.states().filter_map(|state| state.facts().raised.clone()).collect(),
            style: Style::of(document.tree()),
        }
    }
}

/// When AWS looks for something. Errors of the schema stop it before the later stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Text,
    Schema,
    Expressions,
    Names,
    Targets,
    Reachability,
}

pub(crate) struct Finding {
    pub stage: Stage,
    /// The node that decides about the order: an object comes before its fields.
    anchor: Option<NodeId>,
    /// The position of the rule, which decides where the node is the same.
    rule: usize,
    pub problem: Problem,
}

/// A finding of a rule about a single state, with places as distances from the state's member.
#[derive(Debug)]
pub(crate) struct Kept {
    stage: Stage,
    anchor: Option<i64>,
    rule: usize,
    problem: Problem,
}

impl Kept {
    /// None for what can't be told from the state's place alone.
    fn of(finding: &Finding, state: State<'_>) -> Option<Kept> {
        let start = state.span().start;
        let relative =
            |span: Span| Some(Span::new(span.start.checked_sub(start)?, span.end.checked_sub(start)?));
        let mut problem = finding.problem.clone();
        if problem.state.is_some_and(|about| about != state.id()) {
            return None;
        }
        problem.span = relative(problem.span)?;
        for replacement in problem.fixes.iter_mut().flat_map(|fix| &mut fix.patch.replacements) {
            replacement.span = relative(replacement.span)?;
        }
        let anchor = finding.anchor.map(|anchor| anchor.distance_from(state.member()));
        Some(Kept { stage: finding.stage, anchor, rule: finding.rule, problem })
    }

    fn finding(&self, state: State<'_>) -> Finding {
        let start = state.span().start;
        let absolute = |span: Span| Span::new(start + span.start, start + span.end);
        let mut problem = self.problem.clone();
        problem.state = problem.state.map(|_| state.id());
        problem.span = absolute(problem.span);
        for replacement in problem.fixes.iter_mut().flat_map(|fix| &mut fix.patch.replacements) {
            replacement.span = absolute(replacement.span);
        }
        let anchor = self.anchor.map(|distance| state.member().at_distance(distance));
        Finding { stage: self.stage, anchor, rule: self.rule, problem }
    }
}

/// Problems beyond this many are not recorded: nobody reads them, and each one costs a search for its place.
const MAX_FINDINGS: usize = 1000;

pub(crate) struct Findings {
    list: Vec<Finding>,
}

/// What rules look at.
pub(crate) struct Context<'d> {
    document: &'d Document,
    options: &'d CheckOptions,
    surroundings: &'d Surroundings,
    /// The part that rules about a single state look at; none for the machine, and for all others.
    state: Option<State<'d>>,
    /// The objects of the part.
    typed: Typed,
    /// The objects in which the states are that are inside of the part.
    inner: Vec<NodeId>,
    references: OnceCell<BTreeMap<Str, BTreeSet<Str>>>,
    assignments: OnceCell<Assignments>,
    loops: OnceCell<Vec<Loop<'d>>>,
}

impl<'d> Context<'d> {
    fn of_workflow(
        document: &'d Document,
        options: &'d CheckOptions,
        surroundings: &'d Surroundings,
    ) -> Context<'d> {
        Context {
            document,
            options,
            surroundings,
            state: None,
            typed: Typed::default(),
            inner: Vec::new(),
            references: OnceCell::new(),
            assignments: OnceCell::new(),
            loops: OnceCell::new(),
        }
    }

    fn of_part(
        document: &'d Document,
        options: &'d CheckOptions,
        surroundings: &'d Surroundings,
        state: Option<State<'d>>,
    ) -> Context<'d> {
        let states_of = |scope: Scope<'_>| scope.field("States");
        Context {
            state,
            typed: Typed::of_part(document, state),
            inner: match state {
                Some(state) => state.scopes().filter_map(states_of).collect(),
                None => document.machine().and_then(states_of).into_iter().collect(),
            },
            ..Context::of_workflow(document, options, surroundings)
        }
    }

    fn tree(&self) -> &'d Tree {
        self.document.tree()
    }

    /// The state that the part is; none for the machine.
    fn states(&self) -> impl Iterator<Item = State<'d>> + use<'d> {
        self.state.into_iter()
    }

    /// The value that the part is.
    fn root(&self) -> Option<NodeId> {
        match self.state {
            Some(state) => state.node(),
            None => self.tree().root(),
        }
    }

    /// Whether a value of an object is a state inside of the part, and so a part of its own.
    fn is_inner_state(&self, object: NodeId, value: NodeId) -> bool {
        self.inner.contains(&object) && self.tree().kind(value) == NodeKind::Object
    }

    /// The variables that each state reads, by the state's name.
    fn references(&self) -> &BTreeMap<Str, BTreeSet<Str>> {
        self.references.get_or_init(|| crate::variable_references(self.document))
    }

    /// The places where variables are set, by scope and name without `$`.
    fn assignments(&self) -> &Assignments {
        self.assignments.get_or_init(|| advice::assignments(self.document))
    }

    /// The loops of all scopes.
    fn loops(&self) -> &[Loop<'d>] {
        self.loops.get_or_init(|| self.document.scopes().flat_map(advice::loops).collect())
    }

    fn objects(&self) -> &[TypedObject] {
        &self.typed.objects
    }

    fn object_of(&self, member: &TypedMember) -> Option<&TypedObject> {
        self.typed.objects.get(member.object)
    }

    /// Every member that counts, with the object it belongs to.
    fn members(&self) -> impl Iterator<Item = (&TypedObject, &TypedMember)> {
        self.typed
            .members
            .iter()
            .filter(|member| !member.shadowed)
            .filter_map(|member| Some((self.object_of(member)?, member)))
    }

    fn name_of(&self, member: &TypedMember) -> Cow<'d, str> {
        self.tree().member(member.node).map_or(Cow::Borrowed(""), |member| member.name)
    }

    fn text_of(&self, node: NodeId) -> Option<Cow<'d, str>> {
        self.tree().as_str(node)
    }

    /// Whether a text holds something like `${TableName}`, which is filled in before the definition is deployed.
    fn is_placeholder(&self, text: &str) -> bool {
        !self.options.strict && has_placeholder(text)
    }

    /// From an offset of a text to its end, or the whole literal if the offset can't be told.
    fn span_in_text(&self, node: NodeId, offset: usize) -> Span {
        let span = self.tree().span(node);
        let text = self.tree().between_quotes(span);
        let start = text.start + offset;
        if offset == 0 || start >= text.end || self.tree().source(node).contains('\\') {
            return span;
        }
        Span::new(start, text.end)
    }

    fn location(&self, node: NodeId) -> String {
        location::location(self.tree(), node)
    }
}

pub(crate) fn has_placeholder(text: &str) -> bool {
    text.split_once("${").is_some_and(|(_, rest)| rest.contains('}'))
}

/// A problem that is being put together.
struct Draft {
    finding: Finding,
}

impl Findings {
    /// Starts a problem at a node; without further words it is an error of the schema stage that marks the node.
    fn at(&mut self, context: &Context<'_>, rule: &Rule, node: NodeId, message: impl Into<String>) -> Draft {
        let full = self.list.len() >= MAX_FINDINGS;
        let problem = Problem {
            severity: Severity::Error,
            code: rule.code,
            message: message.into(),
            span: context.tree().span(node),
            state: None,
            location: if full { String::new() } else { context.location(node) },
            aws: None,
            fixes: Vec::new(),
        };
        Draft { finding: Finding { stage: Stage::Schema, anchor: Some(node), rule: 0, problem } }
    }

    fn push(&mut self, draft: Draft) {
        if self.list.len() < MAX_FINDINGS {
            self.list.push(draft.finding);
        }
    }

    /// Whether there are so few problems that a way to repair the next one is worth its price.
    fn wants_fixes(&self) -> bool {
        self.list.len() < 100
    }

    fn is_full(&self) -> bool {
        self.list.len() >= MAX_FINDINGS
    }
}

impl Draft {
    fn state(mut self, state: Option<StateId>) -> Draft {
        self.finding.problem.state = state;
        self
    }

    fn span(mut self, span: Span) -> Draft {
        self.finding.problem.span = span;
        self
    }

    fn severity(mut self, severity: Severity) -> Draft {
        self.finding.problem.severity = severity;
        self
    }

    fn warning(self) -> Draft {
        self.severity(Severity::Warning)
    }

    fn stage(mut self, stage: Stage) -> Draft {
        self.finding.stage = stage;
        self
    }

    /// What AWS says, at the problem's location.
    fn aws(mut self, code: &'static str, message: impl Into<String>) -> Draft {
        let location = Some(self.finding.problem.location.clone());
        self.finding.problem.aws = Some(AwsDiagnostic { code, message: message.into(), location });
        self
    }

    fn aws_schema(self, message: impl Into<String>) -> Draft {
        self.aws("SCHEMA_VALIDATION_FAILED", message)
    }

    /// The object that the problem is about: AWS reports it there, before what is wrong with its fields.
    fn of_object(mut self, context: &Context<'_>, object: NodeId) -> Draft {
        self.finding.anchor = Some(object);
        self.aws_location(Some(context.location(object)))
    }

    /// Replaces AWS's location.
    fn aws_location(mut self, location: Option<String>) -> Draft {
        if let Some(aws) = &mut self.finding.problem.aws {
            aws.location = location;
        }
        self
    }

    /// Offers a way to repair it.
    fn fix(mut self, title: impl Into<String>, patch: Patch) -> Draft {
        self.finding.problem.fixes.push(Fix { title: title.into(), patch });
        self
    }

    fn push_to(self, findings: &mut Findings) {
        findings.push(self);
    }
}

/// The words in the order in which Java's `HashSet` gives them: AWS lists missing and exclusive fields so.
fn in_java_hash_order<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut words: Vec<&str> = words.into_iter().collect();
    let mut buckets: u32 = 16;
    while words.len() as u32 > buckets / 4 * 3 {
        buckets *= 2;
    }
    let bucket = |word: &str| {
        let hash =
            word.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
        (hash ^ (hash >> 16)) & (buckets - 1)
    };
    words.sort_by_key(|word| bucket(word));
    words
}

/// `[A, B]`, as Java prints a list.
fn java_list(words: &[&str]) -> String {
    format!("[{}]", words.join(", "))
}

/// `A`, `A or B`, `A, B or C`.
fn or_list(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// A sentence's subject with its article: `A Pass state`, `An item reader`.
fn with_article(name: &str) -> String {
    let vowel = name.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']);
    format!("{} {name}", if vowel { "An" } else { "A" })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{CheckOptions, Suppression, in_java_hash_order};
    use crate::{Document, Problem};

    /// Checks the problems of one rule: `location: message`, one a line.
    pub(crate) fn check(code: &str, text: &str, expected: &[&str]) {
        check_with(&CheckOptions::default(), code, text, expected);
    }

    pub(crate) fn check_with(options: &CheckOptions, code: &str, text: &str, expected: &[&str]) {
        let document = Document::parse(text);
        let problems = document.problems_with(options);
        let found: Vec<String> = problems
            .iter()
            .filter(|problem| problem.code == code)
            .map(|problem| format!("{}: {}", problem.location, problem.message))
            .collect();
        assert_eq!(found, expected, "problems {code} of {text}");
        for problem in problems {
            assert!(problem.span.end <= text.len() && problem.message.ends_with(['.', '?']), "{problem:?}");
            for fix in &problem.fixes {
                let (fixed, inverse) = fix.patch.apply_to(text);
                assert_eq!(inverse.apply_to(&fixed).0, text, "{fix:?}");
            }
        }
    }

    pub(crate) fn check_advice(code: &str, text: &str, expected: &[&str]) {
        check_with(&CheckOptions { advice: true, ..CheckOptions::default() }, code, text, expected);
    }

    /// A machine of a single state, which is given without its braces.
    pub(crate) fn single(state: &str) -> String {
        format!("{{\"StartAt\": \"S\", \"States\": {{\"S\": {{{state}}}}}}}")
    }

    #[test]
    fn what_is_suppressed_is_not_reported() {
        let text = r#"{"StartAt": "A", "States": {
            "A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {}, "Next": "B"},
            "B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {}, "End": true}
        }}"#;
        let document = Document::parse(text);
        let codes = |suppressed: &[(&str, Option<&str>)]| -> Vec<String> {
            let suppressed = suppressed
                .iter()
                .map(|(code, state)| Suppression { code: (*code).into(), state: state.map(Into::into) })
                .collect();
            let options = CheckOptions { advice: true, suppressed, ..CheckOptions::default() };
            let problems = document.problems_with(&options);
            let name = |problem: &Problem| document.state(problem.state.unwrap()).unwrap().name();
            problems.iter().map(|problem| format!("{} {}", name(problem), problem.code)).collect()
        };
        let all = ["A required-parameters", "A missing-retry", "B required-parameters", "B missing-retry"];
        let mut found = codes(&[]);
        found.sort();
        let mut sorted = all.to_vec();
        sorted.sort_unstable();
        assert_eq!(found, sorted);
        assert!(!codes(&[("missing-retry", Some("A"))]).contains(&all[1].to_owned()));
        assert!(codes(&[("missing-retry", Some("A"))]).contains(&all[3].to_owned()));
        assert_eq!(codes(&[("missing-retry", None)]).len(), 2);
        // Errors can't be hidden.
        assert_eq!(codes(&[("required-parameters", None)]).len(), 4);
    }

    #[test]
    fn codes_are_unique() {
        let rules = || super::RULES.iter().chain(super::ADVICE.iter());
        let mut codes: Vec<_> = rules().map(|rule| rule.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), rules().count());
        for rule in rules() {
            assert!(!rule.title.ends_with('.') && rule.explanation.ends_with('.'), "{}", rule.code);
        }
    }

    #[test]
    fn words_come_in_the_recorded_order() {
        assert_eq!(in_java_hash_order(["StartAt", "States"]), ["States", "StartAt"]);
        assert_eq!(
            in_java_hash_order(["Seconds", "SecondsPath", "Timestamp", "TimestampPath"]),
            ["SecondsPath", "Seconds", "TimestampPath", "Timestamp"]
        );
    }
}
