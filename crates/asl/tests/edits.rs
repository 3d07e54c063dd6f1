//! Edits by their text before and after.
#![allow(clippy::unwrap_used)]

use asl::edit::{Edit, ObjectRef, Place, Port};
use asl::{Document, ScopeId, StateId, StateType, TransitionKind};
use json::Value;

const ORDERS: &str = r#"{
  "StartAt": "Check",
  "States": {
    "Check": {
      "Type": "Choice",
      "Choices": [
        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"}
      ],
      "Default": "Pay"
    },
    "Approve": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "${Approve}", "Payload.$": "$"},
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refuse"}],
      "Next": "Pay"
    },
    "Pay": {
      "Type": "Pass",
      "Result": {"paid": 1.50},
      "End": true
    },
    "Refuse": {
      "Type": "Fail"
    }
  }
}
"#;

fn state(document: &Document, name: &str) -> StateId {
    document.state_named(name).unwrap().id()
}

fn value(text: &str) -> Value {
    json::parse(text).unwrap()
}

/// Plans an edit, checks that it can be undone, and gives the lines that it changes: `-` before, `+` after.
fn changes(text: &str, edit: impl Fn(&Document) -> Edit) -> String {
    let mut document = Document::parse(text);
    // Leading a way elsewhere can leave states without one.
    let count = |document: &Document| {
        document.problems().iter().filter(|problem| problem.code != "unreachable-state").count()
    };
    let before = count(&document);
    let patch = match document.plan(&edit(&document)) {
        Ok(patch) => patch,
        Err(error) => return format!("refused: {error}"),
    };
    let inverse = document.apply(&patch);
    let after = document.text().to_owned();
    assert!(document.tree().problems().is_empty(), "{after}");
    assert!(count(&document) <= before, "{after}\n{:?}", document.problems());
    document.apply(&inverse);
    assert_eq!(document.text(), text);
    difference(text, &after)
}

/// The lines that differ, by the longest common subsequence.
fn difference(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            out.push(format!("-{}", old[i]));
            i += 1;
        } else {
            out.push(format!("+{}", new[j]));
            j += 1;
        }
    }
    out.join("\n")
}

#[track_caller]
fn check(text: &str, edit: impl Fn(&Document) -> Edit, expected: &str) {
    let found = changes(text, edit);
    assert_eq!(found, expected.trim_matches('\n'), "\n{found}\n");
}

fn wait(seconds: i64) -> Value {
    Value::from_members([("Type", Value::from("Wait")), ("Seconds", Value::int(seconds))])
}

#[test]
fn a_field_changes_its_bytes_alone() {
    let set = |pointer: &'static str, value: Option<Value>| {
        move |document: &Document| Edit::SetFields {
            of: ObjectRef::State(state(document, "Approve")),
            fields: vec![(pointer.to_owned(), value.clone())],
        }
    };
    check(
        ORDERS,
        set("/Parameters/FunctionName", Some(Value::from("f"))),
        r#"
-      "Parameters": {"FunctionName": "${Approve}", "Payload.$": "$"},
+      "Parameters": {"FunctionName": "f", "Payload.$": "$"},"#,
    );
    check(
        ORDERS,
        set("/Parameters/Payload.$", None),
        r#"
-      "Parameters": {"FunctionName": "${Approve}", "Payload.$": "$"},
+      "Parameters": {"FunctionName": "${Approve}"},"#,
    );
    check(
        ORDERS,
        set("/Retry/0/ErrorEquals/-", Some(Value::from("Slow"))),
        r#"
+      "Retry": [
+        {
+          "ErrorEquals": [
+            "Slow"
+          ]
+        }
+      ],"#,
    );
    check(
        ORDERS,
        set("/TimeoutSeconds", Some(Value::int(30))),
        r#"
+      "TimeoutSeconds": 30,"#,
    );
    check(ORDERS, set("/Missing", None), "");
    check(ORDERS, set("Missing", None), "refused: There is no field Missing.");
}

#[test]
fn the_machine_has_fields_too() {
    let edit = |_: &Document| Edit::SetFields {
        of: ObjectRef::Scope(ScopeId(0)),
        fields: vec![
            ("/TimeoutSeconds".into(), Some(Value::int(60))),
            ("/Comment".into(), Some(Value::from("x"))),
        ],
    };
    check(ORDERS, edit, "+  \"Comment\": \"x\",\n+  \"TimeoutSeconds\": 60,");
}

