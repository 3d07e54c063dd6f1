//! Encodes the two modules.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, GlobalType, ImportSection, MemorySection, Module as Output,
    RefType, StartSection, TableSection, TableType, TypeSection, ValType,
};

use crate::module::{Module, Result, text};
use crate::plan::{Plan, Slot};

/// Module and name under which the first module imports the function that loads the second one.
pub const LOADER: (&str, &str) = ("rest", "load");
/// The module from which the second one imports what the first one exports for it.
pub const FIRST: &str = "first";

/// The two modules, neither with names.
pub struct Split {
    pub first: Vec<u8>,
    pub rest: Vec<u8>,
    /// The indices that functions have in the first module, by those in the module that was split.
    pub indices: BTreeMap<u32, u32>,
}

/// What the first module exports for the second one: the names by the index in the module that is split.
///
/// The names are numbers, which no item of a program can be called.
struct Interface {
    functions: BTreeMap<u32, String>,
    globals: BTreeMap<u32, String>,
    tables: BTreeMap<u32, String>,
    memories: BTreeMap<u32, String>,
    table_of_rest: String,
    is_loaded: String,
}

impl Interface {
    fn new(module: &Module<'_>, plan: &Plan) -> Result<Interface> {
        let (mut globals, mut tables) = (BTreeSet::new(), BTreeSet::new());
        for index in plan.moved.iter().chain(&plan.copied) {
            let uses = &module.function(*index)?.uses;
            globals.extend(&uses.globals);
            tables.extend(&uses.tables);
        }
        tables.extend(slots_of_moved(module, plan).into_iter().map(|run| run.table));
        let imported = module.imported_functions();
        let functions: BTreeSet<u32> =
            plan.needed.iter().copied().filter(|index| *index >= imported).collect();
        let mut next = 0;
        let mut name = || {
            next += 1;
            (next - 1).to_string()
        };
        let mut named = |indices: BTreeSet<u32>| indices.into_iter().map(|index| (index, name())).collect();
        Ok(Interface {
            functions: named(functions),
            globals: named(globals),
            tables: named(tables),
            memories: named((0..).zip(&module.memories).map(|(index, _)| index).collect()),
            table_of_rest: name(),
            is_loaded: name(),
        })
    }
}

/// Encodes both modules as the plan has it.
///
/// # Errors
///
/// Says what could not be encoded.
pub fn split(module: &Module<'_>, plan: &Plan) -> Result<Split> {
    let interface = Interface::new(module, plan)?;
    let (first, indices) = first(module, plan, &interface)?;
    Ok(Split { first, rest: rest(module, plan, &interface)?, indices })
}

