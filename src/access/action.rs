//! Actions, and the one table that says which role may do which.
//!
//! Every RPC and every page has a row. `docs/access.md` and the tests are made from the rows, and a
//! path that has none is refused.

use std::fmt;

use super::Role;

/// What a role may do with an action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grant {
    /// Nothing.
    No,
    /// It may, for the sellers the caller is bound to; nothing of others is seen.
    OwnSellers,
    /// It may, and sees no number in clear.
    Masked,
    /// It may.
    May,
}

/// As the table of `docs/access.md` has it.
impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::No => "-",
            Self::OwnSellers => "own sellers",
            Self::Masked => "masked",
            Self::May => "yes",
        })
    }
}

/// The marks of the table.
macro_rules! grant {
    (-) => {
        Grant::No
    };
    (o) => {
        Grant::OwnSellers
    };
    (m) => {
        Grant::Masked
    };
    (y) => {
        Grant::May
    };
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $name:ident $([$($path:literal),+])? :
        $dialer:tt $agent:tt $supervisor:tt $compliance:tt $operator:tt $auditor:tt;)+) => {
        /// Something a caller can ask for: an RPC, or something on a page.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Action { $($(#[doc = $doc])+ $name),+ }

        impl Action {
            /// Every action, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name, as Changes and the table have it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }

            /// What it is, in a sentence.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii()),+ }
            }

            /// The gRPC method it is, without the leading `/verzet.v1.`; `None` for what only pages do.
            pub fn rpc(self) -> Option<&'static str> {
                match self { $(Self::$name => [$($($path,)+)? ""].first().copied().filter(|p| !p.is_empty())),+ }
            }

            /// What a role may do with it.
            pub fn grant(self, role: Role) -> Grant {
                match self { $(Self::$name => match role {
                    Role::Dialer => grant!($dialer),
                    Role::Agent => grant!($agent),
                    Role::Supervisor => grant!($supervisor),
                    Role::Compliance => grant!($compliance),
                    Role::Operator => grant!($operator),
                    Role::Auditor => grant!($auditor),
                    // Who owns the machine can read and write the files themselves.
                    Role::Machine => Grant::May,
                }),+ }
            }

            /// The action of a gRPC method, given without the leading `/verzet.v1.`.
            pub fn of_rpc(method: &str) -> Option<Self> {
                match method { $($($($path)|+ => Some(Self::$name),)?)+ _ => None }
            }
        }
    };
}

