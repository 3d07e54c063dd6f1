//! Addresses of what is seen: the part after `#` names an example or a run, an event, a tab and a filter.

use engine::{EventType, Status};
use json::Str;

use crate::history_model::EventFilter;
use crate::map_run::ChildFilter;
use crate::status::StateStatus;

/// What an address asks for. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// The slug of an example that comes with the app.
    pub example: Option<String>,
    /// The id of a run that the browser keeps.
    pub run: Option<String>,
    /// The position of an event, from 1.
    pub event: Option<u32>,
    /// Virtual time to go to where no event is named: ISO 8601, or milliseconds since the start after a `+`.
    pub time: Option<String>,
    pub tab: Option<String>,
    /// Which of the Map Runs is shown, from 1.
    pub map_run: Option<u32>,
    /// Which of its child executions are listed.
    pub children: ChildFilter,
    /// The key of the selected state.
    pub state: Option<Str>,
    pub filter: EventFilter,
    /// Members that are not known, so that a visitor can be told.
    pub unknown: Vec<String>,
}

/// Fragments longer than this are not read: no address that this app makes comes near.
const LONGEST: usize = 16_384;

const STATUSES: [Status; 5] =
    [Status::Running, Status::Succeeded, Status::Failed, Status::TimedOut, Status::Aborted];

impl Link {
    /// Reads a fragment, with or without its `#`. Never fails: what can't be read is among
    /// [`Link::unknown`].
    pub fn parse(fragment: &str) -> Link {
        let mut link = Link::default();
        if fragment.len() > LONGEST {
            link.unknown.push("an address that is too long".to_owned());
            return link;
        }
        for (name, value) in members(fragment) {
            let value = decoded(value);
            match name {
                "example" => link.example = Some(value),
                "run" => link.run = Some(value),
                "time" => link.time = Some(value),
                "map" => match value.parse::<u32>() {
                    Ok(number) if number > 0 => link.map_run = Some(number),
                    _ => link.unknown.push(format!("the Map Run \"{value}\"")),
                },
                "child" => link.children.name = value,
                "exact" => link.children.is_exact = value == "yes",
                "ended" => match STATUSES.into_iter().find(|status| status.name() == value) {
                    Some(status) => link.children.status = Some(status),
                    None => link.unknown.push(format!("the status of child executions \"{value}\"")),
                },
                "tab" => link.tab = Some(value),
                "state" => link.state = Some(value.into()),
                "filter" => link.filter.text = value,
                "event" => match value.parse::<u32>() {
                    Ok(event) => link.event = Some(event),
                    Err(_) => link.unknown.push(format!("the event \"{value}\"")),
                },
                "types" => {
                    for name in value.split(',').filter(|name| !name.is_empty()) {
                        match EventType::from_name(name) {
                            Some(known) => link.filter.types.push(known),
                            None => link.unknown.push(format!("the type of event \"{name}\"")),
                        }
                    }
                }
                // Names may hold commas, so they are separated by what JSON texts can't hold unescaped.
                "states" => {
                    let names = value.split('\u{1f}').filter(|name| !name.is_empty());
                    link.filter.states.extend(names.map(Str::from));
                }
                "statuses" => {
                    for name in value.split(',').filter(|name| !name.is_empty()) {
                        match StateStatus::from_slug(name) {
                            Some(known) => link.filter.statuses.push(known),
                            None => link.unknown.push(format!("the status \"{name}\"")),
                        }
                    }
                }
                other => link.unknown.push(format!("\"{}\"", decoded(other))),
            }
        }
        link
    }

    /// The example that a fragment names: all that has to be known of it before anything is shown.
    pub fn example_in(fragment: &str) -> Option<String> {
        let is_read = fragment.len() <= LONGEST;
        let named = members(fragment).filter(|(name, _)| is_read && *name == "example").last();
        named.map(|(_, value)| decoded(value))
    }

    pub fn is_empty(&self) -> bool {
        *self == Link::default()
    }

