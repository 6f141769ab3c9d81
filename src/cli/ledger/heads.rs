//! `verzet ledger key`, `heads` and `seal`: what is signed, and with what.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Args as ClapArgs;
use serde::Serialize;

use super::{Found, failed};
use crate::{
    cli::{
        error::CliError,
        exit::Exit,
        output::{Out, Table, count},
        progress,
    },
    ledger::{Head, known_keys, seal_all, signed_heads, unsealed},
};

#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Key {
    /// One JSON object
    #[arg(long)]
    json: bool,
}

#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Heads {
    /// A JSON object a line: what `ledger verify --heads` takes
    #[arg(long)]
    json: bool,
}

#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Seal {
    /// A JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct KeyJson {
    ledger: String,
    /// The one that signs now.
    key: String,
    /// Those that signed before.
    earlier: Vec<String>,
}

pub(super) fn key(found: &Found, args: &Key) -> Result<Exit, CliError> {
    let mut keys = known_keys(&found.dir).map_err(failed)?;
    let Some(newest) = keys.pop() else {
        return Err(CliError::failed(
            format!("no key yet: {}", found.dir.display()),
            "it is made at the next start of `verzet serve`, or by `verzet ledger seal`",
        ));
    };
    let mut out = Out::new();
    if args.json {
        out.json(&KeyJson {
            ledger: found.reader()?.ledger().to_string(),
            key: newest.to_string(),
            earlier: keys.iter().map(ToString::to_string).collect(),
        })?;
    } else {
        out.line(newest.to_string())?;
        for key in &keys {
            eprintln!("an earlier key, of heads signed before: {key}");
        }
        eprintln!(
            "keep it where this ledger is not: who can write here can put another in its place"
        );
    }
    out.end()?;
    Ok(Exit::Done)
}

/// A head as a JSON object; `head` holds all of it.
#[derive(Serialize)]
struct Json {
    part: String,
    kind: &'static str,
    ledger: String,
    previous: Option<String>,
    first_seq: u64,
    last_seq: u64,
    groups: u64,
    chain: String,
    tree: String,
    signed_at: String,
    file_bytes: Option<u64>,
    file_sha256: Option<String>,
    key: String,
    head: String,
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

impl Json {
    fn of(head: &Head) -> Self {
        Self {
            part: head.day.to_string(),
            kind: head.kind.word(),
            ledger: head.ledger.to_string(),
            previous: head.previous.map(|day| day.to_string()),
            first_seq: head.first_seq,
            last_seq: head.last_seq,
            groups: head.groups,
            chain: hex(&head.chain),
            tree: hex(&head.tree),
            signed_at: head.signed_at.to_string(),
            file_bytes: head.file.map(|file| file.length),
            file_sha256: head.file.map(|file| hex(&file.sha256)),
            key: head.key.to_string(),
            head: STANDARD.encode(head.to_bytes()),
        }
    }
}

/// A head as [`heads`] printed it: a JSON object, or only its `head`.
pub(super) fn read(line: &str) -> Option<Head> {
    let text = match serde_json::from_str::<serde_json::Value>(line) {
        Ok(object) => object.get("head")?.as_str()?.to_owned(),
        Err(_) => line.to_owned(),
    };
    Head::parse(&STANDARD.decode(text).ok()?).ok()
}

fn print(heads: &[Head], json: bool) -> Result<(), CliError> {
    let mut out = Out::new();
    let mut table = Table::new(&["part", "kind", ">first", ">last", "signed at", "chain"]);
    for head in heads {
        if json {
            out.json(&Json::of(head))?;
            continue;
        }
        table.row([
            head.day.to_string(),
            head.kind.word().to_owned(),
            head.first_seq.to_string(),
            head.last_seq.to_string(),
            head.signed_at.to_string(),
            hex(&head.chain[..16]),
        ]);
    }
    if !table.is_empty() {
        out.text(&table.to_string())?;
    }
    out.end()
}

pub(super) fn heads(found: &Found, args: &Heads) -> Result<Exit, CliError> {
    print(&signed_heads(&found.dir).map_err(failed)?, args.json)?;
    let bare = unsealed(&found.dir).map_err(failed)?;
    if let (Some(first), false) = (bare.first(), args.json) {
        eprintln!(
            "parts over and not sealed: {}, the first {first}; next: verzet ledger seal",
            count(bare.len() as u64)
        );
    }
    Ok(Exit::Done)
}

pub(super) fn seal(found: &Found, args: &Seal) -> Result<Exit, CliError> {
    let total = unsealed(&found.dir).map_err(failed)?.len();
    let bar = progress::parts(total as u64);
    let sealed = seal_all(&found.dir, &mut || bar.inc(1)).map_err(failed)?;
    bar.finish_and_clear();
    print(&sealed, args.json)?;
    if sealed.len() < total {
        eprintln!(
            "in use and left for later: {}",
            count((total - sealed.len()) as u64)
        );
    }
    Ok(Exit::Done)
}
