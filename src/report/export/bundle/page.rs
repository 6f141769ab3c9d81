//! The page a person reads first: what, when, how much, and where the rest is.

use std::{collections::BTreeMap, fmt};

use super::super::columns::local;
use crate::{
    clock::{Micros, Zone},
    ledger::{LedgerId, StoredDecision, StoredRegime},
    policy::Language,
    report::{
        Summary,
        html::{self, safe},
    },
};

/// Decisions shown on the page; all are in the table beside it.
pub(super) const SHOWN: usize = 1_000;

/// A decision on the page.
pub(super) struct PageRow([String; 6]);

impl PageRow {
    pub(super) fn of(d: &StoredDecision, zone: &Zone, masked: bool) -> Self {
        let number = d.personal.as_ref().and_then(|p| p.e164);
        Self([
            local(d.at, zone).strftime("%Y-%m-%d %H:%M:%S").to_string(),
            d.id.to_string(),
            d.verdict.to_string(),
            d.reason.to_string(),
            match number {
                None => String::new(),
                Some(number) if masked => number.masked(),
                Some(number) => number.to_string(),
            },
            d.source.to_string(),
        ])
    }
}

/// What the page says.
pub(super) struct Page<'a> {
    pub(super) language: Language,
    pub(super) campaign: &'a str,
    pub(super) zone: &'a Zone,
    pub(super) from: Micros,
    pub(super) until: Micros,
    pub(super) ledger: LedgerId,
    pub(super) reasons: Summary,
    pub(super) days: Summary,
    pub(super) regimes: Vec<&'a StoredRegime>,
    pub(super) missing: &'a [String],
    pub(super) snapshots: &'a BTreeMap<String, u64>,
    pub(super) rows: &'a [PageRow],
    /// The page that tells how to check this.
    pub(super) how: &'a str,
    pub(super) masked: bool,
}

impl Page<'_> {
    fn say<'a>(&self, nl: &'a str, en: &'a str) -> &'a str {
        self.language.pick(nl, en)
    }

    fn decisions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = self.say("Besluiten", "Decisions");
        write!(f, "<h2>{title}</h2><p>")?;
        let all = self.reasons.total.count;
        let shown = self.rows.len();
        if (shown as u64) < all {
            let text = match self.language {
                Language::Nl => format!(
                    "Hieronder staan de eerste {shown} van {all}; alle {all} staan in decisions.csv."
                ),
                Language::En => {
                    format!("Below are the first {shown} of {all}; all {all} are in decisions.csv.")
                }
            };
            f.write_str(&text)?;
        }
        f.write_str("</p><table><thead><tr>")?;
        let heads = match self.language {
            Language::Nl => [
                "Tijdstip", "Besluit", "Oordeel", "Reden", "Nummer", "Herkomst",
            ],
            Language::En => ["Time", "Decision", "Verdict", "Reason", "Number", "Source"],
        };
        for head in heads {
            write!(f, "<th>{head}</th>")?;
        }
        f.write_str("</tr></thead><tbody>")?;
        for row in self.rows {
            f.write_str("<tr>")?;
            for cell in &row.0 {
                write!(f, "<td>{}</td>", safe(cell))?;
            }
            f.write_str("</tr>")?;
        }
        f.write_str("</tbody></table>")
    }

    fn rests_on(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = self.say("Waar de besluiten op rusten", "What the decisions rest on");
        write!(f, "<h2>{title}</h2><ul>")?;
        for regime in &self.regimes {
            let hash = super::hex(&regime.pack_sha256);
            let id = safe(&regime.id);
            write!(
                f,
                "<li>{} {id}: <a href=\"regimes/{id}-{hash}.toml\">regimes/{id}-{hash}.toml</a></li>",
                self.say("regime", "regime")
            )?;
        }
        for missing in self.missing {
            let not_here = self.say(
                "de tekst van dit regime is hier niet bewaard:",
                "the text of this regime is not kept here:",
            );
            write!(f, "<li>{not_here} {}</li>", safe(missing))?;
        }
        for (copy, n) in self.snapshots {
            let asked = self.say(
                "besluiten vroegen registerkopie",
                "decisions asked register copy",
            );
            write!(
                f,
                "<li>{n} {asked} {} (register-copies.csv)</li>",
                safe(copy)
            )?;
        }
        let pairs = self.say(
            "ondertekende paren van soortgelijke producten, zoals nu bekend: signed-pairs.csv",
            "signed pairs of similar products, as known now: signed-pairs.csv",
        );
        write!(f, "<li>{pairs}</li></ul>")
    }
}

impl Page<'_> {
    /// The page, whole.
    pub(super) fn html(&self) -> String {
        let title = match self.language {
            Language::Nl => format!("Bewijs van campagne {}", self.campaign),
            Language::En => format!("Evidence of campaign {}", self.campaign),
        };
        html::page(self.language, &title, &self.to_string())
    }
}

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = |at: Micros| local(at, self.zone).strftime("%Y-%m-%d %H:%M").to_string();
        let zone = self.zone.tz().iana_name().unwrap_or("UTC");
        write!(
            f,
            "<p>{} {} {} {} ({zone}). {} {}.",
            self.say("Van", "From"),
            moment(self.from),
            self.say("tot", "until"),
            moment(self.until),
            self.say("Grootboek", "Ledger"),
            self.ledger
        )?;
        if self.masked {
            let text = self.say(
                " Nummers zijn afgeschermd: de records zijn te controleren, de nummers niet.",
                " Numbers are masked: records can be checked, numbers cannot.",
            );
            f.write_str(text)?;
        }
        write!(
            f,
            "</p><p><a href=\"{}\">{}</a></p>",
            self.how,
            self.say("Zo controleert u dit zelf", "How to check this yourself")
        )?;
        let (reasons, days) = (
            self.say("Per reden", "By reason"),
            self.say("Per dag", "By day"),
        );
        f.write_str(&html::counts(self.language, reasons, &self.reasons))?;
        f.write_str(&html::counts(self.language, days, &self.days))?;
        self.rests_on(f)?;
        self.decisions(f)
    }
}