#[test]
fn nested_objects_get_their_fields_in_the_order_of_the_language() {
    let retrier = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "r",
      "Retry": [{"ErrorEquals": ["States.ALL"], "JitterStrategy": "FULL"}], "End": true}}}"#;
    let edit = |document: &Document| Edit::SetFields {
        of: ObjectRef::State(state(document, "A")),
        fields: vec![("/Retry/0/MaxAttempts".into(), Some(Value::int(4)))],
    };
    let document = Document::parse(retrier);
    let (after, _) = document.plan(&edit(&document)).unwrap().apply_to(retrier);
    assert!(
        after.contains(r#""ErrorEquals": ["States.ALL"], "MaxAttempts": 4, "JitterStrategy": "FULL""#),
        "{after}"
    );
}

#[test]
fn a_state_takes_the_place_of_another() {
    let text = r#"{"StartAt": "A", "States": {
      "A": {"Type": "Pass", "Next": "B"},
      "B": {"Type": "Pass", "Next": "C"},
      "C": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "D", "States": {"D": {"Type": "Pass", "End": true}}}}}}"#;
    let document = Document::parse(text);
    let replaced = |name: &str, edit: &dyn Fn(Place) -> Edit| {
        let edit = edit(Place::InPlaceOf(state(&document, name)));
        document
            .plan(&edit)
            .map(|patch| Document::parse(&patch.apply_to(text).0))
            .map_err(|error| error.to_string())
    };
    let insert = |place| Edit::InsertState { place, name: "W".into(), state: wait(1) };
    let after = replaced("B", &insert).unwrap();
    assert_eq!(after.problems(), [], "{}", after.text());
    let names: Vec<&str> = after.states().map(|state| state.name()).collect();
    assert_eq!(names, ["A", "W", "C", "D"]);
    let after = replaced("D", &insert).unwrap();
    assert_eq!(after.problems(), [], "{}", after.text());
    assert!(after.state_named("D").is_none());
    let move_b = |place| Edit::MoveStates { states: vec![state(&document, "B")], place };
    let after = replaced("D", &move_b).unwrap();
    assert_eq!(after.problems(), [], "{}", after.text());
    assert_eq!(after.state_named("B").unwrap().scope().owner().unwrap().name(), "C");
    assert_eq!(replaced("B", &move_b).unwrap_err(), "The place belongs to what is moved.");
    let fail = |place| Edit::InsertState {
        place,
        name: "F".into(),
        state: Value::from_members([("Type", Value::from("Fail"))]),
    };
    assert_eq!(replaced("B", &fail).unwrap_err(), "F is a Fail state, and nothing follows it.");
    assert_eq!(replaced("D", &fail).unwrap().problems(), []);
}

#[test]
fn a_state_is_inserted_on_a_way() {
    let on = |from: &'static str, way| {
        move |document: &Document| Edit::InsertState {
            place: Place::On { from: state(document, from), way },
            name: "Pause".into(),
            state: wait(5),
        }
    };
    check(
        ORDERS,
        on("Pay", TransitionKind::Next),
        r#"
+      "Next": "Pause"
+    },
+    "Pause": {
+      "Type": "Wait",
+      "Seconds": 5,"#,
    );
    check(
        ORDERS,
        on("Check", TransitionKind::Choice(0)),
        r#"
-        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"}
+        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Pause"}
+    "Pause": {
+      "Type": "Wait",
+      "Seconds": 5,
+      "Next": "Approve"
+    },"#,
    );
    check(ORDERS, on("Check", TransitionKind::Choice(3)), "refused: Check has no such way out.");
    check(
        ORDERS,
        on("Refuse", TransitionKind::Next),
        "refused: Refuse is a Fail state, and nothing follows it.",
    );
}

