//! Workflows in templates.

#![allow(clippy::unwrap_used)]

use asl::Document;
use deploy::{Format, LogLevel, Options, Permissions, Settings, export, machines_in};

const SAM: &str = r#"
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Table:
    Type: AWS::DynamoDB::Table
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: orders
      Type: EXPRESS
      Role: !GetAtt Role.Arn
      Tracing: { Enabled: true }
      Logging:
        Level: ALL
        IncludeExecutionData: true
      Tags: { team: orders }
      Definition:
        StartAt: Put
        States:
          Put:
            Type: Task
            Resource: !Sub 'arn:${AWS::Partition}:states:::dynamodb:putItem'
            Parameters:
              TableName: !Ref Table
              Item: { id: { S.$: $.id } }
            End: true
  Other:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: statemachine/other.asl.json
  Text:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Sub
        - '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${Function.Arn}", "Comment": "${!Literal} ${Stage}", "End": true}}}'
        - Stage: !Join ['-', [a, !Ref B]]
  Joined:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString:
        Fn::Join:
          - ''
          - - '{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Resource":"'
            - Fn::GetAtt: [F, Arn]
            - '"}}}'
  Broken:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Transform {Name: x}
"#;

#[test]
fn definitions_are_found_with_their_settings() {
    let machines = machines_in(SAM);
    let ids: Vec<&str> = machines.iter().map(|machine| machine.id.as_str()).collect();
    assert_eq!(ids, ["Orders", "Other", "Text", "Joined", "Broken"]);
    let orders = machines[0].definition.clone().unwrap();
    assert!(orders.contains("\"TableName\": \"${Table}\""), "{orders}");
    assert!(orders.contains("\"Resource\": \"arn:${AWS::Partition}:states:::dynamodb:putItem\""), "{orders}");
    assert_eq!(
        machines[0].settings,
        Settings {
            name: "orders".to_owned(),
            is_express: true,
            log_level: LogLevel::All,
            log_data: true,
            tracing: true,
            tags: vec![("team".to_owned(), "orders".to_owned())],
            ..Settings::default()
        }
    );
    let why = machines[1].definition.clone().unwrap_err();
    assert_eq!(why, "Its definition is in the file statemachine/other.asl.json: open that.");
    let text = machines[2].definition.clone().unwrap();
    assert!(text.contains("${Function.Arn}") && text.contains("${Literal} a-${B}"), "{text}");
    assert!(machines[3].definition.clone().unwrap().contains("\"Resource\": \"${F.Arn}\""));
    assert!(machines[4].definition.is_err());
    assert_eq!(machines[4].settings.name, "Broken");
}

#[test]
fn what_is_no_template_has_no_machines() {
    for text in ["", "{}", "[1]", "Resources: 1", "a: [", "{\"Resources\": {\"A\": {\"Type\": 1}}}"] {
        assert_eq!(machines_in(text), [], "{text}");
    }
}

#[test]
fn what_is_exported_opens_again() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${Function}", "Comment": "1e3 | yes: no #", "End": true}}}"#;
    let document = Document::parse(text);
    let settings = Settings {
        name: "Orders".to_owned(),
        is_express: true,
        log_level: LogLevel::Fatal,
        log_data: true,
        tracing: true,
        tags: vec![("a".to_owned(), "b".to_owned())],
        ..Settings::default()
    };
    for format in [Format::CloudFormationYaml, Format::CloudFormationJson, Format::Sam] {
        let export =
            export(&document, &settings, &Permissions::default(), format, &Options::default()).unwrap();
        let machines = machines_in(&export.files[0].text);
        let [machine] = machines.as_slice() else { panic!("{machines:?}") };
        assert_eq!(machine.settings, settings);
        assert_eq!(json::parse(machine.definition.as_ref().unwrap()).unwrap(), json::parse(text).unwrap());
    }
}

#[test]
fn functions_without_end_are_left_alone() {
    let mut text = "x".to_owned();
    for _ in 0..400 {
        text = format!("{{\"Fn::Join\": [\"\", [{}]]}}", if text == "x" { "\"x\"" } else { &text });
    }
    let template = format!(
        "{{\"Resources\": {{\"M\": {{\"Type\": \"AWS::StepFunctions::StateMachine\", \"Properties\": {{\"DefinitionString\": {text}}}}}}}}}"
    );
    assert!(machines_in(&template).iter().all(|machine| machine.definition.is_err()));
}
