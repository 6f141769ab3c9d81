//! Two competing sellers, each with something of its own, and a question about it for every method.

use prost::Message;
use tonic::Code;
use verzet::{
    access::{Action, Caller, Role, Sellers},
    clock::Micros,
    proto::v1,
};

use super::bytes::call;
use crate::{Served, dial};

/// What is of one seller.
#[derive(Clone, Debug, Default)]
pub(super) struct Side {
    pub(super) seller: &'static str,
    pub(super) campaign: &'static str,
    pub(super) number: &'static str,
    pub(super) consent: String,
    pub(super) relation: String,
    pub(super) unclear: String,
}

impl Side {
    pub(super) fn ids(&self) -> [&str; 5] {
        [
            self.seller,
            self.campaign,
            &self.consent,
            &self.relation,
            &self.unclear,
        ]
    }
}

/// What shows that something is of the second seller.
pub(super) const MARKS: [&str; 6] = [
    "waterpoort",
    "Waterpoort",
    "buildings",
    "funeral",
    "insurance",
    "45000002",
];
/// And of the first.
pub(super) const OWN_MARKS: [&str; 4] = ["noordlicht", "gas", "energy", "45000001"];

/// A request that means something to this seller; `None` for what is no RPC.
pub(super) fn example(action: Action, of: &Side) -> Option<Vec<u8>> {
    let seller_id = of.seller.to_owned();
    let filter = Some(v1::DecisionFilter {
        seller_id: seller_id.clone(),
        ..Default::default()
    });
    Some(match action {
        Action::Check | Action::CheckStream => dial("0645000009", of.campaign).encode_to_vec(),
        Action::CheckBatch => v1::CheckBatchRequest {
            campaign_id: of.campaign.into(),
            items: vec![v1::BatchItem {
                number: "0645000009".into(),
                ..Default::default()
            }],
            ..Default::default()
        }
        .encode_to_vec(),
        Action::RecordObjection => v1::RecordObjectionRequest {
            number: "0645000008".into(),
            seller_id,
            ..Default::default()
        }
        .encode_to_vec(),
        Action::RecordConsent => v1::RecordConsentRequest {
            seller_id,
            ..Default::default()
        }
        .encode_to_vec(),
        Action::RecordRelation => v1::RecordRelationRequest {
            seller_id,
            ..Default::default()
        }
        .encode_to_vec(),
        Action::WithdrawConsent => v1::WithdrawConsentRequest {
            fact_id: of.consent.clone(),
            withdrawn_at: None,
        }
        .encode_to_vec(),
        Action::EndRelation => v1::EndRelationRequest {
            fact_id: of.relation.clone(),
            ..Default::default()
        }
        .encode_to_vec(),
        Action::SettleUnclear => v1::SettleUnclearRequest {
            unclear_id: of.unclear.clone(),
            settled_by: "somebody else".into(),
            settlement: "called back".into(),
        }
        .encode_to_vec(),
        Action::ListDecisions => v1::ListDecisionsRequest {
            filter,
            ..Default::default()
        }
        .encode_to_vec(),
        Action::SummariseDecisions => v1::SummariseDecisionsRequest {
            filter,
            group_by: vec![v1::GroupBy::Seller as i32, v1::GroupBy::Campaign as i32],
        }
        .encode_to_vec(),
        Action::SummariseObjections => v1::SummariseObjectionsRequest {
            seller_id,
            ..Default::default()
        }
        .encode_to_vec(),
        Action::SummariseEnded => v1::SummariseEndedRequest { filter, months: 1 }.encode_to_vec(),
        Action::SummariseSources => v1::SummariseSourcesRequest { filter }.encode_to_vec(),
        Action::ListExpiring => v1::ListExpiringRequest {
            seller_id,
            ..Default::default()
        }
        .encode_to_vec(),
        Action::ExportDecisions => v1::ExportDecisionsRequest {
            filter,
            ..Default::default()
        }
        .encode_to_vec(),
        Action::ListChanges => v1::ListChangesRequest {
            seller_id,
            ..Default::default()
        }
        .encode_to_vec(),
        // Refused for what they say, not for who asks: nothing is to change under the test.
        Action::PutCatalogue
        | Action::EndCatalogue
        | Action::ImportRegister
        | Action::ImportFolder
        | Action::EnforceRegime
        | Action::CreateToken
        | Action::RevokeToken
        | Action::AddUser
        | Action::DisableUser
        | Action::LinkUser
        | Action::ResetUser
        | Action::GetRegime
        | Action::ListUnclear
        | Action::ListSellers
        | Action::ListCategories
        | Action::ListProducts
        | Action::ListSimilarPairs
        | Action::ListNumberSources
        | Action::ListCampaigns
        | Action::ListSnapshots
        | Action::ListRegimes
        | Action::ListTokens
        | Action::ListUsers => Vec::new(),
        _ => {
            assert_eq!(action.rpc(), None, "{action:?} needs an example");
            return None;
        }
    })
}

pub(super) fn token(served: &Served, name: &str, role: Role, sellers: &str) -> String {
    let caller = Caller::new(name, role, Sellers::parse(sellers).unwrap()).unwrap();
    let hour = Micros(Micros::system_now().0 + 3_600_000_000);
    let secret = served.sidecar.access.tokens.create(&caller, hour).unwrap();
    secret.show().to_owned()
}

/// A decision, consent, relation and unclear row of a seller.
pub(super) async fn side(
    served: &Served,
    officer: &str,
    agent: &str,
    seller: &'static str,
    campaign: &'static str,
    product: &str,
    number: &'static str,
) -> Side {
    let channel = &served.channel;
    let asked = dial(number, campaign).encode_to_vec();
    let told = call(channel, Some(agent), "CheckService/Check", asked).await;
    assert_eq!(told.code, Code::Ok, "{told:?}");
    let send = |method: &'static str, message: Vec<u8>| async move {
        let told = call(channel, Some(officer), method, message).await;
        assert_eq!(told.code, Code::Ok, "{method}: {told:?}");
        told.body
    };
    let day = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let consent = v1::RecordConsentRequest {
        number: number.into(),
        seller_id: seller.into(),
        channels: vec!["VOICE".into()],
        products: vec![product.into()],
        granted_at: day(1_700_000_000),
        evidence: "form-1".into(),
        // Within what is about to end.
        expires_at: day(Micros::system_now().0 / 1_000_000 + 30 * 86_400),
        ..Default::default()
    };
    let relation = v1::RecordRelationRequest {
        number: number.into(),
        seller_id: seller.into(),
        kind: "PURCHASE".into(),
        product_id: product.into(),
        started_on: "2024-01-01".into(),
        paid: "yes".into(),
        ..Default::default()
    };
    let unclear = v1::RecordObjectionRequest {
        number: format!("call {number} or so"),
        seller_id: seller.into(),
        ..Default::default()
    };
    let consent = send("FactService/RecordConsent", consent.encode_to_vec()).await;
    let relation = send("FactService/RecordRelation", relation.encode_to_vec()).await;
    let unclear = send("FactService/RecordObjection", unclear.encode_to_vec()).await;
    // The id is the first field of each answer: its length, then itself.
    let id = |body: &str| {
        body.bytes()
            .skip(2)
            .take(usize::from(body.as_bytes()[1]))
            .map(char::from)
            .collect()
    };
    Side {
        seller,
        campaign,
        number,
        consent: id(&consent),
        relation: id(&relation),
        unclear: id(&unclear),
    }
}