#[test]
fn a_state_is_inserted_at_the_start_and_before_another() {
    let insert = |place: fn(&Document) -> Place| {
        move |document: &Document| Edit::InsertState {
            place: place(document),
            name: "Pause".into(),
            state: wait(5),
        }
    };
    check(
        ORDERS,
        insert(|_| Place::Start(ScopeId(0))),
        r#"
-  "StartAt": "Check",
+  "StartAt": "Pause",
+    "Pause": {
+      "Type": "Wait",
+      "Seconds": 5,
+      "Next": "Check"
+    },"#,
    );
    check(
        ORDERS,
        insert(|document| Place::Before(state(document, "Pay"))),
        r#"
-      "Default": "Pay"
+      "Default": "Pause"
+      "Next": "Pause"
+    },
+    "Pause": {
+      "Type": "Wait",
+      "Seconds": 5,"#,
    );
}

#[test]
fn an_end_is_not_put_on_a_way_that_others_need() {
    let insert = |name: &'static str, body: &'static str| {
        move |document: &Document| Edit::InsertState {
            place: Place::On { from: state(document, "Check"), way: TransitionKind::Choice(0) },
            name: name.into(),
            state: value(body),
        }
    };
    check(
        ORDERS,
        insert("Stop", r#"{"Type": "Succeed"}"#),
        "refused: Stop is a Succeed state, and nothing follows it.",
    );
    check(
        ORDERS,
        insert("Pay", r#"{"Type": "Succeed"}"#),
        "refused: Another state is called Pay. Names are unique in the whole machine.",
    );
    check(
        ORDERS,
        insert("Really?", r#"{"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true}]}"#),
        r#"
-        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"}
+        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Really?"}
+    "Really?": {
+      "Type": "Choice",
+      "Choices": [
+        {
+          "Variable": "$.x",
+          "IsNull": true,
+          "Next": "Approve"
+        }
+      ]
+    },"#,
    );
}

#[test]
fn the_first_state_of_an_empty_machine() {
    let edit = |_: &Document| Edit::InsertState {
        place: Place::Start(ScopeId(0)),
        name: "Hello".into(),
        state: value(r#"{"Type": "Pass"}"#),
    };
    let expected = "-{}\n+{\n+  \"StartAt\": \"Hello\",\n+  \"States\": {\n+    \"Hello\": {\n+      \"Type\": \"Pass\",\n+      \"End\": true\n+    }\n+  }\n+}";
    check("{}", edit, expected);
    check(
        "{\"StartAt\": \"\", \"States\": {}}",
        edit,
        "-{\"StartAt\": \"\", \"States\": {}}\n+{\"StartAt\": \"Hello\", \"States\": {\"Hello\": {\"Type\": \"Pass\", \"End\": true}}}",
    );
}

#[test]
fn states_are_removed() {
    let remove = |name: &'static str, relink| {
        move |document: &Document| Edit::RemoveStates { states: vec![state(document, name)], relink }
    };
    let text = ORDERS
        .replace("      \"Catch\": [{\"ErrorEquals\": [\"States.ALL\"], \"Next\": \"Refuse\"}],\n", "")
        .replace("      \"End\": true\n", "      \"Next\": \"Refuse\"\n");
    check(
        &text,
        remove("Approve", true),
        r#"
-        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"}
+        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Pay"}
-    "Approve": {
-      "Type": "Task",
-      "Resource": "arn:aws:states:::lambda:invoke",
-      "Parameters": {"FunctionName": "${Approve}", "Payload.$": "$"},
-      "Next": "Pay"
-    },"#,
    );
    check(
        &text,
        remove("Approve", false),
        "refused: Check is a Choice state: its rules must lead to a state.",
    );
    check(
        ORDERS,
        remove("Refuse", true),
        r#"
-      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refuse"}],
-    },
-    "Refuse": {
-      "Type": "Fail""#,
    );
    check(
        ORDERS,
        remove("Pay", true),
        r#"
-      ],
-      "Default": "Pay"
+      ]
-      "Next": "Pay"
-    },
-    "Pay": {
-      "Type": "Pass",
-      "Result": {"paid": 1.50},"#,
    );
}

#[test]
fn everything_follows_a_new_name() {
    let rename = |to: &'static str| {
        move |document: &Document| Edit::RenameState { state: state(document, "Approve"), name: to.into() }
    };
    check(
        ORDERS,
        rename("Ask \"somebody\""),
        r#"
-        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"}
+        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Ask \"somebody\""}
-    "Approve": {
+    "Ask \"somebody\"": {"#,
    );
    check(ORDERS, rename("Approve"), "");
    check(ORDERS, rename(" "), "refused: A state needs a name.");
    check(
        ORDERS,
        rename("Pay"),
        "refused: Another state is called Pay. Names are unique in the whole machine.",
    );
}

#[test]
fn ways_are_connected_and_taken_away() {
    let connect = |from: &'static str, port, to: &'static str| {
        move |document: &Document| Edit::Connect {
            from: state(document, from),
            port,
            to: state(document, to),
        }
    };
    check(
        ORDERS,
        connect("Pay", Port::Way(TransitionKind::Next), "Check"),
        "-      \"End\": true\n+      \"Next\": \"Check\"",
    );
    check(
        ORDERS,
        connect("Check", Port::NewRule, "Refuse"),
        r#"
-        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"}
+        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"},
+        {
+          "Variable": "$.value",
+          "IsPresent": true,
+          "Next": "Refuse"
+        }"#,
    );
    check(
        ORDERS,
        connect("Approve", Port::NewCatcher, "Pay"),
        r#"
-      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refuse"}],
+      "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Pay"}, {"ErrorEquals": ["States.ALL"], "Next": "Refuse"}],"#,
    );
    check(ORDERS, connect("Pay", Port::NewCatcher, "Refuse"), "refused: Pay has no such way out.");
    let disconnect = |from: &'static str, way| {
        move |document: &Document| Edit::Disconnect { from: state(document, from), way }
    };
    check(
        ORDERS,
        disconnect("Approve", TransitionKind::Next),
        "-      \"Next\": \"Pay\"\n+      \"End\": true",
    );
    check(
        ORDERS,
        disconnect("Check", TransitionKind::Choice(0)),
        "refused: Check is a Choice state: its rules must lead to a state.",
    );
    check(
        ORDERS,
        |document| Edit::SetStart { state: state(document, "Approve") },
        "-  \"StartAt\": \"Check\",\n+  \"StartAt\": \"Approve\",",
    );
}

