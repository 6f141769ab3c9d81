//! Whether a question is of a seller its caller acts for.

use tonic::Status;

use super::{super::caller::Asker, Checks};
use crate::access::Action;

impl Checks {
    /// Whether campaign and source are of a seller the caller acts for. To who is bound to sellers,
    /// another's are as if they were not there: both are refused alike, and nothing is decided.
    #[allow(clippy::result_large_err)]
    pub(super) fn of_own(
        &self,
        asker: &Asker,
        action: Action,
        campaign_id: &str,
        source_id: &str,
    ) -> Result<(), Status> {
        asker.still_counts()?;
        if asker.caller().sellers.are_all() {
            return Ok(());
        }
        let world = self.sidecar.world();
        let campaign = world.catalogue.campaign(campaign_id);
        let seller = campaign.map_or("", |c| &*c.seller_id);
        asker.for_seller(action, seller, "campaign_id")?;
        if source_id.is_empty() {
            return Ok(());
        }
        let source = world.catalogue.source(source_id);
        let seller = source.map_or(String::new(), |s| world.symbols.seller_id(s.seller));
        asker.for_seller(action, &seller, "source_id")
    }
}
