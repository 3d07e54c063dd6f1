//! A definition with placeholders for what differs from deployment to deployment.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use asl::resource::{Arn, Resource};
use asl::{Document, Patch, Replacement};
use json::{NodeKind, Span, Tree, Value};

use crate::export::Arns;
use crate::iam::capitalized;
use crate::text::{Part, Piece, Text, parts, piece_of};

/// The definition as it leaves, and what fills its placeholders in.
pub struct Plan {
    pub text: String,
    pub value: Value,
    pub document: Document,
    pub substitutions: Vec<Substitution>,
}

/// Definitions nested deeper than this are refused: writers follow the nesting, and a browser's stack is small.
const MAX_DEPTH: u32 = 200;

/// What fills a placeholder in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// `Name` of `${Name}`: letters, digits and underscores.
    pub key: String,
    /// The same in letters and digits, for a parameter.
    pub id: String,
    pub stands_for: Piece,
    /// What it is unless somebody says otherwise.
    pub default: Option<String>,
}

impl Substitution {
    /// Whether somebody has to say, or may say, what it is.
    pub fn is_parameter(&self) -> bool {
        matches!(self.stands_for, Piece::Placeholder(_))
    }
}

impl Plan {
    pub fn new(document: &Document, arns: Arns) -> Result<Plan, String> {
        json::parse(document.text()).map_err(|error| format!("The definition is not JSON yet: {error}."))?;
        let tree = document.tree();
        let mut texts = texts_of(tree);
        texts.sort_by_key(|(span, _)| span.start);
        let mut substitutions = of_placeholders(texts.iter().map(|(_, text)| &**text));
        let found: BTreeSet<&str> = texts.iter().flat_map(|(_, text)| names_in(text)).collect();
        let changes = match arns {
            Arns::Keep => BTreeMap::new(),
            Arns::Parameters => parameters(&found, &mut substitutions),
            Arns::Places => places(&found, &mut substitutions),
        };
        let renamed: BTreeMap<String, String> = substitutions
            .iter()
            .filter_map(|substitution| match &substitution.stands_for {
                Piece::Placeholder(name) if *name != substitution.key => {
                    Some((name.clone(), substitution.key.clone()))
                }
                Piece::Partition => Some(("AWS::Partition".to_owned(), substitution.key.clone())),
                Piece::Region => Some(("AWS::Region".to_owned(), substitution.key.clone())),
                Piece::Account => Some(("AWS::AccountId".to_owned(), substitution.key.clone())),
                _ => None,
            })
            .collect();
        let text = rewritten(document.text(), &texts, |text| changed(text, &changes, &renamed));
        let value =
            json::parse(&text).map_err(|error| format!("The definition is not JSON yet: {error}."))?;
        if value.depth() > MAX_DEPTH {
            return Err("The definition is nested too deeply to be written in other languages.".to_owned());
        }
        if value.as_object().is_none() {
            return Err("The definition has to be an object.".to_owned());
        }
        let document = Document::parse(&text);
        Ok(Plan { text, value, document, substitutions })
    }

    /// A text of the definition as it leaves, with what its placeholders stand for.
    pub fn parsed(&self, text: &str) -> Text {
        let mut out = Text::default();
        for part in parts(text) {
            out.push(match part {
                Part::Literal(literal) => Piece::Literal(literal.to_owned()),
                Part::Placeholder(key) => {
                    let known = self.substitutions.iter().find(|known| known.key == key);
                    known.map_or_else(|| piece_of(key), |known| known.stands_for.clone())
                }
            });
        }
        out
    }

    /// The definition's text with each text in it changed.
    pub fn rewritten(&self, change: impl Fn(&str) -> String) -> String {
        let mut texts = texts_of(self.document.tree());
        texts.sort_by_key(|(span, _)| span.start);
        rewritten(&self.text, &texts, change)
    }

