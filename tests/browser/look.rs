//! Pictures of every page, and that none is wider than its screen.

use crate::{
    axe::{PAGES, filled},
    driver::{Screen, Stage},
};

async fn pictures(screen: Screen, widths: &[u32]) {
    let Some(stage) = Stage::set(screen).await else {
        return;
    };
    filled(&stage).await;
    let decided = stage.site.check("0610000002", "gas-customers", "", "");
    let decision = format!("/decisions/{decided}");
    let mut paths: Vec<(String, &str)> = PAGES
        .iter()
        .map(|path| {
            let plain = path.split('?').next().unwrap();
            (plain.trim_start_matches('/').replace('/', "-"), *path)
        })
        .collect();
    paths.push(("decision".to_owned(), &decision));
    let theme = if screen.dark { "dark" } else { "light" };
    let mut wide = Vec::new();
    for language in ["nl", "en"] {
        stage.speak(language).await;
        for (name, path) in &paths {
            stage.go(path).await;
            for width in widths {
                stage
                    .picture(&format!("{name}-{language}-{theme}"), *width)
                    .await;
                let over = stage
                    .script("return document.documentElement.scrollWidth - window.innerWidth")
                    .await;
                if over.as_i64().unwrap() > 0 {
                    wide.push(format!("{path} is {over} px too wide at {width}"));
                }
            }
        }
    }
    stage.strike().await;
    assert!(wide.is_empty(), "{wide:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_fits_every_screen_in_light() {
    pictures(Screen::default(), &[1280, 2560]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_fits_every_screen_in_dark() {
    let dark = Screen {
        dark: true,
        narrow: false,
    };
    pictures(dark, &[1280]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_fits_a_telephone() {
    for dark in [false, true] {
        pictures(Screen { dark, narrow: true }, &[360]).await;
    }
}
