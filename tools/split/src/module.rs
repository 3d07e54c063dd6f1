//! The parts of a WebAssembly module that splitting it needs, read once.

use wasm_encoder::MemArg;
use wasm_encoder::reencode::{self, Reencode, utils};
use wasmparser::{
    ConstExpr, DataKind, ElementItems, ElementKind, Export, FuncType, FunctionBody, GlobalSectionReader,
    GlobalType, Imports, KnownCustom, MemorySectionReader, MemoryType, Name, Operator, Parser, Payload,
    TableSectionReader, TableType, TypeRef,
};

pub type Result<T> = std::result::Result<T, String>;

/// A module as its sections give it. Every index counts the imported items first, as WebAssembly does.
#[derive(Default)]
pub struct Module<'a> {
    pub types: Vec<FuncType>,
    pub imports: Vec<Import<'a>>,
    pub functions: Vec<Function<'a>>,
    pub table_section: Option<TableSectionReader<'a>>,
    pub tables: Vec<TableType>,
    pub memory_section: Option<MemorySectionReader<'a>>,
    pub memories: Vec<MemoryType>,
    pub global_section: Option<GlobalSectionReader<'a>>,
    pub globals: Vec<GlobalType>,
    pub exports: Vec<Export<'a>>,
    pub start: Option<u32>,
    pub elements: Vec<Element>,
    /// By their addresses.
    pub data: Vec<Data<'a>>,
}

pub struct Import<'a> {
    pub module: &'a str,
    pub name: &'a str,
    pub ty: TypeRef,
}

/// A function; an imported one has no body.
#[derive(Default)]
pub struct Function<'a> {
    pub type_index: u32,
    /// From the name section, empty where it says nothing.
    pub name: String,
    pub body: Option<FunctionBody<'a>>,
    /// What the body refers to.
    pub uses: Uses,
}

/// What a function body names by index.
#[derive(Default)]
pub struct Uses {
    pub functions: Vec<u32>,
    pub globals: Vec<u32>,
    pub tables: Vec<u32>,
    /// Constants, which may be addresses.
    pub constants: Vec<u32>,
    /// Constants to which something is added: the beginning of a table, but for the least index.
    pub bases: Vec<u32>,
}

/// What memory holds from an address on when the program starts: one static or constant of it, or several where the
/// linker has put them together.
pub struct Data<'a> {
    pub start: u32,
    pub bytes: &'a [u8],
    /// From the name section.
    pub name: String,
}

/// Functions that a table holds from an offset on.
pub struct Element {
    pub table: u32,
    pub offset: u32,
    pub functions: Vec<u32>,
}

impl<'a> Module<'a> {
    /// Reads a module.
    ///
    /// # Errors
    ///
    /// Says what the module has that this tool does not know how to split.
    pub fn parse(bytes: &'a [u8]) -> Result<Module<'a>> {
        let mut module = Module::default();
        let mut names = Names::default();
        let mut next_body = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(text)? {
                Payload::TypeSection(section) => {
                    for ty in section.into_iter_err_on_gc_types() {
                        module.types.push(ty.map_err(text)?);
                    }
                }
                Payload::ImportSection(section) => {
                    for imports in section {
                        module.add_import(imports.map_err(text)?)?;
                    }
                    next_body = module.functions.len();
                }
                Payload::FunctionSection(section) => {
                    for type_index in section {
                        let type_index = type_index.map_err(text)?;
                        module.functions.push(Function { type_index, ..Function::default() });
                    }
                }
                Payload::TableSection(section) => {
                    for table in section.clone() {
                        module.tables.push(table.map_err(text)?.ty);
                    }
                    module.table_section = Some(section);
                }
                Payload::MemorySection(section) => {
                    for memory in section.clone() {
                        module.memories.push(memory.map_err(text)?);
                    }
                    module.memory_section = Some(section);
                }
                Payload::GlobalSection(section) => {
                    for global in section.clone() {
                        module.globals.push(global.map_err(text)?.ty);
                    }
                    module.global_section = Some(section);
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        module.exports.push(export.map_err(text)?);
                    }
                }
                Payload::StartSection { func, .. } => module.start = Some(func),
                Payload::ElementSection(section) => {
                    for element in section {
                        let element = read_element(element.map_err(text)?)?;
                        module.elements.push(element);
                    }
                }
                Payload::DataSection(section) => {
                    for data in section {
                        module.data.push(read_data(data.map_err(text)?)?);
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let function = module.functions.get_mut(next_body).ok_or("more bodies than functions")?;
                    function.uses = read_uses(&body)?;
                    function.body = Some(body);
                    next_body += 1;
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(section) = section.as_known() {
                        read_names(section, &mut names)?;
                    }
                }
                Payload::TagSection(_) => return Err("the module has exception tags".to_owned()),
                _ => {}
            }
        }
        for (index, name) in names.functions {
            if let Some(function) = module.functions.get_mut(index as usize) {
                function.name = name;
            }
        }
        for (index, name) in names.data {
            if let Some(data) = module.data.get_mut(index as usize) {
                data.name = name;
            }
        }
        module.data.sort_by_key(|data| data.start);
        Ok(module)
    }

