//! Which decisions a report is about.

use clap::Args as ClapArgs;

use crate::{
    cli::{
        error::CliError,
        words::{day, number, parser, period},
    },
    clock::Day,
    proto::v1::{DecisionFilter, Intent, Reason, Verdict},
};

/// Without any of these: everything.
#[derive(ClapArgs, Debug)]
pub(super) struct Filter {
    /// From this day, inside; days are of Europe/Amsterdam
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<Day>,
    /// To this day, inside
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<Day>,
    /// Only this day
    #[arg(long, value_name = "DATE", value_parser = day, conflicts_with_all = ["from", "to"])]
    day: Option<Day>,
    /// Of this campaign
    #[arg(long, value_name = "ID")]
    campaign: Option<String>,
    /// Of this seller
    #[arg(long, value_name = "ID")]
    seller: Option<String>,
    /// With this verdict
    #[arg(long, value_name = "WORD", ignore_case = true, value_parser = parser::<Verdict>())]
    verdict: Option<String>,
    /// With this reason
    #[arg(long, value_name = "WORD", ignore_case = true, hide_possible_values = true, value_parser = parser::<Reason>())]
    reason: Option<String>,
    /// Of this number source
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// By this regime
    #[arg(long, value_name = "ID")]
    regime: Option<String>,
    /// What today's law would have said, where another regime decided
    #[arg(long, value_name = "WORD", ignore_case = true, value_parser = parser::<Verdict>())]
    shadow: Option<String>,
    /// Asked with this intent
    #[arg(long, value_name = "WORD", ignore_case = true, value_parser = parser::<Intent>())]
    intent: Option<String>,
    /// About this number, in any spelling
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    number: Option<String>,
    /// Region to read a national --number in
    #[arg(long, value_name = "XX", requires = "number")]
    region: Option<String>,
    /// About this call
    #[arg(long, value_name = "ID")]
    call: Option<String>,
    /// Asked by this agent
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
    /// Only this decision
    #[arg(long, value_name = "ID")]
    decision: Option<String>,
}

impl Filter {
    /// As the wire has it.
    pub(super) fn wire(&self) -> Result<DecisionFilter, CliError> {
        let (from, to) = (self.day.or(self.from), self.day.or(self.to));
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(CliError::usage(
                format!("--from {from} is after --to {to}"),
                "swap them",
            ));
        }
        let (from, until) = period(from, to)
            .map_err(|what| CliError::failed(what, "this is a fault of verzet itself"))?;
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        Ok(DecisionFilter {
            from,
            until,
            campaign_id: text(&self.campaign),
            seller_id: text(&self.seller),
            verdict: number::<Verdict>(self.verdict.as_deref()),
            reason: number::<Reason>(self.reason.as_deref()),
            number: text(&self.number),
            region: text(&self.region),
            call_id: text(&self.call),
            agent_id: text(&self.agent),
            decision_id: text(&self.decision),
            source_id: text(&self.source),
            regime: text(&self.regime),
            intent: number::<Intent>(self.intent.as_deref()),
            shadow_verdict: number::<Verdict>(self.shadow.as_deref()),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::words::rfc3339;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        filter: Filter,
    }

    fn read(line: &str) -> Filter {
        Line::try_parse_from(std::iter::once("report").chain(line.split(' ')))
            .unwrap()
            .filter
    }

    #[test]
    fn days_are_of_amsterdam_with_both_ends_inside() {
        let wire = read("--from 2026-06-30 --to 2026-07-01 --verdict block --reason Objected")
            .wire()
            .unwrap();
        assert_eq!(rfc3339(wire.from.as_ref()).unwrap(), "2026-06-29T22:00:00Z");
        assert_eq!(
            rfc3339(wire.until.as_ref()).unwrap(),
            "2026-07-01T22:00:00Z"
        );
        assert_eq!(
            (wire.verdict(), wire.reason()),
            (Verdict::Block, Reason::Objected)
        );
        let day = read("--day 2026-06-30").wire().unwrap();
        assert_eq!(rfc3339(day.from.as_ref()).unwrap(), "2026-06-29T22:00:00Z");
        assert_eq!(rfc3339(day.until.as_ref()).unwrap(), "2026-06-30T22:00:00Z");
        let open = read("--to 2026-06-30").wire().unwrap();
        assert_eq!(open.from, None);
    }

    #[test]
    fn a_period_that_runs_back_is_refused() {
        let error = read("--from 2026-07-02 --to 2026-07-01")
            .wire()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "--from 2026-07-02 is after --to 2026-07-01; hint: swap them"
        );
    }
}
