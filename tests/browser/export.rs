//! What is taken away: a workbook and an archive, opened as others open them.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};

use crate::{
    axe::filled,
    driver::{Screen, Stage},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_selection_is_taken_away_as_a_workbook_and_opened() {
    let Some(stage) = Stage::set(Screen::default()).await else {
        return;
    };
    filled(&stage).await;
    stage.site.counted();
    stage.go("/decisions?verdict=all").await;
    let link = stage
        .client
        .find(fantoccini::Locator::Css("a[href*='format=xlsx']"))
        .await
        .unwrap();
    link.click().await.unwrap();
    let bytes = stage.downloaded("xlsx").await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let name = book.sheet_names()[0].clone();
    let sheet = book.worksheet_range(&name).unwrap();
    let numbers = sheet
        .rows()
        .flatten()
        .filter(|cell| matches!(cell, Data::String(text) if text.starts_with("+316")))
        .count();
    assert!(numbers >= 58, "{numbers} numbers as text");

    let today = stage.site.sidecar.home.zone.day(stage.site.now());
    stage
        .go(&format!(
            "/decisions?verdict=all&campaign=gas-list&from={today}&until={today}"
        ))
        .await;
    let link = stage
        .client
        .find(fantoccini::Locator::Css("a[href*='format=bundle']"))
        .await
        .unwrap();
    link.click().await.unwrap();
    let bytes = stage.downloaded("zip").await;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    let csv = names
        .iter()
        .find(|n| n.ends_with(".csv"))
        .expect("a CSV")
        .clone();
    let mut text = String::new();
    archive
        .by_name(&csv)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text.matches("gas-list").count(), 29, "{names:?}");
    stage.strike().await;
}
