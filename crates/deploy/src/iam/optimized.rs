//! The optimized integrations that answer at once, or wait for a token. Those that run jobs are in `jobs.rs`.

use asl::resource::{Arn, Pattern};

use crate::given::{Arguments, Given};
use crate::iam::grants::{FUNCTION, Grants, Kind, STATE_MACHINE};
use crate::iam::{Condition, jobs};
use crate::text::{Piece, Text};

const TABLE: Kind = Kind { before: "arn:$P:dynamodb:$R:$A:table/", noun: "table" };
const TOPIC: Kind = Kind { before: "arn:$P:sns:$R:$A:", noun: "topic" };
const BUS: Kind = Kind { before: "arn:$P:events:$R:$A:event-bus/", noun: "event bus" };
const CONNECTION: Kind = Kind { before: "arn:$P:events:$R:$A:connection/", noun: "connection" };
const MODEL: Kind = Kind { before: "arn:$P:bedrock:$R::foundation-model/", noun: "foundation model" };
const HARNESS: Kind = Kind { before: "arn:$P:bedrock-agentcore:$R:$A:harness/", noun: "harness" };

/// What a task of an optimized integration needs. False: it is none that is known.
pub fn integration(
    service: &str,
    action: &str,
    pattern: Pattern<'_>,
    arguments: &Arguments<'_>,
    grants: &mut Grants,
) -> bool {
    match (service, action) {
        ("lambda", "invoke") => lambda(arguments, grants),
        ("dynamodb", "getItem" | "putItem" | "updateItem" | "deleteItem") => {
            let table = grants.named(&TABLE, &arguments.get("TableName"), "TableName");
            let action = match action {
                "getItem" => "dynamodb:GetItem",
                "putItem" => "dynamodb:PutItem",
                "updateItem" => "dynamodb:UpdateItem",
                _ => "dynamodb:DeleteItem",
            };
            grants.allow(&[action], vec![table]);
        }
        ("sns", "publish") => publish(arguments, grants),
        ("sqs", "sendMessage") => {
            let queue = queue(&arguments.get("QueueUrl"), grants);
            grants.allow(&["sqs:SendMessage"], vec![queue]);
        }
        ("events", "putEvents") => put_events(arguments, grants),
        ("states", "startExecution") => start_execution(pattern, arguments, grants),
        ("http", "invoke") => http(arguments, grants),
        ("apigateway", "invoke") => api_gateway(arguments, grants),
        ("bedrock", "invokeModel") => invoke_model(arguments, grants),
        ("bedrockagentcore", "invokeHarness") => {
            let harness = grants.named(&HARNESS, &arguments.get("HarnessArn"), "HarnessArn");
            grants.allow(&["bedrock-agentcore:InvokeHarness"], vec![harness]);
        }
        _ => return jobs::integration(service, action, pattern, arguments, grants),
    }
    true
}

fn lambda(arguments: &Arguments<'_>, grants: &mut Grants) {
    let mut name = arguments.get("FunctionName");
    if let (Given::Known(text), Given::Known(qualifier)) = (&name, arguments.get("Qualifier")) {
        name = Given::Known(text.clone().then(&Text::literal(":")).then(&qualifier));
    }
    function(&name, "FunctionName", grants);
}

/// A function by name, by ARN or by a part of its ARN, with a version or an alias or without.
pub fn function(name: &Given, field: &str, grants: &mut Grants) {
    let mut name = name.clone();
    if let Given::Known(text) = &name
        && let Some(literal) = text.as_literal()
        && let Some((account, rest)) = literal.split_once(":function:")
        && !account.is_empty()
        && account.bytes().all(|byte| byte.is_ascii_digit())
    {
        let arn = Text::pattern("arn:$P:lambda:$R:");
        name = Given::Known(arn.then(&Text::literal(format!("{account}:function:{rest}"))));
    }
    let arn = grants.named(&FUNCTION, &name, field);
    let is_qualified = is_qualified(&arn);
    let is_open = matches!(name, Given::RunTime | Given::Partly(_));
    let mut resources = vec![arn.clone()];
    if !is_qualified && !is_open {
        // Versions and aliases are resources of their own.
        resources.push(arn.then(&Text::literal(":*")));
    }
    grants.allow(&["lambda:InvokeFunction"], resources);
}

/// Whether the ARN of a function ends in a version or an alias.
fn is_qualified(arn: &Text) -> bool {
    Arn::parse(&with_stand_ins(arn)).is_some_and(|arn| {
        arn.service == "lambda" && arn.resource_part(0) == Some("function") && arn.resource_part(2).is_some()
    })
}

