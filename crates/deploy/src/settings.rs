//! What AWS keeps with a state machine but not in its definition.

/// The settings of a workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The state machine's name as the person gave it; may be empty or not allowed by AWS.
    pub name: String,
    pub is_express: bool,
    pub log_level: LogLevel,
    /// Whether logs have the data of states.
    pub log_data: bool,
    /// Whether executions are traced with X-Ray.
    pub tracing: bool,
    /// The ARN of a role that exists; empty for none.
    pub role_arn: String,
    /// The ARN of the key that encrypts definition and data; empty for AWS's own.
    pub encryption_key: String,
    pub tags: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogLevel {
    #[default]
    Off,
    Error,
    Fatal,
    All,
}

impl LogLevel {
    /// By AWS's name; anything else is `OFF`.
    pub fn from_name(name: &str) -> LogLevel {
        match name {
            "ERROR" => LogLevel::Error,
            "FATAL" => LogLevel::Fatal,
            "ALL" => LogLevel::All,
            _ => LogLevel::Off,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            LogLevel::Off => "OFF",
            LogLevel::Error => "ERROR",
            LogLevel::Fatal => "FATAL",
            LogLevel::All => "ALL",
        }
    }
}

impl Settings {
    pub fn logs(&self) -> bool {
        self.log_level != LogLevel::Off
    }

    /// The name that the state machine gets: letters, digits, `-` and `_`, 1 to 80 of them (CreateStateMachine).
    pub fn machine_name(&self) -> String {
        let mut out = String::new();
        for character in self.name.trim().chars() {
            let is_allowed = character.is_ascii_alphanumeric() || character == '-' || character == '_';
            match is_allowed {
                true => out.push(character),
                false if !out.is_empty() && !out.ends_with('-') => out.push('-'),
                false => {}
            }
        }
        out.truncate(80);
        let out = out.trim_matches('-');
        if out.is_empty() { "Workflow".to_owned() } else { out.to_owned() }
    }

    /// Tags as people write them: `team=orders, stage=prod`.
    pub fn tags_of(text: &str) -> Vec<(String, String)> {
        let tags = text.split(',').map(|tag| tag.split_once('=').unwrap_or((tag, "")));
        let tags = tags.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        tags.filter(|(name, _)| !name.is_empty()).collect()
    }

    pub fn type_name(&self) -> &'static str {
        if self.is_express { "EXPRESS" } else { "STANDARD" }
    }
}
