//! Finding what somebody looks for among all services and actions.

use crate::family::icon;
use crate::integration::{Integration, Pattern};
use crate::names::{NamedService, Names};
use crate::table::{INTEGRATIONS, SERVICES};

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub target: Target,
    /// `Invoke a function`, `PutObject`, or a service's name.
    pub title: String,
    /// Where it belongs: `Lambda`, `S3`, or the number of actions.
    pub subtitle: String,
    pub icon: &'static str,
    /// Why it can't be used; none if it can.
    pub obstacle: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An optimized integration.
    Integration(&'static Integration),
    /// All actions of a service.
    Service(String),
    /// One action of the SDK integration.
    Action { service: String, action: String },
}

impl Target {
    /// What `Resource` a task that calls it has; none for a service.
    pub fn resource(&self) -> Option<String> {
        match self {
            Target::Integration(integration) => {
                let pattern = integration.patterns.first().copied().unwrap_or(Pattern::RequestResponse);
                Some(integration.resource(pattern))
            }
            Target::Service(_) => None,
            Target::Action { service, action } => {
                Some(format!("arn:aws:states:::aws-sdk:{service}:{action}"))
            }
        }
    }
}

/// Services that workflows call most through the SDK integration, the first most of all
/// (a count over public workflows).
const POPULAR: [&str; 16] = [
    "s3",
    "dynamodb",
    "rekognition",
    "glue",
    "ec2",
    "transcribe",
    "sfn",
    "lambda",
    "secretsmanager",
    "ssm",
    "bedrockruntime",
    "textract",
    "comprehend",
    "translate",
    "rds",
    "organizations",
];
/// Why an action can't be used.
pub const NOT_CALLABLE: &str = "Step Functions can't call this: it streams, or it hands out credentials";

