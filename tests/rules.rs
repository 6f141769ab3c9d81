//! Regime `nl-bmnr`, rule by rule: each row of each table, and each sentence under them, has a test
//! whose name tells the outcome. Rows are numbered as the packs order them: the six of
//! `packs/question.toml`, then those of the table in `packs/nl-bmnr.toml`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/mod.rs"]
mod common;
#[path = "rules/consent.rs"]
mod consent;
#[path = "rules/customer.rs"]
mod customer;
#[path = "rules/digital.rs"]
mod digital;
#[path = "rules/intake.rs"]
mod intake;
#[path = "rules/lapse.rs"]
mod lapse;
#[path = "rules/line_and_purpose.rs"]
mod line_and_purpose;
#[path = "rules/post.rs"]
mod post;
#[path = "rules/question.rs"]
mod question;
#[path = "rules/readings.rs"]
mod readings;
#[path = "rules/similar.rs"]
mod similar;
#[path = "rules/stops.rs"]
mod stops;
#[path = "rules/time.rs"]
mod time;
#[path = "rules/trail.rs"]
mod trail;
#[path = "rules/voice.rs"]
mod voice;
#[path = "rules/voice_register.rs"]
mod voice_register;
#[path = "rules/who_is_meant.rs"]
mod who_is_meant;
#[path = "rules/world.rs"]
mod world;
