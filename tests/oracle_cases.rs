//! The independent evaluator agrees with the worked cases, and the worlds made for it
//! are worlds the intake accepts and dense enough to find a difference.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "oracle/oracle.rs"]
mod oracle;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use jiff::Timestamp;
use oracle::generate::{generate_questions, generate_world};
use oracle::sweep::sweep;
use oracle::{Answer, Question, Reading, World, csv, evaluate, intake, words};

/// The worked cases were made on this day (in the Netherlands): a case without a moment asks
/// about it, the folder was taken in on it, and a copy of the register without a day is of it.
const MADE_AT: &str = "2026-11-24T12:00:00Z";

fn worked(set: &str) -> (World, Vec<(Question, Answer)>) {
    let made_at: Timestamp = MADE_AT.parse().unwrap();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(set);
    let mut world = World::load(&folder, made_at);
    world.register_as_of.get_or_insert(words::day_of(made_at));
    let text = std::fs::read_to_string(folder.join("cases.csv")).unwrap();
    let mut records = csv::read(&text).into_iter();
    let header = records.next().unwrap();
    let cases = records.map(|record| {
        let field =
            |name: &str| record[header.iter().position(|column| column == name).unwrap()].clone();
        let question = Question {
            number: field("number"),
            region: field("region"),
            campaign_id: field("campaign_id"),
            channel: field("channel"),
            person_id: field("person_id"),
            source_id: field("source_id"),
            now: match field("as_of").as_str() {
                "" => made_at,
                as_of => as_of.parse().unwrap(),
            },
        };
        let answer = Answer {
            verdict: field("verdict"),
            reason: field("reason"),
            e164: field("e164"),
        };
        (question, answer)
    });
    (world, cases.collect())
}

fn assert_agrees(set: &str, expected: usize) {
    let (world, cases) = worked(set);
    assert_eq!(cases.len(), expected);
    let reading = Reading::of(&world);
    let mut wrong = Vec::new();
    for (at, (question, answer)) in cases.iter().enumerate() {
        let got = reading.evaluate(question);
        if at % 100 == 0 {
            assert_eq!(got, evaluate(&world, question));
        }
        if got != *answer {
            wrong.push(format!("{question:?}: {got:?} is not {answer:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {expected}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn agrees_with_every_worked_case() {
    assert_agrees("nl-bmnr", 1_500);
}

#[test]
fn agrees_with_every_worked_case_of_an_ageing_register() {
    assert_agrees("nl-bmnr-stale", 300);
}

#[test]
fn generated_worlds_are_accepted_and_survive_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let sweeps = sweep().map(|group| group.world);
    let worlds = (0..300).map(generate_world).chain(sweeps);
    for (at, world) in worlds.enumerate() {
        assert_eq!(intake::problems(&world), Vec::<String>::new(), "world {at}");
        let folder = folder.path().join(at.to_string());
        world.save(&folder);
        assert_eq!(World::load(&folder, world.received_at), world, "world {at}");
    }
    assert_eq!(generate_world(7), generate_world(7));
    assert_ne!(generate_world(7), generate_world(8));
}

#[test]
fn csv_keeps_what_it_was_given() {
    let record = ["a", "", "b,c", "say \"no\"", "two\nlines\r\n", " blanks "];
    let text = csv::line(record) + &csv::line(["last"]);
    assert_eq!(csv::read(&text), [record.to_vec(), vec!["last"]]);
    let spelled_otherwise = "\u{feff}\"a\",b\r\n\"c\"\"d\",";
    assert_eq!(csv::read(spelled_otherwise), [["a", "b"], ["c\"d", ""]]);
}

#[test]
fn every_reason_occurs_often() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut questions = 0;
    for seed in 0..100 {
        let world = generate_world(seed);
        let reading = Reading::of(&world);
        for question in generate_questions(&world, seed, 200) {
            let answer = reading.evaluate(&question);
            *counts
                .entry(format!("{} {}", answer.verdict, answer.reason))
                .or_default() += 1;
            questions += 1;
        }
    }
    for (reason, count) in &counts {
        println!("{count:6} {reason}");
    }
    assert_eq!(questions, 20_000);
    assert_eq!(counts.len(), 18);
    assert!(counts.values().all(|count| *count >= 50), "{counts:?}");
}

#[test]
fn the_sweep_is_large_and_its_numbers_stand_alone() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut numbers = HashSet::new();
    let (mut groups, mut questions) = (0, 0);
    for group in sweep() {
        groups += 1;
        questions += group.questions.len();
        let of_group: HashSet<&String> = group.questions.iter().map(|q| &q.number).collect();
        for number in of_group {
            assert!(numbers.insert(number.clone()), "{number} stands twice");
        }
        // One in five is enough to see every reason; all are for a comparison.
        let reading = Reading::of(&group.world).at_level(group.level);
        for question in group.questions.iter().step_by(5) {
            let answer = reading.evaluate(question);
            assert_eq!(answer.e164, question.number);
            let name = format!("{} {}", answer.verdict, answer.reason);
            *counts.entry(name).or_default() += 1;
        }
    }
    let numbers = numbers.len();
    println!("{questions} questions about {numbers} numbers in {groups} groups");
    for (reason, count) in &counts {
        println!("{count:6} {reason}");
    }
    assert!((200_000..=400_000).contains(&questions), "{questions}");
    // Rows 1 to 6 are left to the generated questions.
    assert_eq!(counts.len(), 12);
}
