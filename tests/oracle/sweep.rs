//! Every combination of a small closed set of choices, one number for each: what was
//! objected to and when, what was agreed to and when, what was bought, whether the number
//! is in the register; asked about over every channel, kind of source, offer and person, with
//! a fresh, a stale and no copy of the register, and where it is about what was bought under every
//! similarity level.
//!
//! The catalogue is the same in all groups and no number or person stands in two groups.
mod choices;

use jiff::{Timestamp, ToSpan};

pub use self::choices::NOW;
use self::choices::{
    Choice, catalogue, consent_choices, objection_choices, purchase_choices, relation_choices,
};
use super::evaluate::Question;
use super::generate::CHANNELS;
use super::similar::SIMILARITY_LEVEL;
use super::words::day_of;
use super::world::World;

/// One world and the questions about it.
pub struct Group {
    /// What the group is about, for messages.
    pub name: String,
    pub world: World,
    /// The similarity level of the regime it is asked under.
    pub level: usize,
    pub questions: Vec<Question>,
}

/// The copies of the register asked: as old as it may be, a day older, and none.
const REGISTERS: [(&str, Option<i64>); 3] =
    [("fresh", Some(28)), ("stale", Some(29)), ("none", None)];

/// Source ids of the catalogue, one of every kind; `bare` is one without a document.
const SOURCES: [&str; 4] = ["customer", "house", "list", "public"];

/// The similarity level of `nl-bmnr`, and those beside it.
const LEVELS: [usize; 3] = [0, 1, 2];

/// Makes a group; the count of numbers given out so far goes through all of them.
type Make = dyn FnOnce(&mut usize) -> Group;

/// Every combination: the questions of a group share its world. Groups are made when they
/// are asked for.
pub fn sweep() -> impl Iterator<Item = Group> {
    let mut numbers = 0;
    let mut groups: Vec<Box<Make>> = Vec::new();
    for (register, age) in REGISTERS {
        for (at, objected) in objection_choices().into_iter().enumerate() {
            groups.push(Box::new(move |numbers| {
                let name = format!("objection {at}, register {register}");
                stops_and_permits(name, numbers, age, &objected)
            }));
        }
        for level in LEVELS {
            groups.push(Box::new(move |numbers| {
                let name = format!("purchases, register {register}, level {level}");
                purchases(name, numbers, age, level)
            }));
        }
    }
    groups.into_iter().map(move |make| make(&mut numbers))
}

/// One objection choice with every consent, relation and place in the register.
fn stops_and_permits(
    name: String,
    numbers: &mut usize,
    age: Option<i64>,
    objected: &Choice,
) -> Group {
    let mut group = Group::new(name, age);
    for agreed in consent_choices() {
        for related in relation_choices() {
            for registered in places_in_register(age) {
                let choices = [objected, &agreed, &related];
                let (number, person) = group.add(numbers, &choices, registered);
                for channel in channels_asked(age) {
                    for source in SOURCES {
                        group.ask(&number, "", "x", channel, source);
                    }
                    if *channel == "VOICE" || *channel == "POST" {
                        for campaign in ["xy", "xz", "z"] {
                            group.ask(&number, "", campaign, channel, "list");
                        }
                    }
                    if *channel == "VOICE" || *channel == "EMAIL" {
                        group.ask(&number, &person, "x", channel, "list");
                        group.ask(&number, "someone-else", "x", channel, "list");
                    }
                    if *channel == "POST" {
                        group.ask(&number, "", "x-incompatible", channel, "list");
                    }
                }
                group.ask(&number, "", "x", "VOICE", "bare");
            }
        }
    }
    group
}

/// Every way of having bought something, with every offer, nothing objected or agreed to.
fn purchases(name: String, numbers: &mut usize, age: Option<i64>, level: usize) -> Group {
    let mut group = Group {
        level,
        ..Group::new(name, age)
    };
    for bought in purchase_choices() {
        for registered in places_in_register(age) {
            let (number, person) = group.add(numbers, &[&bought], registered);
            for campaign in ["x", "x-incompatible", "xy", "xz"] {
                for channel in channels_asked(age) {
                    for source in SOURCES {
                        group.ask(&number, "", campaign, channel, source);
                    }
                    group.ask(&number, "", campaign, channel, "bare");
                    group.ask(&number, &person, campaign, channel, "customer");
                    group.ask(&number, "someone-else", campaign, channel, "customer");
                }
            }
        }
    }
    group
}

/// The register matters to voice only; the other channels are asked where it is fresh.
fn channels_asked(age: Option<i64>) -> &'static [&'static str] {
    if age == Some(28) {
        &CHANNELS
    } else {
        &["VOICE"]
    }
}

/// Out of the register and in it, where there is a copy to be in.
fn places_in_register(age: Option<i64>) -> impl Iterator<Item = bool> {
    [false, true]
        .into_iter()
        .filter(move |in_it| age.is_some() || !in_it)
}

fn world(age: Option<i64>) -> World {
    let mut world = catalogue();
    if let Some(age) = age {
        let today = day_of(NOW.parse().unwrap());
        world.register_as_of = Some(today.checked_sub(age.days()).unwrap());
        // A copy is never empty.
        world.register.push("+31207654321".to_owned());
    }
    world
}

impl Group {
    fn new(name: String, age: Option<i64>) -> Group {
        Group {
            name,
            world: world(age),
            level: SIMILARITY_LEVEL,
            questions: vec![],
        }
    }

    /// Gives the next number and its person the rows of the choices.
    fn add(
        &mut self,
        numbers: &mut usize,
        choices: &[&Choice],
        registered: bool,
    ) -> (String, String) {
        let number = format!("+3185{:07}", 1_000_000 + *numbers * 7);
        let person = format!("p{numbers}");
        *numbers += 1;
        let fill = |field: &mut String| match field.as_str() {
            "N" => *field = number.clone(),
            "P" => *field = person.clone(),
            _ => {}
        };
        for choice in choices {
            for mut row in choice.relations.clone() {
                fill(&mut row.number);
                fill(&mut row.person_id);
                self.world.relations.push(row);
            }
            for mut row in choice.consents.clone() {
                fill(&mut row.number);
                fill(&mut row.person_id);
                self.world.consents.push(row);
            }
            for mut row in choice.objections.clone() {
                fill(&mut row.number);
                fill(&mut row.person_id);
                self.world.objections.push(row);
            }
        }
        if registered {
            self.world.register.push(number.clone());
        }
        (number, person)
    }

    fn ask(&mut self, number: &str, person: &str, campaign: &str, channel: &str, source: &str) {
        self.questions.push(Question {
            number: number.to_owned(),
            region: String::new(),
            campaign_id: campaign.to_owned(),
            channel: channel.to_owned(),
            person_id: person.to_owned(),
            source_id: source.to_owned(),
            now: NOW.parse::<Timestamp>().unwrap(),
        });
    }
}