/// An ARN with a character for each placeholder: the names of CloudFormation's have colons of their own.
fn with_stand_ins(arn: &Text) -> String {
    arn.write(|piece| match piece {
        Piece::Literal(text) => text.clone(),
        _ => "x".to_owned(),
    })
}

fn publish(arguments: &Arguments<'_>, grants: &mut Grants) {
    let target = arguments.first(&["TopicArn", "TargetArn"]);
    if target == Given::Missing && arguments.get("PhoneNumber") != Given::Missing {
        grants.wide("A text message goes to a number, which a permission can't name: publishing to everything is allowed.");
        grants.allow(&["sns:Publish"], vec![Text::literal("*")]);
        return;
    }
    let topic = grants.named(&TOPIC, &target, "TopicArn");
    grants.allow(&["sns:Publish"], vec![topic]);
}

/// A queue by its address: `https://sqs.<region>.amazonaws.com/<account>/<name>`.
fn queue(url: &Given, grants: &mut Grants) -> Text {
    let any = Text::pattern("arn:$P:sqs:$R:$A:*");
    match url {
        Given::Known(text) if grants.is_arn(text) => text.clone(),
        Given::Known(text) => match queue_of(text) {
            Some(arn) => arn,
            None => {
                grants.wide(format!(
                    "Which queue {text} is can't be told before it is deployed, so every queue of the account is allowed."
                ));
                any
            }
        },
        Given::Partly(_) | Given::RunTime => {
            grants.wide("QueueUrl is only known at run time, so every queue of the account is allowed.");
            any
        }
        Given::Missing => any,
    }
}

/// The ARN of a queue by its address, where that is in parts.
pub fn queue_of(url: &Text) -> Option<Text> {
    let mut segments = vec![Text::default()];
    for piece in &url.pieces {
        match piece {
            Piece::Literal(text) => {
                for (position, part) in text.split('/').enumerate() {
                    if position > 0 {
                        segments.push(Text::default());
                    }
                    segments.last_mut()?.push(Piece::Literal(part.to_owned()));
                }
            }
            other => segments.last_mut()?.push(other.clone()),
        }
    }
    // https: / / host / account / name
    let [scheme, _, host, account, name] = segments.as_slice() else { return None };
    if scheme.as_literal() != Some("https:") {
        return None;
    }
    let region = match host.as_literal() {
        Some(host) => match host.split('.').collect::<Vec<_>>().as_slice() {
            ["sqs", region, ..] => Text::literal(*region),
            // `<region>.queue.amazonaws.com` of old.
            [region, "queue", ..] => Text::literal(*region),
            _ => Text { pieces: vec![Piece::Region] },
        },
        None => Text { pieces: vec![Piece::Region] },
    };
    let colon = Text::literal(":");
    let arn = Text::pattern("arn:$P:sqs:").then(&region).then(&colon).then(account);
    Some(arn.then(&colon).then(name))
}

fn put_events(arguments: &Arguments<'_>, grants: &mut Grants) {
    let Some(entries) = arguments.items("Entries").filter(|_| !arguments.is_run_time()) else {
        let bus = grants.named(&BUS, &Given::RunTime, "The event bus");
        grants.allow(&["events:PutEvents"], vec![bus]);
        return;
    };
    for entry in entries {
        let name = match entry.get("EventBusName") {
            Given::Missing => Given::Known(Text::literal("default")),
            name => name,
        };
        let bus = grants.named(&BUS, &name, "EventBusName");
        grants.allow(&["events:PutEvents"], vec![bus]);
    }
}

fn start_execution(pattern: Pattern<'_>, arguments: &Arguments<'_>, grants: &mut Grants) {
    let machine = grants.named(&STATE_MACHINE, &arguments.get("StateMachineArn"), "StateMachineArn");
    grants.allow(&["states:StartExecution"], vec![machine.clone()]);
    if matches!(pattern, Pattern::Sync | Pattern::Sync2) {
        let executions = executions_of(&machine).unwrap_or_else(|| {
            grants.wide(format!(
                "Which workflow {machine} is can't be told before it is deployed, so the executions of every workflow may be described and stopped."
            ));
            Text::pattern("arn:$P:states:$R:$A:execution:*")
        });
        grants.allow(&["states:DescribeExecution", "states:StopExecution"], vec![executions]);
        grants.rule("StepFunctionsGetEventsForStepFunctionsExecutionRule");
    }
}

