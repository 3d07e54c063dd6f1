//! The names of all services and actions, read from `assets/catalogue/names.txt`.

/// All services that AWS's SDKs know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    pub services: Vec<NamedService>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedService {
    /// As in `arn:aws:states:::aws-sdk:<name>:<action>`.
    pub name: String,
    pub title: String,
    /// With the vendor: `Amazon Simple Queue Service`.
    pub full_title: String,
    /// What stands before the dot in its errors: `DynamoDb`.
    pub error_prefix: String,
    pub actions: Vec<Action>,
    /// Name and titles in small letters, for searching.
    pub(crate) words: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// As in resources: `putItem`.
    pub name: String,
    /// Whether Step Functions can call it: not if it streams or hands out credentials.
    pub is_callable: bool,
    /// The name in small letters, for searching.
    pub(crate) words: String,
}

impl Names {
    /// Reads the file. Lines that make no sense are left out.
    pub fn parse(text: &str) -> Names {
        let services = text.lines().filter_map(|line| {
            let mut parts = line.split('\t').map(str::to_owned);
            let (name, title, full_title, error_prefix) =
                (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
            let actions = parts.next()?;
            let words = format!("{name} {title} {full_title}").to_lowercase();
            let actions = actions.split(' ').filter(|action| !action.is_empty()).map(|action| {
                let (name, is_callable) =
                    action.strip_suffix('~').map_or((action, true), |name| (name, false));
                Action { name: name.to_owned(), is_callable, words: name.to_lowercase() }
            });
            Some(NamedService { actions: actions.collect(), name, title, full_title, error_prefix, words })
        });
        Names { services: services.collect() }
    }

    pub fn service(&self, name: &str) -> Option<&NamedService> {
        self.services.iter().find(|service| service.name == name)
    }

    pub fn action_count(&self) -> usize {
        self.services.iter().map(|service| service.actions.len()).sum()
    }
}

impl NamedService {
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name == name)
    }
}
