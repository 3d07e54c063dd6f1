//! Which permission a call of an AWS API needs, read from `assets/catalogue/permissions.txt`.

use std::collections::HashMap;

use catalogue::Names;

/// The permissions of all services that AWS's SDKs know.
#[derive(Clone, Debug, Default)]
pub struct Permissions {
    services: HashMap<String, Service>,
}

#[derive(Clone, Debug)]
struct Service {
    prefix: String,
    /// ARNs without `arn:<partition>:`, with `$R`, `$A` and `${Name}`.
    resources: Vec<String>,
    /// By the name of the action in resources.
    words: HashMap<String, String>,
}

/// A permission that a call needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// As in a policy: `s3:ListBucket`.
    pub action: String,
    /// What it can be narrowed to; empty if it can't.
    pub resources: Vec<Narrowing>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrowing {
    /// An ARN without `arn:<partition>:`, with `$R`, `$A` and `${Name}`.
    pub arn: String,
    /// Whether the action needs a resource of this kind in any case.
    pub is_required: bool,
}

/// What is known of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    Permissions(Vec<Permission>),
    /// The service is known, the permission is taken to be called as the API is.
    ByName(String),
    Unknown,
}

impl Permissions {
    /// Reads the files `names.txt` and `permissions.txt`. Lines that do not fit together are left out.
    pub fn parse(names: &Names, text: &str) -> Permissions {
        let services = text.lines().filter_map(|line| {
            let mut parts = line.split('\t');
            let (name, prefix) = (parts.next()?, parts.next()?);
            let (resources, words) = (parts.next()?, parts.next()?);
            let actions = &names.service(name)?.actions;
            let words: Vec<&str> = words.split(' ').collect();
            if words.len() != actions.len() {
                return None;
            }
            let pairs = actions.iter().zip(words);
            let service = Service {
                prefix: prefix.to_owned(),
                resources: resources.split(' ').filter(|arn| !arn.is_empty()).map(str::to_owned).collect(),
                words: pairs.map(|(action, word)| (action.name.clone(), word.to_owned())).collect(),
            };
            Some((name.to_owned(), service))
        });
        Permissions { services: services.collect() }
    }

    /// What a call by the SDK integration needs, both names as in its resource.
    pub fn of(&self, service: &str, action: &str) -> Known {
        let Some(service) = self.services.get(service) else { return Known::Unknown };
        let mut api = action.to_owned();
        if let Some(first) = api.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let named = |name: &str| match name.contains(':') {
            true => name.to_owned(),
            false => format!("{}:{name}", service.prefix),
        };
        match service.words.get(action).map_or(".", String::as_str) {
            "." => Known::ByName(named(&api)),
            "-" => Known::Permissions(vec![Permission { action: named(&api), resources: Vec::new() }]),
            word => match word.strip_prefix('=') {
                None => Known::Permissions(vec![Permission {
                    action: named(&api),
                    resources: service.narrowings(word),
                }]),
                Some(list) => {
                    let permissions = list.split('+').map(|part| {
                        let (name, indices) = part.split_once('@').unwrap_or((part, ""));
                        Permission { action: named(name), resources: service.narrowings(indices) }
                    });
                    Known::Permissions(permissions.collect())
                }
            },
        }
    }
}

impl Service {
    fn narrowings(&self, indices: &str) -> Vec<Narrowing> {
        let narrowings = indices.split(',').filter_map(|index| {
            let is_required = index.ends_with('!');
            let index: usize = index.trim_end_matches('!').parse().ok()?;
            Some(Narrowing { arn: self.resources.get(index)?.clone(), is_required })
        });
        narrowings.collect()
    }
}
