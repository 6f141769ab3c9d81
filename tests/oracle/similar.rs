//! Whether an offered product is similar to a bought one.
use jiff::civil::Date;

use super::words::{day_if_given, day_within, word};
use super::world::World;

/// "the taxonomy: both categories are at most `similarity_level` steps (1) below the
/// node where they meet".
/// This is the level of `nl-bmnr`.
pub const SIMILARITY_LEVEL: usize = 1;

/// "A listed pair (bought → offered, in that direction) decides first … Then the same
/// product; then the taxonomy".
pub fn is_similar(world: &World, bought: &str, offered: &str, today: Date, level: usize) -> bool {
    if let Some(listed) = listed_pair(world, bought, offered, today) {
        return listed;
    }
    bought == offered || near_in_taxonomy(world, bought, offered, level)
}

/// "a `yes` from `signed_on` through `expires_on`, a `no` from `signed_on` and for good
/// (it binds its own pair, not other purchases)".
fn listed_pair(world: &World, bought: &str, offered: &str, today: Date) -> Option<bool> {
    for pair in &world.similar {
        if pair.bought_product_id.trim() != bought || pair.offered_product_id.trim() != offered {
            continue;
        }
        let signed = day_if_given(&pair.signed_on).is_some_and(|day| day <= today);
        match word(&pair.similar).as_str() {
            "YES" if signed && day_within(today, "", &pair.expires_on) => return Some(true),
            "NO" if signed => return Some(false),
            _ => {}
        }
    }
    None
}

/// "so siblings, and parent and child, are similar; two roots never meet".
fn near_in_taxonomy(world: &World, bought: &str, offered: &str, level: usize) -> bool {
    let bought = path_to_root(world, bought);
    let offered = path_to_root(world, offered);
    for (steps_from_bought, node) in bought.iter().enumerate() {
        if let Some(steps_from_offered) = offered.iter().position(|other| other == node) {
            return steps_from_bought <= level && steps_from_offered <= level;
        }
    }
    false
}

/// The category of a product and those above it. "A product without a category is
/// similar only to itself": its path is empty and meets none.
fn path_to_root(world: &World, product: &str) -> Vec<String> {
    let product = world
        .products
        .iter()
        .find(|p| p.product_id.trim() == product);
    let mut node = product
        .map(|p| p.category_id.trim().to_owned())
        .unwrap_or_default();
    let mut path = Vec::new();
    while !node.is_empty() {
        let above = world
            .categories
            .iter()
            .find(|c| c.category_id.trim() == node);
        path.push(node);
        node = above
            .map(|c| c.parent_id.trim().to_owned())
            .unwrap_or_default();
    }
    path
}
