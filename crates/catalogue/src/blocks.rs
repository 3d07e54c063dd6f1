//! Ready parts of workflows, read from `assets/blocks.json`.

use asl::QueryLanguage;
use json::Value;

use crate::search::has_words;

/// The ready blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Blocks {
    pub blocks: Vec<Block>,
}

/// Some states that do something together, in both query languages.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub id: String,
    pub title: String,
    /// What it is for, in a sentence.
    pub about: String,
    /// The name of an icon.
    pub icon: String,
    /// Other words by which people look for it.
    pub words: String,
    json_path: Value,
    jsonata: Value,
}

impl Blocks {
    /// Reads the file. Blocks that lack something are left out.
    pub fn parse(text: &str) -> Blocks {
        let value = json::parse(text).unwrap_or_default();
        let blocks = value.as_array().unwrap_or_default().iter().filter_map(|block| {
            let text = |name: &str| Some(block.get(name)?.as_str()?.to_owned());
            Some(Block {
                id: text("id")?,
                title: text("title")?,
                about: text("about")?,
                icon: text("icon")?,
                words: text("words")?,
                json_path: block.get("JSONPath")?.clone(),
                jsonata: block.get("JSONata")?.clone(),
            })
        });
        Blocks { blocks: blocks.collect() }
    }
}

impl Block {
    /// A definition of the block's states, to be pasted where this language is used.
    pub fn definition(&self, language: QueryLanguage) -> String {
        match language {
            QueryLanguage::JsonPath => self.json_path.to_pretty(),
            QueryLanguage::Jsonata => self.jsonata.to_pretty(),
        }
    }

    /// Whether each word of a query is somewhere in what is said of it.
    pub fn fits(&self, query: &str) -> bool {
        let text = format!("{} {} {}", self.title, self.about, self.words).to_lowercase();
        has_words(&text, query)
    }
}