/// The words of a query: `fan-out` are two.
pub fn words_of(query: &str) -> impl Iterator<Item = &str> {
    query.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether a text in small letters has all words of a query.
pub fn has_words(text: &str, query: &str) -> bool {
    words_of(&query.to_lowercase()).all(|word| text.contains(word))
}

/// The best hits for the words of a query, the best first; optimized integrations before others that fit as well.
/// Each word has to be somewhere in the service's or the action's name. Without `names`, only the optimized
/// integrations are searched; an empty query gives all of those.
pub fn search(names: Option<&Names>, query: &str, limit: usize) -> Vec<Hit> {
    let query = query.to_lowercase();
    let words: Vec<&str> = words_of(&query).collect();
    let mut found: Vec<(i32, usize, Hit)> = Vec::new();
    let mut add = |score: i32, hit: Hit| {
        let order = found.len();
        found.push((score, order, hit));
    };
    for integration in INTEGRATIONS {
        if let Some(score) = score_of_integration(integration, &words) {
            add(score, hit_of(integration));
        }
    }
    if !words.is_empty() {
        for service in names.into_iter().flat_map(|names| &names.services) {
            search_service(service, &words, &mut add);
        }
    }
    found.sort_by_key(|(score, order, _)| (-score, *order));
    found.truncate(limit);
    found.into_iter().map(|(.., hit)| hit).collect()
}

fn hit_of(integration: &'static Integration) -> Hit {
    Hit {
        target: Target::Integration(integration),
        title: integration.title.to_owned(),
        subtitle: integration.service().title.to_owned(),
        icon: icon(integration.service),
        obstacle: None,
    }
}

fn score_of_integration(integration: &Integration, words: &[&str]) -> Option<i32> {
    let service = integration.service();
    let rank = SERVICES.iter().position(|known| known.name == service.name).unwrap_or(SERVICES.len());
    let action = integration.action.to_lowercase();
    let title = integration.title.to_lowercase();
    let names = format!("{} {} {}", service.name, service.title.to_lowercase(), service.words);
    let mut score = 60 - rank as i32;
    for word in words {
        let best = [
            weight(&action, integration.action, word),
            weight(&title, &title, word),
            weight(&names, &names, word).map(|weight| weight + 10),
        ];
        score += best.into_iter().flatten().max()?;
    }
    Some(score)
}

fn search_service(service: &NamedService, words: &[&str], add: &mut impl FnMut(i32, Hit)) {
    // The one word that is a service's name for Step Functions has many in it: `csv` in `kinesisanalyticsv2`.
    let is_by_chance = |word: &str| {
        let titles = service.words.get(service.name.len()..).unwrap_or_default();
        !service.name.starts_with(word) && service.name.contains(word) && !titles.contains(word)
    };
    let weight_of =
        |word: &&str| weight(&service.words, &service.words, word).filter(|_| !is_by_chance(word));
    let in_service: Vec<Option<i32>> = words.iter().map(weight_of).collect();
    let popularity = POPULAR.iter().position(|name| *name == service.name).map_or(0, |rank| 20 - rank as i32);
    if in_service.iter().all(Option::is_some) {
        let is_name = words.len() == 1 && words[0] == service.name;
        let score: i32 = in_service.iter().flatten().sum();
        add(
            score + popularity + if is_name { 35 } else { 15 },
            Hit {
                target: Target::Service(service.name.clone()),
                title: service.title.clone(),
                subtitle: format!("{} actions", service.actions.len()),
                icon: icon(&service.name),
                obstacle: None,
            },
        );
    }
    for action in &service.actions {
        let mut score = popularity;
        let mut fits_action = false;
        let mut fits = true;
        for (word, in_service) in words.iter().zip(&in_service) {
            let in_action = weight(&action.words, &action.name, word);
            fits_action |= in_action.is_some();
            match in_action.max(*in_service) {
                Some(weight) => score += weight,
                None => {
                    fits = false;
                    break;
                }
            }
        }
        // A service alone is one hit, not hundreds.
        if !fits || !fits_action {
            continue;
        }
        score -= action.name.len() as i32 / 6;
        score -= if action.is_callable { 0 } else { 40 };
        add(
            score,
            Hit {
                target: Target::Action { service: service.name.clone(), action: action.name.clone() },
                title: api_name(&action.name),
                // Beside an optimized integration of the same name it says which of the two it is.
                subtitle: format!("{}, AWS SDK", service.title),
                icon: icon(&service.name),
                obstacle: (!action.is_callable).then_some(NOT_CALLABLE),
            },
        );
    }
}

/// The name of an action as its API has it: `PutItem` for `putItem`.
pub fn api_name(action: &str) -> String {
    let mut letters = action.chars();
    letters
        .next()
        .map_or(String::new(), |first| format!("{}{}", first.to_ascii_uppercase(), letters.as_str()))
}

/// How well a word fits a text: all of it best, then its beginning, then the beginning of one of its words, which
/// capitals or blanks separate, then within one of them. `text` is `spelled` in small letters.
fn weight(text: &str, spelled: &str, word: &str) -> Option<i32> {
    if !text.contains(word) {
        return None;
    }
    if text.len() == word.len() {
        return Some(60);
    }
    if text.starts_with(word) {
        return Some(if text.as_bytes().get(word.len()) == Some(&b' ') { 48 } else { 40 });
    }
    let begins_word = |at: usize| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let is_capital = text.len() == spelled.len()
            && spelled.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase);
        is_capital || before.is_some_and(|before| !before.is_alphanumeric())
    };
    let places = || text.match_indices(word).map(|(at, _)| at);
    if places().any(begins_word) {
        return Some(30);
    }
    // The end of a word and the beginning of the next are nothing that anybody looks for: `csv` in `listTopicsV2`.
    places().any(|at| !(at + 1..at + word.len()).any(begins_word)).then_some(10)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Target, search};
    use crate::Names;

    fn names() -> Names {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/catalogue/names.txt");
        Names::parse(&fs::read_to_string(path).unwrap())
    }

    fn first(names: &Names, query: &str) -> String {
        search(Some(names), query, 20)
            .iter()
            .map(|hit| hit.target.resource().unwrap_or_else(|| format!("service {}", hit.title)))
            .next()
            .unwrap_or_default()
            .replace("arn:aws:states:::", "")
    }

    #[test]
    fn what_people_type_is_found_first() {
        let names = names();
        assert!(names.services.len() > 430 && names.action_count() > 19_700);
        for (query, expected) in [
            ("lambda", "lambda:invoke"),
            ("invoke function", "lambda:invoke"),
            ("sqs", "sqs:sendMessage"),
            ("queue", "sqs:sendMessage"),
            ("publish", "sns:publish"),
            ("putitem", "dynamodb:putItem"),
            ("dynamo put", "dynamodb:putItem"),
            ("put item", "dynamodb:putItem"),
            ("run another", "states:startExecution.sync:2"),
            ("fargate", "ecs:runTask.sync"),
            ("bedrock model", "bedrock:invokeModel"),
            ("athena query", "athena:startQueryExecution.sync"),
            ("s3 getobject", "aws-sdk:s3:getObject"),
            ("s3 get object", "aws-sdk:s3:getObject"),
            ("detectlabels", "aws-sdk:rekognition:detectLabels"),
            ("detect labels", "aws-sdk:rekognition:detectLabels"),
            ("describeinstances", "aws-sdk:ec2:describeInstances"),
            ("secret value", "aws-sdk:secretsmanager:getSecretValue"),
            ("rekognition", "service Rekognition"),
            ("s3", "service S3"),
        ] {
            assert_eq!(first(&names, query), expected, "{query}");
        }
        assert_eq!(search(Some(&names), "zzzz", 9), []);
        // Topi-cs-V-2, Kinesis Analyti-cs V-2.
        let csv = search(Some(&names), "csv", 60);
        assert!(csv.iter().all(|hit| !hit.title.contains("TopicsV2")), "{csv:?}");
        assert!(csv.iter().all(|hit| !hit.title.contains("Kinesis")), "{csv:?}");
        assert!(!csv.is_empty());
    }

    #[test]
    fn what_cannot_be_called_says_so() {
        let names = names();
        let hits = search(Some(&names), "sts assumeRole", 5);
        assert!(hits.iter().any(|hit| hit.obstacle.is_some()), "{hits:?}");
    }

    #[test]
    fn without_names_the_optimized_ones_are_found() {
        let all = search(None, "", 200);
        assert_eq!(all.len(), crate::INTEGRATIONS.len());
        assert!(all.iter().all(|hit| matches!(hit.target, Target::Integration(_))));
        assert_eq!(search(None, "eventbridge", 1)[0].title, "Put events on a bus");
    }
}
