//! One offered load, and what came of it.

use std::{
    fs,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;
use hdrhistogram::Histogram;
use tokio::{runtime, sync::mpsc, task::JoinSet};

use crate::{
    answer::check,
    caller::{Caller, Failure},
    open::pace::{Schedule, pace},
    questions::Questions,
};

/// Who asks, and whom.
#[derive(Clone, Copy)]
pub(super) struct Load {
    pub(super) addr: SocketAddr,
    pub(super) connections: usize,
    /// Longer than this nobody waits for an answer.
    pub(super) deadline: Duration,
    /// The sidecar's process, if it was started here.
    pub(super) pid: Option<u32>,
}

/// What came of one; times in nanoseconds.
pub(super) struct Step {
    /// Questions a second.
    pub(super) offered: f64,
    pub(super) seconds: f64,
    /// Of what was answered.
    latency: Histogram<u64>,
    /// How late questions were sent.
    sent_late: Histogram<u64>,
    pub(super) shed: u64,
    /// Without an answer within the deadline.
    pub(super) late: u64,
    /// Any other failure.
    pub(super) broken: u64,
    /// The sidecar's memory at the end, in MiB.
    pub(super) memory: u64,
}

impl Step {
    fn new(offered: f64, seconds: f64) -> Result<Self> {
        let histogram = || Histogram::new_with_bounds(1_000, 120_000_000_000, 3);
        Ok(Self {
            offered,
            seconds,
            latency: histogram()?,
            sent_late: histogram()?,
            shed: 0,
            late: 0,
            broken: 0,
            memory: 0,
        })
    }

    /// Answers a second.
    pub(super) fn goodput(&self) -> f64 {
        self.latency.len() as f64 / self.seconds
    }

    pub(super) fn p50(&self) -> f64 {
        self.latency.value_at_quantile(0.5) as f64
    }

    pub(super) fn p99(&self) -> f64 {
        self.latency.value_at_quantile(0.99) as f64
    }

    /// How late the generator was, at its 99th percentile.
    pub(super) fn lag(&self) -> f64 {
        self.sent_late.value_at_quantile(0.99) as f64
    }

    pub(super) fn lagged(&self) -> bool {
        self.lag() > 0.25 * self.p99()
    }

    fn note(&mut self, answer: Result<u64, Failure>, took: Duration, sent_late: Duration) {
        self.sent_late
            .saturating_record(sent_late.as_nanos() as u64);
        match answer {
            Ok(_) => self.latency.saturating_record(took.as_nanos() as u64),
            Err(Failure::Late) => self.late += 1,
            // DEADLINE_EXCEEDED and CANCELLED; RESOURCE_EXHAUSTED.
            Err(Failure::Status(code, _)) if code == "4" || code == "1" => self.late += 1,
            Err(Failure::Status(code, _)) if code == "8" => self.shed += 1,
            Err(other) => {
                if self.broken == 0 {
                    eprintln!("broke off: {other}");
                }
                self.broken += 1;
            }
        }
    }
}

fn rt() -> Result<runtime::Runtime> {
    Ok(runtime::Builder::new_current_thread()
        .enable_all()
        .build()?)
}

async fn callers(load: &Load) -> Result<Vec<Caller>> {
    let mut callers = Vec::new();
    for _ in 0..load.connections {
        callers.push(Caller::connect(load.addr).await?);
    }
    Ok(callers)
}

/// The most answers a second: fifty callers on each connection, each asking again when answered.
pub(super) fn capacity(load: &Load, seconds: f64, questions: &Arc<Questions>) -> Result<f64> {
    rt()?.block_on(async {
        let (answered, done) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let mut asking = JoinSet::new();
        for caller in callers(load).await? {
            for _ in 0..50 {
                let (mut caller, questions) = (caller.clone(), questions.clone());
                let (answered, done) = (answered.clone(), done.clone());
                asking.spawn(async move {
                    while !done.load(Ordering::Relaxed) {
                        let (id, frame) = questions.next();
                        let answer = caller.ask(frame).await;
                        if answer.and_then(|a| check(&questions, id, a)).is_ok() {
                            answered.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        }
        // The first fifth is to warm up.
        tokio::time::sleep(Duration::from_secs_f64(seconds / 5.0)).await;
        let (before, began) = (answered.load(Ordering::Relaxed), Instant::now());
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        let count = answered.load(Ordering::Relaxed) - before;
        let rate = count as f64 / began.elapsed().as_secs_f64();
        done.store(true, Ordering::Relaxed);
        while asking.join_next().await.is_some() {}
        Ok(rate)
    })
}

/// Offers a load for some seconds; `each` sees every question's due time, answer and latency.
fn offer(
    load: &Load,
    rate: f64,
    seconds: f64,
    questions: &Arc<Questions>,
    each: impl Fn(Instant, Result<u64, Failure>, Duration, Duration) + Send + Sync + 'static,
) -> Result<()> {
    let each = Arc::new(each);
    rt()?.block_on(async {
        let mut callers = callers(load).await?;
        let schedule = Schedule {
            begin: Instant::now() + Duration::from_millis(5),
            every: Duration::from_secs_f64(1.0 / rate.max(1.0)),
            count: (rate * seconds) as u32,
        };
        let (due, mut dues) = mpsc::unbounded_channel();
        let pacing = thread::spawn(move || pace(schedule, &due));
        let mut asking = JoinSet::new();
        let deadline = load.deadline;
        while let Some(n) = dues.recv().await {
            let due = schedule.due(n);
            let sent_late = due.elapsed();
            if sent_late > deadline {
                // Nobody waits for it any more; it is not worth sending.
                each(due, Err(Failure::Late), sent_late, sent_late);
                continue;
            }
            let place = n as usize % callers.len();
            if callers[place].has_ended() {
                // As every client does.
                callers[place] = Caller::connect(load.addr).await?;
            }
            let mut caller = callers[place].clone();
            let (questions, each) = (questions.clone(), each.clone());
            asking.spawn(async move {
                let (id, frame) = questions.next();
                let end = tokio::time::Instant::from_std(due + deadline);
                let answer = match tokio::time::timeout_at(end, caller.ask(frame)).await {
                    Ok(answer) => answer.and_then(|a| check(&questions, id, a)),
                    Err(_) => Err(Failure::Late),
                };
                each(due, answer, due.elapsed(), sent_late);
            });
            while asking.try_join_next().is_some() {}
        }
        while asking.join_next().await.is_some() {}
        let _ = pacing.join();
        Ok(())
    })
}

/// Offers so many questions a second, for so many seconds.
pub(super) fn step(
    load: &Load,
    rate: f64,
    seconds: f64,
    questions: &Arc<Questions>,
) -> Result<Step> {
    let gathered = Arc::new(Mutex::new(Step::new(rate, seconds)?));
    let own = gathered.clone();
    offer(
        load,
        rate,
        seconds,
        questions,
        move |_, answer, took, sent_late| {
            let mut step = own.lock().unwrap_or_else(PoisonError::into_inner);
            step.note(answer, took, sent_late);
        },
    )?;
    let mut gathered = gathered.lock().unwrap_or_else(PoisonError::into_inner);
    let mut step = std::mem::replace(&mut *gathered, Step::new(rate, seconds)?);
    step.memory = load.pid.map_or(0, memory);
    Ok(step)
}

/// How long a moment is, when recovery is watched.
const MOMENT: Duration = Duration::from_millis(100);

/// Moments that are watched.
const WATCHED: usize = 50;

/// After an overload: how long until service is normal and stays so. Normal is a moment in which nothing
/// is shed or late, and the p99 is at most three times what it was at that load before. `None` if it never is.
pub(super) fn recovery(
    load: &Load,
    before: &Step,
    questions: &Arc<Questions>,
) -> Result<Option<Duration>> {
    let rate = before.offered;
    let moments: Vec<_> = (0..WATCHED)
        .map(|_| Step::new(rate, MOMENT.as_secs_f64()))
        .collect::<Result<_>>()?;
    let moments = Arc::new(Mutex::new(moments));
    let (own, began) = (moments.clone(), Instant::now());
    let seconds = MOMENT.as_secs_f64() * WATCHED as f64;
    offer(
        load,
        rate,
        seconds,
        questions,
        move |due, answer, took, late| {
            let at = due.saturating_duration_since(began).as_millis() / MOMENT.as_millis();
            let mut moments = own.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(moment) = moments.get_mut(at as usize) {
                moment.note(answer, took, late);
            }
        },
    )?;
    let moments = moments.lock().unwrap_or_else(PoisonError::into_inner);
    let normal = |m: &Step| m.shed + m.late + m.broken == 0 && m.p99() <= 3.0 * before.p99();
    // A single odd moment later on is the machine's; two in a row are not.
    let pairs = moments
        .windows(2)
        .rposition(|w| !normal(&w[0]) && !normal(&w[1]));
    let last = pairs.map_or_else(|| usize::from(!normal(&moments[0])), |n| n + 2);
    Ok((last < WATCHED).then(|| MOMENT * last as u32))
}

fn memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS:"));
    let kib = line.and_then(|l| l.split_ascii_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
