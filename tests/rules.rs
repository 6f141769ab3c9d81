//! Regime `nl-bmnr`, rule by rule: each row of each table, and each sentence under them, has a test
//! whose name tells the outcome. Rows are numbered as the packs order them: the six of
//! `packs/question.toml`, then those of the table in `packs/nl-bmnr.toml`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "rules/digital.rs"]
mod digital;
#[path = "rules/line_and_purpose.rs"]
mod line_and_purpose;
#[path = "rules/post.rs"]
mod post;
#[path = "rules/question.rs"]
mod question;
#[path = "rules/voice.rs"]
mod voice;
#[path = "rules/voice_register.rs"]
mod voice_register;
#[path = "rules/world.rs"]
mod world;