/// The executions of a workflow; none where its ARN doesn't tell which one it is.
fn executions_of(machine: &Text) -> Option<Text> {
    let text = with_stand_ins(machine);
    let arn = Arn::parse(&text).filter(|arn| arn.service == "states")?;
    if arn.resource_part(0) != Some("stateMachine") {
        return None;
    }
    let name = arn.resource_part(1)?;
    let mut executions = Text::default();
    let mut part = 0;
    for piece in &machine.pieces {
        let Piece::Literal(text) = piece else {
            if part <= NAME {
                executions.push(piece.clone());
            }
            continue;
        };
        for (index, text) in text.split(':').enumerate() {
            part += usize::from(index > 0);
            // An alias or a version is no part of an execution's ARN.
            if part > NAME {
                break;
            }
            let colon = if index > 0 { ":" } else { "" };
            let text = if part == TYPE { "execution" } else { text };
            executions.push(Piece::Literal(format!("{colon}{text}")));
        }
    }
    if name != "*" {
        executions.push(Piece::Literal(":*".to_owned()));
    }
    Some(executions)
}

/// Which parts of a workflow's ARN, between colons and from 0, are the type of the resource and its name.
const TYPE: usize = 5;
const NAME: usize = 6;

/// An HTTP task: its address and method, the connection with its secret (developer guide, "IAM permissions to run an
/// HTTP Task").
fn http(arguments: &Arguments<'_>, grants: &mut Grants) {
    let endpoint = arguments.get("ApiEndpoint");
    let method = arguments.get("Method");
    let mut conditions = Vec::new();
    if let Given::Known(method) = &method {
        conditions.push(Condition {
            operator: "StringEquals",
            key: "states:HTTPMethod".to_owned(),
            values: vec![method.clone()],
        });
    } else {
        grants.wide("Method is only known at run time, so every method is allowed.");
    }
    match &endpoint {
        Given::Known(url) | Given::Partly(url) => conditions.push(Condition {
            operator: "StringLike",
            key: "states:HTTPEndpoint".to_owned(),
            values: vec![url.clone()],
        }),
        _ => grants.wide("ApiEndpoint is only known at run time, so every address may be called."),
    }
    let own = grants.own_arn();
    grants.allow_if(&["states:InvokeHTTPEndpoint"], vec![own], conditions);
    let configured = ["InvocationConfig", "Authentication"];
    let connections: Vec<Given> =
        configured.iter().map(|field| arguments.inner(field).get("ConnectionArn")).collect();
    let connection = connections.into_iter().find(|given| *given != Given::Missing).unwrap_or(Given::Missing);
    let connection = grants.named(&CONNECTION, &connection, "ConnectionArn");
    let secret = secret_of(&connection);
    grants.allow(&["events:RetrieveConnectionCredentials"], vec![connection]);
    grants.allow(&["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], vec![secret]);
}

/// EventBridge keeps what a connection knows in a secret that is named after it.
fn secret_of(connection: &Text) -> Text {
    if let Some(literal) = connection.as_literal()
        && let Some(Arn { partition, region, account, resource, .. }) = Arn::parse(literal)
        && let Some(name) = resource.strip_prefix("connection/").and_then(|rest| rest.split('/').next())
    {
        return Text::literal(format!(
            "arn:{partition}:secretsmanager:{region}:{account}:secret:events!connection/{name}/*"
        ));
    }
    Text::pattern("arn:$P:secretsmanager:$R:$A:secret:events!connection/*")
}

/// `<api>.execute-api.<region>.amazonaws.com`, with its stage, method and path.
fn api_gateway(arguments: &Arguments<'_>, grants: &mut Grants) {
    let star = || Text::literal("*");
    let mut of = |field: &str, noun: &str| match arguments.get(field) {
        Given::Known(text) => text,
        Given::Partly(text) => text,
        Given::RunTime => {
            grants.wide(format!("{field} is only known at run time, so every {noun} is allowed."));
            star()
        }
        Given::Missing => star(),
    };
    let host = of("ApiEndpoint", "API");
    let stage = of("Stage", "stage");
    let method = of("Method", "method");
    let path = of("Path", "path");
    let api = match host.pieces.first() {
        Some(Piece::Literal(text)) if text.contains('.') => {
            Text::literal(text.split('.').next().unwrap_or_default())
        }
        Some(first) if host.pieces.len() > 1 => Text { pieces: vec![first.clone()] },
        Some(Piece::Placeholder(name)) => {
            grants.wide(format!(
                "Which API ${{{name}}} is can't be told before it is deployed, so every API of the account may be called."
            ));
            star()
        }
        _ => host,
    };
    let slash = Text::literal("/");
    let path = path.map_literals(|text| text.trim_start_matches('/').to_owned());
    let arn = Text::pattern("arn:$P:execute-api:$R:$A:").then(&api).then(&slash).then(&stage);
    let arn = arn.then(&slash).then(&method).then(&slash).then(&path);
    grants.allow(&["execute-api:Invoke"], vec![arn]);
}

fn invoke_model(arguments: &Arguments<'_>, grants: &mut Grants) {
    let model = arguments.get("ModelId");
    // An inference profile, such as us.anthropic.…, calls its model in several regions.
    let profile = model.known().and_then(Text::as_literal).and_then(|id| {
        let (area, model) = id.split_once('.')?;
        matches!(area, "us" | "eu" | "apac" | "us-gov" | "jp" | "au" | "ca" | "global")
            .then(|| model.to_owned())
    });
    let resources = match (profile, model.known().and_then(Text::as_literal)) {
        (Some(of), Some(id)) => vec![
            Text::pattern("arn:$P:bedrock:$R:$A:inference-profile/").then(&Text::literal(id)),
            Text::pattern("arn:$P:bedrock:*::foundation-model/").then(&Text::literal(of)),
        ],
        _ => vec![grants.named(&MODEL, &model, "ModelId")],
    };
    grants.allow(&["bedrock:InvokeModel"], resources);
    let input = arguments.inner("Input").get("S3Uri");
    let output = arguments.inner("Output").get("S3Uri");
    for (given, action) in [(input, "s3:GetObject"), (output, "s3:PutObject")] {
        if given != Given::Missing && !arguments.is_run_time() {
            let object = object_of(&given, grants);
            grants.allow(&[action], vec![object]);
        }
    }
}

/// `s3://bucket/key` as an ARN.
pub fn object_of(uri: &Given, grants: &mut Grants) -> Text {
    let any = Text::pattern("arn:$P:s3:::*/*");
    match uri {
        Given::Known(text) | Given::Partly(text) if text.starts_with("s3://") => {
            let path =
                text.map_literals(|literal| literal.strip_prefix("s3://").unwrap_or(literal).to_owned());
            Text::pattern("arn:$P:s3:::").then(&path)
        }
        _ => {
            grants.wide(
                "The place in S3 is only known at run time, so every object of every bucket is allowed.",
            );
            any
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{executions_of, is_qualified};
    use crate::text::Text;

    #[test]
    fn executions_have_the_name_of_their_workflow_alone() {
        let check = |machine: &str, executions: Option<&str>| {
            let told = executions_of(&Text::parse(machine)).map(|text| text.to_string());
            assert_eq!(told.as_deref(), executions, "{machine}");
        };
        let own = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}";
        check(&format!("{own}:stateMachine:Child"), Some(&*format!("{own}:execution:Child:*")));
        check(&format!("{own}:stateMachine:${{Name}}"), Some(&*format!("{own}:execution:${{Name}}:*")));
        check(&format!("{own}:stateMachine:*"), Some(&*format!("{own}:execution:*")));
        let known = "arn:aws:states:us-east-1:111122223333";
        check(&format!("{known}:stateMachine:Child:prod"), Some(&*format!("{known}:execution:Child:*")));
        check(
            &format!("{known}:stateMachine:Child:${{Alias}}"),
            Some(&*format!("{known}:execution:Child:*")),
        );
        check(&format!("{known}:stateMachine:a:stateMachine:b"), Some(&*format!("{known}:execution:a:*")));
        check(&format!("{known}:activity:stateMachine:b"), None);
        check("${ChildArn}", None);
    }

    #[test]
    fn a_function_is_qualified_by_what_stands_behind_its_name() {
        let check =
            |arn: &str, expected: bool| assert_eq!(is_qualified(&Text::parse(arn)), expected, "{arn}");
        check("arn:aws:lambda:${AWS::Region}:111122223333:function:f", false);
        check("arn:aws:lambda:${AWS::Region}:111122223333:function:f:prod", true);
        check("arn:aws:lambda:us-east-1:111122223333:function:${Name}:${Alias}", true);
        check("${FunctionArn}", false);
    }
}
