//! Questions as a call centre asks them: of every twenty, twelve about strangers, six about
//! customers, one about somebody who objected, and one with a number that cannot be read.
//!
//! The same questions on every machine: customers and objections come from a CRM folder, strangers and
//! unreadable numbers from a fixed sequence. `verzet` itself says which numbers are readable.

use anyhow::{Result, ensure};
use verzet::number::{Region, read};

use crate::folder::{Folder, Known};

/// Who a question is about.
#[derive(Clone, Copy)]
enum Kind {
    Stranger,
    Customer,
    Objected,
    Unreadable,
}

/// Of every twenty questions: 60 % strangers, 30 % customers, 5 % objected, 5 % unreadable.
const BLOCK: [Kind; 20] = {
    let mut block = [Kind::Stranger; 20];
    let mut i = 12;
    while i < 18 {
        block[i] = Kind::Customer;
        i += 1;
    }
    block[18] = Kind::Objected;
    block[19] = Kind::Unreadable;
    block
};

/// A question, without its `call_id`.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) number: String,
    /// Empty for the campaign's.
    pub(crate) region: String,
    pub(crate) person_id: String,
    /// Empty for the campaign's.
    pub(crate) source_id: String,
}

/// Whom to ask about.
#[derive(Debug)]
pub(crate) struct Mix {
    pub(crate) campaign_id: String,
    customer_source: String,
    customers: Vec<Known>,
    objected: Vec<Known>,
}

impl Mix {
    /// # Errors
    /// If the folder has no customer, or no objection, whose number can be read.
    pub(crate) fn of(folder: Folder) -> Result<Self> {
        let readable = |mut known: Vec<Known>| {
            known.retain(|k| {
                let region = Region::parse(&k.region).unwrap_or(Region::NL);
                read(&k.number, region).is_some()
            });
            known
        };
        let mix = Self {
            customers: readable(folder.customers),
            objected: readable(folder.objected),
            campaign_id: folder.campaign_id,
            customer_source: folder.customer_source,
        };
        let id = &mix.campaign_id;
        ensure!(
            !mix.customers.is_empty(),
            "the seller of {id} has no customer to ask about; take a campaign of another seller"
        );
        ensure!(
            !mix.objected.is_empty(),
            "nobody objected to the seller of {id}; take a campaign of another seller"
        );
        Ok(mix)
    }

    /// The questions, without end; each whole twenty has the shares exactly.
    pub(crate) fn questions(&self) -> impl Iterator<Item = Question> + '_ {
        let mut chance = Chance(0x5EED);
        let mut block = BLOCK;
        let (mut at, mut customers, mut objected) = (BLOCK.len(), 0, 0);
        std::iter::from_fn(move || {
            if at == block.len() {
                for i in (1..block.len()).rev() {
                    block.swap(i, chance.below(i as u64 + 1) as usize);
                }
                at = 0;
            }
            at += 1;
            Some(match block[at - 1] {
                Kind::Stranger => unknown(stranger(&mut chance)),
                Kind::Unreadable => unknown(unreadable(&mut chance)),
                Kind::Customer => self.known(&self.customers, &mut customers),
                Kind::Objected => self.known(&self.objected, &mut objected),
            })
        })
    }

    fn known(&self, of: &[Known], next: &mut usize) -> Question {
        let known = of[*next % of.len()].clone();
        *next += 1;
        Question {
            number: known.number,
            region: known.region,
            person_id: known.person_id,
            source_id: self.customer_source.clone(),
        }
    }
}

fn unknown(number: String) -> Question {
    Question {
        number,
        region: String::new(),
        person_id: String::new(),
        source_id: String::new(),
    }
}

/// A Dutch number nobody told us about: two thirds mobile, as dialers write them.
fn stranger(chance: &mut Chance) -> String {
    loop {
        let national = if chance.below(3) < 2 {
            format!("6{}{:07}", 1 + chance.below(5), chance.below(10_000_000))
        } else {
            const AREAS: [&str; 8] = ["10", "20", "30", "40", "50", "70", "24", "13"];
            let area = AREAS[chance.below(8) as usize];
            format!(
                "{area}{}{:06}",
                2 + chance.below(7),
                chance.below(1_000_000)
            )
        };
        let typed = match chance.below(20) {
            0..=11 => format!("+31{national}"),
            12..=16 => format!("0{national}"),
            17 => format!("0{}-{}", &national[..2], &national[2..]),
            18 => format!(
                "+31 {} {} {}",
                &national[..2],
                &national[2..5],
                &national[5..]
            ),
            _ => format!("0031{national}"),
        };
        // Ranges that are not handed out are not strangers but unreadable.
        if read(&typed, Region::NL).is_some() {
            return typed;
        }
    }
}

/// What stands in lead lists where a number should.
fn unreadable(chance: &mut Chance) -> String {
    loop {
        let n = chance.below(10_000);
        let typed = match chance.below(10) {
            0 => String::new(),
            1 => "onbekend".to_owned(),
            2 => format!("06{n:04}"),
            3 => format!("06-{n:04}"),
            4 => format!("+31 6 {n:04}"),
            5 => format!("0{n:04}123456789012"),
            6 => format!("geen, zie klant {n}"),
            7 => format!("00000{n:05}"),
            8 => "n.v.t.".to_owned(),
            _ => format!("{n:04}AB"),
        };
        if read(&typed, Region::NL).is_none() {
            return typed;
        }
    }
}

/// SplitMix64: the same sequence everywhere, which is all that is asked of it.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}
