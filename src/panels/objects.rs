//! S3 beside the graph: buckets and their objects, what the workflow misses there, and what a run wrote.

use debugger::bytes_text;
use engine::VirtualS3;
use json::Str;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use stylers_macro::style_sheet;
use web_sys::{DragEvent, File, FileList};

use crate::state::{Bucket, ListedObject, MissingObject, Studio};
use crate::ui::Icon;

/// The buckets, as a list that files are added to.
#[component]
pub fn Objects() -> impl IntoView {
    let sheet = style_sheet!("style/objects.css");
    let studio = Studio::of_app();
    let given = studio.workspace.readable_s3();
    let buckets = Memo::new(move |_| given.with(|s3| Some(studio.buckets(s3.as_ref()?))).unwrap_or_default());
    let missing =
        Memo::new(move |_| given.with(|s3| Some(studio.missing_objects(s3.as_ref()?))).unwrap_or_default());
    let is_empty = move || buckets.with(Vec::is_empty) && missing.with(Vec::is_empty);
    view! {
        class = sheet,
        <div class="objects">
            <Show when=move || given.with(Option::is_none)>
                <p class="objects-note">"The text can't be read as buckets: look at it as JSON."</p>
            </Show>
            <Show when=move || given.with(Option::is_some) && is_empty()>
                <p class="objects-note">
                    "No buckets. A distributed Map reads its items from S3: give it the objects here. They stay in this browser."
                </p>
            </Show>
            <For each=move || missing.get() key=|missing| format!("{missing:?}") let(missing)>
                <Missing missing=missing />
            </For>
            <For each=move || buckets.get() key=|bucket| bucket.name.clone() let(bucket)>
                <BucketObjects name=bucket.name buckets=buckets given=given />
            </For>
            <AddBucket />
        </div>
    }
}

/// What a state reads or writes that is not there, and how to bring it there.
#[component]
fn Missing(missing: MissingObject) -> impl IntoView {
    let sheet = style_sheet!("style/objects_missing.css");
    let studio = Studio::of_app();
    let MissingObject { state, bucket, key, is_written } = missing;
    let does = if is_written { "writes to" } else { "reads" };
    let what = match &key {
        Some(key) => format!("s3://{bucket}/{key}"),
        None => format!("s3://{bucket}"),
    };
    let help = match &key {
        Some(key) => {
            let (bucket, key) = (bucket.clone(), key.clone());
            let on_files = move |files: Vec<File>| {
                let (bucket, key) = (bucket.clone(), key.clone());
                let first = files.into_iter().take(1).collect();
                spawn_local(studio.add_objects(bucket, Some(key), first));
            };
            view! { <ChooseFiles words="Choose the file" label=format!("Choose the file for {what}") on_files=on_files /> }
                .into_any()
        }
        None => view! {
            <button type="button" class="button small" on:click=move |_| studio.add_bucket(&bucket)>
                <Icon name="plus" size=15 />
                "Add the bucket"
            </button>
        }
        .into_any(),
    };
    view! {
        class = sheet,
        <div class="objects-missing">
            <p>
                <strong>{state.to_string()}</strong>
                {format!(" {does} ")}
                <code>{what.clone()}</code>
                ", which is not here."
            </p>
            {help}
        </div>
    }
}

/// A bucket with its objects. Files that are dropped on it are added.
#[component]
fn BucketObjects(name: Str, buckets: Memo<Vec<Bucket>>, given: Memo<Option<VirtualS3>>) -> impl IntoView {
    let sheet = style_sheet!("style/objects_bucket.css");
    let studio = Studio::of_app();
    let name = StoredValue::new(name);
    let words = name.get_value().to_string();
    let objects = Memo::new(move |_| {
        buckets.with(|buckets| {
            let bucket = name.with_value(|name| buckets.iter().find(|bucket| bucket.name == *name));
            bucket.map(|bucket| bucket.objects.clone()).unwrap_or_default()
        })
    });
    let is_given =
        move || given.with(|s3| s3.as_ref().is_some_and(|s3| name.with_value(|name| s3.has_bucket(name))));
    let add = move |files: Vec<File>| spawn_local(studio.add_objects(name.get_value(), None, files));
    let is_over = RwSignal::new(false);
    let over = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(true);
    };
    let drop = move |event: DragEvent| {
        // The page would open the file as a workflow.
        event.prevent_default();
        event.stop_propagation();
        is_over.set(false);
        let files = event.data_transfer().and_then(|data| data.files());
        add(listed_files(files));
    };
    view! {
        class = sheet,
        <section
            class="bucket"
            class:over=move || is_over.get()
            aria-label=format!("Bucket {words}")
            on:dragover=over
            on:dragleave=move |_| is_over.set(false)
            on:drop=drop
        >
            <div class="bucket-head">
                <Icon name="storage" size=16 />
                <h3 class="bucket-name">{words.clone()}</h3>
                <ChooseFiles words="Add files" label=format!("Add files to {words}") is_multiple=true on_files=add />
                <Show when=is_given>
                    <button
                        type="button"
                        class="button quiet icon-only"
                        title="Remove the bucket and its objects"
                        aria-label=name.with_value(|name| format!("Remove the bucket {name}"))
                        on:click=move |_| name.with_value(|name| studio.remove_bucket(name))
                    >
                        <Icon name="trash" size=15 />
                    </button>
                </Show>
            </div>
            <Show when=move || objects.with(Vec::is_empty)>
                <p class="bucket-empty">"No objects. Add files, or drop them here."</p>
            </Show>
            <ul>
                <For each=move || objects.get() key=|object| (object.key.clone(), object.bytes, object.is_written) let(object)>
                    <ObjectRow bucket=name object=object />
                </For>
            </ul>
        </section>
    }
}

