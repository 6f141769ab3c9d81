//! Callers of a running sidecar: dialers that check, agents who record objections, a nightly import.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio_stream::StreamExt;
use tonic::{Code, Status, transport::Channel};
use verzet::proto::v1::{
    self, check_service_client::CheckServiceClient, fact_service_client::FactServiceClient,
    import_folder_response::Event, intake_service_client::IntakeServiceClient,
    report_service_client::ReportServiceClient,
};

use crate::{
    model::{Model, seq_of},
    process::PATIENCE,
    world,
};

/// Numbers without pattern (SplitMix64).
#[derive(Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// What callers share.
pub(crate) struct Load {
    pub(crate) model: Arc<Model>,
    /// Customers there are; those with the highest numbers object first.
    pub(crate) customers: u64,
    pub(crate) next_objector: AtomicU64,
    pub(crate) stop: AtomicBool,
    /// Whether strangers may be called: the register's copy is sound.
    pub(crate) register_sound: AtomicBool,
}

impl Load {
    pub(crate) fn new(model: Arc<Model>, customers: u64) -> Self {
        Self {
            model,
            customers,
            next_objector: AtomicU64::new(customers),
            stop: AtomicBool::new(false),
            register_sound: AtomicBool::new(true),
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// A question, and whether an ALLOW would be right: mostly any customer, at times one who objected,
    /// one in the register or a stranger.
    fn question(&self, random: &mut Random) -> (v1::CheckRequest, bool) {
        let any = random.below(self.customers);
        let (number, campaign, may) = match random.below(10) {
            0 => {
                let told = self.model.told();
                let n = told.objected.len().max(1) as u64;
                let objected = told.objected.get(random.below(n) as usize);
                let number = objected.cloned().unwrap_or_else(|| world::customer(any));
                (number, world::CUSTOMERS, true)
            }
            1 => {
                let number = world::registered(random.below(world::REGISTERED));
                (number, world::STRANGERS, false)
            }
            2 => {
                let sound = self.register_sound.load(Ordering::SeqCst);
                (
                    world::stranger(random.below(1_000)),
                    world::STRANGERS,
                    sound,
                )
            }
            3 => (
                world::stranger(random.below(1_000)),
                world::CUSTOMERS,
                false,
            ),
            4 => (world::customer(any), world::NEXT_YEAR, false),
            5 => (world::lapsed(), world::CUSTOMERS, false),
            _ => (world::customer(any), world::CUSTOMERS, true),
        };
        let may = may && !self.model.is_objected(&number);
        let question = v1::CheckRequest {
            number,
            campaign_id: campaign.to_owned(),
            ..Default::default()
        };
        (question, may)
    }

    fn answered(&self, answer: &v1::CheckResponse, number: &str, may: bool) {
        let allowed = answer.verdict() == v1::Verdict::Allow;
        self.model
            .answered(&answer.decision_id, number, allowed, may);
    }

    /// A refusal is UNAVAILABLE, load that was shed, or a deadline; never anything else.
    fn refused(&self, status: &Status) {
        if was_told_to_go_away(status) {
            return self.model.refused("told to go away");
        }
        self.model.refused(&format!("{:?}", status.code()));
        let broken_off = std::error::Error::source(status).is_some();
        let fine = matches!(
            status.code(),
            Code::Unavailable | Code::ResourceExhausted | Code::Cancelled | Code::DeadlineExceeded
        );
        if !fine && !broken_off {
            self.model.wrong(format!("a check ended with {status:?}"));
        }
    }

    /// One dial after the other, until told to stop or nobody answers.
    pub(crate) async fn dial(self: Arc<Self>, channel: Channel, seed: u64) {
        let mut checks = CheckServiceClient::new(channel);
        let mut random = Random(seed);
        while !self.is_over() {
            let (question, may) = self.question(&mut random);
            let number = question.number.clone();
            match checks.check(question).await {
                Ok(answer) => self.answered(answer.get_ref(), &number, may),
                Err(status) => {
                    self.refused(&status);
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
            }
        }
    }

    /// A pipelined dialer: eight questions under way on one stream.
    pub(crate) async fn stream(self: Arc<Self>, channel: Channel, seed: u64) {
        let mut random = Random(seed);
        let (ask, asked) = tokio::sync::mpsc::channel(8);
        let questions = tokio_stream::wrappers::ReceiverStream::new(asked);
        let mut checks = CheckServiceClient::new(channel);
        let Ok(answers) = checks.check_stream(questions).await else {
            return;
        };
        let mut answers = answers.into_inner();
        let mut open = std::collections::HashMap::new();
        let (mut n, mut heard) = (0u64, true);
        loop {
            while heard && open.len() < 8 && !self.is_over() {
                let (mut question, may) = self.question(&mut random);
                n += 1;
                question.call_id = format!("s{seed:x}-{n}");
                open.insert(question.call_id.clone(), (question.number.clone(), may));
                // Nobody hears any more; what was answered before is still to be read.
                heard = ask.send(question).await.is_ok();
            }
            if open.is_empty() {
                return;
            }
            match answers.next().await {
                Some(Ok(answer)) => {
                    let (number, may) = open.remove(&answer.call_id).unwrap();
                    match &answer.error {
                        None => self.answered(&answer, &number, may),
                        Some(error) => {
                            self.refused(&Status::new(Code::from(error.code), &error.message));
                        }
                    }
                }
                Some(Err(status)) => return self.refused(&status),
                None => return,
            }
        }
    }

    /// Records `most` objections, one after the other.
    pub(crate) async fn object(self: Arc<Self>, channel: Channel, most: u64) {
        for _ in 0..most {
            if self.is_over() {
                return;
            }
            let next = self.next_objector.fetch_sub(1, Ordering::SeqCst);
            let Some(next) = next.checked_sub(1) else {
                return;
            };
            let number = world::customer(next);
            if let Err(status) = object(&self.model, &channel, &number).await {
                self.refused(&status);
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
    }

    /// Imports one version of the second origin's folder after the other.
    pub(crate) async fn import(self: Arc<Self>, channel: Channel, folder: PathBuf) {
        let mut intake = IntakeServiceClient::new(channel);
        while !self.is_over() {
            let version = self.model.told().nightly_sent + 1;
            world::write_nightly(&folder, version, world::NIGHTLY);
            self.model.told().nightly_sent = version;
            let request = v1::ImportFolderRequest {
                folder: folder.to_str().unwrap().to_owned(),
                origin: "nightly".into(),
                accept_shrink: true,
                ..Default::default()
            };
            let Ok(events) = intake.import_folder(request).await else {
                return;
            };
            let mut events = events.into_inner();
            let mut report = None;
            while let Some(Ok(event)) = events.next().await {
                if let Some(Event::Report(r)) = event.event {
                    report = Some(r);
                }
            }
            match report {
                Some(r) if r.applied => {
                    let mut told = self.model.told();
                    told.nightly_done = version;
                    for i in 0..world::OBJECTORS {
                        told.objected.push(world::objector(version, i));
                    }
                }
                Some(r) => self.model.wrong(format!("an import was held: {r:?}")),
                None => return,
            }
        }
    }
}

/// Whether the server closed the connection in order (GOAWAY without error) before the question was sent
/// on it: then the server never saw it. tonic's client gives that as INTERNAL.
fn was_told_to_go_away(status: &Status) -> bool {
    let mut cause = std::error::Error::source(status);
    while let Some(error) = cause {
        if let Some(h2) = error.downcast_ref::<h2::Error>() {
            return h2.is_go_away() && h2.is_remote() && h2.reason() == Some(h2::Reason::NO_ERROR);
        }
        cause = error.source();
    }
    false
}

/// A dial, its answer told to the model.
pub(crate) async fn check(
    model: &Model,
    channel: &Channel,
    campaign: &str,
    number: &str,
) -> Result<v1::CheckResponse, Status> {
    let may = !model.is_objected(number);
    let question = v1::CheckRequest {
        number: number.to_owned(),
        campaign_id: campaign.to_owned(),
        ..Default::default()
    };
    let answer = CheckServiceClient::new(channel.clone())
        .check(question)
        .await?
        .into_inner();
    let allowed = answer.verdict() == v1::Verdict::Allow;
    model.answered(&answer.decision_id, number, allowed, may);
    Ok(answer)
}

/// An objection, told to the model if it was acknowledged.
pub(crate) async fn object(model: &Model, channel: &Channel, number: &str) -> Result<(), Status> {
    let request = v1::RecordObjectionRequest {
        number: number.to_owned(),
        region: "NL".into(),
        source: "CALL".into(),
        ..Default::default()
    };
    FactServiceClient::new(channel.clone())
        .record_objection(request)
        .await?;
    model.objection_acknowledged(number);
    Ok(())
}

/// Decides without a record, a thousand numbers a time: number to verdict and reason.
pub(crate) async fn dry_run(
    channel: &Channel,
    campaign: &str,
    numbers: &[String],
) -> Vec<(v1::Verdict, v1::Reason)> {
    let mut checks = CheckServiceClient::new(channel.clone()).max_decoding_message_size(64 << 20);
    let mut found = Vec::with_capacity(numbers.len());
    for numbers in numbers.chunks(1_000) {
        let items = numbers.iter().map(|number| v1::BatchItem {
            number: number.clone(),
            ..Default::default()
        });
        let batch = v1::CheckBatchRequest {
            items: items.collect(),
            campaign_id: campaign.to_owned(),
            dry_run: true,
            ..Default::default()
        };
        let answers = checks
            .check_batch(batch)
            .await
            .unwrap()
            .into_inner()
            .responses;
        found.extend(answers.iter().map(|a| (a.verdict(), a.reason())));
    }
    found
}

/// Every decision on record from a moment on: sequence number, E.164, whether it was an ALLOW.
///
/// A start begins with an index that is behind, and says so: the list is asked for once `through` is in it.
pub(crate) async fn recorded(
    channel: &Channel,
    from: verzet::clock::Micros,
    through: u64,
) -> Vec<(u64, String, bool)> {
    let mut reports = ReportServiceClient::new(channel.clone()).max_decoding_message_size(64 << 20);
    let begun = Instant::now();
    loop {
        let newest = v1::ListDecisionsRequest {
            page_size: 1,
            ..Default::default()
        };
        let told = reports.list_decisions(newest).await.unwrap().into_inner();
        let seq = told.decisions.first().map_or(0, |d| seq_of(&d.decision_id));
        if seq >= through {
            break;
        }
        let waited = begun.elapsed() < PATIENCE;
        assert!(
            told.behind > 0 && waited,
            "answer {through} has no record: the newest is {seq}, {} to come",
            told.behind
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let from = prost_types::Timestamp {
        seconds: from.0.div_euclid(1_000_000),
        nanos: (from.0.rem_euclid(1_000_000) * 1_000) as i32,
    };
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let page = v1::ListDecisionsRequest {
            filter: Some(v1::DecisionFilter {
                from: Some(from),
                ..Default::default()
            }),
            // Few enough that a slow machine reads a page before the deadline.
            page_size: 100,
            page_token,
            ..Default::default()
        };
        let page = reports.list_decisions(page).await.unwrap().into_inner();
        found.extend(page.decisions.iter().map(|d| {
            let seq = seq_of(&d.decision_id);
            (seq, d.e164.clone(), d.verdict() == v1::Verdict::Allow)
        }));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return found;
        }
    }
}
