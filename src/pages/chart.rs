//! Charts as SVG: shapes with classes, no colours of their own. Each stands beside a table of the same
//! numbers, so the picture itself is hidden from readers that read aloud.

use std::fmt::Write;

/// A column of a chart: three counts on top of each other, and one of another period to compare with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Column {
    /// Under the column; empty for none.
    pub(crate) label: String,
    /// Allowed, blocked, deferred.
    pub(crate) parts: [u64; 3],
    /// All of the same hour or day before.
    pub(crate) past: Option<u64>,
}

const CLASSES: [&str; 3] = ["allow", "block", "defer"];
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 44.0;
const BOTTOM: f64 = 26.0;
const TOP: f64 = 12.0;

/// Columns of counts over time.
pub(crate) fn columns(columns: &[Column]) -> String {
    let most = columns
        .iter()
        .map(|c| c.parts.iter().sum::<u64>().max(c.past.unwrap_or(0)))
        .max()
        .unwrap_or(0);
    let (top, step) = scale(most);
    let room = HEIGHT - BOTTOM - TOP;
    let y = |n: u64| TOP + room - room * n as f64 / top as f64;
    let mut svg = format!(
        r#"<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true" focusable="false">"#
    );
    let mut mark = 0;
    while mark <= top {
        let at = y(mark);
        // Writing to a String cannot fail.
        let _ = write!(
            svg,
            r#"<line class="axis" x1="{LEFT}" x2="{WIDTH}" y1="{at:.1}" y2="{at:.1}"/><text x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#,
            LEFT - 6.0,
            at + 4.0,
            short(mark)
        );
        mark += step;
    }
    let each = (WIDTH - LEFT) / columns.len().max(1) as f64;
    let wide = (each * 0.72).min(60.0);
    let mut labels = 0;
    for (i, column) in columns.iter().enumerate() {
        let x = LEFT + each * i as f64 + (each - wide) / 2.0;
        let mut base = 0;
        for (part, class) in column.parts.iter().zip(CLASSES) {
            if *part > 0 {
                let (low, high) = (y(base), y(base + part));
                let _ = write!(
                    svg,
                    r#"<rect class="{class}" x="{x:.1}" y="{high:.1}" width="{wide:.1}" height="{:.1}"/>"#,
                    (low - high).max(0.5)
                );
                base += part;
            }
        }
        if !column.label.is_empty() {
            let _ = write!(
                svg,
                r#"<text{} x="{:.1}" y="{:.1}" text-anchor="middle">{}</text>"#,
                // Every second one goes where there is no room for all.
                [r#" class="alt""#, ""][(labels + 1) % 2],
                x + wide / 2.0,
                HEIGHT - 6.0,
                escape(&column.label)
            );
            labels += 1;
        }
    }
    let past: Vec<String> = columns
        .iter()
        .enumerate()
        .filter_map(|(i, c)| {
            let x = LEFT + each * (i as f64 + 0.5);
            c.past.map(|n| format!("{x:.1},{:.1}", y(n)))
        })
        .collect();
    let any = columns.iter().any(|c| c.past.is_some_and(|n| n > 0));
    if past.len() > 1 && any {
        let _ = write!(
            svg,
            r#"<polyline class="past" points="{}"/>"#,
            past.join(" ")
        );
    }
    svg.push_str("</svg>");
    svg
}

/// A bar beside a row of a table: its share of the largest.
pub(crate) fn meter(class: &str, part: u64, largest: u64) -> String {
    let share = if largest == 0 {
        0.0
    } else {
        100.0 * part as f64 / largest as f64
    };
    format!(
        r#"<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="{class}" width="{share:.2}" height="10"/></svg>"#
    )
}

/// A bar of allowed, blocked and deferred, the whole width.
pub(crate) fn shares(parts: [u64; 3]) -> String {
    let whole = parts.iter().sum::<u64>().max(1) as f64;
    let mut svg = String::from(
        r#"<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">"#,
    );
    let mut x = 0.0;
    for (part, class) in parts.iter().zip(CLASSES) {
        let wide = 100.0 * *part as f64 / whole;
        let _ = write!(
            svg,
            r#"<rect class="{class}" x="{x:.2}" width="{wide:.2}" height="10"/>"#
        );
        x += wide;
    }
    svg.push_str("</svg>");
    svg
}

/// The top of an axis, a round number, and the step between its lines.
fn scale(most: u64) -> (u64, u64) {
    let most = most.max(4);
    let mut step = 1_u64;
    loop {
        for times in [1, 2, 5] {
            let step = step.saturating_mul(times);
            if most.div_ceil(step) <= 4 {
                return (most.div_ceil(step) * step, step);
            }
        }
        step = step.saturating_mul(10);
    }
}

/// A number that fits beside an axis.
fn short(n: u64) -> String {
    match n {
        0..10_000 => n.to_string(),
        10_000..1_000_000 => format!("{}k", n / 1_000),
        _ => format!("{}M", n / 1_000_000),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_at_most_five_round_lines_and_room_for_all() {
        for most in [0, 1, 3, 7, 10, 99, 101, 12_345, 987_654_321] {
            let (top, step) = scale(most);
            assert!(
                top >= most && top / step <= 4 && top % step == 0,
                "{most}: {top} by {step}"
            );
        }
    }

    #[test]
    fn a_chart_has_no_colour_or_style_of_its_own_and_escapes_its_labels() {
        let svg = columns(&[Column {
            label: "<a>".into(),
            parts: [3, 2, 1],
            past: Some(4),
        }]);
        assert!(svg.contains("&lt;a&gt;") && !svg.contains("<a>"));
        assert!(!svg.contains("style=") && !svg.contains("fill="));
        assert_eq!(svg.matches("<rect").count(), 3);
    }
}
