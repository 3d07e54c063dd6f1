//! Parameters and results of the actions of one service, read from a file of `assets/catalogue/shapes`.

/// The shapes of a service. Parsing only splits the text into lines; each shape is read when it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shapes {
    text: String,
    /// Where the lines of the actions start and end, ordered by action.
    actions: Vec<(usize, usize)>,
    /// Where the lines of the shapes start and end.
    lines: Vec<(usize, usize)>,
}

/// What an action takes and gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation<'s> {
    /// As in resources: `putItem`.
    pub action: &'s str,
    /// The structure of the parameters.
    pub input: Option<usize>,
    /// The structure of the result.
    pub output: Option<usize>,
    /// The names of its errors, without the service's prefix.
    pub errors: Vec<&'s str>,
}

/// An object with known members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Structure<'s> {
    pub members: Vec<Member<'s>>,
    /// Whether exactly one of the members has to be given.
    pub is_union: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'s> {
    /// As Step Functions spells it.
    pub name: &'s str,
    pub is_required: bool,
    /// For [`Shapes::read`].
    pub shape: &'s str,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape<'s> {
    /// A text of so many characters.
    Text {
        least: Option<f64>,
        most: Option<f64>,
    },
    Blob {
        least: Option<f64>,
        most: Option<f64>,
    },
    Timestamp,
    Boolean,
    Integer {
        least: Option<f64>,
        most: Option<f64>,
    },
    Number {
        least: Option<f64>,
        most: Option<f64>,
    },
    /// Any JSON.
    Any,
    /// A list of so many items; `item` is for [`Shapes::read`].
    List {
        item: &'s str,
        least: Option<f64>,
        most: Option<f64>,
    },
    /// An object with any names and values of this shape, for [`Shapes::read`].
    Map(&'s str),
    /// A structure or an enumeration: [`Shapes::structure`] or [`Shapes::values`].
    Of(usize),
}

impl Shapes {
    /// Reads a file. Lines that make no sense are never an error; they have no meaning.
    pub fn parse(text: &str) -> Shapes {
        let mut shapes = Shapes { text: text.to_owned(), ..Shapes::default() };
        let mut at = 0;
        let mut in_actions = true;
        for line in text.split_inclusive('\n') {
            let range = (at, at + line.trim_end_matches('\n').len());
            at += line.len();
            if in_actions && range.0 == range.1 {
                in_actions = false;
            } else if in_actions {
                shapes.actions.push(range);
            } else {
                shapes.lines.push(range);
            }
        }
        shapes
    }

    pub fn operation(&self, action: &str) -> Option<Operation<'_>> {
        self.operations().find(|operation| operation.action == action)
    }

    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        self.actions.iter().filter_map(|range| {
            let mut parts = self.at(*range).split(' ');
            let action = parts.next()?;
            let mut structure = || parts.next().and_then(|index| index.parse().ok());
            let (input, output) = (structure(), structure());
            let errors = parts.next().into_iter().flat_map(|errors| errors.split(',')).collect();
            Some(Operation { action, input, output, errors })
        })
    }

    /// The members of a structure; none for an enumeration.
    pub fn structure(&self, index: usize) -> Option<Structure<'_>> {
        let line = self.line(index);
        let members = line.strip_prefix(['=', '|'])?;
        let members = members.split(',').filter_map(|member| {
            let (name, shape) = member.split_once(':')?;
            let (name, is_required) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
            Some(Member { name, is_required, shape })
        });
        Some(Structure { members: members.collect(), is_union: line.starts_with('|') })
    }

    /// The values of an enumeration; none for a structure.
    pub fn values(&self, index: usize) -> Vec<&str> {
        self.line(index).strip_prefix('e').map_or(Vec::new(), |values| values.split('|').collect())
    }

    /// Reads the shape of a member, of a list's items or of a map's values.
    pub fn read<'s>(&self, shape: &'s str) -> Shape<'s> {
        let mut letters = shape.chars();
        let first = letters.next();
        let rest = letters.as_str();
        let (least, most) = range(rest);
        match first {
            Some('s') => Shape::Text { least, most },
            Some('b') => Shape::Blob { least, most },
            Some('t') => Shape::Timestamp,
            Some('o') => Shape::Boolean,
            Some('i') => Shape::Integer { least, most },
            Some('n') => Shape::Number { least, most },
            Some('#') => rest.parse().map_or(Shape::Any, Shape::Of),
            Some('[') => match rest.rsplit_once(']') {
                Some((item, count)) => {
                    let (least, most) = range(count);
                    Shape::List { item, least, most }
                }
                None => Shape::Any,
            },
            Some('{') => rest.strip_suffix('}').map_or(Shape::Any, Shape::Map),
            _ => Shape::Any,
        }
    }

    /// The shape of the parameter at a path of names, such as `["Item"]` or `["Key", "*"]`: `*` is any item of a
    /// list or value of a map. None where there is no such parameter.
    pub fn at_path<'s>(&'s self, structure: usize, path: &[&str]) -> Option<Shape<'s>> {
        let mut shape = Shape::Of(structure);
        for name in path {
            shape = match shape {
                Shape::Of(index) => {
                    let structure = self.structure(index)?;
                    let member = structure.members.iter().find(|member| member.name == *name)?;
                    self.read(member.shape)
                }
                Shape::List { item, .. } | Shape::Map(item) => self.read(item),
                _ => return None,
            };
        }
        Some(shape)
    }

    fn line(&self, index: usize) -> &str {
        self.lines.get(index).map_or("", |range| self.at(*range))
    }

    fn at(&self, (start, end): (usize, usize)) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }
}

