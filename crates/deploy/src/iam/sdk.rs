//! Calls of any AWS API by the SDK integration.

use asl::resource::{Arn, Pattern};

use crate::given::{Arguments, Given};
use crate::iam::grants::{BUCKET, Grants, equals};
use crate::iam::permissions::{Known, Narrowing, Permission, Permissions};
use crate::iam::{Condition, optimized};
use crate::text::{Piece, Text};

/// Patterns beyond this many say no more than `*`.
const MOST_PATTERNS: usize = 12;

/// Services of which one call is about several resources, each of which has to be allowed.
const NEEDS_ALL: [&str; 6] = ["ec2", "ssm", "rds", "redshift", "elasticache", "autoscaling"];

/// A call; service and action as in `arn:aws:states:::aws-sdk:<service>:<action>`.
pub fn call(
    service: &str,
    action: &str,
    arguments: &Arguments<'_>,
    permissions: &Permissions,
    grants: &mut Grants,
) {
    // What has an optimized integration, too, needs the same as by that one.
    let same = match (service, action) {
        ("lambda", "invoke") => Some(("lambda", "invoke")),
        ("dynamodb", "getItem" | "putItem" | "updateItem" | "deleteItem") => Some(("dynamodb", action)),
        ("sns", "publish") => Some(("sns", "publish")),
        ("sqs", "sendMessage") => Some(("sqs", "sendMessage")),
        ("sfn", "startExecution") => Some(("states", "startExecution")),
        ("eventbridge", "putEvents") => Some(("events", "putEvents")),
        ("bedrockruntime", "invokeModel" | "converse") => Some(("bedrock", "invokeModel")),
        _ => None,
    };
    if let Some((service, action)) = same {
        optimized::integration(service, action, Pattern::RequestResponse, arguments, grants);
        return;
    }
    match permissions.of(service, action) {
        Known::Unknown => {
            grants
                .missing(format!("{service} is no service that is known here: add its permissions by hand."));
            return;
        }
        Known::ByName(action) => {
            grants.info(format!(
                "AWS's reference of permissions does not list {action}; it is named as the API is."
            ));
            grants.allow(&[&action], vec![Text::literal("*")]);
        }
        Known::Permissions(permissions) => {
            for permission in permissions {
                allow(service, &permission, arguments, grants);
            }
        }
    }
    match (service, action) {
        ("s3", "copyObject") => source_of_copy(arguments, grants),
        ("rekognition" | "textract", _) => objects_looked_at(arguments, grants),
        ("transcribe", _) => objects_heard(arguments, grants),
        _ => {}
    }
    pass_roles(arguments, grants);
}

fn allow(service: &str, permission: &Permission, arguments: &Arguments<'_>, grants: &mut Grants) {
    if permission.resources.is_empty() {
        grants.allow(&[&permission.action], vec![Text::literal("*")]);
        return;
    }
    let all: Vec<Narrowed> =
        permission.resources.iter().map(|narrowing| narrowed(narrowing, arguments, grants)).collect();
    let is_any_told = all.iter().any(|narrowed| narrowed.is_told);
    let is_any_whole = all.iter().any(|narrowed| narrowed.is_whole);
    let has_required = permission.resources.iter().any(|narrowing| narrowing.is_required);
    let needs_all = NEEDS_ALL.contains(&service);
    let pairs = all.into_iter().zip(&permission.resources);
    let wanted: Vec<Narrowed> = pairs
        .filter(|(narrowed, narrowing)| {
            if permission.action == "ssm:SendCommand" && !narrowed.is_told {
                // Instances may be picked by tags, which are no part of their ARNs.
                return !narrowing.arn.starts_with("s3:");
            }
            let is_needed = narrowing.is_required || !is_any_whole || narrowed.is_whole;
            (narrowed.is_told && is_needed)
                || (needs_all && narrowing.is_required)
                || (!is_any_told && (narrowing.is_required || !has_required))
        })
        .map(|(narrowed, _)| narrowed)
        .collect();
    if !is_any_told {
        grants.wide(format!(
            "What {} is about does not follow from the arguments, so it is allowed on everything that fits.",
            permission.action
        ));
    }
    let mut run_time: Vec<String> = Vec::new();
    for field in wanted.iter().flat_map(|narrowed| &narrowed.run_time) {
        if !run_time.contains(field) {
            run_time.push(field.clone());
        }
    }
    for field in run_time {
        grants.wide(format!(
            "{field} is only known at run time, so {} is allowed on everything that fits.",
            permission.action
        ));
    }
    let mut resources: Vec<Text> = Vec::new();
    for text in wanted.into_iter().flat_map(|narrowed| narrowed.arns) {
        if !resources.contains(&text) {
            resources.push(text);
        }
    }
    if resources.len() > MOST_PATTERNS && !is_any_told {
        resources = vec![Text::literal("*")];
    }
    grants.allow_if(&[&permission.action], resources, of_alias(arguments));
}

