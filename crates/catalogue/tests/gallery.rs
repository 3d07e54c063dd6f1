//! The gallery of examples, `assets/examples`: what its tasks send and what their made-up answers hold are parameters
//! and results that the services know, and `index.json` says of each example what the gallery shows.
//! `UPDATE_EXPECT=1` writes the index.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use asl::resource::{Pattern, Resource};
use asl::{Document, QueryLanguage, State};
use catalogue::{Member, Names, Shape, Shapes, service};
use json::Value;

/// The groups of the gallery, in its order.
const CATEGORIES: [&str; 9] = [
    "Getting started",
    "Query languages",
    "Services and APIs",
    "Errors and consistency",
    "People and approvals",
    "Data and analytics",
    "Large scale",
    "AI and media",
    "Operations and security",
];

/// Errors of all SDKs, besides those that a call declares. AWS's own endings are `…Exception`.
const COMMON_ERRORS: [&str; 6] = [
    "SdkClientException",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "RequestLimitExceededException",
    "ServerException",
];

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets")
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn value(path: &Path) -> Value {
    json::parse(&text(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folders of the examples, by name.
fn examples() -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(assets().join("examples")).expect("the gallery").flatten();
    let folders = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
    folders.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path)).collect()
}

/// The name that AWS's SDKs have for the service of a task, and the call.
fn call(resource: &str) -> Option<(String, String, Pattern<'_>)> {
    match Resource::parse(resource)? {
        Resource::Sdk { service, action, pattern } => Some((service.to_owned(), action.to_owned(), pattern)),
        Resource::Integration { service: name, action, pattern } => {
            let sdk = service(name).map(|service| service.sdk).filter(|sdk| !sdk.is_empty())?;
            Some((sdk.to_owned(), action.to_owned(), pattern))
        }
        _ => None,
    }
}

struct Checked {
    names: Names,
    shapes: RefCell<BTreeMap<String, Rc<Shapes>>>,
    problems: RefCell<Vec<String>>,
}

impl Checked {
    fn shapes(&self, service: &str) -> Rc<Shapes> {
        let mut known = self.shapes.borrow_mut();
        let read = || {
            Rc::new(Shapes::parse(&text(&assets().join("catalogue/shapes").join(format!("{service}.txt")))))
        };
        known.entry(service.to_owned()).or_insert_with(read).clone()
    }

    fn say(&self, problem: String) {
        self.problems.borrow_mut().push(problem);
    }

