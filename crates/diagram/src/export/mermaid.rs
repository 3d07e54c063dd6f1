use std::fmt::Write;

use asl::{Document, Scope, State, StateType, Target, TransitionKind};

use crate::describe;

/// The workflow as a Mermaid flowchart, for pages that draw these.
///
/// Nodes are numbered in the order of the definition; containers are subgraphs, nested as deep as the definition.
pub fn mermaid(document: &Document) -> String {
    let mut out = String::from("flowchart TD\n");
    if let Some(root) = document.scopes().next() {
        write_scope(&mut out, root, 1);
    }
    out
}

fn write_scope(out: &mut String, scope: Scope<'_>, depth: usize) {
    let indent = "  ".repeat(depth);
    let number = scope.id().0;
    if let Some(start) = scope.start() {
        let _ = writeln!(out, "{indent}start{number}([Start]) --> {}", id(start));
    }
    let mut has_end = false;
    for state in scope.states() {
        let scopes: Vec<Scope<'_>> = state.scopes().collect();
        if scopes.is_empty() {
            let (open, close) = shape(state.state_type());
            let _ = writeln!(out, "{indent}{}{open}\"{}\"{close}", id(state), quoted(&words(state)));
        } else {
            let _ = writeln!(out, "{indent}subgraph {}[\"{}\"]", id(state), quoted(&words(state)));
            for inner in scopes {
                write_scope(out, inner, depth + 1);
            }
            let _ = writeln!(out, "{indent}end");
        }
        for transition in state.transitions() {
            let target = match &transition.target {
                Target::State(target) => format!("s{}", target.0),
                Target::End => {
                    has_end = true;
                    format!("end{number}")
                }
                Target::Missing(name) => format!("missing{}[\"{} is missing\"]", state.id().0, quoted(name)),
            };
            let label = describe::transition_label(state, transition.kind);
            let line = if matches!(transition.kind, TransitionKind::Catch(_)) { "-.->" } else { "-->" };
            if label.is_empty() {
                let _ = writeln!(out, "{indent}{} {line} {target}", id(state));
            } else {
                let _ = writeln!(out, "{indent}{} {line}|\"{}\"| {target}", id(state), quoted(&label));
            }
        }
    }
    if has_end {
        let _ = writeln!(out, "{indent}end{number}([End])");
    }
}

fn id(state: State<'_>) -> String {
    format!("s{}", state.id().0)
}

fn words(state: State<'_>) -> String {
    let subtitle = describe::subtitle(state);
    match state.state_type() {
        Some(StateType::Task | StateType::Wait | StateType::Map) if !subtitle.is_empty() => {
            format!("{}\n{subtitle}", state.name())
        }
        _ => state.name().to_owned(),
    }
}

fn shape(state_type: Option<StateType>) -> (&'static str, &'static str) {
    match state_type {
        Some(StateType::Choice) => ("{", "}"),
        Some(StateType::Succeed | StateType::Fail) => ("([", "])"),
        Some(StateType::Wait) => ("[/", "/]"),
        _ => ("[", "]"),
    }
}

/// In Mermaid's quoted texts, characters with a meaning are written as entities.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push_str("<br/>"),
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push_str("#96;"),
            _ if character.is_control() => out.push(' '),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use asl::Document;

    use super::mermaid;

    #[test]
    fn a_workflow_is_a_flowchart() {
        let document = Document::parse(
            r##"{"StartAt": "Check", "States": {
                "Check": {"Type": "Choice", "Choices": [
                    {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Both"}], "Default": "Gone"},
                "Both": {"Type": "Parallel", "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Check"}],
                    "Branches": [{"StartAt": "Say \"hi\" #1", "States": {"Say \"hi\" #1": {"Type": "Wait", "Seconds": 5, "End": true}}}]}
            }}"##,
        );
        let expected = "flowchart TD
  start0([Start]) --> s0
  s0{\"Check\"}
  s0 -->|\"$.total #gt; 100\"| s1
  s0 -->|\"Default\"| missing0[\"Gone is missing\"]
  subgraph s1[\"Both\"]
    start1([Start]) --> s2
    s2[/\"Say #quot;hi#quot; #35;1<br/>5 s\"/]
    s2 --> end1
    end1([End])
  end
  s1 --> end0
  s1 -.->|\"Catch States.ALL\"| s0
  end0([End])
";
        assert_eq!(mermaid(&document), expected);
    }

    #[test]
    fn nothing_gives_an_empty_chart() {
        assert_eq!(mermaid(&Document::parse("")), "flowchart TD\n");
    }
}
