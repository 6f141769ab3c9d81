//! Questions about a world: on its numbers, persons, campaigns and moments, and next to them.
use jiff::{Timestamp, ToSpan};

use super::super::evaluate::Question;
use super::super::rng::Rng;
use super::super::words::{self, day_if_given, instant_if_given};
use super::super::world::{Campaign, Source, World};
use super::CHANNELS;
use super::spelling::{midnight, new_number, spelled};

/// `n` questions; the same world and seed give the same questions.
pub fn generate_questions(world: &World, seed: u64, n: usize) -> Vec<Question> {
    let mut rng = Rng::new(seed ^ 0x5175_6573_7469_6f6e);
    let about = About::of(world);
    (0..n).map(|_| about.question(&mut rng)).collect()
}

/// Whom a row is about.
struct Tie {
    e164: String,
    /// Empty where the row names none.
    person: String,
    /// Empty or `*` where the row means all.
    seller: String,
}

/// What there is to ask about.
struct About<'a> {
    world: &'a World,
    /// One for every row with a number.
    ties: Vec<Tie>,
    persons: Vec<String>,
    /// In microseconds; a moment named by several rows stands there as often.
    moments: Vec<i64>,
}

impl<'a> About<'a> {
    fn of(world: &'a World) -> About<'a> {
        let mut rows: Vec<[&String; 4]> = Vec::new();
        let world_rows = world.relations.iter();
        rows.extend(world_rows.map(|r| [&r.number, &r.region, &r.person_id, &r.seller_id]));
        let world_rows = world.consents.iter();
        rows.extend(world_rows.map(|r| [&r.number, &r.region, &r.person_id, &r.seller_id]));
        let world_rows = world.objections.iter();
        rows.extend(world_rows.map(|r| [&r.number, &r.region, &r.person_id, &r.seller_id]));

        let mut persons: Vec<String> = rows.iter().map(|row| row[2].clone()).collect();
        persons.retain(|p| !p.is_empty());
        persons.sort();
        persons.dedup();
        persons.push("nobody-known".to_owned());

        let tie = |[number, region, person, seller]: [&String; 4]| {
            words::number(number, region).map(|number| Tie {
                e164: number.e164,
                person: person.clone(),
                seller: seller.clone(),
            })
        };
        let mut ties: Vec<Tie> = rows.into_iter().filter_map(tie).collect();
        // Numbers of which only the register knows.
        for number in &world.register {
            let empty = String::new();
            ties.extend(tie([number, &"NL".to_owned(), &empty, &empty]));
        }
        About {
            world,
            ties,
            persons,
            moments: moments(world),
        }
    }

    fn question(&self, rng: &mut Rng) -> Question {
        let tie = rng.pick(&self.ties);
        let campaign = self.campaign(rng, tie);
        let (number, region) = match rng.weighted(&[(92, 0), (5, 1), (3, 2)]) {
            0 => spelled(rng, &tie.e164),
            1 => {
                let number = new_number(rng);
                spelled(rng, &number)
            }
            _ => ((*rng.pick(&INVALID)).to_owned(), "NL".to_owned()),
        };
        // Often the region is left to the campaign, whatever comes of it.
        let region_left_out = rng.chance(30);
        let person = match rng.weighted(&[(50, 0), (25, 1), (25, 2)]) {
            1 => &tie.person,
            2 => rng.pick(&self.persons),
            _ => "",
        };
        let campaign_id = if rng.chance(3) {
            "no-such-campaign"
        } else {
            &campaign.campaign_id
        };
        Question {
            number,
            region: if region_left_out {
                String::new()
            } else {
                region
            },
            campaign_id: campaign_id.to_owned(),
            channel: if rng.chance(25) {
                *rng.pick(&CHANNELS)
            } else {
                ""
            }
            .to_owned(),
            person_id: person.to_owned(),
            source_id: self.source(rng, campaign),
            now: self.moment(rng),
        }
    }

    /// Any campaign, but mostly one of the seller the row is about.
    fn campaign(&self, rng: &mut Rng, tie: &Tie) -> &'a Campaign {
        let campaigns = self.world.campaigns.iter();
        let of_seller: Vec<&Campaign> = campaigns.filter(|c| c.seller_id == tie.seller).collect();
        if of_seller.is_empty() || rng.chance(30) {
            rng.pick(&self.world.campaigns)
        } else {
            rng.pick::<&Campaign>(&of_seller)
        }
    }

    /// Left to the campaign, another of the seller's, any, or one nobody knows.
    fn source(&self, rng: &mut Rng, campaign: &Campaign) -> String {
        let sources = &self.world.sources;
        let lawful =
            |s: &&Source| s.seller_id == campaign.seller_id && !s.lawful_basis_document.is_empty();
        let lawful: Vec<&Source> = sources.iter().filter(lawful).collect();
        match rng.weighted(&[(62, 0), (28, 1), (7, 2), (3, 3)]) {
            1 if !lawful.is_empty() => rng.pick(&lawful).source_id.clone(),
            2 => rng.pick(sources).source_id.clone(),
            3 => "no-such-source".to_owned(),
            _ => String::new(),
        }
    }

    fn moment(&self, rng: &mut Rng) -> Timestamp {
        const HOUR: i64 = 3_600_000_000;
        let nudge = rng.weighted(&[
            (34, 0),
            (12, -1),
            (12, 1),
            (12, 1_000_000),
            (12, HOUR),
            (10, 30 * HOUR),
            (8, -HOUR),
        ]);
        Timestamp::from_microsecond(*rng.pick(&self.moments) + nudge).unwrap()
    }
}

/// Every instant a row names, the beginning of every day a row names and of the day after,
/// and the days on which the copy of the register becomes too old.
fn moments(world: &World) -> Vec<i64> {
    let mut moments = vec![world.received_at.as_microsecond()];
    for row in &world.consents {
        moments.extend(instant_if_given(&row.granted_at));
        moments.extend(instant_if_given(&row.expires_at));
        moments.extend(instant_if_given(&row.withdrawn_at));
    }
    for row in &world.objections {
        moments.extend(instant_if_given(&row.recorded_at));
    }
    let mut days = Vec::new();
    for row in &world.campaigns {
        days.extend([day_if_given(&row.starts_on), day_if_given(&row.ends_on)]);
    }
    for row in &world.similar {
        days.extend([day_if_given(&row.signed_on), day_if_given(&row.expires_on)]);
    }
    for row in &world.relations {
        days.push(day_if_given(&row.started_on));
    }
    for day in days.into_iter().flatten() {
        moments.push(midnight(day));
        moments.push(midnight(day.checked_add(1.day()).unwrap()));
    }
    if let Some(day) = world.register_as_of {
        let ages = [-1, 0, 27, 28, 29, 30];
        // Often enough to matter beside the many days of the rows.
        for age in ages.into_iter().cycle().take(ages.len() * 3) {
            moments.push(midnight(day.checked_add(age.days()).unwrap()));
        }
    }
    moments
}

/// Typed by people, none of them a number.
const INVALID: [&str; 8] = [
    "",
    "abc",
    "112",
    "0612",
    "+",
    "06123456789012345",
    "+31 000 000 000",
    "+999123456789",
];
