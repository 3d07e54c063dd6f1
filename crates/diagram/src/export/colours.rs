use asl::StateType;

/// The colours of an exported picture; the same as those of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colours {
    pub canvas: &'static str,
    pub surface: &'static str,
    pub sunken: &'static str,
    pub border: &'static str,
    pub border_strong: &'static str,
    pub text: &'static str,
    pub text_soft: &'static str,
    pub text_faint: &'static str,
    pub edge: &'static str,
    pub edge_catch: &'static str,
    pub failed: &'static str,
    /// Of a run that succeeded, is running, or had an error caught; of what it left out.
    statuses: [&'static str; 4],
    /// Ink and ground of the tile of each type: task, flow, wait, end, fail, pass.
    types: [(&'static str, &'static str); 6],
}

impl Colours {
    pub const LIGHT: Colours = Colours {
        canvas: "#f4f6f9",
        surface: "#ffffff",
        sunken: "#f4f6f9",
        border: "#d8dee7",
        border_strong: "#8793a6",
        text: "#171b22",
        text_soft: "#465063",
        text_faint: "#5f6b80",
        edge: "#7a869a",
        edge_catch: "#b4540a",
        failed: "#bf2318",
        statuses: ["#15743a", "#1b62c9", "#935500", "#5f6b80"],
        types: [
            ("#b4540a", "#fdeee2"),
            ("#4038c7", "#eceaff"),
            ("#0a6f74", "#e0f4f4"),
            ("#15743a", "#e2f5e9"),
            ("#bf2318", "#fdebe9"),
            ("#465063", "#eef1f5"),
        ],
    };

    pub const DARK: Colours = Colours {
        canvas: "#0f1319",
        surface: "#171c24",
        sunken: "#11161d",
        border: "#2b3441",
        border_strong: "#6b7889",
        text: "#e9edf3",
        text_soft: "#b6c0ce",
        text_faint: "#93a0b2",
        edge: "#75839a",
        edge_catch: "#f5a66b",
        failed: "#ff8a80",
        statuses: ["#5ccb88", "#6cabff", "#f2b455", "#93a0b2"],
        types: [
            ("#f5a66b", "#3a2516"),
            ("#aca7ff", "#272649"),
            ("#66ccd1", "#113234"),
            ("#5ccb88", "#12321f"),
            ("#ff8a80", "#421b19"),
            ("#b6c0ce", "#27303c"),
        ],
    };

    /// The colour of a status, by the names that the interface's sheets have for them.
    pub fn of_status(&self, status: &str) -> &'static str {
        let [succeeded, running, caught, idle] = self.statuses;
        match status {
            "succeeded" => succeeded,
            "running" | "waiting" => running,
            "caught" | "retrying" => caught,
            "failed" | "timed-out" => self.failed,
            _ => idle,
        }
    }

    /// Ink and ground of the tile of a type.
    pub fn of_type(&self, state_type: Option<StateType>) -> (&'static str, &'static str) {
        let [task, flow, wait, end, fail, pass] = self.types;
        match state_type {
            Some(StateType::Task) => task,
            Some(StateType::Choice | StateType::Parallel | StateType::Map) => flow,
            Some(StateType::Wait) => wait,
            Some(StateType::Succeed) => end,
            Some(StateType::Fail) | None => fail,
            Some(StateType::Pass) => pass,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Colours;

    /// The sheet of the interface is where colours are chosen.
    #[test]
    fn they_are_those_of_the_interface() {
        let sheet = include_str!("../../../../style/tokens.css");
        let check = |token: &str, light: &str, dark: &str| {
            let line = format!("--{token}: light-dark({light}, {dark});");
            assert!(sheet.contains(&line), "{line}");
        };
        let (light, dark) = (Colours::LIGHT, Colours::DARK);
        check("canvas", light.canvas, dark.canvas);
        check("surface", light.surface, dark.surface);
        check("surface-sunken", light.sunken, dark.sunken);
        check("border", light.border, dark.border);
        check("border-strong", light.border_strong, dark.border_strong);
        check("text", light.text, dark.text);
        check("text-soft", light.text_soft, dark.text_soft);
        check("text-faint", light.text_faint, dark.text_faint);
        check("edge", light.edge, dark.edge);
        check("edge-catch", light.edge_catch, dark.edge_catch);
        check("failed", light.failed, dark.failed);
        for (position, name) in ["succeeded", "running", "caught", "idle"].into_iter().enumerate() {
            check(name, light.statuses[position], dark.statuses[position]);
        }
        for (position, name) in ["task", "flow", "wait", "end", "fail", "pass"].into_iter().enumerate() {
            check(&format!("type-{name}"), light.types[position].0, dark.types[position].0);
            check(&format!("type-{name}-soft"), light.types[position].1, dark.types[position].1);
        }
    }
}
