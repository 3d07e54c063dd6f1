//! Properties that hold for all paths, templates, calls, rules and values.

#![allow(clippy::unwrap_used)]

use expr::{ChoiceRule, Expression, NoHost, Path, ReferencePath, Scope, Template, Timestamp, timestamp};
use json::{Number, Value};
use proptest::prelude::*;

/// Values with few names, so that paths meet something.
fn values() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-20_i64..20).prop_map(Value::int),
        any::<f64>().prop_map(Value::float),
        Just(Value::Number(Number::from_text("1e400").unwrap())),
        "[ab*'é😀\\\\{}]{0,4}".prop_map(Value::from),
        Just(Value::from("2024-01-01T00:00:00Z")),
    ];
    scalar.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::array),
            prop::collection::vec(("[a-d]|a b|é", inner), 0..5).prop_map(Value::from_members),
        ]
    })
}

/// Texts that are often nearly paths.
fn path_texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\.[a-d]",
        "\\[-?[0-3]\\]",
        "\\['(a b|a|é)'\\]",
        "\\[\\*\\]",
        "\\.\\.[a-d*]",
        "\\[-?[0-3]?:-?[0-3]?\\]",
        "\\['a','b'\\]",
        "\\[0,-1\\]",
        "\\[\\?\\(@\\.[a-d] (==|!=|<|>=|in|contains|size|=~) ('a'|1|/a.*/i|\\['a'\\]|@.b|\\$\\.a)\\)\\]",
        "\\[\\?\\(!?@(\\.[a-d])?( && @\\.a)?\\)\\]",
        "\\.(length|sum|keys|first|concat)\\(\\)",
        "\\.index\\([0-3]\\)",
        "[\\$@.\\[\\]'\"*?():,=<>!&|/ a-d0-9é\\\\{}-]{0,3}",
    ];
    ("\\$\\$?|\\$[a-d]|@|", prop::collection::vec(piece, 0..6))
        .prop_map(|(root, pieces)| root + &pieces.concat())
}

fn call_texts() -> impl Strategy<Value = String> {
    let name = prop::sample::select(expr::intrinsic::Function::ALL).prop_map(|function| function.name());
    let leaf = prop_oneof![
        path_texts(),
        "'[a{}\\\\', ]{0,6}'",
        "-?[0-9]{1,11}(\\.[0-9])?",
        Just("true".to_owned()),
        Just("null".to_owned()),
        "[a-zA-Z(),'. ]{0,5}",
    ];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        (name.clone(), prop::collection::vec(inner, 0..4))
            .prop_map(|(name, arguments)| format!("{name}({})", arguments.join(", ")))
    })
}

fn templates() -> impl Strategy<Value = Value> {
    let member = prop_oneof![
        ("[a-c]", values()),
        ("[a-c]\\.\\$", path_texts().prop_map(Value::from)),
        ("[a-c]\\.\\$", call_texts().prop_map(Value::from)),
        ("[a-c]\\.\\$", values()),
    ];
    prop::collection::vec(member, 0..4).prop_map(Value::from_members)
}

