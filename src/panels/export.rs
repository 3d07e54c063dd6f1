use diagram::export::{Colours, Picture, StatusMark};
use leptos::prelude::*;
use leptos::task::spawn_local;
use stylers_macro::style_sheet;

use crate::canvas::{node_icon, status_look};
use crate::platform::{files, picture};
use crate::state::{NodeStatus, Studio};
use crate::ui::{Dialog, Icon, icon_path};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Svg,
    Png,
    /// A diagram to be changed in draw.io.
    Drawio,
}

/// Asks how the picture is to leave, and lets it go.
#[component]
pub fn Export() -> impl IntoView {
    let shell = Studio::of_app().shell;
    view! {
        <Dialog open=shell.export title="Export a picture" look="export-dialog">
            <ExportForm />
        </Dialog>
    }
}

#[component]
fn ExportForm() -> impl IntoView {
    let sheet = style_sheet!("style/export.css");
    let studio = Studio::of_app();
    let format = RwSignal::new(Format::Svg);
    let selection_only = RwSignal::new(false);
    let is_dark = RwSignal::new(studio.shell.is_dark.get_untracked());
    let has_ground = RwSignal::new(true);
    let with_run = RwSignal::new(true);
    let scale = RwSignal::new(2_u32);
    let has_selection = studio.workspace.selected_rect().is_some();
    let choice = Memo::new(move |_| Choice {
        is_dark: is_dark.get(),
        has_ground: has_ground.get(),
        with_run: with_run.get(),
        selection_only: selection_only.get() && format.get() != Format::Drawio,
    });
    // The SVG and the rectangle that it shows.
    let shown =
        Memo::new(move |_| drawn(studio, choice.get(), |picture| (picture.to_svg(), picture.view_box())));
    let size = move || {
        let (_, area) = shown.get();
        let factor = if format.get() == Format::Png { f64::from(scale.get()) } else { 1.0 };
        match format.get() {
            Format::Drawio => "Boxes and lines that can be moved, with their words".to_owned(),
            _ => format!("{:.0} × {:.0} pixels", area.width * factor, area.height * factor),
        }
    };
    let preview = move || {
        let url = shown.with(|(svg, _)| picture::address_of(svg));
        view! { <img class=format!("export-preview {sheet}") src=url alt="The picture as it will be exported" /> }
    };
    let name = move |extension: &str| {
        let name = studio.workspace.name.get_untracked();
        let stem = name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("workflow").to_owned();
        format!("{stem}.{extension}")
    };
    let finish = move |copies: bool| {
        let (svg, area) = shown.get_untracked();
        let (format, scale) = (format.get_untracked(), f64::from(scale.get_untracked()));
        spawn_local(async move {
            let done = match (format, copies) {
                (Format::Svg, false) => picture::blob_of(&svg, "image/svg+xml")
                    .map_err(|_| "The browser could not make the file.".to_owned())
                    .and_then(|blob| files::download_blob(&name("svg"), &blob))
                    .map(|()| format!("Downloaded {}.", name("svg"))),
                (Format::Drawio, false) => drawn(studio, choice.get_untracked(), |picture| {
                    picture::blob_of(&picture.to_drawio(), "application/xml")
                })
                .map_err(|_| "The browser could not make the file.".to_owned())
                .and_then(|blob| files::download_blob(&name("drawio"), &blob))
                .map(|()| format!("Downloaded {}.", name("drawio"))),
                (Format::Png, false) => picture::png_of(&svg, area.width, area.height, scale)
                    .await
                    .and_then(|blob| files::download_blob(&name("png"), &blob))
                    .map(|()| format!("Downloaded {}.", name("png"))),
                (_, true) => match picture::png_of(&svg, area.width, area.height, scale).await {
                    Ok(png) if picture::copy_png(&png).await => {
                        Ok("The picture is on the clipboard.".to_owned())
                    }
                    Ok(_) => {
                        Err("The browser does not let this page put pictures on the clipboard.".to_owned())
                    }
                    Err(message) => Err(message),
                },
            };
            match done {
                Ok(message) => {
                    studio.shell.export.set(false);
                    studio.shell.say(message);
                }
                Err(message) => studio.shell.fail(message),
            }
        });
    };
    let radio = move |value: Format, title: &'static str| {
        view! {
            class = sheet,
            <label class="export-choice">
                <input
                    type="radio"
                    name="export-format"
                    prop:checked=move || format.get() == value
                    on:change=move |_| format.set(value)
                />
                {title}
            </label>
        }
    };
    let check = move |signal: RwSignal<bool>, title: &'static str, is_usable: Signal<bool>| {
        view! {
            class = sheet,
            <label class="export-choice">
                <input
                    type="checkbox"
                    disabled=move || !is_usable.get()
                    prop:checked=move || signal.get()
                    on:change=move |event| signal.set(event_target_checked(&event))
                />
                {title}
            </label>
        }
    };
    let always = Signal::from(true);
    let can_select = Signal::derive(move || has_selection && format.get() != Format::Drawio);
    view! {
        class = sheet,
        <div class="export-body">
            <div class="export-frame" class:dark=move || is_dark.get()>
                {preview}
            </div>
            <div class="export-options">
                <fieldset class="export-group">
                    <legend>"Format"</legend>
                    {radio(Format::Svg, "SVG, sharp at any size")}
                    {radio(Format::Png, "PNG")}
                    {radio(Format::Drawio, "Diagram for draw.io")}
                    <Show when=move || format.get() == Format::Png>
                        <label class="export-choice">
                            "PNG scale"
                            <select on:change=move |event| scale.set(event_target_value(&event).parse().unwrap_or(2))>
                                {[1_u32, 2, 3]
                                    .map(|value| {
                                        view! {
                                            <option value=value selected=move || scale.get() == value>
                                                {format!("{value}×")}
                                            </option>
                                        }
                                    })
                                    .into_iter()
                                    .collect_view()}
                            </select>
                        </label>
                    </Show>
                </fieldset>
                <fieldset class="export-group">
                    <legend>"Contents"</legend>
                    {check(selection_only, "Only the selected state", can_select)}
                    {check(is_dark, "Dark colours", always)}
                    {check(has_ground, "With a background", always)}
                    {check(with_run, "With the colours of the run", always)}
                </fieldset>
                <p class="export-size">{size}</p>
                <div class="export-actions">
                    <button type="button" class="button primary" on:click=move |_| finish(false)>
                        <Icon name="download" />
                        "Download"
                    </button>
                    <button type="button" class="button" on:click=move |_| finish(true)>
                        <Icon name="copy" />
                        "Copy as a picture"
                    </button>
                </div>
            </div>
        </div>
    }
}

