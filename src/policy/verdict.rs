//! Verdicts, reasons and outcomes. Their numbers are those of the wire (`proto/verzet/v1/common.proto`)
//! and of the ledger, and are never reused.

use std::fmt;

use crate::facts::model::words;

words! {
    /// The answer to a check.
    Verdict {
        /// The contact may be made.
        Allow = 1 "ALLOW",
        /// The contact may not be made.
        Block = 2 "BLOCK",
        /// Not now.
        Defer = 3 "DEFER",
    }
}

words! {
    /// Why.
    Reason {
        /// Not a valid number.
        InvalidNumber = 1 "INVALID_NUMBER",
        /// No such campaign.
        UnknownCampaign = 2 "UNKNOWN_CAMPAIGN",
        /// Outside the campaign's days.
        CampaignNotRunning = 3 "CAMPAIGN_NOT_RUNNING",
        /// No regime is enforced for it.
        NoRegime = 4 "NO_REGIME",
        /// Toll-free, premium, shared cost, pager, voicemail.
        LineTypeNotCallable = 5 "LINE_TYPE_NOT_CALLABLE",
        /// Not marketing.
        PurposeNotCovered = 6 "PURPOSE_NOT_COVERED",
        /// The number source is unknown, another seller's or undocumented.
        SourceNotLawful = 7 "SOURCE_NOT_LAWFUL",
        /// A stop is in force.
        Objected = 8 "OBJECTED",
        /// A consent counts.
        Consent = 9 "CONSENT",
        /// An offered product is another company's.
        OtherCompanyOffer = 10 "OTHER_COMPANY_OFFER",
        /// A customer, all similar.
        CustomerSimilar = 11 "CUSTOMER_SIMILAR",
        /// A customer, something not similar.
        ProductNotSimilar = 12 "PRODUCT_NOT_SIMILAR",
        /// Not a customer.
        NotACustomer = 13 "NOT_A_CUSTOMER",
        /// The register copy is missing or too old.
        RegisterStale = 14 "REGISTER_STALE",
        /// In the register.
        Registered = 15 "REGISTERED",
        /// The main rule.
        NotRegistered = 16 "NOT_REGISTERED",
        /// Post: assessed compatible.
        CompatiblePurpose = 17 "COMPATIBLE_PURPOSE",
        /// Post: not assessed, or not compatible.
        PurposeNotCompatible = 18 "PURPOSE_NOT_COMPATIBLE",
        /// The facts did not reach the asked revision in time.
        FactsBehind = 19 "FACTS_BEHIND",
        /// Consent is needed and there is none.
        NoConsent = 20 "NO_CONSENT",
    }
}

words! {
    /// How one row of a table came out.
    RowOutcome {
        /// Asked; does not match.
        Passed = 1 "PASSED",
        /// The first that matches.
        Decided = 2 "DECIDED",
        /// Matches, after one that decided.
        WouldDecide = 3 "WOULD_DECIDE",
        /// Does not apply.
        NotAsked = 4 "NOT_ASKED",
        /// Cannot be known.
        Unknown = 5 "UNKNOWN",
    }
}

words! {
    /// What the caller means to do.
    Intent {
        /// About to make the contact.
        Dial = 1 "DIAL",
        /// Looking over a list.
        Precheck = 2 "PRECHECK",
    }
}