fn rules() -> impl Strategy<Value = Value> {
    let operator = prop::sample::select(&expr::choice::OPERATORS[..]);
    let operand = prop_oneof![values(), path_texts().prop_map(Value::from)];
    let comparison = (path_texts(), operator, operand).prop_map(|(variable, operator, operand)| {
        Value::from_members([("Variable", Value::from(variable)), (operator, operand)])
    });
    comparison.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|rules| Value::from_members([("And", rules.into())])),
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|rules| Value::from_members([("Or", rules.into())])),
            inner.prop_map(|rule| Value::from_members([("Not", rule)])),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn paths_never_panic(text in path_texts(), document in values()) {
        for path in [Path::parse(&text), Path::parse_jayway(&text)] {
            match path {
                Ok(path) => {
                    let scope = Scope::new(&document, &NoHost);
                    let found = path.get(&scope);
                    prop_assert_eq!(path.lookup(&scope).is_some(), found.is_ok());
                    if let (false, Ok(found)) = (path.is_definite(), found) {
                        prop_assert!(found.as_array().is_some());
                    }
                }
                Err(error) => prop_assert!(text.is_char_boundary(error.offset), "{error:?}"),
            }
        }
    }

    #[test]
    fn any_text_is_a_path_or_an_error(text in ".{0,40}") {
        if let Err(error) = Path::parse(&text) {
            prop_assert!(error.offset <= text.len());
        }
        let _ = Expression::parse(&text);
        let _ = ReferencePath::parse(&text);
        let _ = timestamp::parse(&text);
    }

    #[test]
    fn calls_never_panic(text in call_texts(), document in values()) {
        if let Ok(expression) = Expression::parse(&text) {
            let scope = Scope::new(&document, &NoHost);
            let first = expression.evaluate("f.$", &scope).map(|value| value.to_text());
            prop_assert_eq!(&first, &expression.evaluate("f.$", &scope).map(|value| value.to_text()));
        }
    }

    #[test]
    fn templates_never_panic(template in templates(), document in values()) {
        if let Ok(compiled) = Template::compile(&template) {
            let result = compiled.evaluate(&Scope::new(&document, &NoHost));
            if let (true, Ok(result)) = (compiled.is_static(), &result) {
                prop_assert_eq!(result, &template);
            }
            if let Ok(result) = result {
                prop_assert_eq!(
                    result.as_object().map(|members| members.len()),
                    template.as_object().map(|members| members.len())
                );
            }
        }
    }

    #[test]
    fn rules_never_panic(rule in rules(), document in values()) {
        if let Ok(compiled) = ChoiceRule::compile(&rule) {
            let scope = Scope::new(&document, &NoHost);
            let opposite = ChoiceRule::compile(&Value::from_members([("Not", rule)])).unwrap();
            prop_assert_eq!(compiled.matches(&scope).map(|held| !held), opposite.matches(&scope));
        }
    }

    #[test]
    fn what_was_set_is_there(
        names in prop::collection::vec("[a-d]|a b|é", 0..4),
        document in values(),
        value in values(),
    ) {
        let text: String = names.iter().map(|name| format!("['{name}']")).collect();
        let path = ReferencePath::parse(&format!("${text}")).unwrap();
        if let Ok(changed) = path.set(&document, value.clone()) {
            prop_assert_eq!(path.get(&changed), Some(&value));
            let general = Path::parse(path.text()).unwrap();
            prop_assert_eq!(general.get_in(&changed).unwrap().into_owned(), value);
            // What is beside the way is still the same.
            if let (Some(before), Some(after), Some(name)) = (document.as_object(), changed.as_object(), names.first()) {
                for (key, member) in before.iter().filter(|(key, _)| ***key != **name) {
                    prop_assert!(after.get(key).is_some_and(|kept| kept.is_same(member) || kept == member));
                }
            }
        }
    }

    #[test]
    fn timestamps_read_back(millis in -62_135_596_800_000_i64..253_402_300_800_000) {
        let timestamp = Timestamp::from_epoch_millis(millis);
        prop_assert_eq!(timestamp::parse(&timestamp.to_text()), Some(timestamp));
        prop_assert_eq!(timestamp::parse_rfc3339(&timestamp.to_text()), Some(timestamp));
        prop_assert_eq!(timestamp.epoch_millis(), millis);
    }
}

