//! Where permissions are gathered, state by state.

use std::collections::HashSet;

use asl::{Document, State};
use json::Str;

use crate::given::Given;
use crate::iam::merge::merged;
use crate::iam::{Condition, ExecutionRole, Needed, Note, NoteKind, Statement, TaskRole};
use crate::settings::Settings;
use crate::text::{Piece, Text};

/// A kind of resource: what stands around its name in an ARN, and what people call it.
pub struct Kind {
    /// With `$P`, `$R` and `$A`; the name follows.
    pub before: &'static str,
    pub noun: &'static str,
}

pub const FUNCTION: Kind = Kind { before: "arn:$P:lambda:$R:$A:function:", noun: "function" };
pub const ROLE: Kind = Kind { before: "arn:$P:iam::$A:role/", noun: "role" };
pub const KEY: Kind = Kind { before: "arn:$P:kms:$R:$A:key/", noun: "key" };
pub const BUCKET: Kind = Kind { before: "arn:$P:s3:::", noun: "bucket" };
pub const STATE_MACHINE: Kind = Kind { before: "arn:$P:states:$R:$A:stateMachine:", noun: "state machine" };

/// One permission that one state needs.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub actions: Vec<String>,
    pub resources: Vec<Text>,
    pub conditions: Vec<Condition>,
    pub state: Option<Needed>,
    pub purpose: Option<&'static str>,
}

pub struct Grants {
    own: Vec<Grant>,
    of_roles: Vec<(Text, Vec<Grant>)>,
    notes: Vec<Note>,
    state: Option<Needed>,
    role: Option<Text>,
    machine: String,
    arns: HashSet<String>,
    pub purpose: Option<&'static str>,
}

impl Grants {
    pub fn new(document: &Document, settings: &Settings) -> Grants {
        Grants {
            own: Vec::new(),
            of_roles: Vec::new(),
            notes: Vec::new(),
            state: None,
            role: None,
            machine: settings.machine_name(),
            arns: arn_placeholders(document),
            purpose: None,
        }
    }

    /// What follows is what this state needs.
    pub fn at(&mut self, state: State<'_>) {
        self.state = Some(Needed { id: state.id(), name: state.shared_name() });
    }

    /// What follows is what the workflow needs.
    pub fn at_workflow(&mut self) {
        self.state = None;
    }

    /// What follows is what another role has to allow.
    pub fn take_role(&mut self, role: Text) {
        self.role = Some(role);
    }

    pub fn leave_role(&mut self) {
        self.role = None;
    }

    pub fn allow(&mut self, actions: &[&str], resources: Vec<Text>) {
        self.allow_if(actions, resources, Vec::new());
    }

    pub fn allow_if(&mut self, actions: &[&str], resources: Vec<Text>, conditions: Vec<Condition>) {
        let grant = Grant {
            actions: actions.iter().map(|action| (*action).to_owned()).collect(),
            resources,
            conditions,
            state: self.state.clone(),
            purpose: self.purpose,
        };
        match &self.role {
            None => self.own.push(grant),
            Some(role) => match self.of_roles.iter_mut().find(|(known, _)| known == role) {
                Some((_, grants)) => grants.push(grant),
                None => self.of_roles.push((role.clone(), vec![grant])),
            },
        }
    }

    /// The managed rule of EventBridge by which Step Functions hears of a job's end.
    pub fn rule(&mut self, name: &str) {
        let arn = Text::pattern(&format!("arn:$P:events:$R:$A:rule/{name}"));
        self.allow(&["events:PutTargets", "events:PutRule", "events:DescribeRule"], vec![arn]);
    }

    /// That a role may be handed to a service. Values that are missing count for nothing.
    pub fn pass_roles(&mut self, roles: &[(Given, &str)], service: &str) {
        let given: Vec<_> = roles.iter().filter(|(given, _)| *given != Given::Missing).collect();
        let roles: Vec<Text> =
            given.into_iter().map(|(given, field)| self.named(&ROLE, given, field)).collect();
        if !roles.is_empty() {
            self.allow_if(&["iam:PassRole"], roles, vec![passed_to(service)]);
        }
    }

