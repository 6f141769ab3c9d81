//! The pages, asked for as a browser does: each test file is a part of the tree of addresses.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

#[path = "pages/site.rs"]
mod site;

#[path = "support/provider.rs"]
mod idp;

#[path = "pages/access.rs"]
mod access;
#[path = "pages/contrast.rs"]
mod contrast;
#[path = "pages/data.rs"]
mod data;
#[path = "pages/decisions.rs"]
mod decisions;
#[path = "pages/numbers.rs"]
mod numbers;
#[path = "pages/owasp.rs"]
mod owasp;
#[path = "pages/provider.rs"]
mod provider;
#[path = "pages/roles.rs"]
mod roles;
#[path = "pages/rules.rs"]
mod rules;
#[path = "pages/similar.rs"]
mod similar;
#[path = "pages/tree.rs"]
mod tree;