/// A key by its alias: the permission is for all keys, when they are asked for by this alias.
fn of_alias(arguments: &Arguments<'_>) -> Vec<Condition> {
    match arguments.get("KeyId") {
        Given::Known(alias) if alias.starts_with("alias/") => vec![equals("kms:RequestAlias", alias)],
        _ => Vec::new(),
    }
}

struct Narrowed {
    arns: Vec<Text>,
    /// Whether the arguments say anything about it.
    is_told: bool,
    /// Whether they say all of it, if only at run time.
    is_whole: bool,
    /// Arguments that are only known at run time.
    run_time: Vec<String>,
}

/// An ARN with what the arguments tell in the places of its names.
fn narrowed(narrowing: &Narrowing, arguments: &Arguments<'_>, grants: &Grants) -> Narrowed {
    if let Some(arn) = given_arn(&narrowing.arn, arguments, grants) {
        return Narrowed { arns: vec![arn], is_told: true, is_whole: true, run_time: Vec::new() };
    }
    let mut out = vec![Text::pattern("arn:$P:")];
    let mut is_told = false;
    let mut run_time = Vec::new();
    let names = names_in(&narrowing.arn);
    let last = names.last().copied();
    let mut is_whole = true;
    let mut used: Vec<String> = Vec::new();
    let mut rest = narrowing.arn.as_str();
    for name in names {
        let mark = format!("${{{name}}}");
        let Some((before, after)) = rest.split_once(&mark) else { break };
        rest = after;
        let before = Text::pattern(before);
        for text in &mut out {
            text.push_text(&before);
        }
        let mut values = values_of(name, last == Some(name), arguments);
        values.retain(|(field, _)| !used.contains(field));
        is_told |= !values.is_empty();
        is_whole &= !values.is_empty();
        used.extend(values.iter().map(|(field, _)| field.clone()));
        let mut next = Vec::new();
        for (field, value) in &values {
            let value = match value {
                Given::Known(text) => adapted(name, text),
                Given::Partly(text) => {
                    run_time.push(field.clone());
                    adapted(name, text)
                }
                _ => {
                    run_time.push(field.clone());
                    Text::literal("*")
                }
            };
            if value.starts_with("arn:") {
                return Narrowed { arns: vec![value], is_told: true, is_whole: true, run_time };
            }
            next.extend(out.iter().map(|text| text.clone().then(&value)));
        }
        if next.is_empty() {
            next = out.into_iter().map(|text| text.then(&Text::literal("*"))).collect();
        }
        next.truncate(MOST_PATTERNS);
        out = next;
    }
    let rest = Text::pattern(rest);
    for text in &mut out {
        text.push_text(&rest);
    }
    Narrowed { arns: out, is_told, is_whole, run_time }
}

fn names_in(arn: &str) -> Vec<&str> {
    arn.split("${").skip(1).filter_map(|part| part.split('}').next()).collect()
}

/// An argument that is an ARN of the kind.
fn given_arn(arn: &str, arguments: &Arguments<'_>, grants: &Grants) -> Option<Text> {
    let mut parts = arn.splitn(4, ':');
    let service = parts.next()?;
    let resource = parts.nth(2)?;
    let fixed = resource.split("${").next().unwrap_or_default();
    let names = names_in(arn);
    arguments.members().into_iter().find_map(|(field, given)| {
        let text = given.known()?;
        if !grants.is_arn(text) {
            return None;
        }
        let Some(literal) = text.as_literal() else {
            let stem = field.trim_end_matches("Arn").trim_end_matches("ARN");
            let fits = field == "ResourceArn" || names.last().is_some_and(|name| name.starts_with(stem));
            return fits.then(|| text.clone());
        };
        let fits =
            Arn::parse(literal).is_some_and(|arn| arn.service == service && arn.resource.starts_with(fixed));
        fits.then(|| text.clone())
    })
}

/// The arguments that can be meant by a name in an ARN.
fn values_of(name: &str, is_last: bool, arguments: &Arguments<'_>) -> Vec<(String, Given)> {
    if name == "QueueName"
        && let Some(queue) = arguments.get("QueueUrl").known().and_then(optimized::queue_of)
    {
        return vec![("QueueUrl".to_owned(), Given::Known(queue))];
    }
    let stem = name
        .trim_end_matches("WithoutLeadingSlash")
        .trim_end_matches("Name")
        .trim_end_matches("Identifier")
        .trim_end_matches("Id");
    let mut candidates: Vec<String> = vec![name.to_owned()];
    if !stem.is_empty() {
        for end in ["Name", "Id", "Identifier", "", "Arn", "ARN"] {
            candidates.push(format!("{stem}{end}"));
        }
    }
    candidates.extend(match name {
        "BucketName" => vec!["Bucket".to_owned()],
        "ObjectName" => vec!["Key".to_owned()],
        "RoleNameWithPath" => vec!["RoleName".to_owned()],
        "UserNameWithPath" => vec!["UserName".to_owned()],
        _ => Vec::new(),
    });
    let members = arguments.members();
    let find = |wanted: &str| members.iter().find(|(field, _)| field.eq_ignore_ascii_case(wanted));
    for candidate in &candidates {
        if let Some((field, given)) = find(candidate).filter(|(_, given)| *given != Given::Missing) {
            return vec![(field.clone(), given.clone())];
        }
    }
    for candidate in &candidates {
        let plural = format!("{candidate}s");
        if let Some((field, _)) = find(&plural) {
            let list = arguments.list(field);
            if list.is_empty() {
                return vec![(field.clone(), Given::RunTime)];
            }
            return list.into_iter().map(|given| (field.clone(), given)).collect();
        }
    }
    let by_itself = ["Name", "Id", "Identifier"].into_iter().find_map(find);
    if let Some((field, given)) = by_itself.filter(|_| is_last) {
        return vec![(field.clone(), given.clone())];
    }
    // DynamoDB's calls about several tables name them as members, or inside of what they do.
    if name == "TableName" {
        let tables = arguments.inner("RequestItems").members().into_iter();
        let tables = tables.map(|(table, _)| ("RequestItems".to_owned(), Given::Known(Text::parse(&table))));
        let inside = arguments.texts().into_iter().filter(|(field, _)| field == name);
        return tables.chain(inside).collect();
    }
    Vec::new()
}