    /// The fragment without its `#`.
    pub fn to_fragment(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut put = |name: &str, value: &str| {
            if !value.is_empty() {
                parts.push(format!("{name}={}", encoded(value)));
            }
        };
        put("example", self.example.as_deref().unwrap_or_default());
        put("run", self.run.as_deref().unwrap_or_default());
        put("event", &self.event.map(|event| event.to_string()).unwrap_or_default());
        put("time", self.time.as_deref().unwrap_or_default());
        put("map", &self.map_run.map(|number| number.to_string()).unwrap_or_default());
        put("child", &self.children.name);
        put("exact", if self.children.is_exact { "yes" } else { "" });
        put("ended", self.children.status.map_or("", Status::name));
        put("state", self.state.as_deref().unwrap_or_default());
        put("tab", self.tab.as_deref().unwrap_or_default());
        put("filter", &self.filter.text);
        let types: Vec<&str> = self.filter.types.iter().map(|known| known.name()).collect();
        put("types", &types.join(","));
        let states: Vec<&str> = self.filter.states.iter().map(|name| &**name).collect();
        put("states", &states.join("\u{1f}"));
        let statuses: Vec<&str> = self.filter.statuses.iter().map(|status| status.slug()).collect();
        put("statuses", &statuses.join(","));
        parts.join("&")
    }

    /// Whether two addresses show the same run; moving about in it makes no new entry of the browser's
    /// history.
    pub fn is_same_place(&self, other: &Link) -> bool {
        self.example == other.example && self.run == other.run && self.tab == other.tab
    }
}

/// The names and the encoded values of a fragment, with or without its `#`.
fn members(fragment: &str) -> impl Iterator<Item = (&str, &str)> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let parts = fragment.split('&').filter(|part| !part.is_empty());
    parts.map(|part| part.split_once('=').unwrap_or((part, "")))
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b':' | b',' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// Percent signs that introduce nothing stay as they are.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = (*byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(code) => {
                out.push(code);
                at += 3;
            }
            None => {
                out.push(if *byte == b'+' { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use engine::{EventType, Status};

    use super::Link;
    use crate::history_model::EventFilter;
    use crate::map_run::ChildFilter;
    use crate::status::StateStatus;

    #[test]
    fn addresses_read_back() {
        let link = Link {
            example: Some("order-processing".to_owned()),
            run: Some("18f-2a".to_owned()),
            event: Some(17),
            time: Some("2024-01-01T00:00:12.5Z".to_owned()),
            map_run: Some(2),
            children: ChildFilter { status: Some(Status::TimedOut), name: "a&b".to_owned(), is_exact: true },
            tab: Some("events".to_owned()),
            state: Some("/States/Pay, please/Branches/0/States/Ünïcode & 100 %".into()),
            filter: EventFilter {
                types: vec![EventType::TaskFailed, EventType::TaskScheduled],
                states: vec!["A, b".into(), "C=d".into()],
                statuses: vec![StateStatus::Caught, StateStatus::TimedOut],
                text: "a+b #c".to_owned(),
            },
            unknown: Vec::new(),
        };
        assert_eq!(Link::parse(&format!("#{}", link.to_fragment())), link);
        assert_eq!(Link::example_in(&link.to_fragment()), link.example);
        assert_eq!(Link::example_in("#run=1"), None);
        assert!(Link::parse("").is_empty());
        assert_eq!(Link::default().to_fragment(), "");
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let link = Link::parse("event=x&map=0&ended=lost&types=TaskFailed,Nope&colour=red&tab=ev%zzents&run");
        assert_eq!(link.event, None);
        assert_eq!(link.filter.types, [EventType::TaskFailed]);
        assert_eq!(link.tab.as_deref(), Some("ev%zzents"));
        assert_eq!(
            link.unknown,
            [
                "the event \"x\"",
                "the Map Run \"0\"",
                "the status of child executions \"lost\"",
                "the type of event \"Nope\"",
                "\"colour\""
            ]
        );
        assert!(!Link::parse(&"a".repeat(20_000)).unknown.is_empty());
    }
}
