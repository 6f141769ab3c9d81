use super::*;

fn open() -> (tempfile::TempDir, Access) {
    let dir = tempfile::tempdir().unwrap();
    let access = Access::open(dir.path()).unwrap();
    (dir, access)
}

fn caller(name: &str, role: Role, sellers: &str) -> Caller {
    Caller::new(name, role, Sellers::parse(sellers).unwrap()).unwrap()
}

#[test]
fn changes_are_listed_newest_first_and_only_of_the_own_sellers() {
    let (dir, access) = open();
    let of_a = caller("s-a", Role::Supervisor, "a");
    let of_all = caller("c", Role::Compliance, "*");
    let change = |seller, key| NewChange {
        seller,
        key,
        ..NewChange::default()
    };
    let record = |who: &Caller, action, change: &NewChange<'_>| {
        access.changes.record(who, action, change).unwrap()
    };
    record(&of_a, Action::RecordObjection, &change("a", "objection-1"));
    record(
        &of_all,
        Action::RecordObjection,
        &change("b", "objection-2"),
    );
    record(&of_all, Action::EnforceRegime, &change("", "nl-bmnr"));
    let last = record(&of_a, Action::SeeNumber, &change("a", "+31610000002"));
    let keys = |sellers: &Sellers, filter: &ChangeFilter| -> Vec<String> {
        let rows = access.changes.list(sellers, filter, 10).unwrap();
        rows.into_iter().map(|row| row.key).collect()
    };
    let all = ChangeFilter::default();
    assert_eq!(
        keys(&Sellers::All, &all),
        ["+31610000002", "nl-bmnr", "objection-2", "objection-1"]
    );
    assert_eq!(keys(&of_a.sellers, &all), ["+31610000002", "objection-1"]);
    let of_b = ChangeFilter {
        seller: Some("b".into()),
        ..all.clone()
    };
    assert_eq!(keys(&of_a.sellers, &of_b), [""; 0]);
    let next_page = ChangeFilter {
        before: Some(last),
        ..all.clone()
    };
    assert_eq!(keys(&of_a.sellers, &next_page), ["objection-1"]);
    // A look is found after the file was closed and opened, and who and what cannot be rewritten.
    drop(access);
    let access = Access::open(dir.path()).unwrap();
    assert_eq!(access.changes.forget(&["+31610000002"]).unwrap(), 1);
    let rows = access.changes.list(&of_a.sellers, &all, 10).unwrap();
    assert_eq!(
        (rows[0].key.as_str(), rows[0].who.as_str(), rows[0].role),
        ("erased", "s-a", Role::Supervisor)
    );
    let conn = rusqlite::Connection::open(dir.path().join(FILE)).unwrap();
    assert!(conn.execute("DELETE FROM change", []).is_err());
    assert!(conn.execute("UPDATE change SET who = 'x'", []).is_err());
}
