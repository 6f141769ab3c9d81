//! The table of settings as text: `config show`, the sample file, the table of `docs/config.md`.

use std::fmt::Write;

use super::table::{SETTINGS, Setting};

/// The value of a setting as TOML writes it.
fn toml_value(setting: &Setting) -> String {
    if setting.kind.is_number() {
        setting.default.to_owned()
    } else {
        format!("\"{}\"", setting.default)
    }
}

/// The commented sample file: every setting with its default, each line to be uncommented alone.
pub fn sample() -> String {
    let mut out = String::from(
        "# verzet: every setting with its default. Uncomment what you change.\n\
         #\n\
         # Read from `--config FILE`, else from verzet.toml in the working directory. A variable of the\n\
         # environment (VERZET_LISTEN, VERZET_LIMITS_IN_FLIGHT, ...) wins over the file, a flag over both.\n\
         # `verzet config show` tells where each value came from; `verzet config sample` prints this file.\n",
    );
    let mut section = "";
    for setting in SETTINGS {
        if setting.section() != section {
            section = setting.section();
            let _ = write!(out, "\n[{section}]\n");
        }
        out.push('\n');
        for line in setting.doc {
            let _ = writeln!(out, "#{line}");
        }
        let _ = writeln!(out, "# May be: {}.", setting.kind);
        let _ = writeln!(out, "#{} = {}", setting.name(), toml_value(setting));
    }
    out
}

/// The table of `docs/config.md`.
pub fn settings_markdown() -> String {
    let mut out =
        String::from("| setting | default | may be | what it does |\n|---|---|---|---|\n");
    for setting in SETTINGS {
        let doc: Vec<_> = setting.doc.iter().map(|l| l.trim()).collect();
        let _ = writeln!(
            out,
            "| `{}` | `{}` | {} | {} |",
            setting.key,
            toml_value(setting),
            setting.kind,
            doc.join(" ")
        );
    }
    out
}
