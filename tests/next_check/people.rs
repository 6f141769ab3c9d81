//! A catalogue, and people made by counting.

use std::{fs, path::Path, sync::Arc};

use verzet::{
    clock::Micros,
    intake::{ConsentFields, ObjectionFields, Recorded},
    policy::{Intent, Reason, Verdict},
    sidecar::{Ask, Query, Sidecar},
};

use crate::common;

/// A campaign of a seller's own customers, and one of strangers from a list.
pub(crate) const CUSTOMERS: &str = "customers";
pub(crate) const STRANGERS: &str = "strangers";

const FILES: [(&str, &str); 5] = [
    ("sellers.csv", "seller_id,name\nsun,Sun BV\n"),
    (
        "categories.csv",
        "category_id,parent_id,name\npower,,Power\n",
    ),
    (
        "products.csv",
        "product_id,seller_id,category_id,name\np-power,sun,power,Power\n",
    ),
    (
        "sources.csv",
        "source_id,seller_id,kind,lawful_basis_document,obtained_on\n\
         own,sun,CUSTOMER_FILE,ROPA-1,2020-01-01\nlist,sun,PUBLIC,ROPA-2,2020-01-01\n",
    ),
    (
        "campaigns.csv",
        "campaign_id,seller_id,purpose,channel,products,source_id,region,starts_on,ends_on,caller_ids,\
         purpose_compatible\n\
         customers,sun,MARKETING,VOICE,p-power,own,NL,2020-01-01,,+31201234567,\n\
         strangers,sun,MARKETING,VOICE,p-power,list,NL,2020-01-01,,+31201234567,\n",
    ),
];

/// A sidecar that knows the campaigns and nobody.
pub(crate) fn sidecar(dir: &Path) -> Arc<Sidecar> {
    let sidecar = common::sidecar(&dir.join("data"));
    let folder = dir.join("catalogue");
    fs::create_dir(&folder).unwrap();
    for (name, text) in FILES {
        fs::write(folder.join(name), text).unwrap();
    }
    let imported = common::import(&sidecar, &folder, Micros::system_now());
    assert!(imported.applied, "{:?}", imported.report);
    sidecar
}

/// The n-th person's number: a Dutch mobile one.
pub(crate) fn number(n: usize) -> String {
    assert!(n < 50_000_000);
    format!("+316{:08}", 10_000_000 + n)
}

pub(crate) fn object(sidecar: &Sidecar, number: &str) -> Recorded {
    let fields = ObjectionFields {
        number,
        region: "",
        person_id: "",
        seller_id: "sun",
        channels: "",
        recorded_at: "",
        source: "call",
    };
    sidecar.record_objection(&fields).unwrap()
}

/// A yes to calls about power; from then on the number may be called.
pub(crate) fn consent(sidecar: &Sidecar, number: &str) -> Recorded {
    let fields = ConsentFields {
        number,
        region: "",
        person_id: "",
        seller_id: "sun",
        channels: "VOICE",
        products: "p-power",
        granted_at: "2024-01-01T00:00:00Z",
        expires_at: "",
        withdrawn_at: "",
        evidence: "form",
    };
    sidecar.record_consent(&fields).unwrap()
}

/// Asks without a record, so that a million trials are not a million rows; the look at what is known is
/// the same.
pub(crate) fn ask(sidecar: &Sidecar, campaign: &str, number: &str) -> (Verdict, Reason, u64) {
    let query = Query {
        ask: Ask {
            number,
            region: None,
            campaign_id: campaign,
            channel: None,
            person_id: "",
            source_id: "",
            at: sidecar.now(),
        },
        region: "",
        call_id: "",
        agent_id: "",
        caller_id: "",
        intent: Intent::Dial,
        dry_run: true,
        min_revision: 0,
        behind: false,
    };
    let answer = sidecar.check(&query, |asked, recorded| {
        let decision = &asked.decision;
        (decision.verdict, decision.reason, recorded.revision)
    });
    answer.unwrap().0
}