    /// The substitution of a placeholder in the definition as it leaves.
    pub fn substitution(&self, name: &str) -> Option<&Substitution> {
        self.substitutions.iter().find(|substitution| {
            substitution.key == name
                || matches!(&substitution.stands_for, Piece::Placeholder(of) if of == name)
        })
    }
}

/// Those that stand in the definition.
fn of_placeholders<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<Substitution> {
    let mut names: Vec<&str> = Vec::new();
    for text in texts {
        for part in parts(text) {
            if let Part::Placeholder(name) = part
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
    }
    let mut out: Vec<Substitution> = Vec::new();
    // Names that stay as they are come first, so that none of the others takes one.
    let (plain, other): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| !name.contains(['.', ':']));
    for name in plain.into_iter().chain(other) {
        add(name, !name.contains(['.', ':']), piece_of(name), None, &mut out);
    }
    out.sort_by_key(|substitution| names.iter().position(|name| piece_of(name) == substitution.stands_for));
    out
}

/// Adds a substitution under a name that none of the others has. A fixed one keeps its name, which the definition
/// has: its parameter alone gets another one then.
fn add(
    name: &str,
    is_fixed: bool,
    stands_for: Piece,
    default: Option<String>,
    to: &mut Vec<Substitution>,
) -> String {
    let plain: String =
        name.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
    let is_taken = |key: &str, to: &[Substitution]| {
        to.iter().any(|known| known.key == key || known.id.eq_ignore_ascii_case(&id_of(key)))
            || RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(&id_of(key)))
    };
    let mut key = plain.clone();
    let mut number = 2;
    while !is_fixed && is_taken(&key, to) {
        key = format!("{plain}{number}");
        number += 1;
    }
    let mut id = id_of(&key);
    while to.iter().any(|known| known.id.eq_ignore_ascii_case(&id))
        || RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(&id))
    {
        id = format!("{}Value{}", id_of(&key), if number > 2 { number.to_string() } else { String::new() });
        number += 1;
    }
    let is_placeholder = matches!(stands_for, Piece::Placeholder(_));
    let stands_for = if is_placeholder { Piece::Placeholder(name.to_owned()) } else { stands_for };
    to.push(Substitution { key: key.clone(), id, stands_for, default });
    key
}

/// Names that templates give to things of their own.
const RESERVED: [&str; 6] =
    ["ExecutionRole", "ExecutionRoleArn", "LogGroup", "LogGroupArn", "StateMachine", "StateMachineArn"];

fn id_of(key: &str) -> String {
    let id = capitalized(key);
    match id.bytes().next() {
        Some(first) if first.is_ascii_alphabetic() => id,
        _ => format!("Value{id}"),
    }
}

/// ARNs and addresses of queues in a text, with an account in them: what differs between accounts.
fn names_in(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(rest) = text.get(from..) {
        let start = ["arn:", "https://sqs."].iter().filter_map(|start| rest.find(start)).min();
        let Some(start) = start else { break };
        let rest = rest.get(start..).unwrap_or_default();
        let length = rest
            .find(|letter: char| {
                letter.is_whitespace()
                    || matches!(
                        letter,
                        '\'' | '"' | '`' | '(' | ')' | '<' | '>' | '{' | '}' | '[' | ']' | ',' | '\\'
                    )
            })
            .unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        let is_cut = rest.get(length..).is_some_and(|after| after.starts_with('{')) && name.ends_with('$');
        if !is_cut && is_name(name) {
            out.push(name);
        }
        from += start + length.max(1);
    }
    out
}

fn is_name(name: &str) -> bool {
    let is_account = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(path) = name.strip_prefix("https://") {
        let parts: Vec<&str> = path.split('/').collect();
        return matches!(parts.as_slice(), [_, account, name] if is_account(account) && !name.is_empty());
    }
    let Some(Arn { partition, service, account, resource, .. }) = Arn::parse(name) else { return false };
    !partition.is_empty()
        && !resource.is_empty()
        && (is_account(account) || service == "s3")
        && !matches!(Resource::parse(name), Some(Resource::Integration { .. } | Resource::Sdk { .. }))
}

