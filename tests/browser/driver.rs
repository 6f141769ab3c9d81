//! chromedriver, a Chromium of its own for each test, and a site that is really listened on.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tokio::sync::{Mutex, MutexGuard};
use verzet::{
    access::{Caller, Role, Sellers},
    pages::PagesServer,
};

use crate::site::{PASSWORD, Site};

/// One browser at a time: each takes some hundred megabytes.
static ONE: Mutex<()> = Mutex::const_new(());
static TOLD: AtomicBool = AtomicBool::new(false);

/// The longest wait for something to come about; only what never will takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser at a site.
pub(crate) struct Stage {
    pub(crate) site: Site,
    pub(crate) client: Client,
    pub(crate) base: String,
    pub(crate) downloads: PathBuf,
    server: Option<PagesServer>,
    driver: Child,
    _profile: tempfile::TempDir,
    _one: MutexGuard<'static, ()>,
}

/// What a browser shows on.
#[derive(Clone, Copy, Default)]
pub(crate) struct Screen {
    /// The reader prefers dark.
    pub(crate) dark: bool,
    /// A telephone, 360 px wide.
    pub(crate) narrow: bool,
}

/// Whether there is a browser to drive; says why not once.
fn is_there() -> bool {
    let runs = |name: &str| {
        let out = Command::new(name).arg("--version").output();
        out.is_ok_and(|out| out.status.success())
    };
    if runs("chromedriver") && runs("chromium") {
        return true;
    }
    assert!(
        std::env::var_os("VERZET_REQUIRE_PEERS").is_none_or(|v| v != "1"),
        "chromedriver and chromium are not installed: apt-get install chromium chromium-driver"
    );
    if !TOLD.swap(true, Ordering::Relaxed) {
        eprintln!(
            "skipped: chromedriver and chromium are not installed (apt-get install chromium chromium-driver)"
        );
    }
    false
}