/// The program without the moved functions; a stub stands for each that is still referred to.
fn first(module: &Module<'_>, plan: &Plan, interface: &Interface) -> Result<(Vec<u8>, BTreeMap<u32, u32>)> {
    let mut indices = Indices::identity(module);
    let mut types = Types::of(module)?;
    let mut imports = ImportSection::new();
    let mut next = 0;
    for (import, function) in module.imports_with_functions() {
        // The glue gives all imports to both modules, so one that only the second needs can go.
        if function.is_some_and(|index| !plan.first.contains(&index)) {
            continue;
        }
        if let Some(index) = function {
            indices.functions.insert(index, next);
            next += 1;
        }
        imports.import(import.module, import.name, indices.entity_type(import.ty).map_err(text)?);
    }
    let nothing = types.index_of(&[], &[]);
    let load = next;
    imports.import(LOADER.0, LOADER.1, EntityType::Function(nothing));
    next += 1;
    for index in defined_in_order(module) {
        if !plan.moved.contains(&index) || plan.stubs.contains_key(&index) {
            indices.functions.insert(index, next);
            next += 1;
        }
    }
    let ensure = next;

    let table_of_rest = module.tables.len() as u32;
    let mut tables = TableSection::new();
    if let Some(section) = &module.table_section {
        indices.parse_table_section(&mut tables, section.clone()).map_err(text)?;
    }
    tables.table(type_of_table(plan));

    let mut memories = MemorySection::new();
    if let Some(section) = &module.memory_section {
        indices.parse_memory_section(&mut memories, section.clone()).map_err(text)?;
    }

    let is_loaded = module.globals.len() as u32;
    let mut globals = GlobalSection::new();
    if let Some(section) = &module.global_section {
        indices.parse_global_section(&mut globals, section.clone()).map_err(text)?;
    }
    globals.global(TYPE_OF_IS_LOADED, &ConstExpr::i32_const(0));

    let mut exports = ExportSection::new();
    for export in &module.exports {
        indices.parse_export(&mut exports, *export).map_err(text)?;
    }
    for (index, name) in &interface.functions {
        exports.export(name, ExportKind::Func, indices.function(*index)?);
    }
    for (kind, names) in [
        (ExportKind::Global, &interface.globals),
        (ExportKind::Table, &interface.tables),
        (ExportKind::Memory, &interface.memories),
    ] {
        for (index, name) in names {
            exports.export(name, kind, *index);
        }
    }
    exports.export(&interface.table_of_rest, ExportKind::Table, table_of_rest);
    exports.export(&interface.is_loaded, ExportKind::Global, is_loaded);

    let mut elements = ElementSection::new();
    for element in &module.elements {
        let functions = element.functions.iter().map(|index| indices.function(*index));
        let functions: Vec<u32> = functions.collect::<Result<_>>()?;
        let offset = ConstExpr::i32_const(element.offset as i32);
        let table = (element.table != 0).then_some(element.table);
        elements.active(table, &offset, Elements::Functions(functions.into()));
    }

    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for index in defined_in_order(module) {
        let function = module.function(index)?;
        if let Some(slot) = plan.stubs.get(&index) {
            let parameters = types.parameters(function.type_index)?;
            functions.function(function.type_index);
            code.function(&stub(ensure, parameters, function.type_index, *slot, table_of_rest));
        } else if !plan.moved.contains(&index)
            && let Some(body) = &function.body
        {
            functions.function(function.type_index);
            indices.parse_function_body(&mut code, body.clone()).map_err(text)?;
        }
    }
    functions.function(nothing);
    code.function(&ensure_loaded(is_loaded, load));

    let mut output = Output::new();
    output.section(&types.section).section(&imports).section(&functions).section(&tables);
    output.section(&memories).section(&globals).section(&exports);
    if let Some(start) = module.start {
        output.section(&StartSection { function_index: indices.function(start)? });
    }
    output.section(&elements);
    output.section(&code).section(&data_section(module, |place| !plan.moved_data.contains(&place)));
    Ok((output.finish(), indices.functions))
}

