//! Asking about a chunk of the list.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{
    cli::{connect, error::CliError, exit::Exit, words::word},
    proto::v1::{
        BatchItem, CheckBatchRequest, CheckResponse, LeadAction,
        check_service_client::CheckServiceClient,
    },
};

/// A row of the list.
pub(super) struct Row {
    /// As it stands in the file.
    pub(super) fields: Vec<String>,
    pub(super) number: String,
    pub(super) region: String,
    pub(super) person: String,
}

/// Rows asked about together.
pub(super) struct Chunk {
    pub(super) rows: Vec<Row>,
}

/// What the output says of a row.
#[derive(Clone, Default)]
pub(super) struct Verdicts {
    pub(super) verdict: i32,
    pub(super) reason: i32,
    pub(super) e164: String,
    lead_action: i32,
}

impl Verdicts {
    pub(super) fn lead_action(&self) -> &'static str {
        word::<LeadAction>(self.lead_action)
    }
}

/// Tries of a batch that is refused because the sidecar is busy.
const TRIES: u32 = 8;

/// Asks about every row, a batch per region, and gives the answers in the order of the rows.
pub(super) async fn ask(
    mut client: CheckServiceClient<connect::Wire>,
    template: CheckBatchRequest,
    chunk: Chunk,
) -> Result<(Chunk, Vec<Verdicts>), CliError> {
    let mut verdicts = vec![Verdicts::default(); chunk.rows.len()];
    for (region, places) in by_region(&chunk.rows) {
        let item = |row: &Row| BatchItem {
            number: row.number.clone(),
            person_id: row.person.clone(),
            call_id: String::new(),
        };
        let mut request = template.clone();
        request.items = places
            .iter()
            .filter_map(|p| chunk.rows.get(*p))
            .map(item)
            .collect();
        if !region.is_empty() {
            request.region = region.to_owned();
        }
        let answers = batch(&mut client, &request)
            .await
            .map_err(|s| CliError::refused("scrub", s))?;
        let versions = "bring `verzet` and the sidecar to one version";
        if answers.len() != places.len() {
            let what = format!(
                "scrub: {} answers to {} numbers",
                answers.len(),
                places.len()
            );
            return Err(CliError::failed(what, versions));
        }
        if answers
            .iter()
            .any(|a| Exit::of_verdict(a.verdict) == Exit::Failed)
        {
            let what = "scrub: an answer has no verdict this version knows";
            return Err(CliError::failed(what, versions));
        }
        for (place, answer) in places.into_iter().zip(answers) {
            if let Some(verdict) = verdicts.get_mut(place) {
                *verdict = Verdicts {
                    verdict: answer.verdict,
                    reason: answer.reason,
                    e164: answer.e164,
                    lead_action: answer.lead_action,
                };
            }
        }
    }
    Ok((chunk, verdicts))
}

/// The places of the rows of each region, in the order the regions come up.
fn by_region(rows: &[Row]) -> Vec<(&str, Vec<usize>)> {
    let mut regions: Vec<(&str, Vec<usize>)> = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        match regions.iter_mut().find(|(region, _)| *region == row.region) {
            Some((_, places)) => places.push(place),
            None => regions.push((&row.region, vec![place])),
        }
    }
    regions
}

/// Asks, and asks again later if the sidecar is too busy: a list can wait, a dialer cannot.
async fn batch(
    client: &mut CheckServiceClient<connect::Wire>,
    request: &CheckBatchRequest,
) -> Result<Vec<CheckResponse>, Status> {
    let mut tries = 0;
    loop {
        let answer = client.check_batch(connect::ask(request.clone())).await;
        tries += 1;
        match answer {
            Ok(answer) => return Ok(answer.into_inner().responses),
            Err(status) if status.code() == Code::ResourceExhausted && tries < TRIES => {
                tokio::time::sleep(pause(&status, tries)).await;
            }
            Err(status) => return Err(status),
        }
    }
}

/// As long as the sidecar says, else twice as long each time; at most ten seconds.
fn pause(status: &Status, tries: u32) -> Duration {
    let told = status
        .get_details_retry_info()
        .and_then(|info| info.retry_delay);
    told.unwrap_or(Duration::from_millis(100 << tries.min(7)))
        .min(Duration::from_secs(10))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn regions_are_asked_apart_and_keep_their_places() {
        let row = |region: &str| Row {
            fields: vec![],
            number: String::new(),
            region: region.to_owned(),
            person: String::new(),
        };
        let rows = [row("NL"), row(""), row("NL"), row("BE")];
        assert_eq!(
            by_region(&rows),
            [("NL", vec![0, 2]), ("", vec![1]), ("BE", vec![3])]
        );
    }

    #[test]
    fn a_busy_sidecar_says_how_long_to_wait() {
        let told = ErrorDetails::with_retry_info(Some(Duration::from_millis(20)));
        let status = Status::with_error_details(Code::ResourceExhausted, "busy", told);
        assert_eq!(pause(&status, 1), Duration::from_millis(20));
        let untold = Status::resource_exhausted("busy");
        assert_eq!(pause(&untold, 1), Duration::from_millis(200));
        assert_eq!(pause(&untold, 30), Duration::from_secs(10));
    }
}
