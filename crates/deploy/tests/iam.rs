//! What each kind of task needs, as a policy says it.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use asl::Document;
use catalogue::Names;
use deploy::{ExecutionRole, LogLevel, Permissions, Places, Settings, Statement, execution_role};

fn permissions() -> Permissions {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/catalogue");
    let names = Names::parse(&fs::read_to_string(folder.join("names.txt")).unwrap());
    Permissions::parse(&names, &fs::read_to_string(folder.join("permissions.txt")).unwrap())
}

fn places() -> Places {
    Places { region: "us-east-1".to_owned(), account: "111122223333".to_owned() }
}

fn role(definition: &str) -> ExecutionRole {
    let settings = Settings { name: "Orders".to_owned(), ..Settings::default() };
    execution_role(&Document::parse(definition), &settings, &permissions())
}

/// Statements as lines: actions, resources, conditions; the region and the account as `R` and `A`.
fn lines(statements: &[Statement]) -> Vec<String> {
    let short =
        |text: &str| text.replace("us-east-1", "R").replace("111122223333", "A").replace("arn:aws:", "");
    let of = |statement: &Statement| {
        let resources: Vec<String> =
            statement.resources.iter().map(|resource| short(&places().write(resource))).collect();
        let conditions: Vec<String> = statement
            .conditions
            .iter()
            .map(|condition| {
                let values: Vec<String> =
                    condition.values.iter().map(|value| short(&places().write(value))).collect();
                format!(" if {} {} {}", condition.operator, condition.key, values.join("|"))
            })
            .collect();
        format!("{} on {}{}", statement.actions.join(" "), resources.join(" "), conditions.concat())
    };
    statements.iter().map(of).collect()
}

