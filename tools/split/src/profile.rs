//! The whole module again, noting which of its functions are called: to find what the first picture really needs.

use wasm_encoder::reencode::{Reencode, utils};
use wasm_encoder::{CodeSection, ExportKind, ExportSection, MemArg, MemArgTarget, MemorySection, MemoryType};

use crate::module::{Module, Result, text};

/// The export of the memory that has a byte for each function: 1 once it was called.
pub const CALLS: &str = "calls";

/// Adds a store to the beginning of every function.
///
/// # Errors
///
/// Says what could not be encoded.
pub fn note_calls(bytes: &[u8], module: &Module<'_>) -> Result<Vec<u8>> {
    let mut noting = Noting {
        next: module.imported_functions(),
        memory: module.memories.len() as u32,
        pages: module.functions.len() as u64 / 65_536 + 1,
    };
    let mut output = wasm_encoder::Module::new();
    noting.parse_core_module(&mut output, wasmparser::Parser::new(0), bytes).map_err(text)?;
    Ok(output.finish())
}

struct Noting {
    next: u32,
    memory: u32,
    pages: u64,
}

type Outcome = std::result::Result<(), wasm_encoder::reencode::Error>;

impl Reencode for Noting {
    type Error = std::convert::Infallible;

    fn parse_memory_section(
        &mut self,
        memories: &mut MemorySection,
        section: wasmparser::MemorySectionReader<'_>,
    ) -> Outcome {
        utils::parse_memory_section(self, memories, section)?;
        memories.memory(MemoryType {
            minimum: self.pages,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Outcome {
        utils::parse_export_section(self, exports, section)?;
        exports.export(CALLS, ExportKind::Memory, self.memory);
        Ok(())
    }

    fn parse_function_body(&mut self, code: &mut CodeSection, body: wasmparser::FunctionBody<'_>) -> Outcome {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        let place = MemArg {
            offset: u64::from(self.next),
            align: 0,
            target: MemArgTarget::Memory(self.memory),
            ordering: None,
        };
        function.instructions().i32_const(0).i32_const(1).i32_store8(place);
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            function.instruction(&self.parse_instruction(&mut reader)?);
        }
        code.function(&function);
        self.next += 1;
        Ok(())
    }
}
