use asl::{ChangedLines, QueryLanguage};
use convert::{CaseProof, Note, NoteKind, Proof, Verdict, What};
use engine::Status;
use json::Str;
use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::{Shared, SharedConversion, Studio};
use crate::ui::{Dialog, Icon};

/// Changes beyond this many are counted but not shown.
const MOST_CHANGES: usize = 200;

/// Shows what a conversion to the other query language comes to, and makes it.
#[component]
pub fn Convert() -> impl IntoView {
    let shell = Studio::of_app().shell;
    view! {
        <Dialog open=shell.convert title="Convert the query language" look="convert-dialog">
            <ConvertForm />
        </Dialog>
    }
}

#[component]
fn ConvertForm() -> impl IntoView {
    let sheet = style_sheet!("style/convert.css");
    let studio = Studio::of_app();
    let selected = studio.selected_with_inner();
    let count = selected.len();
    let selected_only = RwSignal::new(false);
    let conversion = Memo::new(move |_| {
        studio.workspace.document.track();
        let what = if selected_only.get() { What::States(selected.clone()) } else { What::Whole };
        SharedConversion::new(studio.plan_conversion(&what))
    });
    // The dialog begins with what there is to choose, not with its button to close it.
    let first = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = first.get() {
            let _ = field.focus();
        }
    });
    let on_samples = RwSignal::new(false);
    let proof = Memo::new(move |_| {
        let conversion = conversion.get();
        let proof = match on_samples.get() {
            true => Ok(studio.prove_on_samples(&conversion)),
            false => studio.prove_conversion(&conversion),
        };
        Shared::new(proof)
    });
    // The dialog is made anew whenever it opens.
    let to = studio.shell.convert_to.get_untracked();
    let summary = move || {
        let to = to.name();
        conversion.with(|conversion| {
            let done = conversion.converted.len();
            let left = conversion.notes.iter().filter(|note| note.kind == NoteKind::NotConverted).count();
            match (done, left) {
                (0, 0) => "There is nothing to convert.".to_owned(),
                (done, 0) => format!("{} to {to}.", states(done, "changes", "change")),
                (done, left) => format!(
                    "{} to {to}, {} as it is.",
                    states(done, "changes", "change"),
                    states(left, "stays", "stay")
                ),
            }
        })
    };
    let changes = move || {
        let text = studio.workspace.definition.get();
        conversion.with(|conversion| conversion.patch.changed_lines(&text))
    };
    let apply = move |_| {
        let conversion = conversion.get_untracked();
        studio.shell.convert.set(false);
        studio.apply_conversion((*conversion).clone());
    };
    let is_empty = move || conversion.with(|conversion| conversion.patch.is_empty());
    let second = NodeRef::<html::Input>::new();
    let scope = move |value: bool, title: String| {
        let field = if value { second } else { first };
        view! {
            class = sheet,
            <label class="convert-choice">
                <input
                    node_ref=field
                    type="radio"
                    name="convert-scope"
                    prop:checked=move || selected_only.get() == value
                    disabled=value && count == 0
                    on:change=move |_| selected_only.set(value)
                />
                {title}
            </label>
        }
    };
    view! {
        class = sheet,
        <div class="convert-body">
            <fieldset class="convert-scope">
                <legend class="visually-hidden">"What to convert"</legend>
                {scope(false, "The whole workflow".to_owned())}
                {scope(true, format!("What is selected ({count})"))}
            </fieldset>
            <p class="convert-summary" role="status">{summary}</p>
            <div class="convert-columns">
                <section class="convert-part" aria-label="Changed lines">
                    <h3>"Changed lines"</h3>
                    <div class="convert-lines" tabindex="0">
                        {move || lines_view(changes())}
                    </div>
                </section>
                <section class="convert-part" aria-label="Proof and notes">
                    <h3>"Proof: both versions were run"</h3>
                    {move || proof.with(|proof| proof_view(proof))}
                    <button
                        type="button"
                        class="button small convert-other"
                        on:click=move |_| on_samples.update(|samples| *samples = !*samples)
                    >
                        {move || if on_samples.get() { "Run it on the current input" } else { "Run it on made-up data" }}
                    </button>
                    {move || conversion.with(|conversion| notes_view(studio, to, &conversion.notes))}
                </section>
            </div>
            <div class="convert-actions">
                <button type="button" class="button primary" disabled=is_empty on:click=apply>
                    "Convert"
                </button>
                <button type="button" class="button" on:click=move |_| studio.shell.convert.set(false)>
                    "Cancel"
                </button>
            </div>
        </div>
    }
}

fn states(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 state {one}") } else { format!("{count} states {many}") }
}

fn lines_view(changes: Vec<ChangedLines>) -> impl IntoView {
    let sheet = style_sheet!("style/convert.css");
    let surplus = changes.len().saturating_sub(MOST_CHANGES);
    let shown = changes.into_iter().take(MOST_CHANGES).map(|lines| {
        let side = |text: &str, sign: &'static str, look: &'static str| {
            (!text.is_empty()).then(|| {
                let text: String = text.lines().map(|line| format!("{sign} {line}\n")).collect();
                view! { class = sheet, <pre class=look>{text}</pre> }
            })
        };
        view! {
            class = sheet,
            <div class="convert-change">
                <span class="convert-line">{format!("Line {}", lines.line)}</span>
                {side(&lines.before, "−", "convert-before")}
                {side(&lines.after, "+", "convert-after")}
            </div>
        }
    });
    let shown = shown.collect_view();
    view! {
        class = sheet,
        {shown}
        {(surplus > 0).then(|| view! { class = sheet, <p class="convert-line">{format!("And {surplus} more.")}</p> })}
    }
}