const LINE: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "B"},
    "B": {
      "Type": "Pass",
      "Result": [1, 2],
      "Next": "C"
    },
    "C": {"Type": "Pass", "Next": "P"},
    "P": {
      "Type": "Parallel",
      "Branches": [
        {
          "StartAt": "X",
          "States": {
            "X": {"Type": "Pass", "Next": "Y"},
            "Y": {"Type": "Pass", "End": true}
          }
        }
      ],
      "Next": "D"
    },
    "D": {"Type": "Succeed"}
  }
}
"#;

fn states(document: &Document, names: &[&str]) -> Vec<StateId> {
    names.iter().map(|name| state(document, name)).collect()
}

#[test]
fn states_are_moved() {
    let to = |names: &'static [&'static str], place: fn(&Document) -> Place| {
        move |document: &Document| Edit::MoveStates {
            states: states(document, names),
            place: place(document),
        }
    };
    check(
        LINE,
        to(&["B"], |document| Place::On { from: state(document, "C"), way: TransitionKind::Next }),
        r#"
-    "A": {"Type": "Pass", "Next": "B"},
+    "A": {"Type": "Pass", "Next": "C"},
+    "C": {"Type": "Pass", "Next": "B"},
-      "Next": "C"
+      "Next": "P"
-    "C": {"Type": "Pass", "Next": "P"},"#,
    );
    check(
        LINE,
        to(&["B", "C"], |document| Place::On { from: state(document, "X"), way: TransitionKind::Next }),
        r#"
-    "A": {"Type": "Pass", "Next": "B"},
-    "B": {
-      "Type": "Pass",
-      "Result": [1, 2],
-      "Next": "C"
-    },
-    "C": {"Type": "Pass", "Next": "P"},
+    "A": {"Type": "Pass", "Next": "P"},
-            "X": {"Type": "Pass", "Next": "Y"},
+            "X": {"Type": "Pass", "Next": "B"},
+            "B": {
+              "Type": "Pass",
+              "Result": [1, 2],
+              "Next": "C"
+            },
+            "C": {"Type": "Pass", "Next": "Y"},"#,
    );
    check(
        LINE,
        to(&["P"], |document| Place::Before(state(document, "Y"))),
        "refused: P can't be moved into itself.",
    );
    check(
        LINE,
        to(&["B"], |document| Place::Before(state(document, "B"))),
        "refused: The place belongs to what is moved.",
    );
    check(
        LINE,
        to(&["X", "Y"], |_| Place::Start(ScopeId(0))),
        "refused: X is the only state here, and there must be one. Remove what holds it instead.",
    );
    check(
        LINE,
        to(&["X"], |_| Place::Start(ScopeId(0))),
        r#"
-  "StartAt": "A",
+  "StartAt": "X",
+    "X": {"Type": "Pass", "Next": "A"},
-          "StartAt": "X",
+          "StartAt": "Y",
-            "X": {"Type": "Pass", "Next": "Y"},"#,
    );
    check(
        LINE,
        to(&["A"], |document| Place::NewBranch(state(document, "P"))),
        r#"
-  "StartAt": "A",
+  "StartAt": "B",
-    "A": {"Type": "Pass", "Next": "B"},
+        },
+        {
+          "StartAt": "A",
+          "States": {
+            "A": {"Type": "Pass", "End": true}
+          }"#,
    );
}

