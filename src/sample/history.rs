//! The month before the sample is opened, lived through in order: calls on every day, objections and
//! consents as they come in, a register copy that grows too old and is renewed, stops nobody can read.
//!
//! Each call is a check like any other, asked at its own moment; only then does serving begin.

use std::{fs, io::Write};

use super::{SampleError, install_at, people, registered};
use crate::{
    clock::{Day, Micros},
    intake::{ConsentFields, ObjectionFields, RegisterHeader},
    ledger::Ticket,
    number::Region,
    policy::Intent,
    sidecar::{Ask, Query, Sidecar},
    store::CatalogueKind,
};

/// Days of calls before today.
const DAYS: i32 = 30;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

/// The n-th of a sequence without pattern (SplitMix64), the same every time.
fn scatter(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Campaigns, and how many of a hundred calls they make.
const MIX: [(&str, u64); 13] = [
    ("gas-customers", 28),
    ("gas-list", 21),
    ("buildings-customers", 15),
    ("solar-customers", 12),
    ("buildings-directory", 7),
    ("gas-newsletter", 5),
    ("home-and-funeral", 3),
    ("gas-old-list", 2),
    ("gas-sms", 2),
    ("meter-reading", 2),
    ("gas-2023", 1),
    ("gas-2024-typo", 1),
    ("gas-post", 1),
];

/// Fills an empty sidecar with the sample and its month, up to now.
pub(super) fn live(sidecar: &Sidecar, now: Micros) -> Result<(), SampleError> {
    let zone = &sidecar.home.zone;
    let today = zone.day(now);
    let start = |day: i32| zone.start_of(Day(today.0 + day));
    let begun = Micros(start(-DAYS - 1).0 + 8 * HOUR);
    sidecar.live_at(begun);
    // Older than 28 days a week before today: what rests on it is blocked until it is renewed.
    install_at(sidecar, begun, Day(today.0 - 35), super::REGISTERED / 2)?;
    let expires = Day(today.0 + 19).to_string();
    let signed = Day(today.0 - 200).to_string();
    let pair = [
        "green-power",
        "solar",
        "yes",
        "compliance",
        &signed,
        &expires,
        "same roof",
    ];
    put(sidecar, CatalogueKind::Pair, &pair)?;
    let mut call = 0;
    for day in -DAYS..=0 {
        if day == -4 {
            sidecar.live_at(Micros(start(day).0 + 6 * HOUR));
            stale_register(sidecar, Day(today.0 - 47))?;
        }
        if day == -3 {
            let at = Micros(start(day).0 + 7 * HOUR);
            sidecar.live_at(at);
            super::import_register(sidecar, at, Day(today.0 - 3), super::REGISTERED)?;
        }
        let date = Day(today.0 + day);
        // 1970-01-01 was a Thursday.
        let calls = match (date.0 + 3).rem_euclid(7) {
            5 => 60,
            6 => 0,
            weekday => 170 + 12 * weekday as u64,
        };
        let morning = Micros(start(day).0 + 8 * HOUR + 30 * MINUTE);
        let evening = Micros(start(day).0 + 20 * HOUR);
        let mut last = None;
        for n in 0..calls {
            let at = Micros(morning.0 + (evening.0 - morning.0) / calls as i64 * n as i64);
            if at >= now {
                break;
            }
            call += 1;
            last = check(
                sidecar,
                call,
                Micros(at.0 + scatter(call) as i64 % MINUTE).min(now),
            )?
            .or(last);
            if n % 29 == 28 {
                facts(sidecar, call, at, Day(today.0))?;
            }
        }
        if day == 0 {
            last = so_far(sidecar, &mut call, start(0), now)?.or(last);
        }
        if let Some(ticket) = last {
            sidecar.ledger.wait(ticket)?;
        }
        if day == -1 {
            unreadable(sidecar, Micros(start(day).0 + 21 * HOUR))?;
        }
    }
    sidecar.live_at_present();
    Ok(())
}

/// Whenever it is opened, some calls are of the last hour.
fn so_far(
    sidecar: &Sidecar,
    call: &mut u64,
    midnight: Micros,
    now: Micros,
) -> Result<Option<Ticket>, SampleError> {
    let from = sidecar
        .ledger
        .last_at()
        .max(midnight)
        .max(Micros(now.0 - HOUR));
    let mut last = None;
    for n in 1..=40 {
        *call += 1;
        let at = Micros(from.0 + (now.0 - from.0) / 41 * n);
        last = check(sidecar, *call, at)?.or(last);
    }
    Ok(last)
}

fn check(sidecar: &Sidecar, n: u64, at: Micros) -> Result<Option<Ticket>, SampleError> {
    let roll = |salt: u64| scatter(n * 31 + salt);
    let mut part = roll(1) % 100;
    let campaign = MIX.iter().find(|(_, share)| {
        let here = part < *share;
        part = part.saturating_sub(*share);
        here
    });
    let campaign = campaign.map_or("gas-customers", |(id, _)| id);
    let list = campaign.contains("list") || campaign.contains("directory");
    let (customers, objectors, in_register, invalid) = match list {
        true => (4, 9, 24, 7),
        false => (84, 5, 3, 2),
    };
    let digits = match roll(2) % 100 {
        // The second customer is the one the first page of the manual asks about.
        k if k < customers => people::customer(3 + roll(3) % (super::CUSTOMERS - 2)),
        k if k < customers + objectors => people::objector(1 + roll(3) % super::OBJECTED),
        k if k < customers + objectors + in_register => registered(roll(3) % super::REGISTERED),
        k if k < customers + objectors + in_register + invalid => 31_600_000 + roll(3) % 100_000,
        _ => 31_640_000_000 + roll(3) % 9_000_000,
    };
    let number = people::spelled(digits, roll(4));
    let agent = format!("agent-{:02}", 1 + roll(5) % 12);
    let call_id = format!("sample-{n}");
    let query = Query {
        ask: Ask {
            number: &number,
            region: Some(Region::NL),
            campaign_id: campaign,
            channel: None,
            person_id: "",
            source_id: "",
            at,
        },
        region: "NL",
        call_id: &call_id,
        agent_id: &agent,
        caller_id: "",
        intent: Intent::Dial,
        dry_run: false,
        min_revision: 0,
        behind: false,
    };
    let ((), ticket) = sidecar.check(&query, |_, _| ())?;
    Ok(ticket)
}

/// What comes in between calls: mostly an objection said in the last one, now and then a consent that
/// ends some weeks from now.
fn facts(sidecar: &Sidecar, n: u64, at: Micros, today: Day) -> Result<(), SampleError> {
    sidecar.live_at(at);
    let digits = people::customer(10 + scatter(n) % (super::CUSTOMERS - 10));
    let number = people::spelled(digits, n);
    // Most are said in a call; a letter takes days.
    let (source, delay) = match scatter(n + 7) % 6 {
        0 => ("LETTER", 50 * HOUR),
        1 => ("EMAIL", 9 * HOUR),
        _ => ("CALL", MINUTE / 3),
    };
    if scatter(n + 3).is_multiple_of(5) {
        let granted = at.to_string();
        let expires = Day(today.0 + 2 + (scatter(n + 4) % 40) as i32)
            .utc_start()
            .to_string();
        sidecar.record_consent(&ConsentFields {
            number: &number,
            region: "NL",
            seller_id: "noordlicht",
            channels: "VOICE",
            products: "gas",
            granted_at: &granted,
            expires_at: &expires,
            evidence: "recorded call",
            ..ConsentFields::default()
        })?;
        return Ok(());
    }
    let said = Micros(at.0 - delay).to_string();
    sidecar.record_objection(&ObjectionFields {
        number: &number,
        region: "NL",
        seller_id: ["noordlicht", "waterpoort", "*"][(scatter(n + 5) % 3) as usize],
        channels: "VOICE",
        recorded_at: &said,
        source,
        ..ObjectionFields::default()
    })?;
    Ok(())
}

/// Stops that wait for a person.
fn unreadable(sidecar: &Sidecar, at: Micros) -> Result<(), SampleError> {
    let given = [
        "06 1000 00",
        "zero six one two",
        "0610000x41",
        "+31 6 (2 0000 123",
    ];
    for (n, number) in given.into_iter().enumerate() {
        let at = Micros(at.0 + n as i64 * 7 * MINUTE);
        sidecar.live_at(at);
        let said = at.to_string();
        sidecar.record_objection(&ObjectionFields {
            number,
            region: "NL",
            recorded_at: &said,
            source: "CALL",
            ..ObjectionFields::default()
        })?;
    }
    Ok(())
}

fn put(sidecar: &Sidecar, kind: CatalogueKind, columns: &[&str]) -> Result<(), SampleError> {
    let columns = columns.iter().map(ToString::to_string).collect();
    sidecar.put_catalogue(&[(kind, columns)])?;
    Ok(())
}

/// A register nobody renewed: no rule of `nl-bmnr` asks it.
fn stale_register(sidecar: &Sidecar, as_of: Day) -> Result<(), SampleError> {
    let path = sidecar
        .settings
        .data_dir
        .join(super::MARK)
        .join("postfilter.txt");
    let mut file = fs::File::create(&path)?;
    let lines: String = (0..2_000)
        .map(|k| format!("+{}\n", registered(k * 3)))
        .collect();
    file.write_all(lines.as_bytes())?;
    let now = sidecar.receipt();
    let header = RegisterHeader {
        register: "postfilter",
        as_of,
        format: "lines",
        region: sidecar.settings.default_region,
        accept_shrink: false,
        file: "postfilter.txt",
        today: sidecar.home.zone.day(now),
        received_at: now,
    };
    sidecar.import_register(&header, fs::File::open(&path)?)?;
    Ok(())
}
