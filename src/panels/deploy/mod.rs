//! The workflow as what other tools deploy, with the role that it needs.

mod files;
mod options;
mod permissions;
mod template;

use std::sync::Arc;

use deploy::{Arns, Export, Format, Options, Permissions};
use leptos::prelude::*;
use leptos::task::spawn_local;
use stylers_macro::style_sheet;

use self::files::Files;
use self::options::OptionsForm;
use self::permissions::RolePanel;
pub use self::template::TemplateDialog;
use crate::state::{Shared, Studio, load_permissions};
use crate::ui::{Dialog, Tab, Tabs};

/// What the dialog keeps while the page is open.
#[derive(Clone, Copy)]
struct Choice {
    format: RwSignal<Format>,
    options: RwSignal<Options>,
    part: RwSignal<Part>,
    /// None: they are on their way.
    permissions: RwSignal<Option<Loaded>>,
}

#[derive(Clone)]
struct Loaded {
    permissions: Arc<Permissions>,
    is_complete: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Files,
    Role,
}

/// What an export comes to, or why it comes to nothing.
type Outcome = Shared<Result<Export, String>>;

/// Shows what leaves, and lets it go.
#[component]
pub fn DeployDialog() -> impl IntoView {
    let shell = Studio::of_app().shell;
    let options = Options { arns: Arns::Keep, ..Options::default() };
    let choice = Choice {
        format: RwSignal::new(Format::CloudFormationYaml),
        options: RwSignal::new(options),
        part: RwSignal::new(Part::Files),
        permissions: RwSignal::new(None),
    };
    Effect::new(move |_| {
        let is_known =
            choice.permissions.with_untracked(|known| known.as_ref().is_some_and(|known| known.is_complete));
        if !shell.deploy.get() || is_known {
            return;
        }
        spawn_local(async move {
            let loaded = load_permissions().await;
            let is_complete = loaded.is_some();
            let permissions = Arc::new(loaded.unwrap_or_default());
            let _ = choice.permissions.try_set(Some(Loaded { permissions, is_complete }));
        });
    });
    view! {
        <Dialog open=shell.deploy title="Export for deployment" look="deploy-dialog">
            <Workplace choice=choice />
        </Dialog>
    }
}

#[component]
fn Workplace(choice: Choice) -> impl IntoView {
    let sheet = style_sheet!("style/deploy.css");
    let studio = Studio::of_app();
    let settings = Memo::new(move |_| studio.deploy_settings());
    let role = Memo::new(move |_| {
        let permissions = choice.permissions.get().map(|known| known.permissions).unwrap_or_default();
        studio
            .workspace
            .document
            .with(|document| deploy::execution_role(document, &settings.get(), &permissions))
    });
    let outcome = Memo::new(move |_| {
        let permissions = choice.permissions.get().map(|known| known.permissions).unwrap_or_default();
        let (format, options) = (choice.format.get(), choice.options.get());
        Outcome::new(
            studio
                .workspace
                .document
                .with(|document| deploy::export(document, &settings.get(), &permissions, format, &options)),
        )
    });
    let tabs = vec![
        Tab { value: Part::Files, title: "Files", icon: "file", id: "tab-deploy-files" },
        Tab { value: Part::Role, title: "Role and permissions", icon: "key", id: "tab-deploy-role" },
    ];
    let to_mind = move |part: Part| match part {
        Part::Files => 0,
        Part::Role => role.with(|role| {
            let weighty = role.notes.iter().filter(|note| note.kind != deploy::NoteKind::Info);
            weighty.count()
        }),
    };
    let progress = move || match choice.permissions.get() {
        None => Some("The permissions of AWS's services are being loaded."),
        Some(Loaded { is_complete: false, .. }) => Some(
            "The permissions of AWS's services could not be loaded, so those for calls by the SDK integration are missing.",
        ),
        Some(_) => None,
    };
    view! {
        class = sheet,
        <div class="deploy-body">
            <section class="deploy-options" aria-label="What to export">
                <OptionsForm choice=choice settings=settings />
            </section>
            <div class="deploy-result">
                <Tabs tabs=tabs selected=choice.part label="What is exported" count=Callback::new(to_mind) />
                {move || progress().map(|words| view! { class = sheet, <p class="deploy-progress" role="status">{words}</p> })}
                <div
                    class="deploy-panel"
                    role="tabpanel"
                    id="tab-deploy-files-panel"
                    aria-labelledby="tab-deploy-files"
                    hidden=move || choice.part.get() != Part::Files
                >
                    <Files outcome=outcome />
                </div>
                <div
                    class="deploy-panel"
                    role="tabpanel"
                    id="tab-deploy-role-panel"
                    aria-labelledby="tab-deploy-role"
                    hidden=move || choice.part.get() != Part::Role
                >
                    <RolePanel role=role />
                </div>
            </div>
        </div>
    }
}
