use asl::StateType;
use catalogue::{INTEGRATIONS, SERVICES};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::row::BlockRow;
use crate::canvas::{type_icon, type_key};
use crate::command::{Command, dispatch};
use crate::state::{Source, Studio};
use crate::ui::{Icon, known_icon};

pub const STATES: [(StateType, &str); 8] = [
    (StateType::Task, "Call a Lambda function"),
    (StateType::Pass, "Pass data on, or change it"),
    (StateType::Choice, "Go on by a condition"),
    (StateType::Wait, "Wait for a time"),
    (StateType::Parallel, "Run branches side by side"),
    (StateType::Map, "Run for each item"),
    (StateType::Succeed, "End well"),
    (StateType::Fail, "End with an error"),
];
const MOST_USED: usize = 5;

/// All that can be added, by groups that open and close.
#[component]
pub fn Groups() -> impl IntoView {
    let sheet = style_sheet!("style/palette_groups.css");
    let studio = Studio::of_app();
    let palette = studio.palette;
    let used = move || {
        let sources = palette.most_used(MOST_USED);
        (!sources.is_empty()).then(|| {
            view! {
                <Group title="Most used" icon="history" open=true>
                    {sources.iter().filter_map(|source| row_of(studio, source.clone())).collect_view()}
                </Group>
            }
        })
    };
    let ready = move || {
        let blocks = palette.ready.get();
        blocks
            .blocks
            .iter()
            .map(|block| {
                view! {
                    <BlockRow
                        source=Source::Ready(block.id.clone())
                        title=block.title.clone()
                        about=block.about.clone()
                        icon=block.icon.clone()
                        kind="flow"
                    />
                }
            })
            .collect_view()
    };
    view! {
        class = sheet,
        <Group title="Flow" icon="workflow" open=true>
            {STATES.map(|(state_type, _)| row_of(studio, Source::State(state_type))).collect_view()}
        </Group>
        {used}
        <Group title="Actions" icon="task" open=true>
            {SERVICES.iter().map(optimized).collect_view()}
            <li>
                <AllServices />
            </li>
        </Group>
        <Group title="Patterns" icon="stack" open=true>
            {ready}
        </Group>
        <MyBlocks />
    }
}

/// The row of something that is added often, or of a state.
fn row_of(studio: Studio, source: Source) -> Option<AnyView> {
    let (title, about, icon, kind) = match &source {
        Source::State(state_type) => {
            let about = STATES.iter().find(|(known, _)| known == state_type).map_or("", |(_, about)| about);
            let icon = type_icon(Some(*state_type)).to_owned();
            (state_type.name().to_owned(), about.to_owned(), icon, type_key(Some(*state_type)))
        }
        Source::Integration(service, action) => {
            let integration = catalogue::integration(service, action)?;
            let icon = catalogue::icon(service).to_owned();
            (integration.title.to_owned(), integration.service().title.to_owned(), icon, "task")
        }
        Source::Action(service, _) => {
            let thing = studio.palette.insertable(&source)?;
            (thing.title, service.clone(), thing.icon, "task")
        }
        Source::Ready(id) => studio.palette.ready.with(|ready| {
            let block = ready.blocks.iter().find(|block| block.id == *id)?;
            Some((block.title.clone(), block.about.clone(), block.icon.clone(), "flow"))
        })?,
        Source::Saved(name) => {
            studio.palette.insertable(&source)?;
            (name.clone(), "A block of yours".to_owned(), "stack".to_owned(), "pass")
        }
    };
    Some(view! { <BlockRow source=source title=title about=about icon=icon kind=kind /> }.into_any())
}

/// A service with optimized integrations: its action, or a group of them.
fn optimized(service: &'static catalogue::Service) -> AnyView {
    let icon = catalogue::icon(service.name);
    let actions = INTEGRATIONS.iter().filter(|integration| integration.service == service.name);
    let row = move |title: &'static str, about: &'static str, action: &'static str| {
        let source = Source::Integration(service.name, action);
        view! { <BlockRow source=source title=title about=about icon=icon /> }
    };
    let actions: Vec<_> = actions.collect();
    match &actions[..] {
        [only] => row(service.title, only.title, only.action).into_any(),
        _ => view! {
            <li>
                <Group title=service.title icon=icon open=false>
                    {actions.iter().map(|known| row(known.title, known.service().title, known.action)).collect_view()}
                </Group>
            </li>
        }
        .into_any(),
    }
}

