//! The choices of the sweep. In their rows `N` stands for the number and `P` for its person.
use super::super::world::{
    Campaign, Category, Consent, Objection, Product, Relation, Seller, SimilarPair, Source, World,
};

/// The moment every question of the sweep asks about.
pub const NOW: &str = "2026-06-10T10:00:00Z";
const JUST_AFTER_NOW: &str = "2026-06-10T10:00:00.000001Z";
const TODAY: &str = "2026-06-10";
const YESTERDAY: &str = "2026-06-09";
const TOMORROW: &str = "2026-06-11";
const LONG_AGO: &str = "2019-02-03";
/// When the folder was taken in.
const RECEIVED: &str = "2026-06-10T09:00:00Z";
const JUST_AFTER_RECEIPT: &str = "2026-06-10T09:00:00.000001Z";
const STAMPED_TOMORROW: &str = "2026-06-11T10:00:00Z";
/// When consent was given, unless said otherwise.
const GRANTED: &str = "2026-06-01T12:00:00Z";
const JUST_BEFORE_GRANT: &str = "2026-06-01T13:59:59.999999+02:00";
const SAME_AS_GRANT: &str = "2026-06-01T07:00:00-05:00";
const JUST_AFTER_GRANT: &str = "2026-06-01T12:00:00.000001Z";
const WITHDRAWN: &str = "2026-06-05T12:00:00Z";

/// Rows that one choice gives a number.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    pub relations: Vec<Relation>,
    pub consents: Vec<Consent>,
    pub objections: Vec<Objection>,
}

fn text<const N: usize>(fields: [&str; N]) -> [String; N] {
    fields.map(str::to_owned)
}

/// None, or one of five scopes just before, at and just after the grant, or one stamped
/// later than its receipt.
pub fn objection_choices() -> Vec<Choice> {
    let mut choices = vec![Choice::default()];
    for recorded_at in [JUST_BEFORE_GRANT, SAME_AS_GRANT, JUST_AFTER_GRANT] {
        choices.push(objected("N", "", "s1", "VOICE", recorded_at));
        choices.push(objected("N", "", "", "", recorded_at));
        choices.push(objected("N", "", "s2", "*", recorded_at));
        choices.push(objected("N", "", "*", "SMS; email", recorded_at));
        // By a person without a number, whom another row ties to it.
        let mut by_person = objected("", "P", "s1", "*", recorded_at);
        by_person.relations = related("SURVEY", "", LONG_AGO, "no").relations;
        choices.push(by_person);
    }
    choices.push(objected("N", "", "s1", "VOICE;POST", STAMPED_TOMORROW));
    choices
}

fn objected(number: &str, person: &str, seller: &str, channels: &str, recorded_at: &str) -> Choice {
    let [
        number,
        person_id,
        seller_id,
        channels,
        recorded_at,
        region,
        source,
    ] = text([number, person, seller, channels, recorded_at, "NL", "CALL"]);
    let row = Objection {
        number,
        region,
        person_id,
        seller_id,
        channels,
        recorded_at,
        source,
    };
    Choice {
        objections: vec![row],
        ..Choice::default()
    }
}

/// None, every scope, and every end and beginning of a consent.
pub fn consent_choices() -> Vec<Choice> {
    let ends_now = agreed_until("VOICE", "x", GRANTED, NOW, "");
    let mut given_again = agreed_until("VOICE", "*", GRANTED, "", WITHDRAWN);
    given_again
        .consents
        .extend(agreed("s1", "VOICE", "x", NOW).consents);
    let mut halves = agreed("s1", "VOICE", "x", GRANTED);
    halves
        .consents
        .extend(agreed("s1", "VOICE", "y", GRANTED).consents);
    vec![
        Choice::default(),
        agreed("s1", "VOICE", "x", GRANTED),
        agreed("s1", "*", "x", GRANTED),
        agreed("s1", "VOICE;POST", "*", GRANTED),
        agreed("s1", "*", "*", GRANTED),
        agreed("s1", "EMAIL", "x", GRANTED),
        agreed("s1", "VOICE", "x;y", GRANTED),
        agreed("s1", "VOICE", "x;z", GRANTED),
        agreed("s2", "VOICE", "x", GRANTED),
        halves,
        ends_now,
        agreed_until("VOICE", "x", GRANTED, JUST_AFTER_NOW, ""),
        agreed("s1", "VOICE", "x", JUST_AFTER_NOW),
        agreed("s1", "VOICE", "x", JUST_AFTER_RECEIPT),
        agreed_until("VOICE", "*", GRANTED, "", WITHDRAWN),
        agreed_until("VOICE", "y", GRANTED, "", WITHDRAWN),
        agreed_until("VOICE", "x", GRANTED, "", STAMPED_TOMORROW),
        agreed_until("VOICE", "x", JUST_AFTER_RECEIPT, "", STAMPED_TOMORROW),
        given_again,
    ]
}