fn proof_view(proof: &Result<Proof, String>) -> AnyView {
    let sheet = style_sheet!("style/convert.css");
    let proof = match proof {
        Ok(proof) => proof,
        Err(message) => {
            return view! { class = sheet, <p class="convert-note">{message.clone()}</p> }.into_any();
        }
    };
    let rows = proof.cases.iter().map(|case| {
        let (icon, tone) = match case.verdict {
            Verdict::Equal => ("check", "succeeded"),
            Verdict::EqualButForTheError => ("info", "running"),
            Verdict::Different(_) => ("warning", "caught"),
        };
        view! {
            class = sheet,
            <li class="convert-case" data-tone=tone>
                <Icon name=icon />
                <span class="convert-words">
                    <strong>{case.name.clone()}</strong>
                    ": "
                    {verdict_text(case)}
                </span>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! { class = sheet, <ul class="convert-list">{rows}</ul> }.into_any()
}

fn verdict_text(case: &CaseProof) -> String {
    let run = &case.before;
    let entered =
        if run.states_entered == 1 { "1 state".to_owned() } else { format!("{} states", run.states_entered) };
    let end = match run.status {
        Status::Running => "go on and on",
        Status::Succeeded => "succeed",
        Status::Failed => "fail with the same error",
        Status::TimedOut => "time out",
        Status::Aborted => "are stopped",
    };
    match &case.verdict {
        Verdict::Equal => format!("the same. Both versions enter {entered} with the same data and {end}."),
        Verdict::EqualButForTheError => format!(
            "both versions fail at the same state, with {} before and {} after.",
            run.error.as_deref().unwrap_or("an error"),
            case.after.error.as_deref().unwrap_or("an error")
        ),
        Verdict::Different(difference) => {
            let place = difference.state.as_ref().map(|state| format!(" at {state}")).unwrap_or_default();
            format!(
                "different{place}, in the {}. Before: {}. After: {}.",
                difference.what, difference.before, difference.after
            )
        }
    }
}

/// What stays as it is, and what a person should know of the rest.
fn notes_view(studio: Studio, to: QueryLanguage, notes: &[Note]) -> AnyView {
    let sheet = style_sheet!("style/convert.css");
    // What is the same for many states is said once.
    let mut grouped: Vec<(NoteKind, String, Vec<Str>)> = Vec::new();
    for note in notes {
        match grouped.iter_mut().find(|(_, message, _)| *message == note.message) {
            Some((_, _, states)) => states.push(note.state_name.clone()),
            None => grouped.push((note.kind, note.message.clone(), vec![note.state_name.clone()])),
        }
    }
    grouped.sort_by_key(|(kind, ..)| *kind);
    let (left, known): (Vec<_>, Vec<_>) =
        grouped.into_iter().partition(|(kind, ..)| *kind == NoteKind::NotConverted);
    let nothing = match to {
        QueryLanguage::Jsonata => "Nothing: each part can be said in JSONata.",
        QueryLanguage::JsonPath => "Nothing: each part can be said in JSONPath.",
    };
    let part = |title: &'static str, none: &'static str, notes: Vec<(NoteKind, String, Vec<Str>)>| {
        let is_none = notes.is_empty();
        let rows = notes.into_iter().map(|(kind, message, states)| note_row(studio, kind, message, states));
        let rows = rows.collect_view();
        view! {
            class = sheet,
            <h3>{title}</h3>
            {is_none.then(|| view! { class = sheet, <p class="convert-note">{none}</p> })}
            <ul class="convert-list" hidden=is_none>
                {rows}
            </ul>
        }
    };
    view! {
        {part("Not converted", nothing, left)}
        {part("What to know", "Nothing: what works does the same with all data.", known)}
    }
    .into_any()
}

fn note_row(studio: Studio, kind: NoteKind, message: String, states: Vec<Str>) -> AnyView {
    let sheet = style_sheet!("style/convert.css");
    let (icon, tone, word) = match kind {
        NoteKind::NotConverted => ("error-circle", "failed", "Not converted"),
        NoteKind::ChangedMeaning => ("warning", "caught", "With some data it differs"),
        NoteKind::Info => ("info", "running", "Note"),
    };
    let names = states
        .into_iter()
        .map(|name| {
            let target = name.clone();
            view! {
                class = sheet,
                <button
                    type="button"
                    class="convert-state"
                    aria-label=format!("Go to {name}")
                    on:click=move |_| {
                        studio.shell.convert.set(false);
                        studio.select_named(&target);
                        studio.reveal_selected();
                    }
                >
                    {name.to_string()}
                </button>
            }
        })
        .collect_view();
    view! {
        class = sheet,
        <li class="convert-case" data-tone=tone>
            <Icon name=icon />
            <span class="convert-words">
                <span class="visually-hidden">{format!("{word}: ")}</span>
                {message}
                <span class="convert-states">{names}</span>
            </span>
        </li>
    }
    .into_any()
}