fn machine(state: &str) -> String {
    format!(r#"{{"StartAt": "S", "States": {{"S": {{{state}, "End": true}}}}}}"#)
}

fn task(resource: &str, parameters: &str) -> String {
    machine(&format!(r#""Type": "Task", "Resource": "{resource}", "Parameters": {parameters}"#))
}

/// What a role has to be, as text.
fn written(role: &ExecutionRole) -> String {
    let mut out = String::new();
    let mut add = |line: String| {
        out.push_str("  ");
        out.push_str(&line);
        out.push('\n');
    };
    for line in lines(&role.statements) {
        add(line);
    }
    for of in &role.task_roles {
        add(format!("as {}:", of.role));
        for line in lines(&of.statements) {
            add(format!("  {line}"));
        }
    }
    for note in &role.notes {
        add(format!("# {:?}: {}", note.kind, note.message));
    }
    out
}

/// Compares with a stored file, which `UPDATE_EXPECT=1` writes anew.
#[track_caller]
fn expect(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected").join(file);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(text == expected, "{file} differs; UPDATE_EXPECT=1 writes it anew:\n{text}");
}

const CALLS: &[(&str, &str)] = &[
    ("lambda:invoke", r#"{"FunctionName": "charge"}"#),
    ("lambda:invoke", r#"{"FunctionName": "arn:aws:lambda:eu-west-1:1:function:charge:live"}"#),
    (
        "lambda:invoke.waitForTaskToken",
        r#"{"FunctionName": "${ChargeArn}", "Payload": {"t.$": "$$.Task.Token"}}"#,
    ),
    ("lambda:invoke", r#"{"FunctionName": "${Charge}"}"#),
    ("lambda:invoke", r#"{"FunctionName.$": "$.f"}"#),
    ("lambda:invoke", r#"{"FunctionName.$": "States.Format('charge-{}', $.stage)"}"#),
    ("dynamodb:putItem", r#"{"TableName": "Orders", "Item": {}}"#),
    ("dynamodb:updateItem", r#"{"TableName": "${OrdersTable}", "Key": {}}"#),
    ("sns:publish", r#"{"TopicArn": "arn:aws:sns:us-east-1:111122223333:t"}"#),
    ("sns:publish", r#"{"PhoneNumber": "+1"}"#),
    ("sqs:sendMessage", r#"{"QueueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/q.fifo"}"#),
    ("sqs:sendMessage", r#"{"QueueUrl": "https://sqs.${AWS::Region}.amazonaws.com/${AWS::AccountId}/${Q}"}"#),
    ("sqs:sendMessage", r#"{"QueueUrl": "${QueueUrl}"}"#),
    ("events:putEvents", r#"{"Entries": [{"EventBusName": "orders"}, {}]}"#),
    (
        "states:startExecution.sync:2",
        r#"{"StateMachineArn": "arn:aws:states:us-east-1:111122223333:stateMachine:Child:live"}"#,
    ),
    ("states:startExecution.sync:2", r#"{"StateMachineArn": "${ChildArn}"}"#),
    ("states:startExecution", r#"{"StateMachineArn.$": "$.arn"}"#),
    (
        "http:invoke",
        r#"{"ApiEndpoint": "https://api.example.com/pay", "Method": "POST", "Authentication": {"ConnectionArn": "arn:aws:events:us-east-1:111122223333:connection/pay/abc"}}"#,
    ),
    (
        "apigateway:invoke",
        r#"{"ApiEndpoint": "abc.execute-api.us-east-1.amazonaws.com", "Method": "GET", "Stage": "prod", "Path": "/orders"}"#,
    ),
    ("bedrock:invokeModel", r#"{"ModelId": "anthropic.claude-v2"}"#),
    (
        "bedrock:invokeModel",
        r#"{"ModelId": "us.anthropic.claude-v2", "Output": {"S3Uri": "s3://b/out.json"}}"#,
    ),
    (
        "batch:submitJob.sync",
        r#"{"JobName": "j", "JobDefinition": "d", "JobQueue": "arn:aws:batch:us-east-1:1:job-queue/q"}"#,
    ),
    ("ecs:runTask.sync", r#"{"Cluster": "c", "TaskDefinition": "t:3"}"#),
    ("glue:startJobRun.sync", r#"{"JobName": "j"}"#),
    ("glue:startJobRun", r#"{"JobName": "j"}"#),
    (
        "athena:startQueryExecution.sync",
        r#"{"QueryString": "s", "ResultConfiguration": {"OutputLocation": "s3://results/a/"}, "QueryExecutionContext": {"Database": "db"}}"#,
    ),
    ("codebuild:startBuild.sync", r#"{"ProjectName": "p"}"#),
    ("sagemaker:createTrainingJob.sync", r#"{"TrainingJobName": "t", "RoleArn": "arn:aws:iam::1:role/r"}"#),
    ("sagemaker:createTransformJob.sync", r#"{"TransformJobName.$": "$.n", "ModelName": "m"}"#),
    (
        "elasticmapreduce:createCluster.sync",
        r#"{"Name": "c", "ServiceRole": "EMR_DefaultRole", "JobFlowRole": "EMR_EC2"}"#,
    ),
    ("elasticmapreduce:addStep.sync", r#"{"ClusterId.$": "$.c"}"#),
    (
        "emr-containers:startJobRun.sync",
        r#"{"VirtualClusterId": "v", "ExecutionRoleArn": "arn:aws:iam::1:role/r"}"#,
    ),
    (
        "emr-serverless:startJobRun.sync",
        r#"{"ApplicationId": "a", "ExecutionRoleArn": "arn:aws:iam::1:role/r"}"#,
    ),
    ("eks:createCluster.sync", r#"{"Name": "c", "RoleArn": "arn:aws:iam::1:role/r"}"#),
    ("eks:call", r#"{}"#),
    ("databrew:startJobRun.sync", r#"{"Name": "j"}"#),
    ("mediaconvert:createJob.sync", r#"{"Role": "arn:aws:iam::1:role/r"}"#),
    ("nonsense:do", r#"{}"#),
    ("aws-sdk:s3:getObject", r#"{"Bucket": "b", "Key": "k"}"#),
    ("aws-sdk:s3:listObjectsV2", r#"{"Bucket": "b"}"#),
    ("aws-sdk:s3:copyObject", r#"{"Bucket": "b", "Key.$": "$.k", "CopySource": "/a/x"}"#),
    ("aws-sdk:secretsmanager:getSecretValue", r#"{"SecretId": "db"}"#),
    ("aws-sdk:ssm:getParameter", r#"{"Name": "/app/x"}"#),
    ("aws-sdk:glue:startCrawler", r#"{"Name": "c"}"#),
    ("aws-sdk:rekognition:detectLabels", r#"{"Image": {}}"#),
    ("aws-sdk:dynamodb:query", r#"{"TableName": "T"}"#),
    ("aws-sdk:dynamodb:transactWriteItems", r#"{"TransactItems": []}"#),
    ("aws-sdk:sfn:describeExecution", r#"{"ExecutionArn.$": "$.e"}"#),
    ("aws-sdk:sfn:startSyncExecution", r#"{"StateMachineArn": "${ChildArn}"}"#),
    ("aws-sdk:ec2:runInstances", r#"{"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1}"#),
    ("aws-sdk:ec2:stopInstances", r#"{"InstanceIds": ["i-1", "i-2"]}"#),
    ("aws-sdk:cloudwatch:putMetricData", r#"{}"#),
    ("aws-sdk:apigateway:getRestApi", r#"{"RestApiId": "abc"}"#),
    ("aws-sdk:iam:passRole", r#"{}"#),
    ("aws-sdk:ecs:describeTasks", r#"{"Cluster": "c", "Tasks.$": "$.t"}"#),
    ("aws-sdk:lambda:createFunction", r#"{"FunctionName": "f", "Role": "arn:aws:iam::1:role/r"}"#),
    ("aws-sdk:ssm:sendCommand", r#"{"DocumentName": "AWS-RunShellScript", "InstanceIds": ["i-1"]}"#),
    ("aws-sdk:batch:terminateJobs", r#"{}"#),
    ("aws-sdk:kms:decrypt", r#"{"KeyId": "alias/a"}"#),
    ("aws-sdk:sqs:receiveMessage", r#"{"QueueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/q"}"#),
    ("aws-sdk:logs:putLogEvents", "{}"),
    (
        "aws-sdk:rekognition:detectFaces",
        r#"{"Image": {"S3Object": {"Bucket": "pictures", "Name.$": "$.key"}}}"#,
    ),
    (
        "aws-sdk:transcribe:startTranscriptionJob",
        r#"{"TranscriptionJobName": "t", "Media": {"MediaFileUri": "s3://in/a.mp3"}, "OutputBucketName": "out"}"#,
    ),
    ("aws-sdk:dynamodb:batchWriteItem", r#"{"RequestItems": {"T": [], "${U}": []}}"#),
    ("aws-sdk:cloudwatchlogs:putLogEvents", r#"{"LogGroupName": "/x", "LogStreamName.$": "$.s"}"#),
    ("aws-sdk:eventbridge:putRule", r#"{"Name": "r", "RoleArn.$": "$.role"}"#),
    ("aws-sdk:scheduler:createSchedule", r#"{"Name": "r", "Target": {"RoleArn": "${SchedulerRoleArn}"}}"#),
];

#[test]
fn every_kind_of_call_has_its_permissions() {
    let mut out = String::new();
    for (resource, parameters) in CALLS {
        out.push_str(&format!("{resource} {parameters}\n"));
        out.push_str(&written(&role(&task(&format!("arn:aws:states:::{resource}"), parameters))));
    }
    expect("calls.txt", &out);
}

const STATES: &[&str] = &[
    r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:111122223333:function:f""#,
    r#""Type": "Task", "Resource": "${FunctionOfOld}""#,
    r#""Type": "Task", "Resource": "arn:aws:states:us-east-1:111122223333:activity:a""#,
    r#""Type": "Task", "Resource": "what""#,
    r#""Type": "Task", "Resource": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:aws-sdk:s3:getObject", "Parameters": {"Bucket": "files-${AWS::AccountId}", "Key": "k"}"#,
    r#""Type": "Task", "Resource": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Name}:live""#,
    r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Credentials": {"RoleArn": "arn:aws:iam::999999999999:role/other"}, "Parameters": {"FunctionName": "arn:aws:lambda:us-east-1:999999999999:function:f"}"#,
    r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Credentials": {"RoleArn.$": "$.role"}, "Parameters": {"FunctionName": "f"}"#,
    r#""Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::dynamodb:getItem", "Arguments": {"TableName": "{% 'Orders' %}", "Key": {}}"#,
    r#""Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::dynamodb:getItem", "Arguments": {"TableName": "{% 'Orders-' & $states.input.stage %}", "Key": {}}"#,
    r#""Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::dynamodb:getItem", "Arguments": {"TableName": "{% $table %}", "Key": {}}, "Assign": {"table": "Orders"}"#,
    r#""Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::dynamodb:getItem", "Arguments": "{% $states.input %}""#,
    r#""Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}"#,
    r#""Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": "${TopicArn}"}, "End": true}}}, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "in", "Key": "a.csv"}}, "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "runs/"}}"#,
    r#""Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "in", "Prefix": "day/"}}"#,
    r#""Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}, "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "MANIFEST"}, "Parameters": {"Bucket.$": "$.b", "Key.$": "$.k"}}"#,
    r#""Type": "Pass""#,
];

#[test]
fn every_kind_of_state_has_its_permissions() {
    let mut out = String::new();
    for state in STATES {
        out.push_str(&format!("{state}\n"));
        out.push_str(&written(&role(&machine(state))));
    }
    expect("states.txt", &out);
}

#[test]
fn settings_need_permissions_of_their_own() {
    let settings = Settings {
        name: "Orders".to_owned(),
        log_level: LogLevel::All,
        tracing: true,
        encryption_key: "arn:aws:kms:us-east-1:111122223333:key/k".to_owned(),
        ..Settings::default()
    };
    let document = Document::parse(&machine(r#""Type": "Pass""#));
    expect("settings.txt", &written(&execution_role(&document, &settings, &permissions())));
}

#[test]
fn states_that_need_the_same_share_a_statement() {
    let call = |table: &str| {
        format!(
            r#"{{"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {{"TableName": "{table}"}}, "End": true}}"#
        )
    };
    let text = format!(
        r#"{{"StartAt": "A", "States": {{"A": {}, "B": {}, "C": {}}}}}"#,
        call("Orders"),
        call("Items"),
        call("Orders").replace("putItem", "getItem")
    );
    let role = role(&text);
    let of = |statement: &Statement| {
        let names: Vec<&str> = statement.states.iter().map(|state| &*state.name).collect();
        (statement.sid.clone(), names.join(" "))
    };
    let named: Vec<_> = role.statements.iter().map(of).collect();
    let expected = [("DynamodbPutItem", "A B"), ("DynamodbGetItem", "C")];
    assert_eq!(named, expected.map(|(sid, states)| (sid.to_owned(), states.to_owned())));
}

#[test]
fn policies_are_documents_that_iam_takes() {
    let role = role(&task("arn:aws:states:::lambda:invoke", r#"{"FunctionName": "${Charge}"}"#));
    let policy = deploy::policy_json(&role.statements, &places());
    let expected = r#"{"Version":"2012-10-17","Statement":[{"Sid":"LambdaInvokeFunction","Effect":"Allow","Action":"lambda:InvokeFunction","Resource":["arn:aws:lambda:us-east-1:111122223333:function:${Charge}","arn:aws:lambda:us-east-1:111122223333:function:${Charge}:*"]}]}"#;
    assert_eq!(policy.to_text(), expected);
    let nothing = deploy::policy_json(&[], &places());
    assert_eq!(nothing.get("Statement").and_then(|list| list.at(0)?.get("Effect")?.as_str()), Some("Deny"));
    let trust = deploy::trust_json(&places(), true);
    let expected = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"states.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:states:us-east-1:111122223333:stateMachine:*"},"StringEquals":{"aws:SourceAccount":"111122223333"}}}]}"#;
    assert_eq!(trust.to_text(), expected);
    // Without an account there is nothing to compare with.
    assert!(!deploy::trust_json(&Places::default(), true).to_text().contains("Condition"));
}
