use regex_lite::{Regex, RegexBuilder};

/// Compiles the pattern of `=~ /pattern/flags`, which has to match the whole text.
///
/// # Errors
///
/// What is wrong with the pattern; look-around and back-references are not supported, so that the
/// time of a match is linear in the text.
pub(crate) fn compile(pattern: &str, flags: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(&format!("\\A(?:{pattern})\\z"));
    builder.nest_limit(50).size_limit(1 << 20);
    for flag in flags.chars() {
        match flag {
            'i' => builder.case_insensitive(true),
            'm' => builder.multi_line(true),
            's' => builder.dot_matches_new_line(true),
            'x' => builder.ignore_whitespace(true),
            _ => &mut builder,
        };
    }
    builder.build().map_err(|error| error.to_string())
}
