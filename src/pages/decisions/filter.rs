//! What a list of decisions is asked for: all of it in the address, so that a link is the list.

use serde::Deserialize;

use crate::{
    access::Action,
    clock::Day,
    number::{self, Region},
    pages::{query, shell::Shell},
    policy::{Reason, Verdict},
    report::{Filter, Order},
};

/// The values of the address, as written there.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// `ALLOW`, `BLOCK`, `DEFER`; `all` for all; `BLOCK` if not given.
    pub(crate) verdict: String,
    /// First day; not given means thirty days ago, empty means none.
    pub(crate) from: Option<String>,
    /// Last day.
    pub(crate) until: String,
    /// The seller.
    pub(crate) seller: String,
    /// The campaign.
    pub(crate) campaign: String,
    /// The reason.
    pub(crate) reason: String,
    /// Who called.
    pub(crate) agent: String,
    /// The number source.
    pub(crate) source: String,
    /// The number, typed any way.
    pub(crate) number: String,
    /// `oldest` for the oldest first.
    pub(crate) order: String,
    /// The key the page goes on behind.
    pub(crate) after: String,
    /// What today's law said of it: `BLOCK` for what it forbids.
    pub(crate) shadow: String,
}

/// How far back a list goes if it is not told.
const DAYS: i32 = 30;

impl Asked {
    /// With the first day, where none was given.
    pub(crate) fn or_default_period(mut self, today: Day) -> Self {
        if self.from.is_none() {
            self.from = Some(Day(today.0.saturating_sub(DAYS - 1)).to_string());
        }
        self
    }

    /// The first day as written.
    pub(crate) fn first_day(&self) -> &str {
        self.from.as_deref().unwrap_or_default()
    }

    /// The verdict asked for; `None` for all.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        match self.verdict.as_str() {
            "" => Some(Verdict::Block),
            word => Verdict::parse(word),
        }
    }

    /// The reason asked for.
    pub(crate) fn reason(&self) -> Option<Reason> {
        Reason::parse(&self.reason)
    }

    /// Whether it is about one campaign and has both ends, as evidence must.
    pub(crate) fn is_of_one_campaign_and_period(&self) -> bool {
        !self.campaign.is_empty() && !self.first_day().is_empty() && !self.until.is_empty()
    }

    /// The order asked for.
    pub(crate) fn order(&self) -> Order {
        match self.order.as_str() {
            "oldest" => Order::OldestFirst,
            _ => Order::NewestFirst,
        }
    }

    /// The key to go on behind.
    pub(crate) fn key(&self) -> Option<u64> {
        self.after.parse().ok()
    }

    /// As a filter of what this reader may see.
    ///
    /// # Errors
    /// The key of the text that says what cannot be read.
    pub(crate) fn read(&self, s: &Shell, region: Region) -> Result<Filter, &'static str> {
        let day = |text: &str| match text {
            "" => Ok(None),
            text => Day::parse(text).map(Some).map_err(|_| "decisions.bad_day"),
        };
        let (from, until) = (day(self.first_day())?, day(&self.until)?);
        if from.zip(until).is_some_and(|(from, until)| from > until) {
            return Err("decisions.bad_period");
        }
        let number = match self.number.trim() {
            "" => None,
            // By asking for each number in turn one would see them.
            _ if s.viewer.caller.is_masked(Action::SeeDecisions) => {
                return Err("decisions.not_by_number");
            }
            typed => {
                let read = number::read(typed, region).ok_or("decisions.bad_number")?;
                Some(read.e164)
            }
        };
        let text = |text: &String| (!text.is_empty()).then(|| text.clone());
        Ok(Filter {
            from: from.map(|day| s.zone.start_of(day)),
            until: until.map(|day| s.zone.start_of(Day(day.0.saturating_add(1)))),
            campaign: text(&self.campaign),
            seller: text(&self.seller),
            source: text(&self.source),
            verdict: self.verdict(),
            reason: self.reason(),
            agent: text(&self.agent),
            number,
            shadow: Verdict::parse(&self.shadow),
            ..Filter::of(s.viewer.caller.sellers.clone())
        })
    }

    /// The address of the same list with other values, from its start.
    pub(crate) fn with(&self, other: &[(&str, &str)]) -> String {
        self.at("/decisions", other)
    }

    /// The same at another path.
    pub(crate) fn at(&self, path: &str, other: &[(&str, &str)]) -> String {
        let own = [
            ("verdict", self.verdict.as_str()),
            ("from", self.first_day()),
            ("until", &self.until),
            ("seller", &self.seller),
            ("campaign", &self.campaign),
            ("reason", &self.reason),
            ("agent", &self.agent),
            ("source", &self.source),
            ("number", &self.number),
            ("order", &self.order),
            ("shadow", &self.shadow),
        ];
        let kept = own
            .iter()
            .filter(|(name, _)| other.iter().all(|(n, _)| n != name))
            .copied();
        let values: Vec<_> = kept.chain(other.iter().copied()).collect();
        let link = query::link(path, &values);
        // Left out it would mean the last thirty days.
        match self.from.as_deref() {
            Some("") => format!("{link}{}from=", if link.contains('?') { '&' } else { '?' }),
            _ => link,
        }
    }
}