fn range(text: &str) -> (Option<f64>, Option<f64>) {
    let (least, most) = text.split_once("..").unwrap_or_default();
    (least.parse().ok(), most.parse().ok())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{Shape, Shapes};

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/catalogue/shapes")
    }

    fn file(service: &str) -> Shapes {
        Shapes::parse(&fs::read_to_string(folder().join(format!("{service}.txt"))).unwrap())
    }

    #[test]
    fn parameters_are_found() {
        let shapes = file("dynamodb");
        let put = shapes.operation("putItem").unwrap();
        assert!(put.errors.contains(&"ConditionalCheckFailedException"));
        let input = put.input.unwrap();
        let required: Vec<&str> = shapes
            .structure(input)
            .unwrap()
            .members
            .iter()
            .filter(|member| member.is_required)
            .map(|member| member.name)
            .collect();
        assert_eq!(required, ["TableName", "Item"]);
        assert!(matches!(shapes.at_path(input, &["Item"]), Some(Shape::Map(_))));
        assert!(shapes.at_path(input, &["Item", "*", "Bool"]).is_none());
        assert!(matches!(shapes.at_path(input, &["Item", "*", "BOOL"]), Some(Shape::Boolean)));
        let Some(Shape::Of(value)) = shapes.at_path(input, &["Item", "*"]) else { panic!() };
        assert!(shapes.structure(value).unwrap().is_union, "an attribute has one type");
        let Some(Shape::Of(values)) = shapes.at_path(input, &["ReturnValues"]) else { panic!() };
        assert_eq!(shapes.values(values)[0], "NONE");
        assert!(shapes.structure(values).is_none());
    }

    #[test]
    fn names_are_those_of_step_functions() {
        let shapes = file("rds");
        let input = shapes.operation("createDBInstance").unwrap().input.unwrap();
        assert!(shapes.at_path(input, &["DbInstanceIdentifier"]).is_some());
        let shapes = file("s3");
        let output = shapes.operation("headObject").unwrap().output.unwrap();
        assert!(shapes.at_path(output, &["ETag"]).is_some());
    }

    #[test]
    fn every_file_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/catalogue/shapes");
        let mut files = 0;
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let shapes = Shapes::parse(&fs::read_to_string(entry.path()).unwrap());
            files += 1;
            for index in 0..shapes.lines.len() {
                let structure = shapes.structure(index);
                assert!(
                    structure.is_some() || !shapes.values(index).is_empty(),
                    "{:?} {index}",
                    entry.path()
                );
                for member in structure.into_iter().flat_map(|structure| structure.members) {
                    let is_any = matches!(shapes.read(member.shape), Shape::Any);
                    assert!(!is_any || member.shape == "?", "{:?} {member:?}", entry.path());
                }
            }
            for operation in shapes.operations() {
                let ends = [operation.input, operation.output];
                assert!(ends.iter().flatten().all(|index| *index < shapes.lines.len()), "{operation:?}");
            }
        }
        assert!(files > 400, "{files}");
    }

    #[test]
    fn nonsense_means_nothing() {
        for text in ["", "\n", "a\n", "a b c d e\n\n=:,!:,x\n[", "a 9 9\n\ne"] {
            let shapes = Shapes::parse(text);
            for operation in shapes.operations() {
                let _ = shapes.structure(operation.input.unwrap_or(7));
            }
        }
        let shapes = Shapes::default();
        assert_eq!(
            shapes.read("[[s]1..2]..3"),
            Shape::List { item: "[s]1..2", least: None, most: Some(3.0) }
        );
        assert_eq!(shapes.read("#x"), Shape::Any);
    }

    /// As exceptions of the SDK for Java are called, which is what Step Functions tells.
    #[test]
    fn errors_are_named_as_exceptions() {
        let mut all = std::collections::BTreeSet::new();
        for entry in fs::read_dir(folder()).unwrap() {
            let shapes = Shapes::parse(&fs::read_to_string(entry.unwrap().path()).unwrap());
            all.extend(shapes.operations().flat_map(|operation| {
                operation.errors.into_iter().map(str::to_owned).collect::<Vec<String>>()
            }));
        }
        let is_odd = |name: &&String| {
            !name.ends_with("Exception")
                || name.ends_with("FaultException")
                || !name.starts_with(|letter: char| letter.is_ascii_uppercase())
                || !name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        assert_eq!(all.iter().filter(is_odd).collect::<Vec<_>>(), Vec::<&String>::new());
        // Of `InternalServerError`, `DBInstanceNotFoundFault` and `NoSuchKey`.
        for name in ["InternalServerErrorException", "DbInstanceNotFoundException", "NoSuchKeyException"] {
            assert!(all.contains(name), "{name}");
        }
    }
}