/// The moved functions, which put themselves into the tables when the module is instantiated.
fn rest(module: &Module<'_>, plan: &Plan, interface: &Interface) -> Result<Vec<u8>> {
    let mut indices = Indices::default();
    let mut types = Types::of(module)?;
    let mut imports = ImportSection::new();
    let mut next = 0;
    for (import, function) in module.imports_with_functions() {
        let Some(index) = function.filter(|index| plan.needed.contains(index)) else { continue };
        imports.import(import.module, import.name, indices.entity_type(import.ty).map_err(text)?);
        indices.functions.insert(index, next);
        next += 1;
    }
    for (index, name) in &interface.functions {
        imports.import(FIRST, name, EntityType::Function(module.function(*index)?.type_index));
        indices.functions.insert(*index, next);
        next += 1;
    }
    for (index, name) in &interface.memories {
        let memory = module.memories.get(*index as usize).ok_or("no such memory")?;
        imports.import(FIRST, name, EntityType::Memory(indices.memory_type(*memory).map_err(text)?));
    }
    for (new, (index, name)) in (0..).zip(&interface.tables) {
        let table = module.tables.get(*index as usize).ok_or("no such table")?;
        imports.import(FIRST, name, EntityType::Table(indices.table_type(*table).map_err(text)?));
        indices.tables.insert(*index, new);
    }
    let table_of_rest = interface.tables.len() as u32;
    imports.import(FIRST, &interface.table_of_rest, EntityType::Table(type_of_table(plan)));
    for (new, (index, name)) in (0..).zip(&interface.globals) {
        let global = module.globals.get(*index as usize).ok_or("no such global")?;
        imports.import(FIRST, name, EntityType::Global(indices.global_type(*global).map_err(text)?));
        indices.globals.insert(*index, new);
    }
    let is_loaded = interface.globals.len() as u32;
    imports.import(FIRST, &interface.is_loaded, EntityType::Global(TYPE_OF_IS_LOADED));
    let included = |index: &u32| plan.moved.contains(index) || plan.copied.contains(index);
    for index in defined_in_order(module).filter(included) {
        indices.functions.insert(index, next);
        next += 1;
    }
    let start = next;

    let mut elements = ElementSection::new();
    for run in slots_of_moved(module, plan) {
        let table = indices.table_index(run.table).map_err(text)?;
        let functions: Vec<u32> =
            run.functions.iter().map(|index| indices.function(*index)).collect::<Result<_>>()?;
        let offset = ConstExpr::i32_const(run.offset as i32);
        elements.active((table != 0).then_some(table), &offset, Elements::Functions(functions.into()));
    }
    let mut of_rest: Vec<(u32, u32)> = Vec::new();
    for (index, slot) in &plan.stubs {
        if let Slot::OfRest(place) = slot {
            of_rest.push((*place, indices.function(*index)?));
        }
    }
    of_rest.sort_unstable();
    let of_rest: Vec<u32> = of_rest.into_iter().map(|(_, index)| index).collect();
    elements.active(Some(table_of_rest), &ConstExpr::i32_const(0), Elements::Functions(of_rest.into()));

    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for index in defined_in_order(module).filter(included) {
        let function = module.function(index)?;
        if let Some(body) = &function.body {
            functions.function(function.type_index);
            indices.parse_function_body(&mut code, body.clone()).map_err(text)?;
        }
    }
    functions.function(types.index_of(&[], &[]));
    let mut set = Function::new([]);
    set.instructions().i32_const(1).global_set(is_loaded).end();
    code.function(&set);

    let mut output = Output::new();
    output.section(&types.section).section(&imports).section(&functions);
    output.section(&StartSection { function_index: start }).section(&elements).section(&code);
    output.section(&data_section(module, |place| plan.moved_data.contains(&place)));
    Ok(output.finish())
}

/// The data at some of the places, with few segments: what lies side by side becomes one.
fn data_section(module: &Module<'_>, is_wanted: impl Fn(usize) -> bool) -> DataSection {
    let mut section = DataSection::new();
    let mut open: Option<(u32, Vec<u8>)> = None;
    let mut close = |open: Option<(u32, Vec<u8>)>| {
        if let Some((start, bytes)) = open {
            section.active(0, &ConstExpr::i32_const(start as i32), bytes);
        }
    };
    for (place, data) in module.data.iter().enumerate() {
        if !is_wanted(place) {
            close(open.take());
            continue;
        }
        let gap = |(start, bytes): &(u32, Vec<u8>)| data.start.checked_sub(start + bytes.len() as u32);
        match open.as_mut() {
            Some(joined) if gap(joined).is_some_and(|gap| gap <= LARGEST_GAP) => {
                joined.1.resize((data.start - joined.0) as usize, 0);
                joined.1.extend(data.bytes);
            }
            _ => close(open.replace((data.start, data.bytes.to_vec()))),
        }
    }
    close(open);
    section
}

/// What is between two pieces of data because of their alignment, in bytes. A segment of its own is not shorter.
const LARGEST_GAP: u32 = 16;

/// Passes the arguments on to the moved function, once it is there.
fn stub(ensure: u32, parameters: usize, type_index: u32, slot: Slot, table_of_rest: u32) -> Function {
    let (table, place) = match slot {
        Slot::Own { table, offset } => (table, offset),
        Slot::OfRest(place) => (table_of_rest, place),
    };
    let mut function = Function::new([]);
    let mut sink = function.instructions();
    sink.call(ensure);
    for parameter in 0..parameters as u32 {
        sink.local_get(parameter);
    }
    sink.i32_const(place as i32).call_indirect(table, type_index).end();
    function
}

fn ensure_loaded(is_loaded: u32, load: u32) -> Function {
    let mut function = Function::new([]);
    let mut sink = function.instructions();
    sink.global_get(is_loaded).i32_eqz().if_(wasm_encoder::BlockType::Empty).call(load).end().end();
    function
}