    /// The ARN of what a field names. A value that is an ARN is taken as it is.
    pub fn named(&mut self, kind: &Kind, given: &Given, field: &str) -> Text {
        let around = Text::pattern(kind.before);
        match given {
            Given::Known(text) if self.is_arn(text) => text.clone(),
            Given::Known(text) => {
                if let Some(name) = text.as_placeholder() {
                    self.info(format!(
                        "${{{name}}} in {field} is taken for a name; if it is an ARN, end the placeholder's name with Arn."
                    ));
                }
                around.then(text)
            }
            Given::Partly(text) => {
                let arn = if text.starts_with("arn:") { text.clone() } else { around.then(text) };
                self.wide(format!(
                    "{field} is only partly known before the workflow runs, so each {} that fits {arn} is allowed.",
                    kind.noun
                ));
                arn
            }
            Given::RunTime => {
                self.wide(format!(
                    "{field} is only known at run time, so every {} of the account is allowed.",
                    kind.noun
                ));
                around.then(&Text::literal("*"))
            }
            Given::Missing => around.then(&Text::literal("*")),
        }
    }

    /// Whether a text is an ARN as a whole.
    pub fn is_arn(&self, text: &Text) -> bool {
        text.starts_with("arn:")
            || text.as_placeholder().is_some_and(|name| self.arns.contains(name) || is_arn_name(name))
    }

    /// The ARN of the workflow itself.
    pub fn own_arn(&self) -> Text {
        Text::pattern(STATE_MACHINE.before).then(&Text::literal(&*self.machine))
    }

    /// ARNs of executions of the workflow itself, with what follows its name.
    pub fn own_executions(&self, after: &str) -> Text {
        let text = format!("{}{after}", self.machine);
        Text::pattern("arn:$P:states:$R:$A:execution:").then(&Text::literal(text))
    }

    pub fn missing(&mut self, message: impl Into<String>) {
        self.note(NoteKind::Missing, message.into());
    }

    pub fn wide(&mut self, message: impl Into<String>) {
        self.note(NoteKind::Wide, message.into());
    }

    pub fn info(&mut self, message: impl Into<String>) {
        self.note(NoteKind::Info, message.into());
    }

    fn note(&mut self, kind: NoteKind, message: String) {
        let note = Note { kind, message, state: self.state.clone() };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    pub fn into_role(mut self) -> ExecutionRole {
        self.notes.sort_by_key(|note| note.kind);
        let task_roles = self.of_roles.into_iter();
        let task_roles =
            task_roles.map(|(role, grants)| TaskRole { role, statements: merged(grants) }).collect();
        let statements: Vec<Statement> = merged(self.own);
        ExecutionRole { statements, task_roles, notes: self.notes }
    }
}

/// That a role is passed to a service and to no other.
pub fn passed_to(service: &str) -> Condition {
    equals("iam:PassedToService", Text::literal(service))
}

pub fn equals(key: &str, value: Text) -> Condition {
    Condition { operator: "StringEquals", key: key.to_owned(), values: vec![value] }
}

fn is_arn_name(name: &str) -> bool {
    name.len() >= 3 && name.get(name.len() - 3..).is_some_and(|end| end.eq_ignore_ascii_case("arn"))
}

/// Placeholders that stand where only an ARN can: as a resource, or in a field whose name ends in `Arn`.
fn arn_placeholders(document: &Document) -> HashSet<String> {
    let tree = document.tree();
    let mut out = HashSet::new();
    let Some(root) = tree.root() else { return out };
    let mut waiting = vec![(Str::from(""), root)];
    while let Some((name, node)) = waiting.pop() {
        match tree.kind(node) {
            json::NodeKind::Object => {
                let members = tree.members(node);
                waiting.extend(members.filter_map(|member| Some((Str::from(&*member.name), member.value?))));
            }
            json::NodeKind::Array => waiting.extend(tree.items(node).map(|item| (name.clone(), item))),
            json::NodeKind::String
                if &*name == "Resource" || name.ends_with("Arn") || name.ends_with("ARN") =>
            {
                let text = tree.as_str(node).unwrap_or_default();
                if let [Piece::Placeholder(name)] = Text::parse(&text).pieces.as_slice() {
                    out.insert(name.clone());
                }
            }
            _ => {}
        }
    }
    out
}
