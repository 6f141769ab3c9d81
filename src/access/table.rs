//! The table of actions as `docs/access.md` has it.

use std::fmt::Write;

use super::{Action, Role};

/// The table: a line an action, a column a role.
pub fn actions_markdown() -> String {
    let mut out = String::from("| action | what it is |");
    for role in Role::GIVEN {
        let _ = write!(out, " {role} |");
    }
    let _ = writeln!(out, "\n|---|---|{}", "---|".repeat(Role::GIVEN.len()));
    for action in Action::ALL {
        let _ = write!(out, "| `{}` | {} |", action.name(), action.text());
        for role in Role::GIVEN {
            let _ = write!(out, " {} |", action.grant(*role));
        }
        out.push('\n');
    }
    out
}
