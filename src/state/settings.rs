//! What is kept beside a definition and used by exports.

use json::{Map, Str, Value};
use leptos::prelude::*;

use crate::state::workspace::Workspace;

/// A setting of the state machine that its definition has no field for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    Name,
    /// `OFF`, `ERROR`, `FATAL` or `ALL`.
    LoggingLevel,
    /// `true` if logs have the data of states.
    LogData,
    /// `true` if executions are traced.
    Tracing,
    RoleArn,
    EncryptionKey,
    /// `name=value`, with commas between.
    Tags,
}

impl Setting {
    /// Its name where settings are kept.
    pub(super) fn key(self) -> &'static str {
        match self {
            Setting::Name => "name",
            Setting::LoggingLevel => "loggingLevel",
            Setting::LogData => "logData",
            Setting::Tracing => "tracing",
            Setting::RoleArn => "roleArn",
            Setting::EncryptionKey => "encryptionKey",
            Setting::Tags => "tags",
        }
    }
}

impl Workspace {
    /// A setting; empty where it isn't set.
    pub fn setting(self, setting: Setting) -> String {
        self.settings.with(|settings| {
            let value = settings.get(setting.key());
            value.and_then(Value::as_str).unwrap_or_default().to_owned()
        })
    }

    pub fn set_setting(self, setting: Setting, text: String) {
        self.settings.update(|settings| {
            if text.is_empty() {
                settings.remove(setting.key());
            } else {
                settings.insert(setting.key(), Value::from(text));
            }
        });
    }
}

/// Settings as they are kept with a draft.
pub fn settings_of(text: &str) -> Map {
    json::parse(text).ok().and_then(|value| value.as_object().cloned()).unwrap_or_default()
}

pub fn settings_text(settings: &Map) -> Str {
    Value::object(settings.clone()).to_text().into()
}
