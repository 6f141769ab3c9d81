//! Pages that stand alone: evidence and daily reports are read where nothing of us runs.

use super::Summary;
use crate::policy::Language;

/// The one style of such pages.
pub(super) const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;\
padding:0 1rem;color:#1a1a1a;background:#fff}table{border-collapse:collapse;margin:1rem 0}\
caption{text-align:left;font-weight:600}th,td{text-align:left;padding:.25rem .75rem .25rem 0;\
border-bottom:1px solid #ccc;vertical-align:top}td.n,th.n{text-align:right}@media print{body{margin:0}}";

/// Text that is nothing but text.
pub(super) fn safe(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A page around its body.
pub(super) fn page(language: Language, title: &str, body: &str) -> String {
    let title = safe(title);
    let code = language.pick("nl", "en");
    format!(
        "<!doctype html><html lang=\"{code}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>\n"
    )
}

/// Counts as a table that adds up.
pub(super) fn counts(language: Language, title: &str, of: &Summary) -> String {
    let heads = match language {
        Language::Nl => ["gevraagd", "toegestaan", "geblokkeerd", "uitgesteld"],
        Language::En => ["asked", "allowed", "blocked", "deferred"],
    };
    let mut out = format!(
        "<table><caption>{}</caption><thead><tr><th></th>",
        safe(title)
    );
    for head in heads {
        out.push_str(&format!("<th class=n>{head}</th>"));
    }
    out.push_str("</tr></thead><tbody>");
    let total = vec![language.pick("totaal", "total").to_owned()];
    for (keys, n) in of.rows.iter().chain([(&total, &of.total)]) {
        let name = safe(&keys.join(" "));
        out.push_str(&format!("<tr><td>{name}</td>"));
        for n in [n.count, n.allowed, n.blocked, n.deferred] {
            out.push_str(&format!("<td class=n>{n}</td>"));
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table>");
    out
}
