//! A look at what the sidecar answers, before anything is measured.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use anyhow::{Context, Result, bail};
use prost::Message;
use tokio::{runtime, time::timeout};
use verzet::proto::v1::{CheckResponse, Reason};

use crate::{caller::Caller, questions::Questions};

/// Questions asked; the shares of the mix are exact in them.
const QUESTIONS: usize = 200;

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers that say the load would be a fiction: nearly no work, and none of a call centre's.
const MISFITS: [Reason; 4] = [
    Reason::UnknownCampaign,
    Reason::CampaignNotRunning,
    Reason::NoRegime,
    Reason::SourceNotLawful,
];

/// Asks, prints the shares of the reasons, and gives the answer whose size is nearest to the mean.
pub(crate) fn over(addr: SocketAddr, questions: &Questions) -> Result<Vec<u8>> {
    let answers = ask(addr, questions)?;
    let mut seen = BTreeMap::<&str, usize>::new();
    for answer in &answers {
        let answer = CheckResponse::decode(&answer[..])?;
        if MISFITS.contains(&answer.reason()) {
            bail!(
                "the sidecar does not know what it is asked about ({}): name the folder its facts came from with --folder, and a campaign of it with --campaign",
                word(answer.reason())
            );
        }
        *seen.entry(word(answer.reason())).or_default() += 1;
    }
    let share = |n: usize| n as f64 * 100.0 / QUESTIONS as f64;
    let shares: Vec<_> = seen
        .iter()
        .map(|(reason, n)| format!("{reason} {:.1} %", share(*n)))
        .collect();
    println!("what the sidecar answers: {}", shares.join(", "));
    let mean = answers.iter().map(Vec::len).sum::<usize>() / QUESTIONS;
    let typical = answers.into_iter().min_by_key(|a| a.len().abs_diff(mean));
    typical.context("no answer")
}

fn ask(addr: SocketAddr, questions: &Questions) -> Result<Vec<Vec<u8>>> {
    let rt = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    rt.block_on(async {
        let mut caller = Caller::connect(addr).await?;
        let mut answers = Vec::new();
        for _ in 0..QUESTIONS {
            match timeout(PATIENCE, caller.ask(questions.next().1)).await {
                Ok(Ok(answer)) => answers.push(answer.to_vec()),
                Ok(Err(failure)) => bail!("{addr}: {failure}"),
                Err(_) => bail!("{addr}: no answer within {PATIENCE:?}"),
            }
        }
        Ok(answers)
    })
}

fn word(reason: Reason) -> &'static str {
    reason.as_str_name().trim_start_matches("REASON_")
}
