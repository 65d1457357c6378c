//! Charts as SVG.

use askama::Template;

use crate::Failure;

/// The length of the longest bar, in pixels.
const LONGEST: f64 = 360.0;
const TOP: usize = 40;
const ROW: usize = 24;

/// One figure with its name.
pub struct Bar {
    name: String,
    figure: f64,
}

impl Bar {
    /// A bar for a figure.
    pub fn new(name: &str, figure: f64) -> Self {
        Self { name: name.replace('`', ""), figure }
    }
}

#[derive(Template)]
#[template(path = "bars.svg", escape = "html")]
struct Bars<'a> {
    title: &'a str,
    height: usize,
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    name: &'a str,
    figure: String,
    top: usize,
    baseline: usize,
    width: u32,
    end: u32,
}

/// A chart with one bar per figure. A bar that is much longer than the others is cut off and labelled with its figure.
pub fn bars(title: &str, bars: &[Bar]) -> Result<String, Failure> {
    let mut figures: Vec<f64> = bars.iter().map(|bar| bar.figure).collect();
    figures.sort_by(f64::total_cmp);
    // At least half of the bars must be readable, even if one is much larger.
    let middle = figures.get(figures.len() / 2).copied().unwrap_or_default();
    let most = figures.last().copied().unwrap_or_default().min(middle * 12.0);
    let rows = bars.iter().enumerate().map(|(index, bar)| {
        let top = TOP + index * ROW;
        let width = (bar.figure.min(most) / most * LONGEST).round() as u32;
        let cut = if bar.figure > most { " (cut off)" } else { "" };
        let figure = format!("{:.2}{cut}", bar.figure);
        Row { name: &bar.name, figure, top, baseline: top + 13, width, end: 246 + width }
    });
    let height = TOP + bars.len() * ROW + 8;
    Ok(Bars { title, height, rows: rows.collect() }.render()?)
}

/// A line of a chart.
pub struct Line {
    /// The name in the legend.
    pub name: String,
    /// One figure per step.
    pub figures: Vec<f64>,
}

#[derive(Template)]
#[template(path = "lines.svg", escape = "html")]
struct Lines<'a> {
    title: &'a str,
    height: usize,
    marks: Vec<Mark>,
    steps: Vec<Mark>,
    lines: Vec<Drawn<'a>>,
}

struct Mark {
    at: String,
    text: String,
}

struct Drawn<'a> {
    name: &'a str,
    points: String,
    colour: &'static str,
    legend: usize,
}

const COLOURS: [&str; 8] = ["#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2", "#db2777", "#4b5563"];
const HEIGHT: usize = 320;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 504.0;
const LOWEST: f64 = 280.0;
const HIGHEST: f64 = 48.0;

/// A chart with one line per series, over steps of equal width, from 0.
pub fn lines(title: &str, steps: &[String], lines: &[Line]) -> Result<String, Failure> {
    let most = lines.iter().flat_map(|line| &line.figures).copied().fold(0.0, f64::max);
    let across = |index: usize| LEFT + (RIGHT - LEFT) * index as f64 / (steps.len().max(2) - 1) as f64;
    let up = |figure: f64| LOWEST - (LOWEST - HIGHEST) * figure / most;
    let marks = (0..=4).map(|quarter| {
        let figure = most * f64::from(quarter) / 4.0;
        Mark { at: format!("{:.1}", up(figure)), text: format!("{figure:.1}") }
    });
    let step = |(index, text): (usize, &String)| Mark { at: format!("{:.1}", across(index)), text: text.clone() };
    let drawn = lines.iter().zip(COLOURS.iter().cycle()).enumerate().map(|(number, (line, colour))| {
        let point = |(index, figure): (usize, &f64)| format!("{:.1},{:.1}", across(index), up(*figure));
        let points = line.figures.iter().enumerate().map(point).collect::<Vec<_>>().join(" ");
        Drawn { name: &line.name, points, colour, legend: 48 + number * 20 }
    });
    let (marks, lines) = (marks.collect(), drawn.collect());
    Ok(Lines { title, height: HEIGHT, marks, steps: steps.iter().enumerate().map(step).collect(), lines }.render()?)
}
