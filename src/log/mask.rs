//! Numbers in the log.

use std::fmt;

/// Digits shown at the start: with the `+`, the country of most numbers and the kind of many.
const START: usize = 3;
/// Digits shown at the end: enough to tell apart two lines about two calls.
const END: usize = 2;
/// Shorter ones are not shown at all.
const LEAST: usize = 8;

/// A number as typed, for the log: `+31612345678` is written as `+316******78`. What is no digit is not shown,
/// since a name may be typed where a number belongs.
pub fn masked(number: &str) -> Masked<'_> {
    Masked(number)
}

/// A number that shows only its ends.
#[derive(Clone, Copy)]
pub struct Masked<'a>(&'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.trim();
        let (plus, rest) = match text.strip_prefix('+') {
            Some(rest) => ("+", rest),
            None => ("", text),
        };
        let digits = rest.chars().filter(char::is_ascii_digit).count();
        let hidden = !(LEAST..=15).contains(&digits);
        f.write_str(plus)?;
        if hidden {
            return f.write_str("***");
        }
        let each = rest.chars().filter(char::is_ascii_digit).enumerate();
        for (i, digit) in each {
            let shown = i < START || i >= digits - END;
            write!(f, "{}", if shown { digit } else { '*' })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ends_of_a_number_are_shown() {
        let shown = |number| masked(number).to_string();
        assert_eq!(shown("+31612345678"), "+316******78");
        assert_eq!(shown("06-123 456 78"), "061*****78");
        assert_eq!(shown("0612345"), "***");
        assert_eq!(shown(""), "***");
        assert_eq!(shown("a name 0612345678"), "061*****78");
        assert_eq!(shown("0612345678 0687654321"), "***");
        assert_eq!(shown("+٣١٦١٢٣٤٥٦٧٨"), "+***");
    }
}
