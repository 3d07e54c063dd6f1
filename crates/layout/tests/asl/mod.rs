//! Just enough of the Amazon States Language to get graphs out of definitions.

use layout::{Edge, EdgeKind, Graph, Node, NodeKind, Scope, Size, Target, measure};
use serde_json::Value;

/// The graph of a state machine definition, with the texts of the edge labels by scope and edge.
pub fn graph_of(definition: &Value) -> (Graph, Vec<Vec<String>>) {
    let mut graph = Graph::default();
    let mut labels = Vec::new();
    graph.scopes.push(Scope::default());
    let mut waiting = vec![(0, definition)];
    while let Some((scope, machine)) = waiting.pop() {
        let mut names: Vec<(&str, usize)> = Vec::new();
        for (name, state) in machine["States"].as_object().into_iter().flatten() {
            let index = graph.nodes.len();
            let mut children = Vec::new();
            let bodies = state["Branches"].as_array().into_iter().flatten();
            for body in bodies.chain(state.get("ItemProcessor")).chain(state.get("Iterator")) {
                children.push(graph.scopes.len());
                waiting.push((graph.scopes.len(), body));
                graph.scopes.push(Scope::default());
            }
            let kind = if children.is_empty() { NodeKind::Plain } else { NodeKind::Container(children) };
            let size = Size::new((measure(name, 14.0) + 68.0).clamp(140.0, 220.0), 56.0);
            graph.nodes.push(Node { key: index as u32, label: name.clone(), size, kind, order: None });
            graph.scopes[scope].nodes.push(index);
            names.push((name, index));
        }
        let target = |name: &Value| {
            let name = name.as_str().unwrap_or_default();
            let found = names.iter().find(|(other, _)| *other == name);
            found.map_or_else(|| Target::Missing(name.to_owned()), |&(_, index)| Target::Node(index))
        };
        let mut edges = Vec::new();
        let mut texts = Vec::new();
        for (name, state) in machine["States"].as_object().into_iter().flatten() {
            let Some(&(_, from)) = names.iter().find(|(other, _)| other == name) else { continue };
            let mut add = |to: Target, kind: EdgeKind, text: String| {
                let label = (!text.is_empty()).then(|| Size::new(measure(&text, 12.0) + 16.0, 22.0));
                edges.push(Edge { from, to, kind, label });
                texts.push(text);
            };
            if let Some(next) = state.get("Next") {
                add(target(next), EdgeKind::Next, String::new());
            } else if state["End"] == true || matches!(state["Type"].as_str(), Some("Succeed" | "Fail")) {
                add(Target::End, EdgeKind::Next, String::new());
            }
            for rule in state["Choices"].as_array().into_iter().flatten() {
                add(target(&rule["Next"]), EdgeKind::Choice, layout::truncate(&rule_text(rule), 12.0, 160.0));
            }
            if let Some(default) = state.get("Default") {
                add(target(default), EdgeKind::Default, "Default".to_owned());
            }
            for catcher in state["Catch"].as_array().into_iter().flatten() {
                add(target(&catcher["Next"]), EdgeKind::Catch, String::new());
            }
        }
        labels.resize(graph.scopes.len(), Vec::new());
        labels[scope] = texts;
        graph.scopes[scope].edges = edges;
        graph.scopes[scope].start = machine.get("StartAt").map(target);
    }
    labels.resize(graph.scopes.len(), Vec::new());
    (graph, labels)
}

fn rule_text(rule: &Value) -> String {
    if let Some(condition) = rule["Condition"].as_str() {
        return condition.trim_start_matches("{%").trim_end_matches("%}").trim().to_owned();
    }
    for (operator, sign) in [("And", " and "), ("Or", " or ")] {
        if let Some(parts) = rule[operator].as_array() {
            return parts.iter().map(rule_text).collect::<Vec<_>>().join(sign);
        }
    }
    if rule.get("Not").is_some() {
        return format!("not ({})", rule_text(&rule["Not"]));
    }
    let variable = rule["Variable"].as_str().unwrap_or_default();
    let comparison = rule
        .as_object()
        .into_iter()
        .flatten()
        .find(|(k, _)| !matches!(k.as_str(), "Variable" | "Next" | "Comment"));
    comparison.map_or_else(String::new, |(_, value)| format!("{variable} = {value}"))
}
