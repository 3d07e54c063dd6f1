use deploy::File;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::Outcome;
use crate::platform::{files, picture};
use crate::state::Studio;
use crate::ui::Icon;

/// The files of an export, each to copy and to download.
#[component]
pub(super) fn Files(outcome: Memo<Outcome>) -> impl IntoView {
    let sheet = style_sheet!("style/deploy_files.css");
    let content = move || {
        outcome.with(|outcome| match &**outcome {
            Err(message) => {
                view! { class = sheet, <p class="deploy-refused" role="alert">{message.clone()}</p> }
                    .into_any()
            }
            Ok(export) => {
                let notes = export.notes.iter().map(|note| {
                    view! {
                        class = sheet,
                        <li class="deploy-hint">
                            <Icon name="info" />
                            <span>{note.clone()}</span>
                        </li>
                    }
                });
                let notes = notes.collect_view();
                let has_notes = !export.notes.is_empty();
                let files = export.files.iter().cloned().map(file_view).collect_view();
                view! {
                    class = sheet,
                    {has_notes.then(|| view! { class = sheet, <ul class="deploy-hints">{notes}</ul> })}
                    {files}
                }
                .into_any()
            }
        })
    };
    view! { class = sheet, <div class="deploy-files">{content}</div> }
}

/// A file with its name, its text and what can be done with it.
pub(super) fn file_view(file: File) -> AnyView {
    let sheet = style_sheet!("style/deploy_files.css");
    let studio = Studio::of_app();
    let done = RwSignal::new("");
    let File { name, text } = file;
    let label = format!("{name}, as it will be exported");
    let copy = {
        let (name, text) = (name.clone(), text.clone());
        move |_| {
            done.set("copied");
            studio.put_on_clipboard(text.clone(), format!("{name} is on the clipboard."));
        }
    };
    let download = {
        let (name, text) = (name.clone(), text.clone());
        move |_| {
            let result = picture::blob_of(&text, "text/plain")
                .map_err(|_| "The browser could not make the file.".to_owned())
                .and_then(|blob| files::download_blob(&name, &blob));
            match result {
                Ok(()) => done.set("downloaded"),
                Err(message) => studio.shell.fail(message),
            }
        }
    };
    view! {
        class = sheet,
        <section class="deploy-file" aria-label=name.clone()>
            <div class="deploy-file-head">
                <h3>{name.clone()}</h3>
                <button type="button" class="button small" aria-label=format!("Copy {name}") on:click=copy>
                    <Icon name="copy" />
                    {move || if done.get() == "copied" { "Copied" } else { "Copy" }}
                </button>
                <button type="button" class="button small" aria-label=format!("Download {name}") on:click=download>
                    <Icon name="download" />
                    {move || if done.get() == "downloaded" { "Downloaded" } else { "Download" }}
                </button>
            </div>
            <pre class="deploy-text" tabindex="0" role="region" aria-label=label>
                {text}
            </pre>
        </section>
    }
    .into_any()
}
