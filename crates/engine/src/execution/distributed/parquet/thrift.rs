//! Thrift's compact protocol, as far as Parquet's metadata needs it.

/// A value. Fields of structs go by their numbers.
#[derive(Debug)]
pub(super) enum Thrift<'a> {
    Bool(bool),
    Int(i64),
    /// Parquet's metadata has none that is of interest.
    Double,
    Binary(&'a [u8]),
    List(Vec<Thrift<'a>>),
    Struct(Vec<(i16, Thrift<'a>)>),
    Map,
}

/// Structs within structs: Parquet has less.
const MOST_NESTED: u32 = 16;

/// Reads a struct at the start of bytes; answers how long it was.
pub(super) fn read_struct(bytes: &[u8]) -> Option<(Thrift<'_>, usize)> {
    let mut reader = Reader { rest: bytes };
    let value = reader.read(STRUCT, 0)?;
    Some((value, bytes.len() - reader.rest.len()))
}

impl<'a> Thrift<'a> {
    pub(super) fn field(&self, number: i16) -> Option<&Thrift<'a>> {
        match self {
            Thrift::Struct(fields) => fields.iter().find(|(id, _)| *id == number).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn int(&self, number: i16) -> Option<i64> {
        match self.field(number)? {
            Thrift::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// A length, a count or an offset.
    pub(super) fn size(&self, number: i16) -> Option<usize> {
        usize::try_from(self.int(number)?).ok()
    }

    pub(super) fn bool(&self, number: i16) -> Option<bool> {
        match self.field(number)? {
            Thrift::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    pub(super) fn text(&self, number: i16) -> Option<&'a str> {
        match self.field(number)? {
            Thrift::Binary(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    pub(super) fn list(&self, number: i16) -> &[Thrift<'a>] {
        match self.field(number) {
            Some(Thrift::List(items)) => items,
            _ => &[],
        }
    }
}

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let number = self.varint()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn read(&mut self, kind: u8, depth: u32) -> Option<Thrift<'a>> {
        if depth > MOST_NESTED {
            return None;
        }
        match kind {
            TRUE => Some(Thrift::Bool(true)),
            FALSE => Some(Thrift::Bool(false)),
            BYTE => self.byte().map(|byte| Thrift::Int(i64::from(byte as i8))),
            I16..=I64 => self.zigzag().map(Thrift::Int),
            DOUBLE => self.take(8).map(|_| Thrift::Double),
            BINARY => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.take(length).map(Thrift::Binary)
            }
            LIST | SET => {
                let head = self.byte()?;
                let count = match head >> 4 {
                    15 => usize::try_from(self.varint()?).ok()?,
                    count => usize::from(count),
                };
                // Every item takes a byte at least.
                let mut items = Vec::with_capacity(count.min(self.rest.len()).min(1024));
                for _ in 0..count {
                    items.push(match head & 15 {
                        TRUE | FALSE => Thrift::Bool(self.byte()? == TRUE),
                        kind => self.read(kind, depth + 1)?,
                    });
                }
                Some(Thrift::List(items))
            }
            MAP => {
                let count = self.varint()?;
                let kinds = if count == 0 { 0 } else { self.byte()? };
                for _ in 0..count {
                    for kind in [kinds >> 4, kinds & 15] {
                        match kind {
                            TRUE | FALSE => self.byte().map(drop)?,
                            kind => self.read(kind, depth + 1).map(drop)?,
                        }
                    }
                }
                Some(Thrift::Map)
            }
            STRUCT => {
                let mut fields = Vec::new();
                let mut number = 0i16;
                loop {
                    let head = self.byte()?;
                    if head == 0 {
                        return Some(Thrift::Struct(fields));
                    }
                    number = match head >> 4 {
                        0 => i16::try_from(self.zigzag()?).ok()?,
                        step => number.checked_add(i16::from(step))?,
                    };
                    fields.push((number, self.read(head & 15, depth + 1)?));
                }
            }
            _ => None,
        }
    }
}