impl Stage {
    /// A site with a browser at it; `None` where there is none to drive.
    pub(crate) async fn set(screen: Screen) -> Option<Self> {
        if !is_there() {
            return None;
        }
        let one = ONE.lock().await;
        let site = Site::new();
        let server =
            PagesServer::start(([127, 0, 0, 1], 0).into(), None, site.router.clone()).unwrap();
        let profile = tempfile::tempdir().unwrap();
        let downloads = profile.path().join("downloads");
        std::fs::create_dir(&downloads).unwrap();
        let (driver, port) = start_driver();
        let mut args: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--window-size=1280,900",
        ]
        .map(str::to_owned)
        .to_vec();
        args.push(format!(
            "--user-data-dir={}",
            profile.path().join("profile").display()
        ));
        args.push(format!(
            "--blink-settings=preferredColorScheme={}",
            if screen.dark { 0 } else { 1 }
        ));
        let mut chrome = json!({
            "args": args,
            "prefs": { "download.default_directory": downloads, "download.prompt_for_download": false },
        });
        if screen.narrow {
            // A window cannot be as narrow as a telephone; what it shows can.
            chrome["mobileEmulation"] = json!({ "deviceMetrics": { "width": 360, "height": 2_400, "pixelRatio": 1.0, "touch": false } });
        }
        let mut wanted = Map::new();
        wanted.insert("browserName".into(), json!("chrome"));
        wanted.insert("goog:chromeOptions".into(), chrome);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a browser session");
        Some(Self {
            base: format!("http://{}", server.listening),
            site,
            client,
            downloads,
            server: Some(server),
            driver,
            _profile: profile,
            _one: one,
        })
    }

    /// Ends the browser; a test that fails leaves that to the end of its process.
    pub(crate) async fn strike(mut self) {
        let client = self.client.clone();
        let _ = client.close().await;
        if let Some(server) = self.server.take() {
            server.stop(Duration::from_secs(2));
        }
    }

    pub(crate) async fn go(&self, path: &str) {
        self.client
            .goto(&format!("{}{path}", self.base))
            .await
            .unwrap();
    }

    pub(crate) async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        let text = url.to_string();
        text.strip_prefix(&self.base).unwrap_or(&text).to_owned()
    }

    /// What the main part of the page says.
    pub(crate) async fn says(&self) -> String {
        let main = self.client.find(Locator::Css("main")).await.unwrap();
        main.text().await.unwrap()
    }

    pub(crate) async fn type_into(&self, css: &str, text: &str) {
        let field = self.client.find(Locator::Css(css)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Clicks, and waits until another page is there.
    pub(crate) async fn click(&self, css: &str) {
        let was = self.client.find(Locator::Css("html")).await.unwrap();
        self.client
            .find(Locator::Css(css))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
        let begun = std::time::Instant::now();
        // The old page's root is gone when the new one is there.
        while was.attr("lang").await.is_ok() {
            assert!(begun.elapsed() < PATIENCE, "{css} leads nowhere");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css("main"))
            .await
            .unwrap();
    }

    /// An account with a password of its own, ready to sign in.
    pub(crate) async fn account(&self, name: &str, role: Role, sellers: &str) {
        let sellers = Sellers::parse(sellers).unwrap();
        let caller = Caller::new(name, role, sellers).unwrap();
        let first = self.site.sidecar.access.people.add(&caller).unwrap();
        self.sign_in_with(name, first.show()).await;
        assert_eq!(self.path().await, "/password");
        self.type_into("#present", first.show()).await;
        self.type_into("#new", PASSWORD).await;
        self.type_into("#again", PASSWORD).await;
        self.click("form button").await;
        self.sign_out().await;
    }

    async fn sign_in_with(&self, name: &str, password: &str) {
        self.go("/sign-in").await;
        self.type_into("#name", name).await;
        self.type_into("#password", password).await;
        self.click("form button").await;
    }

    pub(crate) async fn sign_in(&self, name: &str) {
        self.sign_in_with(name, PASSWORD).await;
        assert!(
            !self.path().await.starts_with("/sign-in"),
            "{}",
            self.says().await
        );
    }

    pub(crate) async fn sign_out(&self) {
        self.go("/account").await;
        self.click(".who form button").await;
        assert_eq!(self.path().await, "/sign-in");
    }

    pub(crate) async fn speak(&self, language: &str) {
        self.go(&format!("/language/{language}?back=/account"))
            .await;
    }

    /// A file that was downloaded, when it is whole.
    pub(crate) async fn downloaded(&self, ending: &str) -> Vec<u8> {
        let begun = std::time::Instant::now();
        loop {
            let files = std::fs::read_dir(&self.downloads).unwrap();
            let found = files
                .map(|f| f.unwrap().path())
                .find(|p| p.extension().is_some_and(|e| e == ending));
            if let Some(path) = found {
                let bytes = std::fs::read(&path).unwrap();
                std::fs::remove_file(path).unwrap();
                return bytes;
            }
            assert!(begun.elapsed() < PATIENCE, "no .{ending} came");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn script(&self, code: &str) -> Value {
        self.client.execute(code, Vec::new()).await.unwrap()
    }

    /// A picture of the whole page at a width, in `target/screenshots`; 360 is as the screen is.
    pub(crate) async fn picture(&self, name: &str, width: u32) {
        if width > 360 {
            self.client.set_window_size(width, 900).await.unwrap();
            let tall = self
                .script("return document.documentElement.scrollHeight")
                .await;
            let tall = tall.as_u64().unwrap_or(900).clamp(600, 4_000) as u32;
            self.client
                .set_window_size(width, tall + 100)
                .await
                .unwrap();
        }
        let png = self.client.screenshot().await.unwrap();
        let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join(format!("{name}-{width}.png")), png).unwrap();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn start_driver() -> (Child, u16) {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = loop {
        let line = lines.next().expect("chromedriver says its port").unwrap();
        if let Some(rest) = line.split("successfully on port ").nth(1) {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            break digits.parse().unwrap();
        }
    };
    // Whoever writes to a pipe nobody reads stops.
    std::thread::spawn(move || lines.for_each(drop));
    (driver, port)
}
