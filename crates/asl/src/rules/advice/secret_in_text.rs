use json::NodeKind;

use super::super::{Context, Findings, Reach, Rule, has_placeholder};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "secret-in-text",
    title: "A secret stands in the definition",
    explanation: "Definitions are seen by everyone who may describe the state machine, and by whoever reads the repository that they are kept in; parameters are in the history too. Keep secrets in Secrets Manager, or use an EventBridge connection with an HTTP task.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    let Some(root) = context.root() else { return };
    let source = tree.source(root);
    let has_known = !context.inner.is_empty()
        || FORMS.iter().any(|(prefix, ..)| source.contains(prefix))
        || source.contains("-----BEGIN ")
        || source.contains("hooks.slack.com");
    // The array or value of the member that an item belongs to.
    let mut waiting = vec![(root, root)];
    while let Some((named, node)) = waiting.pop() {
        match tree.kind(node) {
            NodeKind::Object => {
                let values = tree.members(node).filter_map(|member| member.value);
                let own = values.filter(|value| !context.is_inner_state(node, *value));
                waiting.extend(own.map(|value| (value, value)));
            }
            NodeKind::Array => waiting.extend(tree.items(node).map(|item| (named, item))),
            NodeKind::String => {
                // Secrets are long; most texts aren't.
                if tree.span(node).len() < 10 {
                    continue;
                }
                let Some(text) = tree.as_str(node) else { continue };
                let what = if has_known { known_secret(&text) } else { None };
                let what = what.or_else(|| named_secret(&tree.member_of(named)?.name, &text));
                let Some(what) = what else { continue };
                let span = tree.span(node);
                let message = format!(
                    "This looks like {what}. Take it out of the definition, and replace it where it is valid."
                );
                findings
                    .at(context, &RULE, node, message)
                    .state(context.document.state_at(span.start).map(|state| state.id()))
                    .warning()
                    .push_to(findings);
            }
            _ => {}
        }
    }
}

/// What secrets begin with, how many characters follow, and what they are.
const FORMS: [(&str, usize, &str); 9] = [
    ("AKIA", 16, "the id of an AWS access key"),
    ("ASIA", 16, "the id of a temporary AWS access key"),
    ("ghp_", 36, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("sk_live_", 20, "a Stripe key"),
    ("AIza", 35, "a Google API key"),
    ("glpat-", 20, "a GitLab token"),
];

/// Texts that services give out as secrets, by their form.
fn known_secret(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    if text.contains("https://hooks.slack.com/services/T") {
        return Some("a Slack webhook");
    }
    FORMS.into_iter().find_map(|(prefix, length, what)| {
        let found = text.match_indices(prefix).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let rest = text.get(at + prefix.len()..).unwrap_or_default();
            let run = rest.chars().take_while(|character| is_token_character(*character)).count();
            let is_upper = !prefix.starts_with('A')
                || prefix == "AIza"
                || rest
                    .chars()
                    .take(length)
                    .all(|character| character.is_ascii_uppercase() || character.is_ascii_digit());
            let fits = if prefix.len() == 4 && is_upper && prefix != "ghp_" && prefix != "AIza" {
                run == length
            } else {
                run >= length
            };
            fits && is_upper && !before.is_some_and(is_token_character)
        });
        found.then_some(what)
    })
}

fn is_token_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '-'
}

/// A literal under a name that says what it is.
fn named_secret(name: &str, text: &str) -> Option<&'static str> {
    const NAMES: [&str; 10] = [
        "password",
        "passwd",
        "secret",
        "clientsecret",
        "secretkey",
        "secretaccesskey",
        "apikey",
        "accesstoken",
        "authtoken",
        "privatekey",
    ];
    if name.ends_with(".$") {
        return None;
    }
    let plain: String = name.chars().filter(|character| character.is_ascii_alphanumeric()).collect();
    let plain = plain.to_ascii_lowercase();
    if plain == "authorization"
        && (text.starts_with("Bearer ") || text.starts_with("Basic "))
        && text.len() > 20
    {
        let is_computed = has_placeholder(text) || text.contains("{%");
        return (!is_computed).then_some("a credential");
    }
    let is_named = NAMES.iter().any(|known| plain == *known || (known.len() > 6 && plain.ends_with(known)));
    let is_literal = text.len() >= 8
        && !text.contains(char::is_whitespace)
        && !has_placeholder(text)
        && !text.starts_with("{%")
        && !text.starts_with(['$', '<'])
        && !text.contains("{{")
        && !text.starts_with("arn:")
        && !text.starts_with('/')
        && text.chars().any(|character| character.is_ascii_digit());
    (is_named && is_literal).then_some("a secret")
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_advice, single};

    #[test]
    fn secrets_are_found_by_form_and_by_name() {
        let parameters =
            |members: &str| single(&format!(r#""Type": "Pass", "End": true, "Parameters": {{{members}}}"#));
        let found = |members: &str, what: &str| {
            let location = members.split('"').nth(1).unwrap();
            let message = format!(
                "/States/S/Parameters/{location}: This looks like {what}. Take it out of the definition, and replace it where it is valid."
            );
            check_advice("secret-in-text", &parameters(members), &[&message]);
        };
        found(&format!(r#""id": "AKIA{}""#, "Z".repeat(16)), "the id of an AWS access key");
        found(&format!(r#""t": "token ghp_{}""#, "a1".repeat(18)), "a GitHub token");
        found(r#""Password": "hunter2hunter2""#, "a secret");
        found(r#""db_password": "hunter2hunter2""#, "a secret");
        found(r#""Authorization": "Bearer abcdefghijklmnop""#, "a credential");
        for fine in [
            r#""Password": "${Password}""#,
            r#""Password.$": "$.password""#,
            r#""SecretId": "prod/db1/password""#,
            r#""Secret": "arn:aws:secretsmanager:us-east-1:111111111111:secret:x""#,
            r#""NextToken": "abcdef1234567890""#,
            r#""Password": "{{resolve:secretsmanager:a1}}""#,
            r#""note": "AKIA is how ids of keys begin""#,
        ] {
            check_advice("secret-in-text", &parameters(fine), &[]);
        }
    }
}
