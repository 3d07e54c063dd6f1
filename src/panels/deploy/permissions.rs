use deploy::{
    Condition, ExecutionRole, File, Needed, Note, NoteKind, Places, Statement, places_of, policy_json,
    trust_json,
};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::files::file_view;
use crate::state::Studio;
use crate::ui::Icon;

/// What the role of an execution allows and why, and the documents for IAM.
#[component]
pub(super) fn RolePanel(role: Memo<ExecutionRole>) -> impl IntoView {
    let sheet = style_sheet!("style/deploy_role.css");
    let studio = Studio::of_app();
    let found = studio.workspace.document.with_untracked(|document| places_of(document));
    let region = RwSignal::new(found.region);
    let account = RwSignal::new(found.account);
    let places = Memo::new(move |_| Places {
        region: region.get().trim().to_owned(),
        account: account.get().trim().to_owned(),
    });
    let field = move |label: &'static str, value: RwSignal<String>, hint: &'static str| {
        view! {
            class = sheet,
            <label class="role-field">
                {label}
                <input
                    class="form-input mono"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=hint
                    prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))
                />
            </label>
        }
    };
    let statements = move || {
        let places = places.get();
        role.with(|role| {
            let own = role.statements.iter().map(|statement| statement_view(studio, statement, &places));
            own.collect_view()
        })
    };
    let is_nothing = move || role.with(|role| role.statements.is_empty());
    let others = move || {
        let places = places.get();
        role.with(|role| {
            let roles = role.task_roles.iter().map(|of| {
                let statements = of.statements.iter().map(|statement| statement_view(studio, statement, &places));
                let statements = statements.collect_view();
                view! {
                    class = sheet,
                    <h3 class="role-heading">"What the role " <code>{places.write(&of.role)}</code> " has to allow"</h3>
                    <ul class="role-list">{statements}</ul>
                }
            });
            roles.collect_view()
        })
    };
    let notes = move || {
        role.with(|role| grouped(&role.notes).into_iter().map(|note| note_view(studio, note)).collect_view())
    };
    let has_notes = move || role.with(|role| !role.notes.is_empty());
    let documents = move || {
        let places = places.get();
        role.with(|role| {
            let policy = policy_json(&role.statements, &places).to_pretty() + "\n";
            let trust = trust_json(&places, true).to_pretty() + "\n";
            let others = role.task_roles.iter().enumerate().map(|(number, of)| File {
                name: format!("task-role-{}-policy.json", number + 1),
                text: policy_json(&of.statements, &places).to_pretty() + "\n",
            });
            let own = [
                File { name: "policy.json".to_owned(), text: policy },
                File { name: "trust-policy.json".to_owned(), text: trust },
            ];
            own.into_iter().chain(others).map(file_view).collect_view()
        })
    };
    view! {
        class = sheet,
        <div class="role-body">
            <div class="role-fields">
                {field("Region", region, "any")}
                {field("Account", account, "any: 12 digits narrow it")}
            </div>
            <h3 class="role-heading">"What the role allows"</h3>
            {move || is_nothing().then(|| view! {
                class = sheet,
                <p class="role-nothing">"Nothing: the workflow calls nothing that needs a permission."</p>
            })}
            <ul class="role-list">{statements}</ul>
            {others}
            <Show when=has_notes>
                <h3 class=format!("role-heading {sheet}")>"What to know"</h3>
                <ul class=format!("role-notes {sheet}")>{notes}</ul>
            </Show>
            <h3 class="role-heading">"As documents"</h3>
            {documents}
        </div>
    }
}

fn statement_view(studio: Studio, statement: &Statement, places: &Places) -> AnyView {
    let sheet = style_sheet!("style/deploy_role.css");
    let actions = statement.actions.join(", ");
    let resources = statement.resources.iter().map(|resource| {
        view! { class = sheet, <li><code>{places.write(resource)}</code></li> }
    });
    let conditions = statement.conditions.iter().map(|condition| {
        view! { class = sheet, <li class="role-condition">{condition_words(condition, places)}</li> }
    });
    let purpose = statement.purpose.map(|purpose| {
        view! { class = sheet, <span class="role-purpose">{purpose}</span> }
    });
    view! {
        class = sheet,
        <li class="role-statement">
            <p class="role-actions">
                <code>{actions}</code>
            </p>
            <ul class="role-resources">
                {resources.collect_view()}
                {conditions.collect_view()}
            </ul>
            <p class="role-states">
                <span class="visually-hidden">"Needed by: "</span>
                {purpose}
                {states_view(studio, &statement.states)}
            </p>
        </li>
    }
    .into_any()
}

fn condition_words(condition: &Condition, places: &Places) -> String {
    let values: Vec<String> = condition.values.iter().map(|value| places.write(value)).collect();
    let word = if condition.operator.ends_with("Like") { "is like" } else { "is" };
    format!("where {} {word} {}", condition.key, values.join(" or "))
}

/// States as buttons that lead there.
fn states_view(studio: Studio, states: &[Needed]) -> AnyView {
    let sheet = style_sheet!("style/deploy_role.css");
    let chips = states.iter().map(|state| {
        let id = state.id;
        let name = state.name.to_string();
        view! {
            class = sheet,
            <button
                type="button"
                class="role-state"
                aria-label=format!("Go to {name}")
                on:click=move |_| {
                    studio.shell.deploy.set(false);
                    studio.workspace.select(studio.key_of(id).into_iter().collect());
                    studio.reveal_selected();
                }
            >
                {name.clone()}
            </button>
        }
    });
    chips.collect_view().into_any()
}

/// What is the same for several states is said once.
fn grouped(notes: &[Note]) -> Vec<(NoteKind, String, Vec<Needed>)> {
    let mut out: Vec<(NoteKind, String, Vec<Needed>)> = Vec::new();
    for note in notes {
        let states = note.state.clone();
        match out.iter_mut().find(|(_, message, _)| *message == note.message) {
            Some((_, _, known)) => known.extend(states),
            None => out.push((note.kind, note.message.clone(), states.into_iter().collect())),
        }
    }
    out
}

fn note_view(studio: Studio, (kind, message, states): (NoteKind, String, Vec<Needed>)) -> AnyView {
    let sheet = style_sheet!("style/deploy_role.css");
    let (icon, tone, word) = match kind {
        NoteKind::Missing => ("error-circle", "failed", "May be missing"),
        NoteKind::Wide => ("warning", "caught", "Wider than needed"),
        NoteKind::Info => ("info", "running", "Note"),
    };
    view! {
        class = sheet,
        <li class="role-note" data-tone=tone>
            <Icon name=icon />
            <span class="role-words">
                <span class="visually-hidden">{format!("{word}: ")}</span>
                {message}
                <span class="role-states">{states_view(studio, &states)}</span>
            </span>
        </li>
    }
    .into_any()
}
