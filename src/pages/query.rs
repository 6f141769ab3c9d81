//! Query strings: links that say all they show.

/// A text as a value of a query string (RFC 3986): everything but letters, digits and `-._~` escaped.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A path with the values that are not empty.
pub(crate) fn link(path: &str, values: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    let mut mark = '?';
    for (name, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(mark);
        mark = '&';
        out.push_str(name);
        out.push('=');
        out.push_str(&escape(value));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_empty_ones_left_out() {
        assert_eq!(
            link(
                "/decisions",
                &[("number", "+31 6"), ("seller", ""), ("reason", "OBJECTED")]
            ),
            "/decisions?number=%2B31%206&reason=OBJECTED"
        );
        assert_eq!(link("/today", &[("day", "")]), "/today");
    }
}
