//! What workflows are exported as.

#![allow(clippy::unwrap_used)]

mod reader;

use std::fs;
use std::path::Path;

use asl::Document;
use catalogue::Names;
use deploy::{Arns, Export, Format, LogLevel, Options, Permissions, Piece, Settings, export, places_of};
use json::{Map, Str, Value};
use reader::read;
use yaml::Yaml;

fn permissions() -> Permissions {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/catalogue");
    let names = Names::parse(&fs::read_to_string(folder.join("names.txt")).unwrap());
    Permissions::parse(&names, &fs::read_to_string(folder.join("permissions.txt")).unwrap())
}

fn settings() -> Settings {
    Settings {
        name: "Order processing".to_owned(),
        log_level: LogLevel::Error,
        log_data: true,
        tracing: true,
        tags: Settings::tags_of("team=orders, stage=it's \"prod\""),
        ..Settings::default()
    }
}

const ORDERS: &str = r##"{
  "Comment": "Takes it's \"orders\"",
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {
        "FunctionName": "arn:aws:lambda:us-east-1:111122223333:function:charge-card:$LATEST",
        "Payload": {"text": "100 %{x} $${y} ${not a name} `z` \\ \n {% $states.input.items${id: 1} %}", "n": 1e3}
      },
      "Next": "Store"
    },
    "Store": {
      "Type": "Task",
      "Resource": "arn:aws:states:::dynamodb:putItem",
      "Parameters": {"TableName": "${Orders_Table}", "Item": {"id": {"S.$": "$.id"}}},
      "Next": "Tell"
    },
    "Tell": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sns:publish",
      "Parameters": {"TopicArn": "${Topic.Arn}", "Message": "In ${AWS::Region}"},
      "End": true
    }
  }
}"##;

