//! The syntax of patterns, with what browsers allow beyond the standard.

/// A parsed pattern.
pub(super) struct Parsed {
    pub(super) root: Item,
    pub(super) sets: Vec<Set>,
    /// Groups that capture, without the whole match.
    pub(super) groups: usize,
}

pub(super) enum Item {
    Empty,
    Unit(u16),
    /// Anything but a line terminator.
    Any,
    Set(usize),
    Start,
    End,
    WordBoundary(bool),
    Backreference(usize),
    Group(Box<Item>, Option<usize>),
    Look {
        inner: Box<Item>,
        ahead: bool,
        negative: bool,
    },
    Sequence(Vec<Item>),
    Alternatives(Vec<Item>),
    /// The groups inside are those from `first_group` up to `last_group`.
    Repeat {
        inner: Box<Item>,
        least: u32,
        most: Option<u32>,
        greedy: bool,
        first_group: usize,
        last_group: usize,
    },
}

/// A set of units, as ranges.
#[derive(Default)]
pub(super) struct Set {
    pub(super) ranges: Vec<(u16, u16)>,
    pub(super) negated: bool,
}

const MAX_DEPTH: u32 = 100;
const MAX_PATTERN: usize = 20_000;
const MAX_REPEAT: u32 = u32::MAX;

pub(super) fn parse(pattern: &str) -> Result<Parsed, String> {
    let units: Vec<u16> = pattern.encode_utf16().collect();
    if units.len() > MAX_PATTERN {
        return Err("the pattern is too long".to_owned());
    }
    let (names, total_groups) = scan_groups(&units)?;
    let mut parser =
        Parser { units: &units, position: 0, sets: Vec::new(), groups: 0, names, total_groups, depth: 0 };
    let root = parser.alternatives()?;
    if parser.position < units.len() {
        return Err("unmatched )".to_owned());
    }
    Ok(Parsed { root, sets: parser.sets, groups: parser.groups })
}

/// The names of the named groups with their numbers, and the number of groups: back references may stand
/// before what they refer to.
fn scan_groups(units: &[u16]) -> Result<(Vec<(String, usize)>, usize), String> {
    let mut names: Vec<(String, usize)> = Vec::new();
    let mut groups = 0;
    let mut in_set = false;
    let mut position = 0;
    let at = |position: usize| units.get(position).and_then(|unit| u8::try_from(*unit).ok());
    while position < units.len() {
        match at(position) {
            Some(b'\\') => position += 1,
            Some(b'[') => in_set = true,
            Some(b']') => in_set = false,
            Some(b'(') if !in_set => {
                if at(position + 1) != Some(b'?') {
                    groups += 1;
                } else if at(position + 2) == Some(b'<') && !matches!(at(position + 3), Some(b'=' | b'!')) {
                    groups += 1;
                    let rest = units.get(position + 3..).unwrap_or_default();
                    let length = rest.iter().position(|unit| *unit == u16::from(b'>'));
                    let name =
                        length.map(|length| String::from_utf16_lossy(&rest[..length])).unwrap_or_default();
                    let is_name = |(index, character): (usize, char)| {
                        character == '_'
                            || character == '$'
                            || if index == 0 {
                                character.is_alphabetic()
                            } else {
                                character.is_alphanumeric()
                            }
                    };
                    if name.is_empty() || !name.chars().enumerate().all(is_name) {
                        return Err("a group has no valid name".to_owned());
                    }
                    if names.iter().any(|(known, _)| *known == name) {
                        return Err("two groups have the same name".to_owned());
                    }
                    names.push((name, groups));
                }
            }
            _ => {}
        }
        position += 1;
    }
    Ok((names, groups))
}

struct Parser<'p> {
    units: &'p [u16],
    position: usize,
    sets: Vec<Set>,
    groups: usize,
    names: Vec<(String, usize)>,
    total_groups: usize,
    depth: u32,
}

/// The ASCII character that a unit is; 0xff for any other.
fn ascii(unit: u16) -> u8 {
    u8::try_from(unit).ok().filter(u8::is_ascii).unwrap_or(0xff)
}

