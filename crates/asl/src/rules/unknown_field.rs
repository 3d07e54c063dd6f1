use super::{Context, Findings, Reach, Rule, with_article};
use crate::Patch;
use crate::fields::ObjectType;

pub(super) static RULE: Rule = Rule {
    code: "unknown-field",
    title: "A field is unknown or stands in the wrong place",
    explanation: "AWS refuses definitions with fields that it doesn't know. Notes go into Comment.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (object, member) in context.members() {
        if object.of.open || member.field.is_some() {
            continue;
        }
        if findings.is_full() {
            return;
        }
        let wants_fixes = findings.wants_fixes();
        let name = context.name_of(member);
        let similar = similar_field(object.of, &name);
        let message = match similar {
            Some(similar) => {
                format!("{} has no field {name}. Did you mean {similar}?", with_article(object.of.name))
            }
            None => format!("{} has no field {name}.", with_article(object.of.name)),
        };
        let mut draft = findings
            .at(context, &RULE, member.node, message)
            .span(member.name_span)
            .state(object.state)
            .aws_schema(format!("Field '{name}' is not supported"))
            .of_object(context, object.node);
        if let Some(similar) = similar.filter(|similar| !context.typed.has(object, similar)) {
            let patch = Patch::replace(member.name_span, format!("\"{similar}\""));
            draft = draft.fix(format!("Rename to {similar}"), patch);
        }
        if wants_fixes && let Some(patch) = crate::edit::remove_member_patch(context.tree(), member.node) {
            draft = draft.fix(format!("Remove {name}"), patch);
        }
        draft.push_to(findings);
    }
}

/// The field of the same letters in another case, or else one that differs in up to two letters.
fn similar_field(of: &ObjectType, name: &str) -> Option<&'static str> {
    let names = || of.all_fields().map(|field| field.name);
    let same = names().find(|known| known.eq_ignore_ascii_case(name));
    same.or_else(|| {
        let allowed = if name.len() < 5 { 1 } else { 2 };
        names()
            .map(|known| (distance(known, name, allowed), known))
            .filter(|(distance, _)| *distance <= allowed)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, known)| known)
    })
}

/// How many letters have to be changed, added or removed (Levenshtein); anything above the limit if it is exceeded.
pub(super) fn distance(one: &str, other: &str, limit: usize) -> usize {
    if one.len().abs_diff(other.len()) > limit {
        return limit + 1;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, byte) in one.bytes().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (cell, other_byte) in row.iter_mut().skip(1).zip(other.bytes()) {
            let changed = diagonal + usize::from(!byte.eq_ignore_ascii_case(&other_byte));
            diagonal = *cell;
            *cell = changed.min(diagonal + 1).min(left + 1);
            left = *cell;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
        // The distance never falls below the least of a row.
        if row.iter().all(|cell| *cell > limit) {
            return limit + 1;
        }
    }
    row.last().copied().unwrap_or(limit + 1)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};
    use super::distance;

    #[test]
    fn unknown_fields_are_reported_with_a_guess() {
        check(
            "unknown-field",
            &single(r#""Type": "Pass", "next": "S", "Seconds": 1, "Outputpth": "$""#),
            &[
                "/States/S/next: A Pass state has no field next. Did you mean Next?",
                "/States/S/Seconds: A Pass state has no field Seconds.",
                "/States/S/Outputpth: A Pass state has no field Outputpth. Did you mean OutputPath?",
            ],
        );
        check("unknown-field", &single(r#""Type": "Nonsense", "next": "S""#), &[]);
        check(
            "unknown-field",
            r#"{"Timeout": 5, "States": {"M": {"Type": "Map", "ItemProcessor": {"QueryLanguage": "JSONata"}}}}"#,
            &[
                "/Timeout: A state machine has no field Timeout.",
                "/States/M/ItemProcessor/QueryLanguage: An item processor has no field QueryLanguage.",
            ],
        );
    }

    #[test]
    fn distances() {
        assert_eq!(distance("Next", "Nxt", 2), 1);
        assert_eq!(distance("Next", "next", 2), 0);
        assert_eq!(distance("Catch", "Retry", 5), 4);
    }
}
