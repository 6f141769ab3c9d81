//! The catalogue's files: full state of one origin, checked together with the others'.

use crate::common::*;

#[test]
fn an_entry_that_is_gone_is_ended_and_one_that_changed_replaced() {
    let mut world = World::with_catalogue();
    world.options.accept_shrink = true;
    let text =
        "source_id,seller_id,kind,lawful_basis_document,obtained_on\nlist,sun,public,ROPA-2,\n";
    let imported = world.good(&[("sources.csv", text)]);
    assert_eq!(file(&imported, "sources.csv"), [1, 1, 0, 1, 0]);
    let catalogue = imported.catalogue.unwrap();
    assert_eq!(catalogue.source("list").unwrap().document, "ROPA-2");

    let head = CATALOGUE[3].1.lines().next().unwrap();
    let imported = world.good(&[("similar.csv", &format!("{head}\n"))]);
    assert_eq!(file(&imported, "similar.csv"), [0, 0, 0, 1, 0]);
    assert_eq!(imported.catalogue.unwrap().pairs().count(), 0);
    assert_eq!(world.catalogue().pairs().count(), 0);
}

#[test]
fn an_entry_cannot_go_while_another_origins_rests_on_it() {
    let mut world = World::with_catalogue();
    world.options.origin = "shop".into();
    world.good(&[(
        "products.csv",
        "product_id,seller_id,category_id,name\nshop-1,sea,,Shop\n",
    )]);
    world.clear();
    world.options.origin = "crm".into();
    world.options.accept_shrink = true;
    let files = [
        ("sellers.csv", "seller_id,name\nsun,Sun BV\n"),
        (
            "products.csv",
            "product_id,seller_id,category_id,name\np-power,sun,,Power\n",
        ),
        (
            "similar.csv",
            "bought_product_id,offered_product_id,similar,signed_by,signed_on,expires_on,note\n",
        ),
    ];
    let imported = world.take(&files);
    assert!(!imported.applied);
    assert_eq!(
        problems(&imported),
        ["product \"shop-1\": seller_id: no seller has the id \"sea\"; add it to sellers.csv"]
    );
    world.options.skip_bad_rows = true;
    let imported = world.import();
    assert!(
        !imported.applied,
        "a row of another origin cannot be passed over"
    );
    assert_eq!(imported.report.held.len(), 1, "{:?}", imported.report.held);
}

#[test]
fn the_same_entry_of_two_origins_stays_with_the_first() {
    let mut world = World::with_catalogue();
    world.options.origin = "shop".into();
    let imported = world.good(&[("sellers.csv", CATALOGUE[0].1)]);
    assert_eq!(file(&imported, "sellers.csv"), [2, 0, 2, 0, 0]);
    assert!(imported.catalogue.is_none());
}

#[test]
fn problems_between_rows_are_told_with_their_place() {
    let mut world = World::new();
    let files = [
        ("sellers.csv", "seller_id,name\nsun,Sun BV\nsun,Sun again\n"),
        (
            "categories.csv",
            "category_id,parent_id,name\na,c,\nb,a,\nc,b,\nself,self,\n",
        ),
        (
            "products.csv",
            "product_id,seller_id,category_id,name\np,sun,a,\nq,son,d,\n",
        ),
        (
            "similar.csv",
            "bought_product_id,offered_product_id,similar,signed_by,signed_on,expires_on,note\n\
             p,q,yes,jo,2020-01-01,,\np,q,no,jo,2021-01-01,,\n",
        ),
    ];
    let imported = world.take(&files);
    assert_eq!(
        problems(&imported),
        [
            "sellers.csv:3:1: seller_id: \"sun\" is there twice, first on line 2; keep one",
            "categories.csv:2:3: parent_id: a cycle: a > c > b > a; give one of them another parent, or none",
            "categories.csv:5:6: parent_id: \"self\" is its own parent; leave it empty for a root",
            "products.csv:3:3: seller_id: no seller has the id \"son\"; did you mean \"sun\"?",
            "products.csv:3:7: category_id: no category has the id \"d\"; add it to categories.csv",
            "similar.csv:2:5: similar: a yes for \"p\" > \"q\" that still holds on 2021-01-01, when the no on \
             line 3 begins; let the yes expire before the no is signed, or take one out",
        ]
    );
    assert_eq!(file(&imported, "products.csv")[4], 1);
    assert_eq!(world.store.catalogue_rows().unwrap(), []);
}

#[test]
fn the_catalogue_reads_the_same_after_a_restart() {
    let mut world = World::new();
    let imported = world.good(&CATALOGUE);
    let before = imported.catalogue.unwrap();
    let world = world.reopen();
    let after = world.catalogue();
    assert_eq!(after.campaign("c1"), before.campaign("c1"));
    assert_eq!(after.products().count(), 3);
    assert_eq!(after.product("s-home"), before.product("s-home"));
}
