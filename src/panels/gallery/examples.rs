//! What the gallery knows of the examples that came with the app, and which of them somebody looks for.

use catalogue::has_words;
use json::Value;

use crate::platform::fetch;

/// What the gallery says of an example; `index.json` has it of all of them.
#[derive(Clone, PartialEq)]
pub struct Example {
    /// The name of its folder.
    pub name: String,
    pub title: String,
    pub summary: String,
    pub category: String,
    pub language: String,
    pub is_express: bool,
    /// How many states its definition has, those in Parallel and Map states too.
    pub states: i64,
    pub services: Vec<UsedService>,
    /// Everything that is searched, in small letters.
    words: String,
}

/// A service that an example calls.
#[derive(Clone, PartialEq)]
pub struct UsedService {
    /// As in resources: `dynamodb`.
    pub name: String,
    pub title: String,
}

/// What somebody looks for.
#[derive(Clone, Default, PartialEq)]
pub struct Filter {
    pub query: String,
    /// Empty: any.
    pub category: String,
    /// Empty: any.
    pub language: String,
    pub is_express: Option<bool>,
}

impl Example {
    /// Reads the index; what makes no sense in it is left out.
    pub async fn load_all() -> Vec<Example> {
        let index = fetch::text("./examples/index.json").await.and_then(|text| json::parse(&text).ok());
        let entries = index.as_ref().and_then(Value::as_array).unwrap_or_default();
        entries.iter().filter_map(Example::read).collect()
    }

    fn read(entry: &Value) -> Option<Example> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let services = entry.get("services").and_then(Value::as_array).unwrap_or_default();
        let services = services.iter().filter_map(|service| {
            let text = |name: &str| service.get(name).and_then(Value::as_str).map(str::to_owned);
            Some(UsedService { name: text("name")?, title: text("title")? })
        });
        let mut example = Example {
            name: text("name"),
            title: text("title"),
            summary: text("summary"),
            category: text("category"),
            language: text("queryLanguage"),
            is_express: text("type") == "EXPRESS",
            states: entry.get("states").and_then(Value::as_i64).unwrap_or_default(),
            services: services.collect(),
            words: String::new(),
        };
        let services: Vec<&str> =
            example.services.iter().flat_map(|service| [&*service.title, &*service.name]).collect();
        let parts = [&*example.title, &*example.summary, &*example.category, &*example.language];
        let words = format!("{} {} {}", parts.join(" "), example.kind(), services.join(" "));
        example.words = words.to_lowercase();
        (!example.name.is_empty()).then_some(example)
    }

    pub fn kind(&self) -> &'static str {
        if self.is_express { "Express" } else { "Standard" }
    }
}

impl Filter {
    /// Whether an example has all words of the query, and is of the category, the language and the type.
    pub fn fits(&self, example: &Example) -> bool {
        let is = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        is(&self.category, &example.category)
            && is(&self.language, &example.language)
            && self.is_express.is_none_or(|is_express| is_express == example.is_express)
            && has_words(&example.words, &self.query)
    }
}
