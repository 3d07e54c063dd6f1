//! The workflow on its way to AWS: what it needs for that, and workflows out of templates.

use catalogue::Names;
use deploy::{LogLevel, Permissions, Settings, TemplateMachine};
use json::{Map, Value};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use crate::platform::fetch;
use crate::platform::files::{self, Saved};
use crate::state::Setting;
use crate::state::drafts::Draft;
use crate::state::settings::settings_text;
use crate::state::studio::{Studio, fresh_draft};
use crate::state::workspace::TemplateFile;

impl Studio {
    /// What the workflow is deployed with. Without a name of its own it has that of its file.
    pub fn deploy_settings(self) -> Settings {
        let setting = |setting: Setting| self.workspace.setting(setting);
        let name = setting(Setting::Name);
        let file = self.workspace.name.get();
        let stem = file.split('.').next().unwrap_or_default();
        Settings {
            name: if name.trim().is_empty() { stem.to_owned() } else { name },
            is_express: self.workspace.is_express.get(),
            log_level: LogLevel::from_name(&setting(Setting::LoggingLevel)),
            log_data: setting(Setting::LogData) == "true",
            tracing: setting(Setting::Tracing) == "true",
            role_arn: setting(Setting::RoleArn).trim().to_owned(),
            encryption_key: setting(Setting::EncryptionKey).trim().to_owned(),
            tags: Settings::tags_of(&setting(Setting::Tags)),
        }
    }

    /// Opens a text as a template; false if it has no state machines.
    pub fn open_template(self, name: &str, text: &str, handle: Option<JsValue>) -> bool {
        let machines = deploy::machines_in(text);
        let file = TemplateFile { name: name.to_owned(), text: text.to_owned(), handle };
        match machines.as_slice() {
            [] => return false,
            [machine] => self.open_machine(file, machine),
            _ => {
                let name = file.name.clone();
                self.shell.template_file.set_value(Some(file));
                self.shell.template.set(Some((name, machines)));
            }
        }
        true
    }

    /// Opens a state machine of a template as a workflow, which is saved into the template.
    pub fn open_machine(self, template: TemplateFile, machine: &TemplateMachine) {
        let name = &template.name;
        match &machine.definition {
            Err(why) => self.shell.fail(format!("{} of {name} was not opened. {why}", machine.id)),
            Ok(definition) => {
                self.page.example.set(None);
                self.workspace.open(Draft {
                    name: format!("{}.asl.json", machine.id),
                    definition: definition.clone(),
                    is_express: machine.settings.is_express,
                    settings: settings_text(&kept(&machine.settings)).to_string(),
                    ..fresh_draft()
                });
                let can_go_back = deploy::with_definition(&template.text, &machine.id, definition).is_ok();
                self.shell.say(match can_go_back {
                    true => {
                        format!("Opened {} of {name}. Saving puts its definition back there.", machine.id)
                    }
                    false => format!(
                        "Opened a copy of {} from {name}. Saving it does not change that file.",
                        machine.id
                    ),
                });
                if can_go_back {
                    self.workspace.set_origin(template, &machine.id);
                }
            }
        }
    }

    /// Puts the definition back into the template that it was taken from; false if there is none, or if it can't go
    /// there, which is said.
    pub fn save_into_template(self) -> bool {
        let Some((template, machine)) = self.workspace.origin() else { return false };
        let definition = self.workspace.definition.get_untracked();
        let text = match deploy::with_definition(&template.text, &machine, &definition) {
            Ok(text) => text,
            Err(why) => {
                self.shell.fail(format!("{machine} was not put back into {}. {why}", template.name));
                return false;
            }
        };
        let source = self.workspace.source.get_untracked();
        spawn_local(async move {
            let workspace = self.workspace;
            let said = match files::save(&template.name, &text, template.handle.clone()).await {
                Ok(Saved::Written { name, handle }) => {
                    let said = format!(
                        "Saved {machine} into {name}. Its settings in the template stay as they were."
                    );
                    workspace.set_origin(TemplateFile { name, text, handle: Some(handle) }, &machine);
                    said
                }
                Ok(Saved::Downloaded) => {
                    let said = format!("Downloaded {} with {machine} as it is now.", template.name);
                    workspace.set_origin(TemplateFile { text, ..template }, &machine);
                    said
                }
                Ok(Saved::Cancelled) => return,
                Err(message) => return self.shell.fail(message),
            };
            workspace.saved.set(source);
            self.shell.say(said);
        });
        true
    }
}

/// Settings as they are kept beside a definition.
fn kept(settings: &Settings) -> Map {
    let tags = settings.tags.iter().map(|(name, value)| format!("{name}={value}"));
    let tags = tags.collect::<Vec<_>>().join(", ");
    let level = if settings.logs() { settings.log_level.name() } else { "" };
    let mut out = Map::new();
    for (setting, text) in [
        (Setting::Name, settings.name.as_str()),
        (Setting::LoggingLevel, level),
        (Setting::LogData, if settings.log_data { "true" } else { "" }),
        (Setting::Tracing, if settings.tracing { "true" } else { "" }),
        (Setting::RoleArn, &settings.role_arn),
        (Setting::EncryptionKey, &settings.encryption_key),
        (Setting::Tags, &tags),
    ] {
        if !text.is_empty() {
            out.insert(setting.key(), Value::from(text));
        }
    }
    out
}

/// Which permissions calls of AWS need; none where the files can't be fetched.
pub async fn load_permissions() -> Option<Permissions> {
    let names = fetch::text("./catalogue/names.txt").await?;
    let permissions = fetch::text("./catalogue/permissions.txt").await?;
    Some(Permissions::parse(&Names::parse(&names), &permissions))
}