// dialer, agent, supervisor, compliance, operator, auditor:
// y yes, o for the own sellers, m without numbers in clear, - no.
actions! {
    /// Ask about one call.
    Check ["CheckService/Check"]:                          o o - - - -;
    /// Ask about a list.
    CheckBatch ["CheckService/CheckBatch"]:                o o - - - -;
    /// Ask about many calls over one stream.
    CheckStream ["CheckService/CheckStream"]:              o o - - - -;
    /// Record a no.
    RecordObjection ["FactService/RecordObjection"]:       - o o y y -;
    /// Record a yes.
    RecordConsent ["FactService/RecordConsent"]:           - - - y y -;
    /// Withdraw a yes.
    WithdrawConsent ["FactService/WithdrawConsent"]:       - o o y y -;
    /// Record a relation.
    RecordRelation ["FactService/RecordRelation"]:         - - - y y -;
    /// End a relation.
    EndRelation ["FactService/EndRelation"]:               - - - y y -;
    /// See the stops that wait for a person.
    ListUnclear ["FactService/ListUnclear"]:               - - o y m y;
    /// Settle a stop that waited.
    SettleUnclear ["FactService/SettleUnclear"]:           - - o y - -;
    /// Add or replace sellers, products, campaigns, sources.
    PutCatalogue ["CatalogueService/PutCatalogue"]:        - - - y y -;
    /// End sellers, products, campaigns, sources, pairs.
    EndCatalogue ["CatalogueService/EndCatalogue"]:        - - - y y -;
    /// See the sellers.
    ListSellers ["CatalogueService/ListSellers"]:          - - o y y y;
    /// See the taxonomy.
    ListCategories ["CatalogueService/ListCategories"]:    - - o y y y;
    /// See the products.
    ListProducts ["CatalogueService/ListProducts"]:        - - o y y y;
    /// See the similar products.
    ListSimilarPairs ["CatalogueService/ListSimilarPairs"]: - - o y y y;
    /// See where numbers came from.
    ListNumberSources ["CatalogueService/ListNumberSources"]: - - o y y y;
    /// See the campaigns.
    ListCampaigns ["CatalogueService/ListCampaigns"]:      - o o y y y;
    /// Take in a copy of a register.
    ImportRegister ["RegisterService/ImportRegister"]:     - - - y y -;
    /// See the copies of registers.
    ListSnapshots ["RegisterService/ListSnapshots"]:       - - y y y y;
    /// Take in a folder of files of the machine; only through the socket.
    ImportFolder ["IntakeService/ImportFolder"]:           - - - - - -;
    /// See decisions.
    ListDecisions ["ReportService/ListDecisions"]:         - - o y m y;
    /// Count decisions.
    SummariseDecisions ["ReportService/SummariseDecisions"]: - - o y m y;
    /// Count objections and how soon they were in force.
    SummariseObjections ["ReportService/SummariseObjections"]: - - o y y y;
    /// Count calls on relations that ended long before.
    SummariseEnded ["ReportService/SummariseEnded"]:       - - o y m y;
    /// Count what speaks against number sources.
    SummariseSources ["ReportService/SummariseSources"]:   - - o y m y;
    /// See consents and pairs about to end.
    ListExpiring ["ReportService/ListExpiring"]:           - - o y m y;
    /// See which regimes there are.
    ListRegimes ["PolicyService/ListRegimes"]:             - - y y y y;
    /// See a regime.
    GetRegime ["PolicyService/GetRegime"]:                 - - y y y y;
    /// Enforce a regime.
    EnforceRegime ["PolicyService/EnforceRegime"]:         - - - y - -;
    /// Make a token; only through the socket.
    CreateToken ["AccessService/CreateToken"]:             - - - - - -;
    /// See the tokens.
    ListTokens ["AccessService/ListTokens"]:               - - - y - y;
    /// Revoke a token.
    RevokeToken ["AccessService/RevokeToken"]:             - - - y - -;
    /// Make an account; only through the socket.
    AddUser ["AccessService/AddUser"]:                     - - - - - -;
    /// See the accounts.
    ListUsers ["AccessService/ListUsers"]:                 - - - y - y;
    /// Close an account.
    DisableUser ["AccessService/DisableUser"]:             - - - y - -;
    /// Link an account to somebody at the provider; only through the socket.
    LinkUser ["AccessService/LinkUser"]:                   - - - - - -;
    /// Give an account a new one-time password; only through the socket.
    ResetUser ["AccessService/ResetUser"]:                 - - - - - -;
    /// See who changed or looked at what.
    ListChanges ["AccessService/ListChanges"]:             - - o y m y;

    /// Page: today at a glance.
    SeeToday:                                              - - o y y y;
    /// Page: decisions, such as blocked calls.
    SeeDecisions:                                          - - o y m y;
    /// Page: one decision, with its trail.
    SeeDecision:                                           - - o y m y;
    /// Page: take a decision's proof away; it has the number in clear.
    TakeProof:                                             - - o y - y;
    /// Page: what is known of one number.
    SeeNumber:                                             - - o y - y;
    /// Page: a complaint's case file and letter.
    SeeComplaint:                                          - - o y - y;
    /// Page: the rules.
    SeeRules:                                              - y y y y y;
    /// Page: try a question without a record.
    TryRules:                                              - - o y - y;
    /// Page: sign a similar pair.
    SignPair:                                              - - o y - -;
    /// Page: sources, registers, imports and their state.
    SeeImports:                                            - - o y m y;
    /// Page: reports and their charts.
    SeeReports:                                            - - o y m y;
    /// Take decisions away as a file.
    ExportDecisions ["ReportService/ExportDecisions"]:     - - o y - y;
    /// Sign in to the pages.
    SignIn:                                                y y y y y y;
    /// Change the own password and second factor.
    ChangeOwnPassword:                                     y y y y y y;
}
