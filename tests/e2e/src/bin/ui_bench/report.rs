use std::fmt;
use std::fs;

/// What was measured, in the order in which it was first met.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Unit {
    /// Milliseconds of the main thread's processor time.
    Cpu,
    /// Milliseconds of the clock on the wall.
    Wall,
    Megabytes,
    Count,
}

struct Row {
    name: String,
    unit: Unit,
    budget: Option<f64>,
    samples: Vec<f64>,
}

impl Row {
    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.samples.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    fn median(&self) -> f64 {
        self.sorted().get(self.samples.len() / 2).copied().unwrap_or(0.0)
    }

    fn worst(&self) -> f64 {
        self.sorted().last().copied().unwrap_or(0.0)
    }

    fn holds(&self) -> Option<bool> {
        self.budget.map(|budget| self.median() <= budget)
    }

    fn text(&self, value: f64) -> String {
        match self.unit {
            Unit::Cpu | Unit::Wall => format!("{value:.1} ms"),
            Unit::Megabytes => format!("{value:.0} MB"),
            Unit::Count => format!("{value:.0}"),
        }
    }
}

impl Report {
    pub fn add(&mut self, name: &str, unit: Unit, budget: Option<f64>, samples: &[f64]) {
        match self.rows.iter_mut().find(|row| row.name == name) {
            Some(row) => row.samples.extend(samples),
            None => self.rows.push(Row { name: name.to_owned(), unit, budget, samples: samples.to_vec() }),
        }
    }

    /// How many budgets do not hold.
    pub fn misses(&self) -> usize {
        self.rows.iter().filter(|row| row.holds() == Some(false)).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        writeln!(
            out,
            "{:width$}  {:>10}  {:>10}  {:>10}  {:>7}  holds",
            "", "budget", "median", "worst", "samples"
        )?;
        for row in &self.rows {
            let budget = row.budget.map_or(String::new(), |budget| row.text(budget));
            let holds = row.holds().map_or("", |holds| if holds { "yes" } else { "NO" });
            let (median, worst) = (row.text(row.median()), row.text(row.worst()));
            let wall = if row.unit == Unit::Wall { " (wall)" } else { "" };
            let count = row.samples.len();
            writeln!(
                out,
                "{:width$}  {budget:>10}  {median:>10}  {worst:>10}  {count:>7}  {holds}{wall}",
                row.name
            )?;
        }
        let with_budget = self.rows.iter().filter(|row| row.budget.is_some()).count();
        write!(out, "{} of {with_budget} budgets hold (by the median)", with_budget - self.misses())?;
        match fs::read_to_string("/proc/loadavg") {
            Ok(load) => {
                let minutes: Vec<&str> = load.split(' ').take(3).collect();
                let processors = std::thread::available_parallelism().map_or(1, usize::from);
                writeln!(out, "; load {} on {processors} processors", minutes.join(" "))
            }
            Err(_) => writeln!(out),
        }
    }
}
