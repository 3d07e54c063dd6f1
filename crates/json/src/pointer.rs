//! Steps of JSON Pointers (RFC 6901), in which `~` and `/` of names are written otherwise.

/// A name as a step of a pointer.
pub fn step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that a step of a pointer stands for.
pub fn name(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_come_back_from_their_steps() {
        for name in ["", "a/b", "~1", "~/~", "ü"] {
            assert_eq!(super::name(&super::step(name)), name);
        }
        assert_eq!(super::step("a/b~c"), "a~1b~0c");
    }
}
