//! The columns of the table of steps, and the part of the time that its bars show.

use debugger::gantt::Window;
use leptos::prelude::*;

use super::page::ExecutionPage;
use crate::platform::storage;

const COLUMNS_KEY: &str = "stepglass.steps.columns";

/// A column beside the name, which is always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Type,
    Status,
    Resource,
    Started,
    Duration,
    Timeline,
}

impl Column {
    pub const ALL: [Column; 6] =
        [Column::Type, Column::Status, Column::Resource, Column::Started, Column::Duration, Column::Timeline];

    pub fn title(self) -> &'static str {
        match self {
            Column::Type => "Type",
            Column::Status => "Status",
            Column::Resource => "Resource",
            Column::Started => "Started",
            Column::Duration => "Duration",
            Column::Timeline => "Timeline",
        }
    }

    pub fn slug(self) -> &'static str {
        match self {
            Column::Type => "type",
            Column::Status => "status",
            Column::Resource => "resource",
            Column::Started => "started",
            Column::Duration => "duration",
            Column::Timeline => "timeline",
        }
    }

    /// Its width, as a grid has it.
    fn width(self) -> &'static str {
        match self {
            Column::Type => "70px",
            Column::Status => "112px",
            Column::Resource => "minmax(60px, 0.8fr)",
            Column::Started => "80px",
            Column::Duration => "76px",
            Column::Timeline => "minmax(100px, 2fr)",
        }
    }
}

/// Which columns a person wants; none chosen: as many as fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns(Option<Vec<Column>>);

impl Columns {
    pub(super) fn kept() -> Columns {
        Columns::parse(&storage::read(COLUMNS_KEY).unwrap_or_default())
    }

    fn parse(text: &str) -> Columns {
        let slugs: Vec<&str> = text.split(' ').filter(|slug| !slug.is_empty()).collect();
        if slugs.is_empty() {
            return Columns(None);
        }
        Columns(Some(Column::ALL.into_iter().filter(|column| slugs.contains(&column.slug())).collect()))
    }

    fn to_text(&self) -> String {
        match &self.0 {
            None => String::new(),
            // The name's own word keeps a list of no columns from being none.
            Some(columns) => {
                let slugs = columns.iter().map(|column| column.slug());
                std::iter::once("name").chain(slugs).collect::<Vec<_>>().join(" ")
            }
        }
    }

    pub fn is_usual(&self) -> bool {
        self.0.is_none()
    }

    pub fn has(&self, column: Column) -> bool {
        self.0.as_ref().is_none_or(|columns| columns.contains(&column))
    }

    /// The columns of the grid, where they were chosen.
    pub fn grid(&self) -> Option<String> {
        let columns = self.0.as_ref()?;
        let widths = columns.iter().map(|column| column.width());
        Some(std::iter::once("minmax(120px, 1.3fr)").chain(widths).collect::<Vec<_>>().join(" "))
    }

    /// What is not shown, as the style sheets know it.
    pub fn hidden(&self) -> String {
        let hidden = Column::ALL.into_iter().filter(|column| !self.has(*column));
        hidden.map(Column::slug).collect::<Vec<_>>().join(" ")
    }
}

impl ExecutionPage {
    pub fn show_column(self, column: Column, is_shown: bool) {
        self.columns.update(|columns| {
            let now: Vec<Column> = Column::ALL
                .into_iter()
                .filter(|known| if *known == column { is_shown } else { columns.has(*known) })
                .collect();
            columns.0 = Some(now);
        });
        let _ = storage::write(COLUMNS_KEY, &self.columns.with_untracked(Columns::to_text));
    }

    /// As many columns as there is room for.
    pub fn show_usual_columns(self) {
        self.columns.set(Columns::default());
        storage::remove(COLUMNS_KEY);
    }

    /// Shows more or less of the time; what is at a share of the bars' width stays there.
    pub fn zoom_bars(self, factor: f64, about: f64) {
        self.set_window(self.window.get_untracked().zoomed(factor, about));
    }

    /// Moves in time, by a share of what is shown.
    pub fn move_bars(self, by: f64) {
        self.set_window(self.window.get_untracked().moved(by));
    }

    pub fn set_window(self, window: Window) {
        if self.window.get_untracked() != window {
            self.window.set(window);
        }
        if self.steps.with_untracked(|steps| steps.window.is_some()) {
            self.filter_by_window(true);
        }
    }

    /// Whether the table leaves out what the bars don't show.
    pub fn filter_by_window(self, is_on: bool) {
        let window = (self.axis.get_untracked(), self.window.get_untracked());
        self.steps.update(|steps| steps.window = is_on.then_some(window));
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{Column, Columns};

    #[wasm_bindgen_test]
    fn columns_read_back() {
        let none = Columns(Some(Vec::new()));
        let some = Columns(Some(vec![Column::Status, Column::Timeline]));
        for columns in [Columns(None), none, some.clone()] {
            assert_eq!(Columns::parse(&columns.to_text()), columns);
        }
        assert_eq!(some.hidden(), "type resource started duration");
        assert_eq!(some.grid().map(|grid| grid.matches("px").count()), Some(3));
        assert_eq!(Columns::default().grid(), None);
    }
}