#[test]
fn what_is_pasted_may_have_comments_and_commas_too_many() {
    let paste = |text: &'static str| {
        move |document: &Document| Edit::Paste {
            place: Place::On { from: state(document, "X"), way: TransitionKind::Next },
            text: text.to_owned(),
        }
    };
    let expected = r#"
-            "X": {"Type": "Pass", "Next": "Y"},
+            "X": {"Type": "Pass", "Next": "N"},
+            "N": {"Type": "Pass", "Next": "Y"},"#;
    check(LINE, paste("// New\n{'N': {\"Type\": 'Pass', \"End\": true,}}"), expected);
    let document = Document::parse(LINE);
    let broken = paste("{\"N\": {\"Type\": Pass}}")(&document);
    assert!(document.plan(&broken).is_err());
}

#[test]
fn states_are_copied_and_pasted() {
    check(
        LINE,
        |document| Edit::DuplicateStates { states: states(document, &["B"]) },
        r#"
+      "Next": "B 2"
+    },
+    "B 2": {
+      "Type": "Pass",
+      "Result": [1, 2],"#,
    );
    let document = Document::parse(LINE);
    let text = document.copy(&states(&document, &["P"])).unwrap();
    assert_eq!(
        text,
        r#"{
  "StartAt": "P",
  "States": {
    "P": {
      "Type": "Parallel",
      "Branches": [
        {
          "StartAt": "X",
          "States": {
            "X": {"Type": "Pass", "Next": "Y"},
            "Y": {"Type": "Pass", "End": true}
          }
        }
      ],
      "Next": "D"
    }
  }
}
"#
    );
    let paste = |text: String| {
        move |document: &Document| Edit::Paste {
            place: Place::On { from: state(document, "X"), way: TransitionKind::Next },
            text: text.clone(),
        }
    };
    check(
        LINE,
        paste(text),
        r#"
-            "X": {"Type": "Pass", "Next": "Y"},
+            "X": {"Type": "Pass", "Next": "P 2"},
+            "P 2": {
+              "Type": "Parallel",
+              "Branches": [
+                {
+                  "StartAt": "X 2",
+                  "States": {
+                    "X 2": {"Type": "Pass", "Next": "Y 2"},
+                    "Y 2": {"Type": "Pass", "End": true}
+                  }
+                }
+              ],
+              "Next": "Y"
+            },"#,
    );
    check(
        LINE,
        paste(r#"{"Type": "Wait", "Seconds": 1}"#.into()),
        r#"
-            "X": {"Type": "Pass", "Next": "Y"},
+            "X": {"Type": "Pass", "Next": "Wait"},
+            "Wait": {
+              "Type": "Wait",
+              "Seconds": 1,
+              "Next": "Y"
+            },"#,
    );
    check(
        LINE,
        paste(r#""Wait": {"Type": "Wait", "Seconds": 1, "End": true},"#.into()),
        r#"
-            "X": {"Type": "Pass", "Next": "Y"},
+            "X": {"Type": "Pass", "Next": "Wait"},
+            "Wait": {
+              "Type": "Wait",
+              "Seconds": 1,
+              "Next": "Y"
+            },"#,
    );
    check(LINE, paste("Hello".into()), "refused: The text holds no states of Amazon States Language.");
}

#[test]
fn states_are_wrapped_and_unwrapped() {
    let wrap = |names: &'static [&'static str], container| {
        move |document: &Document| Edit::WrapStates { states: states(document, names), container }
    };
    check(
        LINE,
        wrap(&["B", "C"], StateType::Parallel),
        r#"
-    "A": {"Type": "Pass", "Next": "B"},
-    "B": {
-      "Type": "Pass",
-      "Result": [1, 2],
-      "Next": "C"
+    "A": {"Type": "Pass", "Next": "Parallel"},
+    "Parallel": {
+      "Type": "Parallel",
+      "Branches": [
+        {
+          "StartAt": "B",
+          "States": {
+            "B": {
+              "Type": "Pass",
+              "Result": [1, 2],
+              "Next": "C"
+            },
+            "C": {"Type": "Pass", "End": true}
+          }
+        }
+      ],
+      "Next": "P"
-    "C": {"Type": "Pass", "Next": "P"},"#,
    );
    check(
        LINE,
        wrap(&["A"], StateType::Map),
        r#"
-  "StartAt": "A",
+  "StartAt": "Map",
-    "A": {"Type": "Pass", "Next": "B"},
+    "Map": {
+      "Type": "Map",
+      "ItemProcessor": {
+        "ProcessorConfig": {
+          "Mode": "INLINE"
+        },
+        "StartAt": "A",
+        "States": {
+          "A": {"Type": "Pass", "End": true}
+        }
+      },
+      "Next": "B"
+    },"#,
    );
    check(
        LINE,
        wrap(&["A", "C"], StateType::Map),
        "refused: Ways from outside lead to A and to C. Select states with one entry.",
    );
    check(
        LINE,
        |document| Edit::UnwrapState { state: state(document, "P"), branch: 0 },
        r#"
-    "C": {"Type": "Pass", "Next": "P"},
-    "P": {
-      "Type": "Parallel",
-      "Branches": [
-        {
-          "StartAt": "X",
-          "States": {
-            "X": {"Type": "Pass", "Next": "Y"},
-            "Y": {"Type": "Pass", "End": true}
-          }
-        }
-      ],
-      "Next": "D"
-    },
+    "C": {"Type": "Pass", "Next": "X"},
+    "X": {"Type": "Pass", "Next": "Y"},
+    "Y": {"Type": "Pass", "Next": "D"},"#,
    );
    check(
        LINE,
        |document| Edit::UnwrapState { state: state(document, "A"), branch: 0 },
        "refused: A is no Parallel or Map state.",
    );
}

#[test]
fn types_are_changed() {
    let change = |name: &'static str, to| {
        move |document: &Document| Edit::ChangeType { state: state(document, name), to }
    };
    check(
        LINE,
        change("B", StateType::Task),
        r#"
-      "Type": "Pass",
-      "Result": [1, 2],
+      "Type": "Task",
+      "Resource": "arn:aws:states:::lambda:invoke","#,
    );
    check(
        LINE,
        change("B", StateType::Choice),
        r#"
-      "Type": "Pass",
-      "Result": [1, 2],
-      "Next": "C"
+      "Type": "Choice",
+      "Choices": [
+        {
+          "Variable": "$.value",
+          "IsPresent": true,
+          "Next": "C"
+        }
+      ],
+      "Default": "C""#,
    );
    check(
        LINE,
        change("P", StateType::Map),
        r#"
-      "Type": "Parallel",
-      "Branches": [
-        {
-          "StartAt": "X",
-          "States": {
-            "X": {"Type": "Pass", "Next": "Y"},
-            "Y": {"Type": "Pass", "End": true}
-          }
+      "Type": "Map",
+      "ItemProcessor": {
+        "StartAt": "X",
+        "States": {
+          "X": {"Type": "Pass", "Next": "Y"},
+          "Y": {"Type": "Pass", "End": true}
-      ],
+      },"#,
    );
    check(
        LINE,
        change("D", StateType::Pass),
        r#"
-    "D": {"Type": "Succeed"}
+    "D": {"Type": "Pass", "End": true}"#,
    );
    check(
        LINE,
        change("D", StateType::Choice),
        "refused: A Choice state needs a state to go on with. Connect it first.",
    );
}

#[test]
fn items_change_places() {
    let text = ORDERS.replace(
        "\"Next\": \"Approve\"}",
        "\"Next\": \"Approve\"},\n        {\"Variable\": \"$.a\", \"IsNull\": true, \"Next\": \"Pay\"}",
    );
    let edit = |to| {
        move |document: &Document| Edit::MoveItem {
            of: state(document, "Check"),
            pointer: "/Choices".into(),
            from: 0,
            to,
        }
    };
    check(
        &text,
        edit(1),
        r#"
-        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"},
-        {"Variable": "$.a", "IsNull": true, "Next": "Pay"}
+        {"Variable": "$.a", "IsNull": true, "Next": "Pay"},
+        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"}"#,
    );
    check(&text, edit(2), "refused: There is no such item.");
}

#[test]
fn a_text_is_formatted() {
    let format = |_: &Document| Edit::Format;
    check(
        "{\"StartAt\" :\"A\",\n\t\"States\":{ \"A\": {\"Type\":\"Pass\", \"Result\": [ 1.50,{} , [] ],\"End\":true} } }",
        format,
        r#"
-{"StartAt" :"A",
-	"States":{ "A": {"Type":"Pass", "Result": [ 1.50,{} , [] ],"End":true} } }
+{
+  "StartAt": "A",
+  "States": {
+    "A": {
+      "Type": "Pass",
+      "Result": [
+        1.50,
+        {},
+        []
+      ],
+      "End": true
+    }
+  }
+}"#,
    );
    check(
        LINE,
        format,
        r#"
-    "A": {"Type": "Pass", "Next": "B"},
+    "A": {
+      "Type": "Pass",
+      "Next": "B"
+    },
-      "Result": [1, 2],
+      "Result": [
+        1,
+        2
+      ],
-    "C": {"Type": "Pass", "Next": "P"},
+    "C": {
+      "Type": "Pass",
+      "Next": "P"
+    },
-            "X": {"Type": "Pass", "Next": "Y"},
-            "Y": {"Type": "Pass", "End": true}
+            "X": {
+              "Type": "Pass",
+              "Next": "Y"
+            },
+            "Y": {
+              "Type": "Pass",
+              "End": true
+            }
-    "D": {"Type": "Succeed"}
+    "D": {
+      "Type": "Succeed"
+    }"#,
    );
}

#[test]
fn extract_into_a_nested_workflow() {
    let document = Document::parse(ORDERS);
    let selection = [state(&document, "Pay")];
    let extraction = document.plan_extraction(&selection, "Take payment").unwrap();
    let (after, inverse) = extraction.patch.apply_to(ORDERS);
    assert_eq!(inverse.apply_to(&after).0, ORDERS);
    let expected = ORDERS
        .replace(
            r#"    "Pay": {
      "Type": "Pass",
      "Result": {"paid": 1.50},
      "End": true
    }"#,
            r#"    "Take payment": {
      "Type": "Task",
      "Resource": "arn:aws:states:::states:startExecution.sync:2",
      "Parameters": {
        "StateMachineArn": "${TakePaymentStateMachineArn}",
        "Input": {
          "Input.$": "$",
          "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$": "$$.Execution.Id"
        }
      },
      "OutputPath": "$.Output",
      "End": true
    }"#,
        )
        .replace(r#""Pay""#, r#""Take payment""#);
    assert_eq!(after, expected);
    assert_eq!(
        extraction.definition,
        r#"{
  "StartAt": "Take the input",
  "States": {
    "Take the input": {
      "Type": "Pass",
      "OutputPath": "$.Input",
      "Next": "Pay"
    },
    "Pay": {
      "Type": "Pass",
      "Result": {"paid": 1.50},
      "End": true
    }
  }
}
"#
    );
}

#[test]
fn extract_states_that_lead_on_to_several_places() {
    let document = Document::parse(ORDERS);
    let extraction = document.plan_extraction(&[state(&document, "Approve")], "Approval").unwrap();
    assert_eq!(extraction.exits, 2);
    let (after, inverse) = extraction.patch.apply_to(ORDERS);
    assert_eq!(inverse.apply_to(&after).0, ORDERS);
    let start = ORDERS.find("    \"Approve\": {").unwrap();
    let end = ORDERS.find(",\n    \"Pay\": {").unwrap();
    let expected = ORDERS.replace(
        &ORDERS[start..end],
        r#"    "Approval": {
      "Type": "Task",
      "Resource": "arn:aws:states:::states:startExecution.sync:2",
      "Parameters": {
        "StateMachineArn": "${ApprovalStateMachineArn}",
        "Input": {
          "Input.$": "$",
          "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$": "$$.Execution.Id"
        }
      },
      "OutputPath": "$.Output",
      "Next": "After Approval"
    },
    "After Approval": {
      "Type": "Choice",
      "Choices": [
        {
          "Variable": "$.Exit",
          "StringEquals": "Refuse",
          "Next": "Refuse"
        }
      ],
      "Default": "Pay",
      "OutputPath": "$.Data"
    }"#,
    );
    assert_eq!(after, expected.replace(r#""Next": "Approve""#, r#""Next": "Approval""#));
    assert_eq!(
        extraction.definition,
        r#"{
  "StartAt": "Take the input",
  "States": {
    "Take the input": {
      "Type": "Pass",
      "OutputPath": "$.Input",
      "Next": "Approve"
    },
    "Approve": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "${Approve}", "Payload.$": "$"},
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Go on with Refuse"}],
      "Next": "Go on with Pay"
    },
    "Go on with Pay": {
      "Type": "Pass",
      "Parameters": {
        "Exit": "Pay",
        "Data.$": "$"
      },
      "End": true
    },
    "Go on with Refuse": {
      "Type": "Pass",
      "Parameters": {
        "Exit": "Refuse",
        "Data.$": "$"
      },
      "End": true
    }
  }
}
"#
    );
    // A rule leads out, and so does the end.
    let extraction = document.plan_extraction(&[state(&document, "Check")], "Check").unwrap();
    assert_eq!(extraction.exits, 2);
}