/// Compares with stored files, which `UPDATE_EXPECT=1` writes anew.
#[track_caller]
fn expect(name: &str, export: &Export) {
    let mut text = String::new();
    for file in &export.files {
        text.push_str(&format!("=== {}\n{}\n", file.name, file.text.trim_end()));
    }
    for note in &export.notes {
        text.push_str(&format!("=== note\n{note}\n"));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(text == expected, "{name} differs; UPDATE_EXPECT=1 writes it anew:\n{text}");
}

#[test]
fn every_format_is_as_stored() {
    let document = Document::parse(ORDERS);
    let permissions = permissions();
    for (format, name) in
        Format::ALL.into_iter().zip(["cfn.yaml", "cfn.json", "sam", "serverless", "terraform", "cdk", "cli"])
    {
        let options = Options { arns: Arns::Parameters, ..Options::default() };
        let inline = export(&document, &settings(), &permissions, format, &options).unwrap();
        expect(&format!("orders.{name}.txt"), &inline);
        let options = Options {
            is_inline: false,
            with_role: false,
            with_log_group: false,
            arns: Arns::Places,
            updates: true,
            restricts_trust: false,
        };
        let settings = Settings {
            encryption_key: "arn:aws:kms:us-east-1:111122223333:key/k".to_owned(),
            is_express: true,
            ..settings()
        };
        let beside = export(&document, &settings, &permissions, format, &options).unwrap();
        expect(&format!("orders.beside.{name}.txt"), &beside);
    }
}

/// The definition in an export, its placeholders filled in with what they stood for.
fn definition_of(export: &Export, format: Format, document: &Document, arns: Arns) -> Value {
    let places = places_of(document);
    let original = |key: &str| {
        let known = export.substitutions.iter().find(|known| known.key == key)?;
        Some(match (&known.stands_for, &known.default) {
            (_, Some(default)) => default.clone(),
            (Piece::Placeholder(name), None) => format!("${{{name}}}"),
            (Piece::Partition, _) if arns == Arns::Places => "aws".to_owned(),
            (Piece::Region, _) if arns == Arns::Places => places.region.clone(),
            (Piece::Account, _) if arns == Arns::Places => places.account.clone(),
            (Piece::Partition, _) => "${AWS::Partition}".to_owned(),
            (Piece::Region, _) => "${AWS::Region}".to_owned(),
            (Piece::Account, _) => "${AWS::AccountId}".to_owned(),
            (Piece::Literal(_), _) => unreachable!(),
        })
    };
    let template = &export.files.first().unwrap().text;
    let separate = export.files.get(1).map(|file| file.text.as_str());
    let filled = |value: &Value| filled(value, &original);
    let parsed = |text: &str| json::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    match format {
        Format::CloudFormationJson | Format::CloudFormationYaml | Format::Sam => {
            let template = match format {
                Format::CloudFormationJson => parsed(template),
                _ => Yaml::parse(template)
                    .unwrap_or_else(|error| panic!("{error:?}: {template}"))
                    .value()
                    .clone(),
            };
            let machine =
                template.get("Resources").and_then(|all| all.get("StateMachine")?.get("Properties")).unwrap();
            if let Some(definition) = machine.get("Definition") {
                return filled(definition);
            }
            match machine.get("DefinitionString").and_then(Value::as_str) {
                Some(text) => filled(&parsed(text)),
                None => filled(&parsed(separate.unwrap())),
            }
        }
        Format::Serverless => {
            let service = Yaml::parse(template).unwrap_or_else(|error| panic!("{error:?}: {template}"));
            let at = |names: &[&str]| names.iter().try_fold(service.value(), |value, name| value.get(name));
            let variable = |name: &str| match name {
                "aws:region" => original(key_of(export, &Piece::Region)),
                "aws:accountId" => original(key_of(export, &Piece::Account)),
                "param:aws-partition" => original(key_of(export, &Piece::Partition)),
                "param:dollar-sign" => Some("$".to_owned()),
                _ => {
                    let id = name.strip_prefix("param:")?;
                    original(&export.substitutions.iter().find(|known| known.id == id)?.key)
                }
            };
            let variables = |text: &str| reader::variables(text, &variable);
            let definition = match at(&["stepFunctions", "stateMachines", "StateMachine", "definition"]) {
                Some(Value::String(_)) => parsed(separate.unwrap()),
                Some(definition) => definition.clone(),
                None => {
                    let properties = at(&["resources", "Resources", "StateMachine", "Properties"]).unwrap();
                    return parsed(&variables(properties.get("DefinitionString").unwrap().as_str().unwrap()));
                }
            };
            each_text(&definition, &variables)
        }
        Format::Terraform => match separate {
            // What `templatefile` gives.
            Some(text) => {
                let keys = |name: &str| Some(format!("${{{name}}}")).filter(|_| original(name).is_some());
                filled(&parsed(&reader::template(text, &keys)))
            }
            None => {
                let (_, rest) = template.split_once("definition = jsonencode(").unwrap();
                let variable = |expression: &str| {
                    let known = export.substitutions.iter().find(|known| match &known.stands_for {
                        Piece::Partition => expression.starts_with("data.aws_partition"),
                        Piece::Region => expression.starts_with("data.aws_region"),
                        Piece::Account => expression.starts_with("data.aws_caller_identity"),
                        _ => {
                            let name = expression.trim_start_matches("var.").replace('_', "");
                            known.id.eq_ignore_ascii_case(&name)
                        }
                    });
                    original(&known.unwrap_or_else(|| panic!("{expression}")).key)
                };
                read(rest, &variable)
            }
        },
        Format::Cdk => match separate {
            Some(text) => filled(&parsed(text)),
            None => {
                let (_, rest) = template.split_once("fromString(JSON.stringify(").unwrap();
                filled(&read(rest, &|_| None))
            }
        },
        Format::Cli => match separate {
            Some(text) => filled(&parsed(text)),
            None => {
                let (_, rest) = template.split_once("\ndefinition='").unwrap();
                let (text, _) = rest.split_once("}'\n").unwrap();
                filled(&parsed(&format!("{}}}", text.replace("'\\''", "'"))))
            }
        },
    }
}

fn key_of<'e>(export: &'e Export, piece: &Piece) -> &'e str {
    &export.substitutions.iter().find(|known| known.stands_for == *piece).unwrap().key
}

/// Placeholders in the texts of a value filled in.
fn filled(value: &Value, original: &dyn Fn(&str) -> Option<String>) -> Value {
    each_text(value, &|text| reader::placeholders(text, original))
}

/// A value with each text in it changed.
fn each_text(value: &Value, change: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::from(change(text)),
        Value::Array(_) => {
            Value::array(value.as_array().unwrap().iter().map(|item| each_text(item, change)).collect())
        }
        Value::Object(_) => {
            let members = value.as_object().unwrap().iter();
            let members: Map =
                members.map(|(name, item)| (Str::clone(name), each_text(item, change))).collect();
            Value::object(members)
        }
        _ => value.clone(),
    }
}

