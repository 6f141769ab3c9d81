//! Medians, ranges and how they are printed.

/// The middle of the values; the mean of the two middle ones if they are even in number.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n.is_multiple_of(2) => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
        n => sorted[n / 2],
    }
}

/// `median [least-most]`, each as `show` writes it.
pub(crate) fn with_range(values: &[f64], show: impl Fn(f64) -> String) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{} [{}-{}]", show(median(values)), show(least), show(most))
}

/// A whole number with its thousands apart.
pub(crate) fn whole(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && digit.is_ascii_digit() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// With two digits behind the point.
pub(crate) fn ratio(value: f64) -> String {
    format!("{value:.2}")
}

/// Nanoseconds as microseconds.
pub(crate) fn micros(nanos: f64) -> String {
    whole(nanos / 1_000.0)
}