/// Each a parameter. A name that several would have gets a mark of the ARN, so that none depends on the others' order.
fn parameters(found: &BTreeSet<&str>, to: &mut Vec<Substitution>) -> BTreeMap<String, String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in found {
        *counts.entry(parameter_name(name)).or_default() += 1;
    }
    let mut out = BTreeMap::new();
    for name in found {
        let mut key = parameter_name(name);
        let is_taken = to.iter().any(|known| known.id.eq_ignore_ascii_case(&key));
        if counts.get(&key).copied().unwrap_or_default() > 1 || is_taken {
            key.push_str(&mark_of(name));
        }
        let key = add(&key, false, Piece::Placeholder(key.clone()), Some((*name).to_owned()), to);
        out.insert((*name).to_owned(), format!("${{{key}}}"));
    }
    out
}

/// Six letters that follow from a text (FNV-1a).
fn mark_of(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{:06X}", hash & 0x00ff_ffff)
}

/// `ChargeCardFunctionArn` of `arn:aws:lambda:us-east-1:111122223333:function:charge-card`.
fn parameter_name(name: &str) -> String {
    if let Some(path) = name.strip_prefix("https://") {
        return named(path.rsplit('/').next().unwrap_or_default(), "QueueUrl");
    }
    let (service, resource) = Arn::parse(name).map_or(("", name), |arn| (arn.service, arn.resource));
    let behind = |mark: &str| resource.split_once(mark).map_or(resource, |(_, rest)| rest);
    match service {
        "lambda" => named(behind("function:").trim_end_matches(":$LATEST"), "FunctionArn"),
        "sns" => named(resource, "TopicArn"),
        "sqs" => named(resource, "QueueArn"),
        "dynamodb" => named(behind("table/"), "TableArn"),
        "s3" => named(resource, "BucketArn"),
        "states" if resource.starts_with("activity:") => named(behind("activity:"), "ActivityArn"),
        "states" => named(behind("stateMachine:"), "StateMachineArn"),
        "iam" => named(resource.rsplit('/').next().unwrap_or_default(), "RoleArn"),
        "events" if resource.starts_with("connection/") => {
            named(behind("/").split('/').next().unwrap_or_default(), "ConnectionArn")
        }
        "events" => named(behind("/"), "EventBusArn"),
        "kms" => named(behind("/"), "KeyArn"),
        _ => named(resource, &format!("{}Arn", capitalized(service))),
    }
}

fn named(name: &str, kind: &str) -> String {
    let mut out: String = capitalized(name).chars().take(60).collect();
    // `OrdersTable` is a table's name already.
    let noun = kind.trim_end_matches("Arn").trim_end_matches("Url");
    if out.ends_with(noun) && out.len() > noun.len() {
        out.truncate(out.len() - noun.len());
    }
    let out = format!("{out}{kind}");
    if out.bytes().next().is_some_and(|first| first.is_ascii_digit()) { format!("The{out}") } else { out }
}

/// Partition, region and account become those of the deployment, in all ARNs of the account that most have.
fn places(found: &BTreeSet<&str>, to: &mut Vec<Substitution>) -> BTreeMap<String, String> {
    let Some((region, account)) = usual_place(found.iter().copied()) else { return BTreeMap::new() };
    let key = |piece: Piece, name: &str, to: &mut Vec<Substitution>| {
        let known = to.iter().find(|known| known.stands_for == piece).map(|known| known.key.clone());
        format!("${{{}}}", known.unwrap_or_else(|| add(name, false, piece, None, to)))
    };
    let mut out = BTreeMap::new();
    for name in found {
        if name.starts_with("https://") {
            let is_usual = name.contains(&format!("/{account}/"));
            if is_usual {
                let account_key = key(Piece::Account, "AwsAccountId", to);
                let mut new = name.replace(&format!("/{account}/"), &format!("/{account_key}/"));
                if name.contains(&format!("sqs.{region}.")) {
                    let region_key = key(Piece::Region, "AwsRegion", to);
                    new = new.replace(&format!("sqs.{region}."), &format!("sqs.{region_key}."));
                }
                out.insert((*name).to_owned(), new);
            }
            continue;
        }
        let Some(arn) = Arn::parse(name) else { continue };
        if arn.account != account && !arn.account.is_empty() {
            continue;
        }
        let partition = key(Piece::Partition, "AwsPartition", to);
        let new_region = if arn.region == region && !region.is_empty() {
            key(Piece::Region, "AwsRegion", to)
        } else {
            arn.region.to_owned()
        };
        let new_account =
            if arn.account.is_empty() { String::new() } else { key(Piece::Account, "AwsAccountId", to) };
        out.insert(
            (*name).to_owned(),
            format!("arn:{partition}:{}:{new_region}:{new_account}:{}", arn.service, arn.resource),
        );
    }
    out
}

