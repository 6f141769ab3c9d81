//! The colours of the style sheet: every text on every ground it stands on, in light and in dark, has the
//! contrast WCAG 2.2 asks for (1.4.3: 4.5; 1.4.11: 3 for edges of fields).

use std::collections::BTreeMap;

const CSS: &str = include_str!("../../src/pages/assets/verzet.css");

fn colours(block: &str) -> BTreeMap<&str, [f64; 3]> {
    block
        .split(';')
        .filter_map(|line| line.trim().trim_start_matches("--").split_once(':'))
        .filter_map(|(name, value)| {
            let hex = value
                .trim()
                .strip_prefix('#')
                .filter(|hex| hex.len() == 6)?;
            let part =
                |i: usize| f64::from(u8::from_str_radix(&hex[i..i + 2], 16).unwrap()) / 255.0;
            Some((name.trim(), [part(0), part(2), part(4)]))
        })
        .collect()
}

fn luminance(rgb: [f64; 3]) -> f64 {
    let [r, g, b] = rgb.map(|c| {
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn texts_and_edges_stand_out_in_light_and_dark() {
    let mut blocks = CSS.split(":root {").skip(1);
    let light = blocks.next().unwrap().split('}').next().unwrap();
    let dark = blocks.next().unwrap().split('}').next().unwrap();
    for (theme, block) in [("light", light), ("dark", dark)] {
        let of = colours(block);
        let grounds = ["ground", "surface", "sunk", "accent-soft"];
        let mut pairs: Vec<(&str, &str, f64)> = Vec::new();
        for text in ["ink", "muted", "accent"] {
            pairs.extend(grounds.iter().map(|ground| (text, *ground, 4.5)));
        }
        for (text, own) in [
            ("allow", "allow-soft"),
            ("block", "block-soft"),
            ("defer", "defer-soft"),
        ] {
            pairs.push((text, own, 4.5));
            pairs.push(("ink", own, 4.5));
            pairs.push((text, "surface", 4.5));
        }
        pairs.push(("accent-ink", "accent", 4.5));
        pairs.push(("surface", "block", 4.5));
        pairs.extend(["ground", "surface"].map(|ground| ("edge", ground, 3.0)));
        for (a, b, least) in pairs {
            let found = contrast(of[a], of[b]);
            assert!(
                found >= least,
                "{theme}: {a} on {b} has {found:.2}, under {least}"
            );
        }
    }
}
