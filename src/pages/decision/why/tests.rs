use super::*;
use crate::{pages::text::Texts, sidecar::Language};

/// The sentences `because` may pick for each reason, beside the general one.
fn variants(reason: Reason) -> &'static [&'static str] {
    match reason {
        Reason::InvalidNumber => &["typed"],
        Reason::UnknownCampaign => &["none"],
        Reason::CampaignNotRunning => &["early", "late"],
        Reason::PurposeNotCovered | Reason::OtherCompanyOffer => &["of"],
        Reason::SourceNotLawful => &["none", "unknown", "other", "undocumented"],
        Reason::Objected => &["objection", "everyone", "withdrawn"],
        Reason::Consent => &["given"],
        Reason::CustomerSimilar | Reason::ProductNotSimilar => &["of"],
        Reason::NotACustomer => &["relation"],
        Reason::RegisterStale | Reason::Registered | Reason::NotRegistered => &["copy"],
        Reason::NoRegime
        | Reason::LineTypeNotCallable
        | Reason::CompatiblePurpose
        | Reason::PurposeNotCompatible
        | Reason::FactsBehind
        | Reason::NoConsent => &[],
    }
}

#[test]
fn every_reason_has_its_sentences_and_what_would_have_to_be_different() {
    for language in [Language::Nl, Language::En] {
        let texts = Texts::of(language);
        for reason in Reason::ALL {
            assert!(
                texts.find(&format!("reason.{reason}")).is_some(),
                "{reason}"
            );
            assert!(texts.find(&format!("why.{reason}")).is_some(), "{reason}");
            for variant in variants(*reason) {
                let key = format!("why.{reason}_{variant}");
                assert!(texts.find(&key).is_some(), "{key}");
            }
            assert!(
                !texts.list(&format!("differ.{reason}")).is_empty(),
                "{reason}"
            );
        }
        for verdict in Verdict::ALL {
            assert!(texts.find(&format!("told.{verdict}")).is_some());
            assert!(texts.find(&format!("verdict.{verdict}")).is_some());
        }
    }
}

/// No sentence names what no code gives.
#[test]
fn every_name_in_a_sentence_is_given() {
    let common = [
        "seller", "campaign", "source", "channels", "day", "offered", "register", "max", "country",
    ];
    let given = |key: &str| -> &[&str] {
        match key {
            "why.INVALID_NUMBER_typed" => &["typed"],
            "why.CAMPAIGN_NOT_RUNNING_early" => &["from"],
            "why.CAMPAIGN_NOT_RUNNING_late" => &["until"],
            "why.LINE_TYPE_NOT_CALLABLE" => &["line_type"],
            "why.PURPOSE_NOT_COVERED_of" => &["purpose"],
            "why.SOURCE_NOT_LAWFUL_other" => &["owner"],
            "why.OBJECTED_objection" | "why.OBJECTED_everyone" => &["at", "said"],
            "why.OBJECTED_withdrawn" | "why.CONSENT_given" => &["at", "products"],
            "why.OTHER_COMPANY_OFFER_of" => &["product", "owner"],
            "why.CUSTOMER_SIMILAR_of" => &["bought", "from"],
            "why.PRODUCT_NOT_SIMILAR_of" => &["bought", "product"],
            "why.NOT_A_CUSTOMER_relation" => &["kind", "from"],
            "why.REGISTER_STALE_copy" => &["as_of", "age"],
            "why.REGISTERED_copy" | "why.NOT_REGISTERED_copy" => &["as_of"],
            "why.FACTS_BEHIND" => &["wanted", "had"],
            _ => &[],
        }
    };
    let texts = Texts::of(Language::Nl);
    for key in texts
        .keys()
        .filter(|k| k.starts_with("why.") || k.starts_with("differ."))
    {
        for part in texts.list(key).join(" ").split('{').skip(1) {
            let name = part.split('}').next().unwrap();
            assert!(
                common.contains(&name) || given(key).contains(&name),
                "{key} names {name}"
            );
        }
    }
}
