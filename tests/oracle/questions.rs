//! Questions about a world: on its numbers, persons, campaigns and moments, and next to them.
use jiff::{Timestamp, ToSpan};

use super::evaluate::Question;
use super::generate::CHANNELS;
use super::rng::Rng;
use super::spelling::{midnight, new_number, spelled};
use super::words::{self, day_if_given, instant_if_given};
use super::world::World;

/// `n` questions; the same world and seed give the same questions.
pub fn generate_questions(world: &World, seed: u64, n: usize) -> Vec<Question> {
    let mut rng = Rng::new(seed ^ 0x5175_6573_7469_6f6e);
    let about = About::of(world);
    (0..n).map(|_| about.question(&mut rng)).collect()
}

/// What there is to ask about.
struct About<'a> {
    world: &'a World,
    numbers: Vec<String>,
    persons: Vec<String>,
    /// In microseconds; a moment named by several rows stands there as often.
    moments: Vec<i64>,
}

impl<'a> About<'a> {
    fn of(world: &'a World) -> About<'a> {
        let mut typed: Vec<(&str, &str)> = Vec::new();
        typed.extend(
            world
                .relations
                .iter()
                .map(|r| (r.number.as_str(), r.region.as_str())),
        );
        typed.extend(
            world
                .consents
                .iter()
                .map(|r| (r.number.as_str(), r.region.as_str())),
        );
        typed.extend(
            world
                .objections
                .iter()
                .map(|r| (r.number.as_str(), r.region.as_str())),
        );
        typed.extend(world.register.iter().map(|n| (n.as_str(), "NL")));
        let mut numbers: Vec<String> = typed
            .into_iter()
            .filter_map(|(number, region)| words::number(number, region))
            .map(|n| n.e164)
            .collect();
        numbers.sort();
        numbers.dedup();

        let mut persons: Vec<String> = Vec::new();
        persons.extend(world.relations.iter().map(|r| r.person_id.clone()));
        persons.extend(world.consents.iter().map(|r| r.person_id.clone()));
        persons.extend(world.objections.iter().map(|r| r.person_id.clone()));
        persons.retain(|p| !p.is_empty());
        persons.sort();
        persons.dedup();
        persons.push("nobody-known".to_owned());

        About {
            world,
            numbers,
            persons,
            moments: moments(world),
        }
    }

    fn question(&self, rng: &mut Rng) -> Question {
        let campaign = rng.pick(&self.world.campaigns);
        let number = rng.weighted(&[(90, 0), (7, 1), (3, 2)]);
        let (number, region) = match number {
            0 => {
                let number = rng.pick(&self.numbers).clone();
                spelled(rng, &number)
            }
            1 => {
                let number = new_number(rng);
                spelled(rng, &number)
            }
            _ => (rng.pick(&INVALID).to_string(), "NL".to_owned()),
        };
        // Often the region is left to the campaign, whatever comes of it.
        let region = if rng.chance(40) {
            String::new()
        } else {
            region
        };
        let sources: Vec<&str> = self
            .world
            .sources
            .iter()
            .map(|s| s.source_id.as_str())
            .collect();
        let own = |s: &&&str| s.starts_with(&campaign.seller_id) && !s.ends_with("undocumented");
        let own: Vec<&str> = sources.iter().filter(own).copied().collect();
        let source_id = match rng.weighted(&[(62, 0), (26, 1), (8, 2), (4, 3)]) {
            1 if !own.is_empty() => rng.pick(&own),
            2 => *rng.pick(&sources),
            3 => "no-such-source",
            _ => "",
        };
        let unknown = rng.chance(3);
        Question {
            number,
            region,
            campaign_id: if unknown {
                "no-such-campaign"
            } else {
                &campaign.campaign_id
            }
            .to_owned(),
            channel: if rng.chance(25) {
                *rng.pick(&CHANNELS)
            } else {
                ""
            }
            .to_owned(),
            person_id: if rng.chance(50) {
                rng.pick(&self.persons).clone()
            } else {
                String::new()
            },
            source_id: source_id.to_owned(),
            now: self.moment(rng),
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
