//! `verzet serve`: reads the configuration, opens the log, and serves until stopped.

use std::{fs, path::Path};

use clap::Args as ClapArgs;
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{args::Place, error::CliError, exit::Exit, next, start};
use crate::{
    clock::Day,
    config::{Config, Flag},
    log::Log,
    policy::Packs,
    report::{daily::Folder, mail::MailOptions},
    sample,
    sidecar::{
        Sidecar,
        upkeep::{DailyOptions, Upkeep},
    },
};

/// Answer dialers until stopped
///
/// Serves gRPC on `listen`, and on the socket in the data directory for the other commands.
#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// Where dialers connect; a port alone, or no value at all, is on loopback
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:50051")]
    listen: Option<String>,
    /// Fill an empty data directory with sample data, and enforce nl-bmnr on it
    #[arg(long)]
    sample: bool,
    /// Serve facts older than the ledger's last decision: stops may be missing
    #[arg(long)]
    accept_older_facts: bool,
    /// Believe the system's clock although it is far ahead of the ledger's last decision
    #[arg(long)]
    accept_clock: bool,
}

pub(super) fn run(place: &Place, args: Args) -> Result<Exit, CliError> {
    let listen = args.listen.clone().map(|value| Flag {
        key: "listen",
        flag: "--listen",
        value,
    });
    let config = place.load(listen.as_slice())?;
    // Dropped at the end, when the last spans are sent.
    let _log = Log::open(&config.log, &config.trace)
        .map_err(|e| CliError::usage(e.to_string(), "see docs/operate.md"))?;
    if !args.sample && is_empty(&config.data_dir) {
        let packs = Packs::built_in()
            .map_err(|e| CliError::failed(e.to_string(), "this is a fault of verzet itself"))?;
        return Err(no_regime(place, &config.data_dir, &packs));
    }
    until_stopped(place, &config, &args)
}

/// Whether a data directory is not there yet, or has nothing in it.
fn is_empty(dir: &Path) -> bool {
    fs::read_dir(dir).map_or_else(
        |e| e.kind() == std::io::ErrorKind::NotFound,
        |mut entries| entries.next().is_none(),
    )
}

/// Why `serve` refuses a data directory on which no regime was ever chosen: with the choices, and the
/// next command to type.
pub fn no_regime(place: &Place, data_dir: &Path, packs: &Packs) -> CliError {
    let mut choices = String::new();
    for regime in packs.iter() {
        let until = match regime.until {
            Day::NEVER => "still the law".to_owned(),
            until => format!("until {until}, no longer the law"),
        };
        choices.push_str(&format!(
            "\n  {}  {}: law from {}, {until}",
            regime.id, regime.title.en, regime.from
        ));
    }
    CliError::usage(
        format!(
            "no regime is enforced, and none is by itself: {}",
            data_dir.display()
        ),
        format!(
            "choose one, with your name and reason; it is recorded{choices}\nnext: {}\n  or: {}",
            next::enforce(place),
            place.command("serve --sample"),
        ),
    )
}

