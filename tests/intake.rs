//! Taking facts in, for real: folders and registers on disk into a real store.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "intake/bad_files.rs"]
mod bad_files;
#[path = "intake/bad_rows.rs"]
mod bad_rows;
#[path = "intake/catalogue.rs"]
mod catalogue;
#[path = "intake/common.rs"]
mod common;
#[path = "intake/folder.rs"]
mod folder;
#[path = "intake/held.rs"]
mod held;
#[path = "intake/property.rs"]
mod property;
#[path = "intake/register.rs"]
mod register;
#[path = "intake/single.rs"]
mod single;
#[path = "intake/stops.rs"]
mod stops;