#[test]
fn extract_states_that_several_ways_lead_into() {
    let document = Document::parse(ORDERS);
    let selection = [state(&document, "Check"), state(&document, "Pay")];
    let extraction = document.plan_extraction(&selection, "Payment").unwrap();
    assert_eq!((extraction.entries, extraction.exits, &*extraction.task), (2, 2, "Payment"));
    let (after, inverse) = extraction.patch.apply_to(ORDERS);
    assert_eq!(inverse.apply_to(&after).0, ORDERS);
    let at = |text: &str, pointer: &str| {
        let value = value(text);
        pointer
            .split('/')
            .try_fold(value, |value, name| value.get(name).cloned())
            .map(|value| value.to_text())
    };
    let text = |text: &str| Some(format!("\"{text}\""));
    assert_eq!(at(&after, "StartAt"), text("Payment"));
    assert_eq!(at(&after, "States/Approve/Next"), text("Payment from Pay"));
    for (task, entry) in [("Payment", "Check"), ("Payment from Pay", "Pay")] {
        assert_eq!(at(&after, &format!("States/{task}/Parameters/Input/Entry")), text(entry));
        assert_eq!(at(&after, &format!("States/{task}/Next")), text("After Payment"));
    }
    let nested = &extraction.definition;
    assert_eq!(at(nested, "StartAt"), text("Go to the entry"));
    assert_eq!(
        at(nested, "States/Go to the entry").as_deref(),
        Some(
            r#"{"Type":"Choice","Choices":[{"Variable":"$.Entry","StringEquals":"Pay","Next":"Pay"}],"Default":"Check","OutputPath":"$.Input"}"#
        )
    );
}

#[test]
fn a_nested_workflow_shares_no_variables() {
    let text = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
        "B": {"Type": "Pass", "Output": "{% $x %}", "Next": "C"},
        "C": {"Type": "Pass", "End": true}
    }}"#;
    let document = Document::parse(text);
    let plan = |names: &[&str]| {
        let states: Vec<StateId> = names.iter().map(|name| state(&document, name)).collect();
        document.plan_extraction(&states, "N").map(|extraction| extraction.definition)
    };
    assert!(plan(&["A"]).unwrap_err().to_string().starts_with("The variable $x is set on one side"));
    assert!(plan(&["B"]).unwrap().contains(r#""x": "{% $states.input.Variables.x %}""#));
    assert!(plan(&["A", "B"]).unwrap().contains(r#""Output": "{% $states.input.Input %}""#));
    assert!(plan(&["C"]).is_ok());
    assert!(plan(&[]).is_err());
}