    /// Compares a value with a shape. Expressions may give anything; objects may stand for texts, as Step Functions
    /// writes them as JSON.
    fn compare(&self, shapes: &Shapes, shape: Shape<'_>, value: &Value, at: &str, is_result: bool) {
        if value.as_str().is_some_and(|text| text.starts_with("{%")) || value.is_null() {
            return;
        }
        let members = value.as_object();
        match (shape, value) {
            (Shape::Of(index), Value::Object(_)) => {
                let Some(structure) = shapes.structure(index) else {
                    return self.say(format!("{at} is one of {:?}", shapes.values(index)));
                };
                let mut given = Vec::new();
                for (name, value) in members.into_iter().flat_map(json::Map::iter) {
                    let is_path = name.ends_with(".$");
                    let name = name.strip_suffix(".$").unwrap_or(name);
                    given.push(name);
                    // The optimized integrations spell some results as the API does, not as the SDKs do.
                    let is_same = |member: &&Member<'_>| {
                        member.name == name || is_result && member.name.eq_ignore_ascii_case(name)
                    };
                    match structure.members.iter().find(is_same) {
                        None => self.say(format!("{at}.{name} is not known")),
                        Some(_) if is_path => {}
                        Some(member) => self.compare(
                            shapes,
                            shapes.read(member.shape),
                            value,
                            &format!("{at}.{name}"),
                            is_result,
                        ),
                    }
                }
                for member in structure.members.iter().filter(|member| member.is_required && !is_result) {
                    if !given.contains(&member.name) {
                        self.say(format!("{at}.{} is missing", member.name));
                    }
                }
            }
            (Shape::Of(index), Value::String(text)) => {
                let values = shapes.values(index);
                // Free text stands where the services say so with an empty list.
                if !values.is_empty() && !values.contains(&&**text) {
                    self.say(format!("{at} is {text}, not one of {values:?}"));
                }
            }
            (Shape::Of(_), _) => self.say(format!("{at} is no object: {}", value.to_text())),
            (Shape::List { item, .. }, Value::Array(_)) => {
                for (index, value) in value.as_array().unwrap_or_default().iter().enumerate() {
                    self.compare(shapes, shapes.read(item), value, &format!("{at}[{index}]"), is_result);
                }
            }
            (Shape::List { .. }, _) => self.say(format!("{at} is no list: {}", value.to_text())),
            (Shape::Map(item), Value::Object(_)) => {
                let members = members.into_iter().flat_map(json::Map::iter);
                for (name, value) in members.filter(|(name, _)| !name.ends_with(".$")) {
                    self.compare(shapes, shapes.read(item), value, &format!("{at}.{name}"), is_result);
                }
            }
            (Shape::Integer { .. } | Shape::Number { .. }, Value::Number(_))
            | (Shape::Boolean, Value::Bool(_))
            | (Shape::Text { .. } | Shape::Blob { .. } | Shape::Any, _)
            | (Shape::Timestamp, Value::String(_) | Value::Number(_)) => {}
            (shape, value) => self.say(format!("{at} is {}, not {shape:?}", value.to_text())),
        }
    }

    fn task(&self, example: &str, state: State<'_>, answers: &Value) {
        let at = format!("{example}: {}", state.name());
        let resource = state.string("Resource").unwrap_or_default();
        let Some((service, action, pattern)) = call(&resource) else { return };
        let shapes = self.shapes(&service);
        let Some(operation) = shapes.operation(&action) else {
            return self.say(format!("{at}: {service} has no {action}"));
        };
        let field = match state.language() {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        };
        match (operation.input, state.value(field)) {
            (Some(input), Some(parameters)) => {
                self.compare(&shapes, Shape::Of(input), &parameters, &format!("{at}: {field}"), false);
            }
            (Some(input), None) if shapes.structure(input).is_some_and(|all| !all.members.is_empty()) => {
                self.say(format!("{at}: no {field}"));
            }
            _ => {}
        }
        let answers = answers.get(state.name()).and_then(Value::as_array).unwrap_or_default();
        // A `.sync` task and a task token give what is known at the end.
        if pattern == Pattern::RequestResponse
            && let Some(output) = operation.output
        {
            for (index, answer) in answers.iter().filter_map(|answer| answer.get("Return")).enumerate() {
                self.compare(&shapes, Shape::Of(output), answer, &format!("{at}: answer {index}"), true);
            }
        }
        if let Some(Resource::Sdk { service, .. }) = Resource::parse(&resource) {
            self.errors(&at, state, service, &operation.errors, answers);
        }
    }

    /// The errors that are handled, and those of the answers, are errors of the call.
    fn errors(&self, at: &str, state: State<'_>, service: &str, declared: &[&str], answers: &[Value]) {
        let prefix = self.names.service(service).map_or("", |service| service.error_prefix.as_str());
        let check = |field: &str, name: &str| {
            let is_known = name.split_once('.').is_some_and(|(given, error)| {
                let is_declared = declared.iter().any(|declared| is_same_error(declared, error));
                let is_common = COMMON_ERRORS.contains(&error) || error == format!("{prefix}Exception");
                given == "States" || given == prefix && (is_declared || is_common)
            });
            if !is_known {
                self.say(format!("{at}: {field} {name}; there are {prefix}: {declared:?}"));
            }
        };
        for field in ["Retry", "Catch"] {
            let handlers = state.value(field).unwrap_or_default();
            for handler in handlers.as_array().unwrap_or_default() {
                let names = handler.get("ErrorEquals").and_then(Value::as_array).unwrap_or_default();
                names.iter().filter_map(Value::as_str).for_each(|name| check(field, name));
            }
        }
        let thrown = answers.iter().filter_map(|answer| answer.get("Throw")?.get("Error")?.as_str());
        thrown.for_each(|name| check("an answer throws", name));
    }
}

/// Errors go by the class names of the SDK for Java: `DBInstanceNotFoundFault` is `DbInstanceNotFoundException` there.
fn is_same_error(declared: &str, given: &str) -> bool {
    let plain = declared.trim_end_matches("Exception").trim_end_matches("Fault");
    given.strip_suffix("Exception").is_some_and(|given| given.eq_ignore_ascii_case(plain))
}

