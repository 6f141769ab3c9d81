//! Every address of the pages, and who may ask for it. A page cannot be added without saying so here, and
//! the tests try each line with each role.

use axum::{
    Router,
    routing::{get, post},
};

use super::{
    Pages, account, assets, changes, complaint, data, decision, decisions, export, frame, number,
    provider, reports, rules, similar, today, unclear,
};
use crate::access::{Action, Role};

/// Who may ask for an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// Anybody: there is nothing behind it but the way in.
    Nobody,
    /// Somebody who is signed in.
    SignedIn,
    /// Somebody whose role has one of these.
    OneOf(&'static [Action]),
}

/// An address, and what asks for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Route {
    /// `get` or `post`.
    pub method: &'static str,
    /// With what varies in braces.
    pub path: &'static str,
    /// Who may.
    pub needs: Needs,
}

impl Route {
    /// Whether a role may ask for it at all.
    pub fn is_for(&self, role: Role) -> bool {
        match self.needs {
            Needs::Nobody | Needs::SignedIn => true,
            Needs::OneOf(actions) => actions
                .iter()
                .any(|a| a.grant(role) != crate::access::Grant::No),
        }
    }
}

macro_rules! needs {
    (nobody) => { Needs::Nobody };
    (signed_in) => { Needs::SignedIn };
    ($($action:ident)|+) => { Needs::OneOf(&[$(Action::$action),+]) };
}

macro_rules! routes {
    ($($(#[doc = $doc:literal])+ $group:ident {
        $($method:ident $path:literal, $($needs:ident)|+ => $handler:expr;)+
    })+) => {
        /// Every route there is.
        pub const ROUTES: &[Route] = &[$($(Route {
            method: stringify!($method),
            path: $path,
            needs: needs!($($needs)|+),
        }),+),+];

        $($(#[doc = $doc])+
        pub(super) fn $group(router: Router<Pages>) -> Router<Pages> {
            router$(.route($path, $method($handler)))+
        })+
    };
}

routes! {
    /// The pages with the frame around them, and around what goes wrong.
    framed {
        get "/", nobody => frame::home;
        get "/today", SeeToday => today::get;
        get "/decisions", SeeDecisions => decisions::get;
        get "/decisions/export", ExportDecisions => export::get;
        get "/decisions/{id}", SeeDecision => decision::get;
        get "/decisions/{id}/proof", TakeProof => decision::proof;
        get "/numbers", SeeNumber | RecordObjection => number::find;
        get "/numbers/{digits}", SeeNumber => number::get;
        post "/objections", RecordObjection => number::record;
        get "/complaint", SeeComplaint => complaint::get;
        post "/complaint/letter.pdf", SeeComplaint => complaint::letter;
        get "/rules", SeeRules => rules::index;
        get "/rules/{id}", SeeRules => rules::get;
        post "/rules/{id}/enforce", EnforceRegime => rules::enforce;
        get "/similar", ListSimilarPairs => similar::get;
        post "/similar", SignPair => similar::sign;
        post "/similar/{id}", SignPair => similar::confirm;
        get "/data", ListCampaigns | ListNumberSources | ListSnapshots | SeeImports | ListUnclear => data::index;
        get "/data/campaigns", ListCampaigns => data::campaigns;
        get "/data/sources", ListNumberSources => data::sources;
        get "/data/registers", ListSnapshots => data::registers;
        get "/data/imports", SeeImports => data::imports;
        get "/data/unclear", ListUnclear => unclear::get;
        post "/data/unclear/{id}", SettleUnclear => unclear::settle;
        get "/reports", SeeReports => reports::get;
        get "/changes", ListChanges => changes::get;
        get "/account", ChangeOwnPassword => account::get;
        post "/account/second-factor", ChangeOwnPassword => account::second_factor;
        post "/sign-out", signed_in => account::sign_out;
    }
    /// What has no frame: the way in, and files.
    bare {
        get "/sign-in", nobody => account::sign_in_form;
        post "/sign-in", nobody => account::sign_in;
        get "/password", ChangeOwnPassword => account::password_form;
        post "/password", ChangeOwnPassword => account::password;
        get "/sign-in/oidc", nobody => provider::depart;
        get "/sign-in/oidc/callback", nobody => provider::arrive;
        get "/assets/{name}", nobody => assets::get;
        get "/language/{code}", nobody => frame::language;
    }
}
