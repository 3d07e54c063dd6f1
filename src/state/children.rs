//! The workflows that a workflow starts: found by name among what this browser keeps, and among the examples.

use std::sync::Arc;

use asl::Document;
use asl::resource::Resource;
use engine::{Machine, MockHost};
use json::{Str, Value};

use crate::platform::fetch;
use crate::state::drafts::{Draft, DraftSummary};
use crate::state::studio::Studio;

/// Workflows that are loaded for one run.
const MOST_CHILDREN: usize = 32;

/// A workflow that another one starts.
#[derive(Clone)]
pub struct Child {
    /// The last part of the ARN by which it is started.
    pub name: String,
    pub machine: Arc<Machine>,
    pub document: Arc<Document>,
    /// Its tasks' answers.
    pub host: MockHost,
}

/// The names of states that start a state machine, with the name of that, as far as it stands there.
pub fn starts(document: &Document) -> Vec<(Str, String)> {
    let mut found: Vec<(Str, String)> = Vec::new();
    for state in document.states() {
        let resource = state.string("Resource");
        if !matches!(
            resource.as_deref().and_then(Resource::parse),
            Some(
                Resource::Integration { service: "states", action: "startExecution", .. }
                    | Resource::Sdk { service: "sfn", action: "startExecution", .. }
            )
        ) {
            continue;
        }
        let arguments = ["Parameters", "Arguments"].into_iter().find_map(|field| state.value(field));
        let arn = arguments.as_ref().and_then(|arguments| arguments.get("StateMachineArn")?.as_str());
        let name = arn.map(asl::resource::last_part).unwrap_or_default().to_owned();
        if !name.is_empty() && !name.contains("%}") {
            found.push((state.shared_name(), name));
        }
    }
    found
}

fn started_by(document: &Document) -> Vec<String> {
    starts(document).into_iter().map(|(_, name)| name).collect()
}

impl Studio {
    /// Loads the workflows that a definition starts, and those that they start.
    pub async fn load_children(self, document: &Document, own_name: String) -> Vec<Child> {
        let mut found: Vec<Child> = Vec::new();
        let mut wanted = started_by(document);
        let mut looked_for: Vec<String> = Vec::new();
        while let Some(name) = wanted.pop() {
            if looked_for.contains(&name) || found.len() >= MOST_CHILDREN {
                continue;
            }
            looked_for.push(name.clone());
            let child = match of_drafts(&name) {
                Some(child) => Some(child),
                None => of_examples(&name, &own_name).await,
            };
            if let Some(child) = child {
                wanted.extend(started_by(&child.document));
                found.push(child);
            }
        }
        found
    }
}

/// The name of a workflow's file without its endings.
fn stem(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name);
    [".asl.json", ".asl.yaml", ".asl.yml", ".json", ".yaml", ".yml"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name)
}

fn of_drafts(name: &str) -> Option<Child> {
    let drafts = DraftSummary::all().into_iter().filter(|draft| stem(&draft.name) == name);
    let mut loaded = drafts.filter_map(|draft| Draft::load(&draft.id));
    loaded.find_map(|draft| make(name, &draft.definition, &draft.answers))
}

/// An example of this name, or one that came with the example that is open.
async fn of_examples(name: &str, own_name: &str) -> Option<Child> {
    let index = fetch::text("./examples/index.json").await.and_then(|text| json::parse(&text).ok())?;
    let has = |slug: &str| {
        let entries = index.as_array().unwrap_or_default().iter();
        entries.filter_map(|entry| entry.get("name")?.as_str()).any(|known| known == slug)
    };
    let own = stem(own_name);
    if has(own) {
        let about = fetch::text(&format!("./examples/{own}/about.json")).await;
        let about = about.and_then(|text| json::parse(&text).ok()).unwrap_or_default();
        let children = about.get("children").and_then(Value::as_array).unwrap_or_default();
        let child = children.iter().find(|child| {
            let arn = child.get("stateMachineArn").and_then(Value::as_str).unwrap_or_default();
            asl::resource::last_part(arn) == name
        });
        if let Some(child) = child {
            let file = |member: &str| child.get(member).and_then(Value::as_str).map(str::to_owned);
            let definition = fetch::text(&format!("./examples/{own}/{}", file("definition")?)).await?;
            let answers = match file("mocks") {
                Some(mocks) => fetch::text(&format!("./examples/{own}/{mocks}")).await.unwrap_or_default(),
                None => String::new(),
            };
            return make(name, &definition, &answers);
        }
    }
    if !has(name) {
        return None;
    }
    let definition = fetch::text(&format!("./examples/{name}/workflow.asl.json")).await?;
    let answers = fetch::text(&format!("./examples/{name}/mocks.json")).await.unwrap_or_default();
    make(name, &definition, &answers)
}

fn make(name: &str, definition: &str, answers: &str) -> Option<Child> {
    let document = Document::parse(definition);
    let machine = Machine::compile(&document).ok()?;
    let host = json::parse(answers).ok().and_then(|answers| MockHost::from_json(&answers).ok());
    Some(Child {
        name: name.to_owned(),
        machine: Arc::new(machine),
        document: Arc::new(document),
        host: host.unwrap_or_default(),
    })
}