const TYPE_OF_IS_LOADED: GlobalType = GlobalType { val_type: ValType::I32, mutable: true, shared: false };

fn type_of_table(plan: &Plan) -> TableType {
    let size = u64::from(plan.table_size);
    TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: size,
        maximum: Some(size),
        shared: false,
    }
}

/// Moved functions that stand side by side in a table of the program.
struct Run {
    table: u32,
    offset: u32,
    functions: Vec<u32>,
}

fn slots_of_moved(module: &Module<'_>, plan: &Plan) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for element in &module.elements {
        let table = element.table;
        for (index, offset) in element.functions.iter().zip(element.offset..) {
            if !plan.moved.contains(index) {
                continue;
            }
            match runs.last_mut() {
                Some(run) if run.table == table && run.offset + run.functions.len() as u32 == offset => {
                    run.functions.push(*index);
                }
                _ => runs.push(Run { table, offset, functions: vec![*index] }),
            }
        }
    }
    runs
}

fn defined_in_order(module: &Module<'_>) -> impl Iterator<Item = u32> + use<> {
    module.imported_functions()..module.functions.len() as u32
}

/// The types of the program, with those that stubs need besides.
struct Types {
    section: TypeSection,
    known: Vec<(Vec<ValType>, Vec<ValType>)>,
}

impl Types {
    fn of(module: &Module<'_>) -> Result<Types> {
        let mut indices = Indices::default();
        let mut types = Types { section: TypeSection::new(), known: Vec::new() };
        for ty in &module.types {
            let ty = indices.func_type(ty.clone()).map_err(text)?;
            types.add(ty.params().to_vec(), ty.results().to_vec());
        }
        Ok(types)
    }

    fn add(&mut self, parameters: Vec<ValType>, results: Vec<ValType>) -> u32 {
        self.section.ty().function(parameters.iter().copied(), results.iter().copied());
        self.known.push((parameters, results));
        self.known.len() as u32 - 1
    }

    fn index_of(&mut self, parameters: &[ValType], results: &[ValType]) -> u32 {
        let known = self.known.iter().position(|ty| ty.0 == parameters && ty.1 == results);
        known.map_or_else(|| self.add(parameters.to_vec(), results.to_vec()), |index| index as u32)
    }

    fn parameters(&self, index: u32) -> Result<usize> {
        self.known.get(index as usize).map(|ty| ty.0.len()).ok_or_else(|| format!("there is no type {index}"))
    }
}

/// New indices by the old ones.
#[derive(Default)]
struct Indices {
    functions: BTreeMap<u32, u32>,
    globals: BTreeMap<u32, u32>,
    tables: BTreeMap<u32, u32>,
}

impl Indices {
    /// Globals and tables stay what they are; functions are still to be said.
    fn identity(module: &Module<'_>) -> Indices {
        Indices {
            functions: BTreeMap::new(),
            globals: (0..module.globals.len() as u32).map(|index| (index, index)).collect(),
            tables: (0..module.tables.len() as u32).map(|index| (index, index)).collect(),
        }
    }

    fn function(&self, index: u32) -> Result<u32> {
        self.functions.get(&index).copied().ok_or_else(|| format!("function {index} is in the other module"))
    }
}

impl Reencode for Indices {
    type Error = Missing;

    fn function_index(&mut self, index: u32) -> std::result::Result<u32, Error<Missing>> {
        self.functions.get(&index).copied().ok_or(Error::UserError(Missing("function", index)))
    }

    fn global_index(&mut self, index: u32) -> std::result::Result<u32, Error<Missing>> {
        self.globals.get(&index).copied().ok_or(Error::UserError(Missing("global", index)))
    }

    fn table_index(&mut self, index: u32) -> std::result::Result<u32, Error<Missing>> {
        self.tables.get(&index).copied().ok_or(Error::UserError(Missing("table", index)))
    }
}

/// Something that the module which is written does not have.
#[derive(Debug)]
struct Missing(&'static str, u32);

impl std::fmt::Display for Missing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {} is in the other module", self.0, self.1)
    }
}

impl std::error::Error for Missing {}