/// A part that opens and closes. What is in it is made when it is opened.
#[component]
pub fn Group(
    #[prop(into)] title: String,
    icon: &'static str,
    open: bool,
    #[prop(optional, into)] note: String,
    children: ChildrenFn,
) -> impl IntoView {
    let sheet = style_sheet!("style/palette_group.css");
    let is_open = RwSignal::new(open);
    let chevron = move || if is_open.get() { "chevron-down" } else { "chevron-right" };
    let label = title.clone();
    view! {
        class = sheet,
        <button
            type="button"
            class="block-group"
            aria-expanded=move || if is_open.get() { "true" } else { "false" }
            on:click=move |_| is_open.update(|open| *open = !*open)
        >
            {move || view! { <Icon name=chevron() size=14 /> }}
            <Icon name=icon />
            <span class="block-group-title">{title}</span>
            <span class="block-group-note">{note}</span>
        </button>
        <Show when=move || is_open.get()>
            <ul class="block-list" aria-label=label.clone()>
                {children()}
            </ul>
        </Show>
    }
}

/// Every service of AWS, with every action.
#[component]
fn AllServices() -> impl IntoView {
    let palette = Studio::of_app().palette;
    view! {
        <Group title="All AWS services" icon="service" open=false>
            {move || {
                palette.load_names();
                match palette.names.get() {
                    None => view! { <li class="palette-note">"Loading…"</li> }.into_any(),
                    Some(names) => {
                        let services = names.services.iter().map(|service| service_group(&service.name, &service.title));
                        services.collect_view().into_any()
                    }
                }
            }}
        </Group>
    }
}

/// A service of the SDK integration, closed; its actions when it is opened.
pub fn service_group(name: &str, title: &str) -> impl IntoView + use<> {
    let palette = Studio::of_app().palette;
    let icon = known_icon(catalogue::icon(name));
    let name = name.to_owned();
    let count = palette
        .names
        .with_untracked(|names| names.as_ref().and_then(|names| Some(names.service(&name)?.actions.len())));
    view! {
        <li>
            <Group title=title icon=icon open=false note=count.map_or(String::new(), |count| count.to_string())>
                {action_rows(&name)}
            </Group>
        </li>
    }
}

fn action_rows(service: &str) -> impl IntoView + use<> {
    let palette = Studio::of_app().palette;
    palette.names.with_untracked(|names| {
        let service = names.as_ref()?.service(service)?;
        let icon = catalogue::icon(&service.name);
        let rows = service.actions.iter().map(|action| {
            let source = Source::Action(service.name.clone(), action.name.clone());
            let obstacle = (!action.is_callable).then_some(catalogue::NOT_CALLABLE);
            view! {
                <BlockRow source=source title=catalogue::api_name(&action.name) about=service.title.clone() icon=icon obstacle=obstacle />
            }
        });
        Some(rows.collect_view())
    })
}

/// What people have saved themselves.
#[component]
fn MyBlocks() -> impl IntoView {
    let sheet = style_sheet!("style/my_blocks.css");
    let studio = Studio::of_app();
    let palette = studio.palette;
    let tool = move |verb: &str, name: &str, icon: &'static str, act: Callback<String>| {
        let label = format!("{verb} the block {name}");
        let name = name.to_owned();
        view! {
            class = sheet,
            <button
                type="button"
                class="my-block-tool"
                aria-label=label.clone()
                title=label
                on:click=move |_| act.run(name.clone())
            >
                <Icon name=icon />
            </button>
        }
    };
    let rename = Callback::new(move |name: String| palette.begin_renaming(&name));
    let remove = Callback::new(move |name: String| studio.remove_block(&name));
    let rows = move || {
        let saved = palette.saved.get();
        let row = |block: crate::state::SavedBlock| {
            view! {
                class = sheet,
                <li class="my-block">
                    <ul class="my-block-row">{row_of(studio, Source::Saved(block.name.clone()))}</ul>
                    {tool("Rename", &block.name, "edit", rename)}
                    {tool("Remove", &block.name, "trash", remove)}
                </li>
            }
        };
        saved.into_iter().map(row).collect_view()
    };
    let obstacle = Memo::new(move |_| Command::SaveBlock.obstacle(studio));
    view! {
        class = sheet,
        <Group title="My blocks" icon="save" open=true>
            {rows}
            <li class=format!("my-block-new {sheet}")>
                <button
                    type="button"
                    class="button small"
                    aria-disabled=move || obstacle.with(Option::is_some).then_some("true")
                    title=move || obstacle.get().unwrap_or("Keeps the selected states as a block".into())
                    on:click=move |_| dispatch(studio, Command::SaveBlock)
                >
                    "Save the selection…"
                </button>
            </li>
        </Group>
    }
}