#[test]
fn tasks_send_what_their_services_take_and_get_what_they_give() {
    let names = Names::parse(&text(&assets().join("catalogue/names.txt")));
    let checked = Checked { names, shapes: RefCell::default(), problems: RefCell::default() };
    let mut tasks = 0;
    for (example, folder) in examples() {
        let answers = value(&folder.join("mocks.json"));
        let document = Document::parse(&text(&folder.join("workflow.asl.json")));
        for state in document.states() {
            tasks += usize::from(state.field("Resource").is_some());
            checked.task(&example, state, &answers);
        }
        let states: Vec<_> = document.states().map(|state| state.name().to_owned()).collect();
        for (name, _) in answers.as_object().expect("answers").iter() {
            if !states.iter().any(|state| **state == **name) {
                checked.say(format!("{example}: there is no state {name}, but answers for it"));
            }
        }
    }
    assert!(tasks > 150, "{tasks}");
    let problems = checked.problems.into_inner();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The services that a workflow calls, in the order of their calls: the name that SDKs have for it, and its title.
fn services(document: &Document, names: &Names) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    let mut add = |name: &str| {
        let optimized =
            catalogue::SERVICES.iter().find(|service| service.sdk == name || service.name == name);
        let title = optimized.map(|service| service.title.to_owned());
        let title = title.or_else(|| names.service(name).map(|service| service.title.clone()));
        let entry = Value::from_members([
            ("name", Value::from(name)),
            ("title", Value::from(title.unwrap_or_else(|| panic!("no service {name}")))),
        ]);
        if !found.contains(&entry) {
            found.push(entry);
        }
    };
    for state in document.states() {
        if state.field("ItemReader").is_some() || state.field("ResultWriter").is_some() {
            add("s3");
        }
        let resource = state.string("Resource").unwrap_or_default();
        match (call(&resource), Resource::parse(&resource)) {
            (Some((service, ..)), _) => add(&service),
            (None, Some(Resource::Integration { service, .. })) => add(service),
            _ => {}
        }
    }
    found
}

/// What the gallery shows of an example.
fn entry(name: &str, folder: &Path, names: &Names) -> Value {
    let about = value(&folder.join("about.json"));
    let document = Document::parse(&text(&folder.join("workflow.asl.json")));
    let copied = |member: &str| {
        let text = about.get(member).and_then(Value::as_str).unwrap_or_default();
        assert!(!text.is_empty(), "{name}/about.json has no {member}");
        Value::from(text)
    };
    assert!(
        CATEGORIES.contains(&copied("category").as_str().unwrap_or_default()),
        "{name}: {:?}",
        copied("category")
    );
    Value::from_members([
        ("name", Value::from(name)),
        ("title", copied("title")),
        ("summary", copied("summary")),
        ("category", copied("category")),
        ("queryLanguage", copied("queryLanguage")),
        ("type", copied("type")),
        ("states", Value::int(i64::try_from(document.states().count()).unwrap_or_default())),
        ("services", Value::array(services(&document, names))),
    ])
}

#[test]
fn the_index_says_what_each_example_is() {
    let names = Names::parse(&text(&assets().join("catalogue/names.txt")));
    let path = assets().join("examples/index.json");
    let index = value(&path);
    let listed: Vec<&str> =
        index.as_array().unwrap().iter().filter_map(|entry| entry.get("name")?.as_str()).collect();
    // Those that are listed stay in their order within a category.
    let mut folders: Vec<(String, PathBuf)> = examples().into_iter().collect();
    folders.sort_by_key(|(name, _)| listed.iter().position(|listed| listed == name).unwrap_or(usize::MAX));
    let mut entries: Vec<Value> = folders.iter().map(|(name, folder)| entry(name, folder, &names)).collect();
    entries.sort_by_key(|entry| {
        let category = entry.get("category").and_then(Value::as_str);
        CATEGORIES.iter().position(|known| Some(*known) == category)
    });
    let lines: Vec<String> = entries.iter().map(Value::to_text).collect();
    let expected = format!("[\n{}\n]\n", lines.join(",\n"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    assert_eq!(text(&path), expected, "UPDATE_EXPECT=1 cargo test -p catalogue --test gallery");
    assert!(expected.len() < 40_000, "the index is fetched in one piece: {} bytes", expected.len());
}