/// The whole graph as it goes onto paper, with the colours of the run.
pub fn draw_for_paper(studio: Studio) -> String {
    let choice = Choice { is_dark: false, has_ground: false, with_run: true, selection_only: false };
    drawn(studio, choice, |picture| picture.to_svg())
}

/// What goes into a picture.
#[derive(Clone, Copy, PartialEq)]
struct Choice {
    is_dark: bool,
    has_ground: bool,
    with_run: bool,
    selection_only: bool,
}

fn drawn<T>(studio: Studio, choice: Choice, write: impl FnOnce(&Picture<'_>) -> T) -> T {
    let part = if choice.selection_only { studio.workspace.selected_rect() } else { None };
    let colours = if choice.is_dark { Colours::DARK } else { Colours::LIGHT };
    studio.workspace.scene.with(|scene| {
        write(&Picture {
            scene,
            colours,
            part,
            has_ground: choice.has_ground,
            icon: &|node| icon_path(node_icon(node)),
            status: &|node| {
                let (status, _) = studio.runs.status(&node.key).get_untracked();
                if !choice.with_run || status == NodeStatus::Idle {
                    return None;
                }
                let look = status_look(status);
                let colour = colours.of_status(look.key);
                Some(StatusMark { colour, icon: icon_path(look.icon) })
            },
        })
    })
}