/// The region and the account that most ARNs of a definition have.
pub(crate) fn usual_place<'t>(found: impl Iterator<Item = &'t str>) -> Option<(String, String)> {
    let mut accounts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut regions: BTreeMap<&str, usize> = BTreeMap::new();
    for Arn { region, account, .. } in found.filter_map(Arn::parse) {
        if !account.is_empty() {
            *accounts.entry(account).or_default() += 1;
        }
        if !region.is_empty() {
            *regions.entry(region).or_default() += 1;
        }
    }
    let most = |counts: &BTreeMap<&str, usize>| {
        counts
            .iter()
            .max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)))
            .map(|(name, _)| (*name).to_owned())
    };
    Some((most(&regions).unwrap_or_default(), most(&accounts)?))
}

/// The region and the account that a definition's ARNs are of; empty where it has none.
pub fn places_of(document: &Document) -> crate::iam::Places {
    let texts = texts_of(document.tree());
    let (region, account) =
        usual_place(texts.iter().flat_map(|(_, text)| names_in(text))).unwrap_or_default();
    crate::iam::Places { region, account }
}

/// All texts that are values, with where they stand, in no order.
fn texts_of(tree: &Tree) -> Vec<(Span, Cow<'_, str>)> {
    let mut texts = Vec::new();
    let mut waiting: Vec<_> = tree.root().into_iter().collect();
    while let Some(node) = waiting.pop() {
        match tree.kind(node) {
            NodeKind::Object => waiting.extend(tree.members(node).filter_map(|member| member.value)),
            NodeKind::Array => waiting.extend(tree.items(node)),
            NodeKind::String => texts.push((tree.span(node), tree.as_str(node).unwrap_or_default())),
            _ => {}
        }
    }
    texts
}

/// A definition with its texts, which are in its order, changed.
fn rewritten(definition: &str, texts: &[(Span, Cow<'_, str>)], change: impl Fn(&str) -> String) -> String {
    let mut replacements = Vec::new();
    for (span, text) in texts {
        let new = change(text);
        if new != **text {
            replacements.push(Replacement { span: *span, text: Value::from(new).to_text() });
        }
    }
    Patch { replacements }.apply_to(definition).0
}

/// A text with ARNs replaced, the longest first, and placeholders renamed.
fn changed(text: &str, changes: &BTreeMap<String, String>, renamed: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    for part in parts(text) {
        match part {
            Part::Placeholder(name) => {
                let name = renamed.get(name).map_or(name, String::as_str);
                out.push_str(&format!("${{{name}}}"));
            }
            Part::Literal(literal) => {
                let mut from = 0;
                for name in names_in(literal) {
                    let Some(at) = literal.get(from..).and_then(|rest| rest.find(name)).map(|at| from + at)
                    else {
                        continue;
                    };
                    out.push_str(literal.get(from..at).unwrap_or_default());
                    out.push_str(changes.get(name).map_or(name, String::as_str));
                    from = at + name.len();
                }
                out.push_str(literal.get(from..).unwrap_or_default());
            }
        }
    }
    out
}
