//! The next command to type, as the installation stands.

use super::{
    args::{Place, shell_word},
    connect::{Session, ask},
};
use crate::proto::v1::{ListCampaignsRequest, ListRegimesRequest, ListSnapshotsRequest};

/// Tells the next command on standard error.
pub(super) fn tell(command: &str) {
    eprintln!("next: {command}");
}

/// What is still missing before a number can be checked, else the first check. `None` if that cannot
/// be told, which is no reason for a command to fail.
pub(super) async fn after_facts(place: &Place, session: &Session) -> Option<String> {
    let regimes = session
        .policy()
        .list_regimes(ask(ListRegimesRequest {}))
        .await
        .ok()?
        .into_inner();
    if !regimes.regimes.iter().any(|r| r.enforced) {
        return Some(enforce(place));
    }
    let campaigns = session
        .catalogue()
        .list_campaigns(ask(ListCampaignsRequest {}))
        .await
        .ok()?;
    let Some(campaign) = campaigns.into_inner().campaigns.into_iter().next() else {
        return Some(place.command("import DIR"));
    };
    let all = ListSnapshotsRequest {
        register: String::new(),
    };
    let copies = session
        .register()
        .list_snapshots(ask(all))
        .await
        .ok()?
        .into_inner();
    Some(if copies.snapshots.iter().any(|s| s.in_force) {
        check(place, &campaign.campaign_id)
    } else {
        place.command("register import REGISTER FILE --as-of YYYY-MM-DD")
    })
}

/// The choice of a regime.
pub(super) fn enforce(place: &Place) -> String {
    place.command(r#"policy enforce nl-bmnr --by "your name" --why "…""#)
}

/// A check of a campaign that exists.
fn check(place: &Place, campaign: &str) -> String {
    place.command(&format!(
        "check NUMBER --campaign {} --explain",
        shell_word(campaign)
    ))
}
