//! The pages in a real Chromium, driven through WebDriver as people use them.
//!
//! Without chromedriver and Chromium the tests say so and pass; with `VERZET_REQUIRE_PEERS=1` they fail
//! instead. Pictures of every page are left in `target/screenshots`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

#[path = "pages/site.rs"]
mod site;

#[path = "browser/axe.rs"]
mod axe;
#[path = "browser/driver.rs"]
mod driver;
#[path = "browser/export.rs"]
mod export;
#[path = "browser/look.rs"]
mod look;
#[path = "browser/work.rs"]
mod work;
