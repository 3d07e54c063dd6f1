//! Workflows in templates.

#![allow(clippy::unwrap_used)]

use asl::Document;
use deploy::{Format, LogLevel, Options, Permissions, Settings, export, machines_in, with_definition};

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
fn machines_are_found_in_files_of_serverless_and_in_answers_of_the_api() {
    let serverless = "service: orders
plugins: [serverless-step-functions]
stepFunctions:
  stateMachines:
    orders:
      name: orders-${sls:stage}
      type: EXPRESS
      definition:
        StartAt: Put
        States:
          Put: {Type: Task, Resource: !GetAtt [put, Arn], End: true}
    other:
      name: other
      definition: ${file(other.yml)}
";
    let machines = machines_in(serverless);
    assert_eq!(machines.iter().map(|machine| &*machine.id).collect::<Vec<_>>(), ["orders", "other"]);
    let definition = machines[0].definition.clone().unwrap();
    assert!(definition.contains("\"Resource\": \"${put.Arn}\""), "{definition}");
    assert!(machines[0].settings.is_express);
    assert_eq!(machines[0].settings.name, "orders");
    assert!(machines[1].definition.clone().unwrap_err().contains("${file(other.yml)}"));
    let changed = definition.replace("\"Type\": \"Task\"", "\"Comment\": \"new\",\n      \"Type\": \"Task\"");
    let after = with_definition(serverless, "orders", &changed).unwrap();
    assert!(after.contains("name: orders-${sls:stage}"), "{after}");
    assert_eq!(machines_in(&after)[0].definition.as_ref(), Ok(&changed));
    assert!(with_definition(serverless, "other", &definition).unwrap_err().contains("not in the template"));

    let text = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;
    let quoted = json::Value::from(text).to_text();
    let laid_out = json::parse(text).unwrap().to_pretty() + "\n";
    let answer =
        format!(r#"{{"name": "orders", "type": "EXPRESS", "roleArn": "arn:r", "definition": {quoted}}}"#);
    let machines = machines_in(&answer);
    assert_eq!((machines.len(), &*machines[0].id), (1, "orders"));
    assert_eq!(machines[0].definition.as_deref(), Ok(&*laid_out));
    assert_eq!((&*machines[0].settings.role_arn, machines[0].settings.is_express), ("arn:r", true));
    assert_eq!(machines_in(&quoted)[0].definition.as_deref(), Ok(&*laid_out));
    assert_eq!(machines_in(r#"{"definition": "a text"}"#), []);
}

#[test]
fn what_is_no_template_has_no_machines() {
    for text in ["", "{}", "[1]", "Resources: 1", "a: [", "{\"Resources\": {\"A\": {\"Type\": 1}}}"] {
        assert_eq!(machines_in(text), [], "{text}");
    }
}

#[test]
fn what_is_exported_opens_again() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${Function}", "Comment": "1e3 | yes: no # $${Function} \\${a: 1} $", "End": true}}}"#;
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
    let formats = [Format::CloudFormationYaml, Format::CloudFormationJson, Format::Sam, Format::Serverless];
    for format in formats {
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

#[test]
fn variables_of_serverless_are_placeholders_and_come_back() {
    let serverless = r"service: orders
stepFunctions:
  stateMachines:
    orders:
      loggingConfig: {level: ERROR}
      definition:
        StartAt: Put
        States:
          Put:
            Type: Task
            Resource: arn:aws:lambda:#{AWS::Region}:${aws:accountId}:function:${param:Put}
            Parameters: {kept: '${self:custom.a}', '$': 'a\${b:c} ${C}'}
            End: true
";
    let machines = machines_in(serverless);
    assert_eq!(machines[0].settings.log_level, LogLevel::Error);
    let definition = machines[0].definition.clone().unwrap();
    for text in [
        "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:${Put}",
        "${self:custom.a}",
        "\"a${b:c} ${C}\"",
    ] {
        assert!(definition.contains(text), "{text} in {definition}");
    }
    let lines = changed_lines(serverless, "orders", |text| text.replace("\"Put\"", "\"Store\"")).unwrap();
    assert_eq!(
        lines,
        "-        StartAt: Put\n-        States:\n-          Put:\n+        StartAt: Store\n+        States:\n+          Store:\n"
    );
}

/// Puts a changed definition back, and gives the lines that went and that came.
fn changed_lines(template: &str, id: &str, change: impl Fn(&str) -> String) -> Result<String, String> {
    let machines = machines_in(template);
    let machine = machines.iter().find(|machine| machine.id == id).unwrap();
    let before = machine.definition.clone().unwrap();
    assert_eq!(with_definition(template, id, &before).as_deref(), Ok(template), "nothing was changed");
    let after = change(&before);
    assert_ne!(before, after);
    let out = with_definition(template, id, &after)?;
    let again = machines_in(&out).into_iter().find(|machine| machine.id == id).unwrap();
    assert_eq!(json::parse(&again.definition.unwrap()), json::parse(&after));
    let (before, after): (Vec<&str>, Vec<&str>) = (template.lines().collect(), out.lines().collect());
    let same = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
    let tail = before[same..].iter().rev().zip(after[same..].iter().rev());
    let same_end = tail.take_while(|(one, other)| one == other).count();
    let gone = before[same..before.len() - same_end].iter().map(|line| format!("-{line}\n"));
    let come = after[same..after.len() - same_end].iter().map(|line| format!("+{line}\n"));
    Ok(gone.chain(come).collect())
}

#[test]
fn a_definition_goes_back_into_its_template() {
    let commented = SAM
        .replace("            End: true\n", "            # It ends here.\n            End: true # really\n");
    let diff = changed_lines(&commented, "Orders", |text| {
        text.replace("\"StartAt\": \"Put\"", "\"StartAt\": \"Put\",\n  \"Comment\": \"x\"")
    });
    assert_eq!(diff.unwrap(), "+        Comment: x\n");
    // Functions go along with what they give, and what takes the place of one is a text.
    let diff = changed_lines(&commented, "Orders", |text| text.replace("\"${Table}\"", "\"orders\""));
    assert_eq!(diff.unwrap(), "-              TableName: !Ref Table\n+              TableName: \"orders\"\n");
    let diff = changed_lines(&commented, "Orders", |text| text.replace("\"$.id\"", "\"${Table}\""));
    assert_eq!(
        diff.unwrap(),
        "-              Item: { id: { S.$: $.id } }\n+              Item: { id: { S.$: {\"Ref\": \"Table\"} } }\n"
    );
    let diff = changed_lines(&commented, "Orders", |text| text.replace("\"Put\"", "\"Store\""));
    assert_eq!(
        diff.unwrap(),
        "-        StartAt: Put\n-        States:\n-          Put:\n+        StartAt: Store\n+        States:\n+          Store:\n"
    );
    for (id, why) in [
        ("Other", "not in the template"),
        ("Text", "put together"),
        ("Joined", "put together"),
        ("Gone", "no longer"),
    ] {
        let error = with_definition(SAM, id, "{\"StartAt\": \"B\"}").unwrap_err();
        assert!(error.contains(why), "{id}: {error}");
    }
    assert!(with_definition(SAM, "Orders", "{").unwrap_err().contains("not JSON"));
}

#[test]
fn texts_within_templates_are_replaced() {
    let literal = "Resources:\n  Flow:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      # By hand.\n      DefinitionString: !Sub |\n        {\n          \"StartAt\": \"A\",\n\n          \"States\": {\"A\": {\"Type\": \"Task\", \"Resource\": \"${F.Arn}\", \"End\": true}}\n        }\n      RoleArn: !GetAtt R.Arn # kept\n  R:\n    Type: AWS::IAM::Role\n";
    let rename = |text: &str| text.replace("\"A\"", "\"B\"");
    for template in [
        literal.to_owned(),
        literal.replace("!Sub |", "|"),
        literal.replace("!Sub |", "!Sub |-"),
        literal.replace('\n', "\r\n"),
    ] {
        let diff = changed_lines(&template, "Flow", rename).unwrap();
        assert_eq!(
            diff,
            "-          \"StartAt\": \"A\",\n-\n-          \"States\": {\"A\": {\"Type\": \"Task\", \"Resource\": \"${F.Arn}\", \"End\": true}}\n+          \"StartAt\": \"B\",\n+\n+          \"States\": {\"B\": {\"Type\": \"Task\", \"Resource\": \"${F.Arn}\", \"End\": true}}\n",
            "{template}"
        );
    }
    // A text of one line, which ends with a line's end or doesn't.
    let line = |mark: &str| {
        format!(
            "Resources:\n  Flow:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: {mark}\n        {{\"StartAt\": \"A\", \"States\": {{\"A\": {{\"Type\": \"Succeed\"}}}}}}\n      RoleArn: x\n"
        )
    };
    for mark in ["|", "|-", "!Sub |"] {
        assert_eq!(
            changed_lines(&line(mark), "Flow", rename).as_deref(),
            Ok(
                "-        {\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\"}}}\n+        {\"StartAt\":\"B\",\"States\":{\"B\":{\"Type\":\"Succeed\"}}}\n"
            ),
            "{mark}"
        );
    }
    // Folded lines are not written anew: what to do instead is said.
    let definition = "{\"StartAt\": \"B\", \"States\": {}}";
    let refused = with_definition(&line(">"), "Flow", definition).unwrap_err();
    assert!(refused.contains("by hand"), "{refused}");
    let json = r#"{
  "Resources": {
    "Flow": {
      "Type": "AWS::StepFunctions::StateMachine",
      "Properties": {"RoleArn": {"Fn::GetAtt": ["R", "Arn"]},
        "DefinitionString": {"Fn::Sub": "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true}}}"}}
    }
  }
}
"#;
    let diff = changed_lines(json, "Flow", rename).unwrap();
    assert_eq!(diff.lines().count(), 2, "{diff}");
    assert!(
        diff.contains(r#"+        "DefinitionString": {"Fn::Sub": "{\"StartAt\":\"B\",\"States\":{\"B\":"#),
        "{diff}"
    );
    let object = r#"{"Resources": {
  "Flow": {"Type": "AWS::Serverless::StateMachine", "Properties": {
    "Definition": {"StartAt": "A", "States": {
      "A": {"Type": "Task", "Resource": {"Fn::GetAtt": ["F", "Arn"]}, "TimeoutSeconds": 1.50,   "End": true}
    }}
  }}
}}
"#;
    let diff = changed_lines(object, "Flow", |text| text.replace("\"End\": true", "\"End\": false")).unwrap();
    assert_eq!(
        diff,
        "-      \"A\": {\"Type\": \"Task\", \"Resource\": {\"Fn::GetAtt\": [\"F\", \"Arn\"]}, \"TimeoutSeconds\": 1.50,   \"End\": true}\n+      \"A\": {\"Type\": \"Task\", \"Resource\": {\"Fn::GetAtt\": [\"F\", \"Arn\"]}, \"TimeoutSeconds\": 1.50,   \"End\": false}\n"
    );
}
