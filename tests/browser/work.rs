//! A supervisor's work, click by click.

use fantoccini::{Locator, key::Key};
use verzet::access::{Role, SessionLimits};

use crate::driver::{Screen, Stage};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blocked_call_is_found_read_and_stopped_for_good() {
    let Some(stage) = Stage::set(Screen::default()).await else {
        return;
    };
    stage
        .account("supervisor", Role::Supervisor, "noordlicht")
        .await;
    let blocked = stage
        .site
        .check("0620000001", "gas-customers", "call-1", "agent-7");
    stage.site.counted();
    stage.sign_in("supervisor").await;

    // Today leads to the blocked calls, those to the decision.
    stage.go("/today").await;
    stage.click("a[href^='/decisions?verdict=BLOCK']").await;
    assert!(stage.says().await.contains("agent-7"));
    stage
        .click(&format!("a[href='/decisions/{blocked}']"))
        .await;
    let dutch = stage.says().await;
    assert!(dutch.contains("Geblokkeerd: op "), "{dutch}");
    assert!(dutch.contains("verzet aangetekend"), "{dutch}");
    stage.click("a[hreflang=en]").await;
    let english = stage.says().await;
    assert!(english.contains("Blocked: on "), "{english}");
    assert!(
        english.contains("What would have to be different?"),
        "{english}"
    );
    stage.click("a[hreflang=nl]").await;

    // A number found as it is heard; an objection in force for the next check.
    stage.type_into("#find", "06 1000 0002").await;
    stage.click(".find button").await;
    assert_eq!(stage.path().await, "/numbers/31610000002");
    stage.click("#record button.stop").await;
    let said = stage.says().await;
    assert!(said.contains("Vastgelegd en van kracht:"), "{said}");
    let next = stage
        .site
        .check("0610000002", "gas-customers", "call-2", "agent-7");
    stage.go(&format!("/decisions/{next}")).await;
    assert!(
        stage
            .says()
            .await
            .contains("verzet aangetekend tegen elk soort contact")
    );

    // Nothing of another seller.
    let other = stage
        .site
        .check("0610000003", "buildings-customers", "call-3", "agent-8");
    stage.go(&format!("/decisions/{other}")).await;
    assert!(stage.says().await.contains("Niet gevonden"));
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unclear_objection_is_settled() {
    let Some(stage) = Stage::set(Screen::default()).await else {
        return;
    };
    stage.account("officer", Role::Compliance, "*").await;
    stage.sign_in("officer").await;
    stage.go("/numbers").await;
    stage.type_into("#stop-number", "06 100 0000").await;
    stage.click("button.stop").await;
    stage.go("/data/unclear").await;
    let said = stage.says().await;
    assert!(said.contains("06 100 0000"), "{said}");
    stage
        .type_into("input[name=number]:not(#find)", "0610000002")
        .await;
    stage.type_into("input[name=why]", "teruggebeld").await;
    stage.click("main form button").await;
    let said = stage.says().await;
    assert!(
        said.contains("is beslist") && said.contains("Er wacht niets"),
        "{said}"
    );
    stage.go("/numbers/31610000002").await;
    assert!(stage.says().await.contains("verzet van"));
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_is_signed_by_two() {
    let Some(stage) = Stage::set(Screen::default()).await else {
        return;
    };
    stage.account("first", Role::Supervisor, "noordlicht").await;
    stage
        .account("second", Role::Supervisor, "noordlicht")
        .await;
    stage.sign_in("first").await;
    stage.go("/similar").await;
    let choose = |css: &'static str, value: &'static str| {
        let client = stage.client.clone();
        async move {
            let list = client.find(Locator::Css(css)).await.unwrap();
            list.select_by_value(value).await.unwrap();
        }
    };
    choose("#bought", "gas").await;
    choose("#offered", "solar").await;
    stage
        .client
        .find(Locator::Css("input[name=similar][value=yes]"))
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    stage.type_into("#note", "zelfde dak").await;
    stage.click("#sign button").await;
    assert!(stage.says().await.contains("wacht op een tweede persoon"));
    stage.sign_out().await;
    stage.sign_in("second").await;
    stage.go("/similar").await;
    stage.click("button[value=sign]").await;
    let said = stage.says().await;
    assert!(said.contains("Ook getekend; het telt nu."), "{said}");
    assert!(said.contains("first, second"), "{said}");
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ended_leads_back_after_signing_in() {
    let Some(stage) = Stage::set(Screen::default()).await else {
        return;
    };
    stage.account("officer", Role::Compliance, "*").await;
    stage.sign_in("officer").await;
    stage.site.sidecar.access.set_session_limits(SessionLimits {
        idle: std::time::Duration::ZERO,
        absolute: std::time::Duration::ZERO,
    });
    stage.go("/decisions?verdict=all").await;
    assert!(stage.path().await.starts_with("/sign-in?next="));
    stage
        .site
        .sidecar
        .access
        .set_session_limits(SessionLimits::default());
    stage.type_into("#name", "officer").await;
    stage.type_into("#password", crate::site::PASSWORD).await;
    stage.click("form button").await;
    assert_eq!(stage.path().await, "/decisions?verdict=all");
    stage.strike().await;
}

/// Only keys: skip to the content, find a number, record an objection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_reached_by_keyboard() {
    let Some(stage) = Stage::set(Screen::default()).await else {
        return;
    };
    stage.account("officer", Role::Compliance, "*").await;
    stage.sign_in("officer").await;
    stage.go("/numbers/31610000002").await;
    let press = |key: Key| {
        let client = stage.client.clone();
        async move {
            let at = client.active_element().await.unwrap();
            at.send_keys(&char::from(key).to_string()).await.unwrap();
        }
    };
    let at = || async {
        stage
            .script(
                "const e = document.activeElement; const r = e.getBoundingClientRect(); \
                 const o = getComputedStyle(e); return [e.id || e.getAttribute('href') || e.name || e.tagName, \
                 r.width > 0 && r.height > 0, o.outlineStyle !== 'none' && parseFloat(o.outlineWidth) >= 2]",
            )
            .await
    };
    stage.script("document.activeElement.blur()").await;
    press(Key::Tab).await;
    let first = at().await;
    assert_eq!(first[0], "#main", "the first stop skips to the content");
    let mut stops = Vec::new();
    for _ in 0..60 {
        press(Key::Tab).await;
        let here = at().await;
        assert!(here[1].as_bool().unwrap(), "an invisible stop: {here}");
        let name = here[0].as_str().unwrap().to_owned();
        if name == "BODY" {
            break;
        }
        assert!(
            here[2].as_bool().unwrap(),
            "no mark where the focus is: {here}"
        );
        stops.push(name);
    }
    for wanted in [
        "find",
        "/today",
        "stop-number",
        "stop-seller",
        "stop-source",
    ] {
        assert!(
            stops.iter().any(|stop| stop == wanted),
            "{wanted} is not reached: {stops:?}"
        );
    }
    // And used.
    let field = stage
        .client
        .find(Locator::Css("#stop-source"))
        .await
        .unwrap();
    field.send_keys("met het toetsenbord").await.unwrap();
    field
        .send_keys(&char::from(Key::Enter).to_string())
        .await
        .unwrap();
    stage
        .client
        .wait()
        .for_element(Locator::Css("main [role=status]"))
        .await
        .unwrap();
    assert!(stage.says().await.contains("met het toetsenbord"));
    stage.strike().await;
}
