//! The questions of dialers, by rule.

use std::thread;

use verzet::{
    clock::Micros,
    facts::model::Channel,
    ledger::AppendError,
    number::Region,
    policy::Intent,
    sample,
    sidecar::{Ask, Query, Sidecar},
};

/// The n-th of a sequence without pattern (SplitMix64).
pub fn scatter(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Choices, one after the other.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(1);
        scatter(self.0) % n
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

pub fn customer(i: u64) -> u64 {
    31_610_000_000 + i
}

pub fn objector(i: u64) -> u64 {
    31_620_000_000 + i
}

pub fn listed(k: u64) -> u64 {
    sample::registered(k)
}

const CAMPAIGNS: [&str; 17] = [
    "extra",
    "gas-customers",
    "gas-list",
    "gas-list",
    "solar-customers",
    "gas-newsletter",
    "gas-old-list",
    "gas-sms",
    "gas-email",
    "gas-app",
    "gas-post",
    "gas-2023",
    "meter-reading",
    "buildings-customers",
    "buildings-directory",
    "home-and-funeral",
    "no-such-campaign",
];

/// A question of a dialer.
pub struct Asked {
    pub number: String,
    pub region: &'static str,
    pub campaign: &'static str,
    pub channel: Option<Channel>,
    pub person: String,
    pub source: &'static str,
    pub call: String,
    pub intent: Intent,
    pub dry_run: bool,
    pub behind: bool,
}

/// The n-th question.
pub fn question(n: u64) -> Asked {
    let mut dice = Dice(n.wrapping_mul(1_000));
    let i = 1 + dice.below(3_000);
    let digits = match dice.below(10) {
        0..5 => customer(i),
        5 => objector(1 + i % 500),
        6..8 => listed(i),
        8 => 31_640_000_000 + i,
        _ => dice.of(&[
            31_800_123_456,
            31_900_123_456,
            32_470_123_456,
            4_915_112_345_678,
        ]),
    };
    let number = match dice.below(12) {
        0..6 => format!("+{digits}"),
        6..9 if digits / 1_000_000_000 == 31 => format!("0{}", digits % 1_000_000_000),
        9 => format!("00{digits}"),
        10 if digits / 1_000_000_000 == 31 => format!("06-{:08}", digits % 100_000_000),
        11 if dice.one_in(4) => dice
            .of(&["", "anonymous", "0612", "+3161000000000000"])
            .to_owned(),
        _ => format!("+{digits}"),
    };
    Asked {
        number,
        region: dice.of(&["", "", "", "NL", "NL", "BE"]),
        campaign: dice.of(&CAMPAIGNS),
        channel: match dice.below(8) {
            0 => Some(dice.of(Channel::ALL)),
            _ => None,
        },
        person: match dice.below(5) {
            0 => format!("p{i}"),
            1 if dice.one_in(2) => format!("p{}", 1 + dice.below(3_000)),
            2 if dice.one_in(4) => "nobody-known".to_owned(),
            _ => String::new(),
        },
        source: match dice.below(9) {
            0 => dice.of(&["noordlicht-list", "waterpoort-directory", "nowhere"]),
            _ => "",
        },
        call: match dice.below(9) {
            0 => format!("call-{}", dice.below(500)),
            _ => format!("call-{n}"),
        },
        intent: dice.of(Intent::ALL),
        dry_run: dice.one_in(60),
        behind: dice.one_in(150),
    }
}

/// Asks a question, as the service does, and says whether it was recorded.
pub fn ask(sidecar: &Sidecar, q: &Asked, at: Micros) -> bool {
    let query = Query {
        ask: Ask {
            number: &q.number,
            region: Region::parse(q.region).ok(),
            campaign_id: q.campaign,
            channel: q.channel,
            person_id: &q.person,
            source_id: q.source,
            at,
        },
        region: q.region,
        call_id: &q.call,
        agent_id: "agent-7",
        caller_id: "",
        intent: q.intent,
        dry_run: q.dry_run,
        min_revision: if q.behind { u64::MAX >> 1 } else { 0 },
        behind: q.behind,
    };
    loop {
        match sidecar.check(&query, |_, _| ()) {
            Ok(((), ticket)) => return ticket.is_some(),
            Err(AppendError::Busy(_)) => thread::yield_now(),
            Err(e) => panic!("{e}"),
        }
    }
}