/// Serves until SIGTERM or SIGINT.
fn until_stopped(place: &Place, config: &Config, args: &Args) -> Result<Exit, CliError> {
    let began = std::time::Instant::now();
    if args.sample {
        refuse_real_data(&config.data_dir)?;
    }
    let sidecar = start::open(config, args.accept_older_facts)?;
    if args.accept_clock {
        sidecar.accept_clock();
    }
    if args.sample {
        sample::install_with_history(&sidecar).map_err(|e| {
            CliError::failed(
                format!("the sample cannot be made: {e}"),
                "try an empty --data-dir",
            )
        })?;
    }
    if sidecar.world().enforced.is_empty() {
        return Err(no_regime(place, &config.data_dir, &sidecar.packs));
    }
    warn_of_lapsed(&sidecar);
    let signals = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // Before anybody is told that it serves: from then on a stop is an orderly one.
    let mut stop = {
        let _inside = signals.enter();
        StopSignals::listen()?
    };
    // Before dialers are served: once they are, nothing that is amiss with the pages may end it.
    let pages = start::pages(
        sidecar.clone(),
        config,
        // Said of the data, not of the flag: they stay invented on the next start.
        args.sample || config.data_dir.join(sample::MARK).exists(),
    )?;
    let server = start::serve(sidecar.clone(), config, true)?;
    let upkeep = Upkeep::start(sidecar.clone(), daily(config))?;
    tracing::info!(
        listen = %server.listening.unwrap_or(config.listen),
        data_dir = %config.data_dir.display(),
        revision = sidecar.world().revision,
        numbers = sidecar.world().numbers.keys(),
        seconds = began.elapsed().as_secs_f64(),
        ledger = %sidecar.ledger.id(),
        ledger_key = %sidecar.ledger.public_key(),
        "serving"
    );
    tell_manager(&[NotifyState::Ready]);
    if args.sample {
        next::tell(&place.command("check 0610000002 --campaign gas-customers --explain"));
    }
    signals.block_on(stop.received());
    tell_manager(&[NotifyState::Stopping]);
    tracing::info!("stopping: nothing new is taken, what is under way is answered");
    if let Some(pages) = pages {
        pages.stop(config.serve.grace);
    }
    drop(upkeep);
    if server.stop() {
        Ok(Exit::Done)
    } else {
        Err(CliError::failed(
            "something was still under way after the grace time",
            "give `serve.grace` more time",
        ))
    }
}

/// The report of each day, if there is to be one.
fn daily(config: &Config) -> Option<DailyOptions> {
    let report = &config.report;
    let mail = MailOptions {
        server: report.mail_server.clone(),
        tls: report.mail_tls,
        user: report.mail_user.clone(),
        password_file: report.mail_password_file.clone(),
        from: report.mail_from.clone(),
        to: report.mail_to.clone(),
    };
    (!report.daily_dir.as_os_str().is_empty()).then(|| DailyOptions {
        folder: Folder::new(&report.daily_dir),
        at: report.daily_at,
        mail: (!mail.server.is_empty()).then_some(mail),
    })
}

/// Tells systemd, where it asked to be told (`Type=notify`).
fn tell_manager(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "systemd could not be told");
    }
}

/// SIGTERM and SIGINT, heard from the moment this is made.
struct StopSignals {
    term: Signal,
    int: Signal,
}

impl StopSignals {
    /// On the runtime that is entered.
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
        })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}

/// A lapsed regime is warned of, in the log as in every answer.
fn warn_of_lapsed(sidecar: &Sidecar) {
    let (world, now) = (sidecar.world(), sidecar.now());
    for e in world.enforced.iter() {
        let regime = &e.regime;
        let lapsed = !regime.is_law_on(regime.zone.day(now));
        if lapsed && world.enforced.is_enforced(regime, now) {
            let notice = regime.lapsed.as_ref();
            let notice = notice.map_or("", |text| sidecar.settings.language.of(text));
            tracing::warn!(
                regime = &*regime.id,
                notice,
                "the enforced regime has lapsed"
            );
        }
    }
}

/// The sample goes into an empty directory, or one it was put into before.
fn refuse_real_data(dir: &Path) -> Result<(), CliError> {
    if is_empty(dir) || dir.join(sample::MARK).exists() {
        return Ok(());
    }
    Err(CliError::usage(
        format!(
            "the data directory holds data that are not the sample: {}",
            dir.display()
        ),
        "name an empty directory with --data-dir, or serve it without --sample",
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_directory_gets_the_choices_and_the_next_command() {
        let place = Place {
            config: None,
            data_dir: Some("d".into()),
        };
        let error = no_regime(&place, Path::new("d"), &Packs::built_in().unwrap());
        assert_eq!(error.exit(), Exit::Usage);
        let text = error.to_string();
        assert!(
            text.starts_with("no regime is enforced, and none is by itself: d; hint: choose one"),
            "{text}"
        );
        assert!(text.contains("\n  nl-bmnr  The Netherlands"), "{text}");
        assert!(
            text.contains(": law from 2009-10-01, until 2021-06-30, no longer the law\n"),
            "{text}"
        );
        assert!(
            text.contains("\nnext: verzet --data-dir d policy enforce nl-bmnr --by \"your name\" --why \"…\"\n"),
            "{text}"
        );
        assert!(
            text.ends_with("verzet --data-dir d serve --sample"),
            "{text}"
        );
    }
}