/// How some services write a name in an ARN.
fn adapted(name: &str, value: &Text) -> Text {
    match name {
        "ParameterNameWithoutLeadingSlash" => {
            let is_path = value.starts_with("/");
            let mut out = Text::default();
            for (position, piece) in value.pieces.iter().enumerate() {
                out.push(match piece {
                    Piece::Literal(text) if position == 0 && is_path => {
                        Piece::Literal(text.trim_start_matches('/').to_owned())
                    }
                    other => other.clone(),
                });
            }
            out
        }
        // Secrets Manager puts a hyphen and six characters of its own behind the name.
        "SecretId" if !value.starts_with("arn:") => value.clone().then(&Text::literal("-??????")),
        // An alias is no key; which one it stands for is not told.
        "KeyId" if value.starts_with("alias/") => Text::literal("*"),
        _ => value.clone(),
    }
}

/// `CopySource` is a bucket and a key with a slash between.
fn source_of_copy(arguments: &Arguments<'_>, grants: &mut Grants) {
    let start = Text::pattern("arn:$P:s3:::");
    let source = match arguments.get("CopySource") {
        Given::Known(text) | Given::Partly(text) => {
            start.then(&adapted("ParameterNameWithoutLeadingSlash", &text))
        }
        _ => {
            grants.wide("CopySource is only known at run time, so every object of every bucket may be read.");
            start.then(&Text::literal("*/*"))
        }
    };
    grants.allow(&["s3:GetObject"], vec![source]);
}

/// Rekognition and Textract read objects with the permissions of who calls them.
fn objects_looked_at(arguments: &Arguments<'_>, grants: &mut Grants) {
    for field in ["Image", "SourceImage", "TargetImage", "Video", "Document", "DocumentLocation"] {
        let object = arguments.inner(field).inner("S3Object");
        let (bucket, name) = (object.get("Bucket"), object.get("Name"));
        if object.is_run_time() || (bucket == Given::Missing && name == Given::Missing) {
            continue;
        }
        let slash = Text::literal("/");
        let bucket = grants.named(&BUCKET, &bucket, "Bucket");
        let name = match name {
            Given::Known(name) | Given::Partly(name) => name,
            _ => Text::literal("*"),
        };
        grants.allow(&["s3:GetObject"], vec![bucket.then(&slash).then(&name)]);
    }
}

/// Transcribe reads and writes with the permissions of who calls it.
fn objects_heard(arguments: &Arguments<'_>, grants: &mut Grants) {
    let media = arguments.inner("Media").get("MediaFileUri");
    if media != Given::Missing && !arguments.is_run_time() {
        let object = optimized::object_of(&media, grants);
        grants.allow(&["s3:GetObject"], vec![object]);
    }
    let output = arguments.get("OutputBucketName");
    if output != Given::Missing && !arguments.is_run_time() {
        let bucket = grants.named(&BUCKET, &output, "OutputBucketName");
        grants.allow(&["s3:PutObject"], vec![bucket.then(&Text::literal("/*"))]);
    }
}

/// Roles among the arguments are handed to the service.
fn pass_roles(arguments: &Arguments<'_>, grants: &mut Grants) {
    let is_role = |field: &str| {
        (field.ends_with("RoleArn")
            || field.ends_with("RoleARN")
            || field == "Role"
            || field == "ServiceRole")
            && field != "SourceArn"
    };
    let found: Vec<_> = arguments.texts().into_iter().filter(|(field, _)| is_role(field)).collect();
    for (field, given) in found {
        let role = match &given {
            Given::Known(text) if !grants.is_arn(text) => continue,
            given => grants.named(&super::grants::ROLE, given, &field),
        };
        grants.info(format!(
            "{field} is handed to the service: narrow iam:PassRole to that service with the condition iam:PassedToService."
        ));
        grants.allow(&["iam:PassRole"], vec![role]);
    }
}
