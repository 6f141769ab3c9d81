//! Goodput and p99 against offered load, as an SVG.

use std::fmt::Write;

use super::step::Step;
use crate::figures::whole;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 80.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 60.0;

/// The plot: offered load in multiples of the capacity; goodput on the left, p99 on the right, which is
/// logarithmic.
pub(super) fn svg(capacity: f64, unloaded: &Step, steps: &[Step]) -> String {
    let widest = steps
        .iter()
        .map(|s| s.offered / capacity)
        .fold(1.0, f64::max);
    let highest = steps.iter().map(Step::goodput).fold(capacity, f64::max) * 1.1;
    let micros = |s: &Step| (s.p99() / 1_000.0).max(1.0);
    let slowest = steps
        .iter()
        .map(micros)
        .fold(micros(unloaded) * 10.0, f64::max);
    let (low, high) = (micros(unloaded).log10().floor(), slowest.log10().ceil());
    let x = |s: &Step| LEFT + s.offered / capacity / widest * (WIDTH - LEFT - RIGHT);
    let y = |part: f64| HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM);
    let goodput = |s: &Step| y(s.goodput() / highest);
    let p99 = |us: f64| y((us.log10() - low) / (high - low).max(1.0));

    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"14\">Goodput and p99 against offered load; capacity {}/s</text>\n",
        whole(capacity)
    );
    let mut put = |line: String| {
        let _ = writeln!(out, "{line}");
    };
    let (end, floor) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    put(format!(
        "<path d=\"M{LEFT} {TOP}V{floor}H{end}V{TOP}\" fill=\"none\" stroke=\"#555\"/>"
    ));
    let mut tick = 0.0;
    while tick <= widest {
        let at = LEFT + tick / widest * (end - LEFT);
        put(format!(
            "<text x=\"{at:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{tick}</text>",
            floor + 18.0
        ));
        tick += 0.5;
    }
    for quarter in 0..=4 {
        let value = highest * f64::from(quarter) / 4.0;
        put(format!(
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\" fill=\"#0b6\">{}</text>",
            LEFT - 8.0,
            y(value / highest) + 4.0,
            whole(value)
        ));
    }
    let mut power = low;
    while power <= high {
        put(format!(
            "<text x=\"{:.0}\" y=\"{:.0}\" fill=\"#c33\">{}</text>",
            end + 8.0,
            p99(10_f64.powf(power)) + 4.0,
            whole(10_f64.powf(power))
        ));
        power += 1.0;
    }
    put(format!(
        "<path d=\"M{LEFT} {0:.1}H{end}\" stroke=\"#0b6\" stroke-dasharray=\"2 4\"/>\n<path d=\"M{LEFT} {1:.1}H{end}\" stroke=\"#c33\" stroke-dasharray=\"2 4\"/>",
        y(capacity * 0.9 / highest),
        p99(3.0 * micros(unloaded))
    ));
    for (name, colour, at) in [
        ("goodput", "#0b6", &goodput as &dyn Fn(&Step) -> f64),
        ("p99", "#c33", &|s: &Step| p99(micros(s))),
    ] {
        let points: Vec<_> = steps
            .iter()
            .map(|s| format!("{:.1},{:.1}", x(s), at(s)))
            .collect();
        put(format!(
            "<polyline id=\"{name}\" points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            points.join(" ")
        ));
        for s in steps {
            put(format!(
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>",
                x(s),
                at(s)
            ));
        }
    }
    put(format!(
        "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">offered load, in multiples of the capacity</text>",
        (LEFT + end) / 2.0,
        HEIGHT - 20.0
    ));
    put(format!(
        "<text x=\"{LEFT}\" y=\"{:.0}\" fill=\"#0b6\">answers a second (dotted: 90 % of capacity)</text>",
        TOP - 4.0
    ));
    put(format!(
        "<text x=\"{end}\" y=\"{:.0}\" text-anchor=\"end\" fill=\"#c33\">p99 in microseconds (dotted: three times the unloaded one)</text>",
        TOP - 4.0
    ));
    out.push_str("</svg>\n");
    out
}