#[track_caller]
fn check_all(name: &str, text: &str, permissions: &Permissions) {
    let document = Document::parse(text);
    let written = json::parse(text).unwrap();
    let places = places_of(&document);
    // Where places of the definition become those of the deployment, both are the same afterwards.
    let placed = |name: &str| match name {
        "AWS::Partition" => Some("aws".to_owned()),
        "AWS::Region" => Some(places.region.clone()),
        "AWS::AccountId" => Some(places.account.clone()),
        _ => None,
    };
    for format in Format::ALL {
        for arns in [Arns::Keep, Arns::Places, Arns::Parameters] {
            let before = if arns == Arns::Places { filled(&written, &placed) } else { written.clone() };
            for is_inline in [true, false] {
                let options = Options { arns, is_inline, ..Options::default() };
                let export = export(&document, &settings(), permissions, format, &options).unwrap();
                let after = definition_of(&export, format, &document, arns);
                assert!(after == before, "{name} {format:?} {options:?}\n{after}\n{before}");
            }
        }
    }
}

#[test]
fn a_definition_comes_back_from_every_format() {
    let permissions = permissions();
    check_all("orders", ORDERS, &permissions);
    let odd = r##"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"Ref": "x", "Fn::Sub": "y", "__proto__": 1, "a b": [], "c": {}, "null": null, "yes": "no", "on": "2020-01-01", "odd": "\u2028\u0085\ufeff\u0000\t\r\n", "lines": "a\n b\n", "quote": "'\"`\\", "big": 123456789012345678901234567890, "f": 1.50, "e": 1E-7, "": "", "$": "$", "p": "%{ if x }${~ y ~}", "s": "$${a: 1} \\${X} \\\\${b(c)} $\\${d:e} $$\\$${X} ${${X}}$ \\", "EOF": "EOF\nEOF"}, "End": true}}}"##;
    check_all("odd", odd, &permissions);
}

#[test]
fn the_corpus_comes_back_from_every_format() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/definitions");
    let Ok(files) = fs::read_dir(&folder) else {
        println!("skipped: there is no corpus beside the project");
        return;
    };
    let permissions = permissions();
    let mut count = 0;
    for file in files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
    {
        let text = fs::read_to_string(&file).unwrap();
        if json::parse(&text).is_err() {
            let refused =
                export(&Document::parse(&text), &settings(), &permissions, Format::Sam, &Options::default());
            assert!(refused.unwrap_err().starts_with("The definition is not JSON yet"), "{}", file.display());
            continue;
        }
        check_all(&file.display().to_string(), &text, &permissions);
        count += 1;
    }
    assert!(count > 100, "{count}");
}

#[test]
fn broken_texts_are_refused_with_the_reason() {
    let permissions = permissions();
    for text in ["", "[]", "{", "{\"States\": }"] {
        let result =
            export(&Document::parse(text), &settings(), &permissions, Format::Cdk, &Options::default());
        assert!(result.is_err(), "{text}");
    }
    let deep = format!("{{\"a\": {}1{}}}", "[".repeat(500), "]".repeat(500));
    let result =
        export(&Document::parse(&deep), &settings(), &permissions, Format::Terraform, &Options::default());
    assert!(result.unwrap_err().contains("nested too deeply"));
    // What is no workflow yet leaves all the same.
    let result = export(&Document::parse("{}"), &settings(), &permissions, Format::Cdk, &Options::default());
    assert!(result.is_ok());
}

#[test]
fn names_of_parameters_do_not_depend_on_the_order() {
    let names = |texts: &[&str]| {
        let states: Vec<String> = texts
            .iter()
            .enumerate()
            .map(|(number, arn)| {
                format!(
                    r#""S{number}": {{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {{"TopicArn": "{arn}"}}, "End": true}}"#
                )
            })
            .collect();
        let text = format!(r#"{{"StartAt": "S0", "States": {{{}}}}}"#, states.join(","));
        let options = Options { arns: Arns::Parameters, ..Options::default() };
        let export =
            export(&Document::parse(&text), &settings(), &permissions(), Format::Sam, &options).unwrap();
        let mut names: Vec<(String, String)> = export
            .substitutions
            .into_iter()
            .map(|known| (known.default.unwrap_or_default(), known.key))
            .collect();
        names.sort();
        names
    };
    let (a, b) = ("arn:aws:sns:us-east-1:1:orders", "arn:aws:sns:eu-west-1:1:orders");
    let c = "arn:aws:sns:eu-west-1:1:other-topic";
    let once = names(&[a, b, c]);
    assert_eq!(once, names(&[c, b, a, b]));
    let keys: Vec<&str> = once.iter().map(|(_, key)| key.as_str()).collect();
    assert_eq!(keys.iter().filter(|key| key.starts_with("OrdersTopicArn")).count(), 2);
    assert!(keys.contains(&"OtherTopicArn"), "{keys:?}");
    assert_eq!(names(&[a])[0].1, "OrdersTopicArn");
}