fn agreed(seller: &str, channels: &str, products: &str, granted_at: &str) -> Choice {
    let mut choice = agreed_until(channels, products, granted_at, "", "");
    choice.consents[0].seller_id = seller.to_owned();
    choice
}

fn agreed_until(
    channels: &str,
    products: &str,
    granted_at: &str,
    expires_at: &str,
    withdrawn_at: &str,
) -> Choice {
    let [channels, products, granted_at, expires_at, withdrawn_at] =
        text([channels, products, granted_at, expires_at, withdrawn_at]);
    let [number, region, person_id, seller_id, evidence] = text(["N", "NL", "P", "s1", "form"]);
    let row = Consent {
        number,
        region,
        person_id,
        seller_id,
        channels,
        products,
        granted_at,
        expires_at,
        withdrawn_at,
        evidence,
    };
    Choice {
        consents: vec![row],
        ..Choice::default()
    }
}

/// Of every sort one: nobody, no customer, a customer who is similar, who is not, who is or is not
/// by a signed pair, and one of another seller.
pub fn relation_choices() -> Vec<Choice> {
    let mut of_another = related("PURCHASE", "x", LONG_AGO, "yes");
    of_another.relations[0].seller_id = "s2".to_owned();
    vec![
        Choice::default(),
        related("NEWSLETTER", "", LONG_AGO, "no"),
        related("PURCHASE", "x", LONG_AGO, "yes"),
        related("SERVICE_CONTRACT", "other-root", LONG_AGO, "yes"),
        related("PURCHASE", "pair-yes", LONG_AGO, "yes"),
        related("PURCHASE", "sibling-no", LONG_AGO, "yes"),
        of_another,
    ]
}

/// Every kind of relation, and a purchase at every distance from what is offered.
pub fn purchase_choices() -> Vec<Choice> {
    let mut choices = relation_choices();
    for kind in [
        "SURVEY",
        "CONTEST",
        "ACCOUNT",
        "INQUIRY",
        "DONATION",
        "VOLUNTEER",
        "EVENT_VISIT",
        "OTHER",
    ] {
        choices.push(related(kind, "x", LONG_AGO, "yes"));
    }
    for bought in PRODUCTS.iter().map(|(id, _, _)| *id).chain([""]) {
        choices.push(related("PURCHASE", bought, LONG_AGO, "yes"));
        choices.push(related("SERVICE_CONTRACT", bought, TODAY, "YES"));
    }
    choices.push(related("PURCHASE", "x", TODAY, "no"));
    choices.push(related("PURCHASE", "x", TOMORROW, "yes"));
    let mut ended = related("SERVICE_CONTRACT", "x", LONG_AGO, "yes");
    ended.relations[0].ended_on = YESTERDAY.to_owned();
    choices.push(ended);
    // "a `no` … binds its own pair, not other purchases"
    let mut beside_a_no = related("PURCHASE", "sibling-no", LONG_AGO, "yes");
    beside_a_no
        .relations
        .extend(related("PURCHASE", "sibling", TODAY, "yes").relations);
    choices.push(beside_a_no);
    choices
}

fn related(kind: &str, product: &str, started_on: &str, paid: &str) -> Choice {
    let [kind, product_id, started_on, paid] = text([kind, product, started_on, paid]);
    let [number, region, person_id, seller_id, ended_on] = text(["N", "NL", "P", "s1", ""]);
    let row = Relation {
        number,
        region,
        person_id,
        seller_id,
        kind,
        product_id,
        started_on,
        ended_on,
        paid,
    };
    Choice {
        relations: vec![row],
        ..Choice::default()
    }
}