#[test]
fn hostile_inputs_end() {
    let deep_path = "$".to_owned() + &".a".repeat(30_000);
    let document = Value::from_members([("a", Value::Null)]);
    let path = Path::parse(&deep_path).unwrap();
    assert!(path.get_in(&document).is_err());
    assert!(ReferencePath::parse(&deep_path).is_err());
    for text in [
        "$".to_owned() + &"[*]".repeat(1000),
        "$".to_owned() + &"..a".repeat(1000),
        format!("$[?({}@.a{})]", "(".repeat(5000), ")".repeat(5000)),
        format!("$[?(@.a == {}{})]", "[".repeat(5000), "]".repeat(5000)),
        "$[?(@".to_owned() + &"[?(@".repeat(500) + &")]".repeat(501),
        "$.sum(".to_owned() + &"$.sum(".repeat(500) + &")".repeat(501),
        "$.".to_owned() + &"a".repeat(100_000),
        format!("$[?(@.a =~ /{}/)]", "(a{1,100}){1,100}".repeat(50)),
    ] {
        assert!(Path::parse(&text).is_err(), "{}", text.get(..20).unwrap_or_default());
    }
    let nested =
        |open: &str, close: &str| json::parse(&(open.repeat(300) + "1" + &close.repeat(300))).unwrap();
    assert!(Template::compile(&nested(r#"{"a":"#, "}")).is_err());
    assert!(ChoiceRule::compile(&nested(r#"{"Not":"#, "}")).is_err());
    let call = "States.Array(".repeat(500) + &")".repeat(500);
    assert!(Expression::parse(&call).is_err());
}

#[test]
fn a_path_cannot_run_for_ever() {
    let wide = Value::array((0..300).map(Value::int).collect());
    let document = Value::array(vec![wide; 300]);
    for text in ["$..*..*..*", "$[*][?($[*][?($[*][*] == 1)])]", "$[*][*][?(@.a)]", "$..[?($..*)]"] {
        let path = Path::parse(text).unwrap();
        let _ = path.get_in(&document);
    }
    let exploding = Path::parse("$[?(@ =~ /(a+)+b/)]").unwrap();
    let text = Value::array(vec![Value::string("a".repeat(10_000))]);
    assert_eq!(exploding.get_in(&text).unwrap().as_array().map(<[_]>::len), Some(0));
}

/// The stack of WebAssembly in a browser is 1 MB; half of it has to be enough.
#[test]
fn the_deepest_that_is_accepted_fits_the_stack() {
    let deepest = || {
        let value = (0..json::MAX_DEPTH).fold(Value::int(1), |value, level| match level % 2 {
            0 => Value::array(vec![value]),
            _ => Value::from_members([("a", value)]),
        });
        let scope = Scope::new(&value, &NoHost);
        let nested_filters = (0..6).fold("@".to_owned(), |path, _| {
            format!("@[?({}{path}..a == [[[1]]]{})]", "(".repeat(20), ")".repeat(20))
        });
        let path = format!("${}", nested_filters.get(1..).unwrap_or_default());
        assert!(Path::parse(&path).is_ok(), "{:?}", Path::parse(&path));
        for text in [path, format!("${}", "[*]".repeat(32)), "$..a..a..a..a..a".to_owned(), "$..*".to_owned()]
        {
            let _ = Path::parse(&text).unwrap().get(&scope);
        }
        let template = (0..250).fold(Value::from("$.a"), |template, level| match level % 2 {
            0 => Value::from_members([("b.$", Value::from("$..a")), ("a", template)]),
            _ => Value::array(vec![template]),
        });
        let _ = Template::compile(&template).unwrap().evaluate(&scope);
        let rule = (0..49).fold(json::parse(r#"{"Variable":"$","IsPresent":true}"#).unwrap(), |rule, _| {
            Value::from_members([("And", Value::array(vec![rule]))])
        });
        assert_eq!(ChoiceRule::compile(&rule).unwrap().matches(&scope), Ok(true));
        for call in ["States.ArrayUnique($.a)", "States.Format('{}', $)", "States.JsonToString($)"] {
            Expression::parse(call).unwrap().evaluate("f.$", &scope).unwrap();
        }
    };
    std::thread::Builder::new().stack_size(1 << 19).spawn(deepest).unwrap().join().unwrap();
}