#[component]
fn ObjectRow(bucket: StoredValue<Str>, object: ListedObject) -> impl IntoView {
    let sheet = style_sheet!("style/objects_row.css");
    let studio = Studio::of_app();
    let ListedObject { key, bytes, kind, is_written } = object;
    let key = StoredValue::new(key);
    let words = key.get_value().to_string();
    let is_open = RwSignal::new(false);
    let with_object =
        move |act: &dyn Fn(&Str, &Str)| bucket.with_value(|bucket| key.with_value(|key| act(bucket, key)));
    let preview = move || {
        let shown = bucket.with_value(|bucket| key.with_value(|key| studio.preview_of_object(bucket, key)));
        match shown {
            Some((text, is_cut)) => {
                let more =
                    is_cut.then(|| view! { class = sheet, <p class="object-note">"Download it to see the rest."</p> });
                view! {
                    class = sheet,
                    <pre class="mono" tabindex="0" aria-label=key.with_value(|key| format!("Text of {key}"))>{text}</pre>
                    {more}
                }
                .into_any()
            }
            None => view! { class = sheet, <p class="object-note">"It is not a text: download it to look at it."</p> }
                .into_any(),
        }
    };
    let facts = format!("{kind} · {}", bytes_text(bytes));
    view! {
        class = sheet,
        <li class="object">
            <div class="object-line">
                <button
                    type="button"
                    class="object-open"
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    <span class="object-key mono">{words.clone()}</span>
                    <span class="object-facts">
                        {facts}
                        {is_written.then(|| view! { class = sheet, <span class="object-mark">"written by the run"</span> })}
                    </span>
                </button>
                {is_written.then(|| view! {
                    <button
                        type="button"
                        class="button quiet icon-only"
                        title="Keep for the next run"
                        aria-label=format!("Keep {words} for the next run")
                        on:click=move |_| with_object(&|bucket, key| studio.keep_object(bucket, key))
                    >
                        <Icon name="pin" size=15 />
                    </button>
                })}
                <button
                    type="button"
                    class="button quiet icon-only"
                    title="Download"
                    aria-label=format!("Download {words}")
                    on:click=move |_| with_object(&|bucket, key| studio.download_object(bucket, key))
                >
                    <Icon name="download" size=15 />
                </button>
                {(!is_written).then(|| view! {
                    <button
                        type="button"
                        class="button quiet icon-only"
                        title="Remove"
                        aria-label=format!("Remove {words}")
                        on:click=move |_| with_object(&|bucket, key| studio.remove_object(bucket, key))
                    >
                        <Icon name="trash" size=15 />
                    </button>
                })}
            </div>
            <Show when=move || is_open.get()>{preview}</Show>
        </li>
    }
}

#[component]
fn AddBucket() -> impl IntoView {
    let sheet = style_sheet!("style/objects_add.css");
    let studio = Studio::of_app();
    let name = RwSignal::new(String::new());
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = name.get_untracked();
        let text = text.trim().trim_start_matches("s3://").trim_end_matches('/');
        if !text.is_empty() {
            studio.add_bucket(text);
            name.set(String::new());
        }
    };
    view! {
        class = sheet,
        <form class="add-bucket" on:submit=add>
            <input
                type="text"
                class="add-bucket-name"
                aria-label="Name of a new bucket"
                placeholder="Name of a bucket"
                spellcheck="false"
                prop:value=move || name.get()
                on:input=move |event| name.set(event_target_value(&event))
            />
            <button type="submit" class="button small">
                <Icon name="plus" size=15 />
                "Add bucket"
            </button>
        </form>
    }
}

/// A button that asks for files.
#[component]
fn ChooseFiles(
    words: &'static str,
    label: String,
    #[prop(optional)] is_multiple: bool,
    on_files: impl Fn(Vec<File>) + 'static,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let files = listed_files(input.files());
        // The same file can be chosen again.
        input.set_value("");
        on_files(files);
    };
    view! {
        <button type="button" class="button small" title=label.clone() on:click=choose>
            <Icon name="upload" size=15 />
            {words}
        </button>
        <input node_ref=input type="file" hidden multiple=is_multiple aria-label=label on:change=chosen />
    }
}

fn listed_files(files: Option<FileList>) -> Vec<File> {
    let Some(files) = files else { return Vec::new() };
    (0..files.length()).filter_map(|at| files.get(at)).collect()
}
