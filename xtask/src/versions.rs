//! The tools' versions. wasm-bindgen's is the one in Cargo.lock: library and command have to be the same.

use std::fs;

use crate::workspace;

pub const TRUNK: &str = "0.21.14";
/// As npm counts; Trunk.toml calls it `version_132`.
pub const BINARYEN: &str = "132.0.0";

/// What `cargo xtask bench` compares with, from npm.
pub const PEERS: [(&str, &str); 2] = [("aws-local-stepfunctions", "3.0.0"), ("jsonata", "2.2.2")];

/// The version of wasm-bindgen in Cargo.lock.
pub fn wasm_bindgen() -> Result<String, String> {
    locked("wasm-bindgen").ok_or_else(|| "Cargo.lock has no package wasm-bindgen".to_owned())
}

fn locked(package: &str) -> Option<String> {
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock")).ok()?;
    let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    after.split('"').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(tool: &str) -> Option<String> {
        let text = fs::read_to_string(workspace::root().join("Trunk.toml")).unwrap();
        let (_, after) = text.split_once(&format!("\n{tool} = \""))?;
        after.split('"').next().map(str::to_owned)
    }

    #[test]
    fn trunk_is_told_the_versions_that_are_installed() {
        assert_eq!(configured("trunk-version"), None, "it stands in the first line");
        assert_eq!(configured("wasm_bindgen"), wasm_bindgen().ok(), "Trunk.toml and Cargo.lock");
        let major = BINARYEN.split('.').next().unwrap();
        assert_eq!(configured("wasm_opt"), Some(format!("version_{major}")), "Trunk.toml and xtask");
    }

    #[test]
    fn unknown_packages_have_no_version() {
        assert_eq!(locked("no-such-package"), None);
        assert_eq!(locked("xtask").as_deref(), Some(env!("CARGO_PKG_VERSION")));
    }
}