    pub fn function(&self, index: u32) -> Result<&Function<'a>> {
        self.functions.get(index as usize).ok_or_else(|| format!("there is no function {index}"))
    }

    /// How many functions are imported: the index of the first one that is not.
    pub fn imported_functions(&self) -> u32 {
        self.functions.iter().take_while(|function| function.body.is_none()).count() as u32
    }

    /// The imports, with the index of each that is a function.
    pub fn imports_with_functions(&self) -> impl Iterator<Item = (&Import<'a>, Option<u32>)> {
        let mut functions = 0..;
        self.imports.iter().map(move |import| {
            let index = matches!(import.ty, TypeRef::Func(_)).then(|| functions.next()).flatten();
            (import, index)
        })
    }

    fn add_import(&mut self, imports: Imports<'a>) -> Result<()> {
        let Imports::Single(_, wasmparser::Import { module, name, ty }) = imports else {
            return Err("the module has compact imports".to_owned());
        };
        match ty {
            TypeRef::Func(type_index) => {
                self.functions.push(Function { type_index, ..Function::default() });
            }
            TypeRef::Table(table) => self.tables.push(table),
            TypeRef::Memory(memory) => self.memories.push(memory),
            TypeRef::Global(global) => self.globals.push(global),
            TypeRef::Tag(_) | TypeRef::FuncExact(_) => return Err(format!("cannot import {name}")),
        }
        self.imports.push(Import { module, name, ty });
        Ok(())
    }
}

pub fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[derive(Default)]
struct Names {
    functions: Vec<(u32, String)>,
    data: Vec<(u32, String)>,
}

fn read_names(section: wasmparser::NameSectionReader<'_>, names: &mut Names) -> Result<()> {
    for subsection in section {
        let (list, map) = match subsection.map_err(text)? {
            Name::Function(map) => (&mut names.functions, map),
            Name::Data(map) => (&mut names.data, map),
            _ => continue,
        };
        for naming in map {
            let naming = naming.map_err(text)?;
            list.push((naming.index, naming.name.to_owned()));
        }
    }
    Ok(())
}

fn read_element(element: wasmparser::Element<'_>) -> Result<Element> {
    let (ElementKind::Active { table_index, offset_expr }, ElementItems::Functions(items)) =
        (element.kind, element.items)
    else {
        return Err("the module has element segments that are not plain lists of functions".to_owned());
    };
    let functions = items.into_iter().collect::<std::result::Result<_, _>>().map_err(text)?;
    Ok(Element { table: table_index.unwrap_or(0), offset: constant(&offset_expr)?, functions })
}

fn read_data(data: wasmparser::Data<'_>) -> Result<Data<'_>> {
    let DataKind::Active { memory_index: 0, offset_expr } = data.kind else {
        return Err("the module has data that it puts into memory by itself".to_owned());
    };
    Ok(Data { start: constant(&offset_expr)?, bytes: data.data, name: String::new() })
}

fn constant(expression: &ConstExpr<'_>) -> Result<u32> {
    match expression.get_operators_reader().read().map_err(text)? {
        Operator::I32Const { value } => Ok(value as u32),
        _ => Err("a segment's offset is no constant".to_owned()),
    }
}

fn read_uses(body: &FunctionBody<'_>) -> Result<Uses> {
    let mut collector = Collector(Uses::default());
    let mut reader = body.get_operators_reader().map_err(text)?;
    let mut last_constant = None;
    while !reader.eof() {
        let operator = reader.read().map_err(text)?;
        let is_added_to = matches!(operator, Operator::I32Add);
        if let (true, Some(base)) = (is_added_to, last_constant) {
            collector.0.bases.push(base);
        }
        last_constant = match operator {
            Operator::I32Const { value } => Some(value as u32),
            Operator::RefFunc { .. } => return Err("a function takes another one's reference".to_owned()),
            _ => None,
        };
        collector.0.constants.extend(last_constant);
        collector.instruction(operator).map_err(text)?;
    }
    let mut uses = collector.0;
    for list in
        [&mut uses.functions, &mut uses.globals, &mut uses.tables, &mut uses.constants, &mut uses.bases]
    {
        list.sort_unstable();
        list.dedup();
    }
    Ok(uses)
}

/// Encodes instructions for nothing but the indices that it is asked about on the way.
struct Collector(Uses);

impl Reencode for Collector {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> std::result::Result<u32, reencode::Error> {
        self.0.functions.push(index);
        Ok(index)
    }

    fn global_index(&mut self, index: u32) -> std::result::Result<u32, reencode::Error> {
        self.0.globals.push(index);
        Ok(index)
    }

    fn table_index(&mut self, index: u32) -> std::result::Result<u32, reencode::Error> {
        self.0.tables.push(index);
        Ok(index)
    }

    fn mem_arg(&mut self, argument: wasmparser::MemArg) -> std::result::Result<MemArg, reencode::Error> {
        self.0.bases.push(argument.offset as u32);
        utils::mem_arg(self, argument)
    }

    fn data_index(&mut self, _: u32) -> std::result::Result<u32, reencode::Error> {
        Err(reencode::Error::UnexpectedNonCoreModuleSection)
    }

    fn element_index(&mut self, _: u32) -> std::result::Result<u32, reencode::Error> {
        Err(reencode::Error::UnexpectedNonCoreModuleSection)
    }
}