impl Parser<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.units.get(self.position + ahead).map(|unit| ascii(*unit))
    }

    fn take(&mut self, character: u8) -> bool {
        let taken = self.peek(0) == Some(character);
        if taken {
            self.position += 1;
        }
        taken
    }

    fn alternatives(&mut self) -> Result<Item, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("groups are nested too deeply".to_owned());
        }
        let mut branches = vec![self.sequence()?];
        while self.take(b'|') {
            branches.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(if branches.len() == 1 {
            branches.pop().unwrap_or(Item::Empty)
        } else {
            Item::Alternatives(branches)
        })
    }

    fn sequence(&mut self) -> Result<Item, String> {
        let mut items = Vec::new();
        while !matches!(self.peek(0), None | Some(b'|' | b')')) {
            let first_group = self.groups + 1;
            let (item, repeatable) = self.term()?;
            let item = match self.quantifier()? {
                None => item,
                Some(_) if !repeatable => return Err("nothing to repeat".to_owned()),
                Some((least, most, greedy)) => {
                    let last_group = self.groups;
                    Item::Repeat { inner: Box::new(item), least, most, greedy, first_group, last_group }
                }
            };
            items.push(item);
        }
        Ok(if items.len() == 1 { items.pop().unwrap_or(Item::Empty) } else { Item::Sequence(items) })
    }

    fn quantifier(&mut self) -> Result<Option<(u32, Option<u32>, bool)>, String> {
        let (least, most) = match self.peek(0) {
            Some(b'*') => (0, None),
            Some(b'+') => (1, None),
            Some(b'?') => (0, Some(1)),
            Some(b'{') => {
                let Some((least, most, length)) = self.braces() else { return Ok(None) };
                if most.is_some_and(|most| most < least) {
                    return Err("numbers out of order in a quantifier".to_owned());
                }
                self.position += length - 1;
                (least, most)
            }
            _ => return Ok(None),
        };
        self.position += 1;
        let greedy = !self.take(b'?');
        Ok(Some((least, most, greedy)))
    }

    /// `{2}`, `{2,}` or `{2,3}` with its length; anything else is no quantifier.
    fn braces(&self) -> Option<(u32, Option<u32>, usize)> {
        let mut ahead = 1;
        let mut number = || {
            let start = ahead;
            let mut value = 0u32;
            while let Some(digit @ b'0'..=b'9') = self.peek(ahead) {
                value = value.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
                ahead += 1;
            }
            ((ahead > start).then_some(value), ahead)
        };
        let (least, after_least) = number();
        let least = least?;
        match self.peek(after_least)? {
            b'}' => Some((least, Some(least), after_least + 1)),
            b',' => {
                ahead = after_least + 1;
                let mut value = None;
                while let Some(digit @ b'0'..=b'9') = self.peek(ahead) {
                    let before = value.unwrap_or(0u32);
                    value = Some(before.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
                    ahead += 1;
                }
                (self.peek(ahead)? == b'}').then_some((
                    least,
                    value.filter(|most| *most < MAX_REPEAT),
                    ahead + 1,
                ))
            }
            _ => None,
        }
    }

    /// One item, and whether it may be repeated.
    fn term(&mut self) -> Result<(Item, bool), String> {
        let Some(unit) = self.units.get(self.position).copied() else { return Ok((Item::Empty, false)) };
        match ascii(unit) {
            b'^' => {
                self.position += 1;
                Ok((Item::Start, false))
            }
            b'$' => {
                self.position += 1;
                Ok((Item::End, false))
            }
            b'.' => {
                self.position += 1;
                Ok((Item::Any, true))
            }
            b'(' => self.group(),
            b'[' => Ok((self.set()?, true)),
            b'*' | b'+' | b'?' => Err("nothing to repeat".to_owned()),
            b'{' if self.braces().is_some() => Err("nothing to repeat".to_owned()),
            b'\\' => self.escape(),
            _ => {
                self.position += 1;
                Ok((Item::Unit(unit), true))
            }
        }
    }

    fn group(&mut self) -> Result<(Item, bool), String> {
        self.position += 1;
        let mut look = None;
        let mut number = None;
        if self.take(b'?') {
            match (self.peek(0), self.peek(1)) {
                (Some(b':'), _) => self.position += 1,
                (Some(b'='), _) => {
                    self.position += 1;
                    look = Some((true, false));
                }
                (Some(b'!'), _) => {
                    self.position += 1;
                    look = Some((true, true));
                }
                (Some(b'<'), Some(b'=')) => {
                    self.position += 2;
                    look = Some((false, false));
                }
                (Some(b'<'), Some(b'!')) => {
                    self.position += 2;
                    look = Some((false, true));
                }
                (Some(b'<'), _) => {
                    while self.peek(0).is_some_and(|character| character != b'>') {
                        self.position += 1;
                    }
                    self.position += 1;
                    self.groups += 1;
                    number = Some(self.groups);
                }
                _ => return Err("invalid group".to_owned()),
            }
        } else {
            self.groups += 1;
            number = Some(self.groups);
        }
        let inner = Box::new(self.alternatives()?);
        if !self.take(b')') {
            return Err("unterminated group".to_owned());
        }
        Ok(match look {
            // Looking ahead may be repeated, for old scripts' sake; looking behind may not.
            Some((ahead, negative)) => (Item::Look { inner, ahead, negative }, ahead),
            None => (Item::Group(inner, number), true),
        })
    }

    fn add_set(&mut self, set: Set) -> Item {
        self.sets.push(set);
        Item::Set(self.sets.len() - 1)
    }

    fn escape(&mut self) -> Result<(Item, bool), String> {
        self.position += 1;
        let Some(unit) = self.units.get(self.position).copied() else {
            return Err("\\ at end of pattern".to_owned());
        };
        let character = ascii(unit);
        match character {
            b'b' | b'B' => {
                self.position += 1;
                return Ok((Item::WordBoundary(character == b'b'), false));
            }
            b'1'..=b'9' => {
                let mut number = 0usize;
                let mut length = 0;
                while let Some(digit @ b'0'..=b'9') = self.peek(length) {
                    number = number.saturating_mul(10).saturating_add(usize::from(digit - b'0'));
                    length += 1;
                }
                if number <= self.total_groups {
                    self.position += length;
                    return Ok((Item::Backreference(number), true));
                }
            }
            b'k' if !self.names.is_empty() => {
                let rest = self.units.get(self.position + 2..).unwrap_or_default();
                let length = rest.iter().position(|unit| *unit == u16::from(b'>'));
                let name = length.map(|length| String::from_utf16_lossy(&rest[..length]));
                let group = name.filter(|_| self.peek(1) == Some(b'<')).and_then(|name| {
                    self.names.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
                });
                let (Some(group), Some(length)) = (group, length) else {
                    return Err("invalid named reference".to_owned());
                };
                self.position += length + 3;
                return Ok((Item::Backreference(group), true));
            }
            _ => {}
        }
        let mut set = Set::default();
        if class_escape(character, &mut set.ranges) {
            self.position += 1;
            return Ok((self.add_set(set), true));
        }
        Ok((Item::Unit(self.unit_escape(false)), true))
    }

    /// The unit that an escape stands for; the position is on the character after the backslash.
    fn unit_escape(&mut self, in_set: bool) -> u16 {
        let Some(unit) = self.units.get(self.position).copied() else { return u16::from(b'\\') };
        let character = ascii(unit);
        let hex = |parser: &Self, length: usize| {
            let digits = parser.units.get(parser.position + 1..parser.position + 1 + length)?;
            digits.iter().try_fold(0u16, |value, digit| {
                let digit = char::from(ascii(*digit)).to_digit(16)?;
                Some(value << 4 | digit as u16)
            })
        };
        let (value, length) = match character {
            b't' => (9, 1),
            b'n' => (10, 1),
            b'v' => (11, 1),
            b'f' => (12, 1),
            b'r' => (13, 1),
            b'x' => hex(self, 2).map_or((unit, 1), |value| (value, 3)),
            b'u' => hex(self, 4).map_or((unit, 1), |value| (value, 5)),
            b'c' => match self.peek(1) {
                Some(letter) if letter.is_ascii_alphabetic() => (u16::from(letter & 31), 2),
                Some(letter) if in_set && (letter.is_ascii_digit() || letter == b'_') => {
                    (u16::from(letter & 31), 2)
                }
                // The backslash itself is meant, and the letter follows.
                _ => (u16::from(b'\\'), 0),
            },
            b'0'..=b'7' => {
                let mut value = 0u16;
                let mut length = 0;
                while let Some(digit @ b'0'..=b'7') = self.peek(length) {
                    if length == 3 || value * 8 + u16::from(digit - b'0') > 0o377 {
                        break;
                    }
                    value = value * 8 + u16::from(digit - b'0');
                    length += 1;
                }
                (value, length)
            }
            _ => (unit, 1),
        };
        self.position += length;
        value
    }

    fn set(&mut self) -> Result<Item, String> {
        self.position += 1;
        let mut set = Set { ranges: Vec::new(), negated: self.take(b'^') };
        loop {
            match self.peek(0) {
                None => return Err("unterminated character class".to_owned()),
                Some(b']') => break,
                Some(_) => {}
            }
            let Some(first) = self.set_atom(&mut set.ranges) else {
                // A class such as \d; a hyphen after it is a hyphen.
                if self.peek(0) == Some(b'-') && self.peek(1) != Some(b']') {
                    self.position += 1;
                    set.ranges.push((u16::from(b'-'), u16::from(b'-')));
                }
                continue;
            };
            if self.peek(0) == Some(b'-') && !matches!(self.peek(1), None | Some(b']')) {
                self.position += 1;
                match self.set_atom(&mut set.ranges) {
                    Some(last) if last < first => {
                        return Err("range out of order in character class".to_owned());
                    }
                    Some(last) => set.ranges.push((first, last)),
                    None => {
                        set.ranges.push((first, first));
                        set.ranges.push((u16::from(b'-'), u16::from(b'-')));
                    }
                }
            } else {
                set.ranges.push((first, first));
            }
        }
        self.position += 1;
        Ok(self.add_set(set))
    }

    /// One unit of a set; none for a class, which is added to the ranges.
    fn set_atom(&mut self, ranges: &mut Vec<(u16, u16)>) -> Option<u16> {
        let unit = self.units.get(self.position).copied()?;
        self.position += 1;
        if ascii(unit) != b'\\' {
            return Some(unit);
        }
        let character = self.peek(0).unwrap_or(0xff);
        if class_escape(character, ranges) {
            self.position += 1;
            return None;
        }
        if character == b'b' {
            self.position += 1;
            return Some(8);
        }
        Some(self.unit_escape(true))
    }
}

const WORD: [(u16, u16); 4] = [(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];
const DIGIT: [(u16, u16); 1] = [(0x30, 0x39)];
const SPACE: [(u16, u16); 10] = [
    (0x09, 0x0d),
    (0x20, 0x20),
    (0xa0, 0xa0),
    (0x1680, 0x1680),
    (0x2000, 0x200a),
    (0x2028, 0x2029),
    (0x202f, 0x202f),
    (0x205f, 0x205f),
    (0x3000, 0x3000),
    (0xfeff, 0xfeff),
];

/// Adds what `\d`, `\D`, `\w`, `\W`, `\s` or `\S` stands for; false for any other letter.
fn class_escape(character: u8, ranges: &mut Vec<(u16, u16)>) -> bool {
    let class: &[(u16, u16)] = match character.to_ascii_lowercase() {
        b'd' => &DIGIT,
        b'w' => &WORD,
        b's' => &SPACE,
        _ => return false,
    };
    if character.is_ascii_lowercase() {
        ranges.extend_from_slice(class);
        return true;
    }
    let mut from = 0u16;
    for (first, last) in class {
        if *first > from {
            ranges.push((from, first - 1));
        }
        from = last + 1;
    }
    ranges.push((from, u16::MAX));
    true
}