/// Id, owner and category. What is offered is `x`, alone or with `y` or another company's `z`.
const PRODUCTS: [(&str, &str, &str); 20] = [
    ("x", "s1", "a11"),
    ("y", "s1", "a12"),
    ("z", "s2", "a11"),
    ("same-category", "s1", "a11"),
    ("sibling", "s1", "a12"),
    ("parent", "s1", "a1"),
    ("uncle", "s1", "a2"),
    ("cousin", "s1", "a21"),
    ("grandparent", "s1", "a"),
    ("other-root", "s1", "b"),
    ("bare", "s1", ""),
    ("bare-too", "s1", ""),
    ("pair-yes", "s1", "b"),
    ("pair-yes-from-today", "s1", "b"),
    ("pair-yes-from-tomorrow", "s1", "b"),
    ("pair-yes-through-today", "s1", "b"),
    ("pair-yes-through-yesterday", "s1", "b"),
    ("sibling-no", "s1", "a12"),
    ("sibling-no-from-tomorrow", "s1", "a12"),
    ("pair-yes-backwards", "s1", "b"),
];

/// Bought, offered, verdict, signed on, expires on.
const PAIRS: [(&str, &str, &str, &str, &str); 8] = [
    ("pair-yes", "x", "yes", LONG_AGO, ""),
    ("pair-yes-from-today", "x", "yes", TODAY, ""),
    ("pair-yes-from-tomorrow", "x", "yes", TOMORROW, ""),
    ("pair-yes-through-today", "x", "yes", LONG_AGO, TODAY),
    (
        "pair-yes-through-yesterday",
        "x",
        "yes",
        LONG_AGO,
        YESTERDAY,
    ),
    ("sibling-no", "x", "no", TODAY, ""),
    ("sibling-no-from-tomorrow", "x", "no", TOMORROW, ""),
    ("x", "pair-yes-backwards", "yes", LONG_AGO, ""),
];

/// Sellers, taxonomy, products, pairs, sources and campaigns.
pub fn catalogue() -> World {
    let mut world = World::empty(RECEIVED.parse().unwrap());
    for [seller_id, name] in [["s1", "Seller one"], ["s2", "Seller two"]].map(text) {
        world.sellers.push(Seller { seller_id, name });
    }
    for id in ["a", "a1", "a11", "a12", "a2", "a21", "b"] {
        let [category_id, parent_id, name] = text([id, &id[..id.len() - 1], id]);
        world.categories.push(Category {
            category_id,
            parent_id,
            name,
        });
    }
    for (id, owner, category) in PRODUCTS {
        let [product_id, seller_id, category_id, name] = text([id, owner, category, id]);
        world.products.push(Product {
            product_id,
            seller_id,
            category_id,
            name,
        });
    }
    for (bought, offered, verdict, signed, expires) in PAIRS {
        let [
            bought_product_id,
            offered_product_id,
            similar,
            signed_on,
            expires_on,
            signed_by,
            note,
        ] = text([bought, offered, verdict, signed, expires, "compliance", ""]);
        let pair = SimilarPair {
            bought_product_id,
            offered_product_id,
            similar,
            signed_by,
            signed_on,
            expires_on,
            note,
        };
        world.similar.push(pair);
    }
    for (id, kind, document) in [
        ("customer", "CUSTOMER_FILE", "ROPA-1"),
        ("house", "HOUSE_FILE", "ROPA-2"),
        ("list", "THIRD_PARTY_LIST", "ROPA-3"),
        ("public", "PUBLIC", "ROPA-4"),
        ("bare", "PUBLIC", ""),
    ] {
        let [
            source_id,
            seller_id,
            kind,
            lawful_basis_document,
            obtained_on,
        ] = text([id, "s1", kind, document, LONG_AGO]);
        world.sources.push(Source {
            source_id,
            seller_id,
            kind,
            lawful_basis_document,
            obtained_on,
        });
    }
    for (id, products, compatible) in [
        ("x", "x", "yes"),
        ("x-incompatible", "x", "no"),
        ("xy", "x;y", "yes"),
        ("xz", "x;z", "yes"),
        ("z", "z", "yes"),
    ] {
        let [
            campaign_id,
            seller_id,
            purpose,
            channel,
            products,
            source_id,
        ] = text([id, "s1", "MARKETING", "VOICE", products, "list"]);
        let [region, starts_on, ends_on, caller_ids, purpose_compatible] =
            text(["NL", TODAY, TODAY, "+31201234567", compatible]);
        world.campaigns.push(Campaign {
            campaign_id,
            seller_id,
            purpose,
            channel,
            products,
            source_id,
            region,
            starts_on,
            ends_on,
            caller_ids,
            purpose_compatible,
        });
    }
    world
}
