//! The whole module without what the rules would move: to find how much larger a part of the program makes it.

use wasm_encoder::reencode::{Reencode, utils};
use wasm_encoder::{CodeSection, DataSection, Function};

use crate::module::{Module, Result, text};
use crate::plan::Plan;

/// Leaves out the moved functions and the constants that only they reach, and all names.
///
/// Functions keep their indices: of one that is left out the shortest body stays, which traps. Everything that refers
/// to it stays as well, so the module is a valid one, a little larger than if the part had never been there.
///
/// # Errors
///
/// Says what could not be encoded.
pub fn without(bytes: &[u8], module: &Module<'_>, plan: &Plan) -> Result<Vec<u8>> {
    let mut leaving = Leaving { plan, next: module.imported_functions() };
    let mut output = wasm_encoder::Module::new();
    leaving.parse_core_module(&mut output, wasmparser::Parser::new(0), bytes).map_err(text)?;
    Ok(output.finish())
}

struct Leaving<'a> {
    plan: &'a Plan,
    next: u32,
}

type Outcome = std::result::Result<(), wasm_encoder::reencode::Error>;

impl Reencode for Leaving<'_> {
    type Error = std::convert::Infallible;

    fn parse_function_body(&mut self, code: &mut CodeSection, body: wasmparser::FunctionBody<'_>) -> Outcome {
        let index = self.next;
        self.next += 1;
        if !self.plan.moved.contains(&index) {
            return utils::parse_function_body(self, code, body);
        }
        let mut function = Function::new([]);
        function.instructions().unreachable().end();
        code.function(&function);
        Ok(())
    }

    fn parse_data_section(
        &mut self,
        data: &mut DataSection,
        section: wasmparser::DataSectionReader<'_>,
    ) -> Outcome {
        for (place, segment) in section.into_iter().enumerate() {
            let segment = segment?;
            if !self.plan.moved_data.contains(&place) {
                self.parse_data(data, segment)?;
            }
        }
        Ok(())
    }

    fn parse_custom_section(
        &mut self,
        _module: &mut wasm_encoder::Module,
        _section: wasmparser::CustomSectionReader<'_>,
    ) -> Outcome {
        Ok(())
    }
}
