//! `verzet ledger prove` and `check-proof`: one decision, shown to one who has nothing but the key.

use std::{fs, io::Write, path::PathBuf};

use clap::Args as ClapArgs;
use serde::Serialize;

use super::{Found, failed};
use crate::{
    cli::{
        args::{Place, shell_word},
        error::CliError,
        exit::Exit,
        outfile::{self, OutFile},
        output::Out,
        report::{decision_json, decision_text},
    },
    ledger::{Checked, DecisionId, Proof, ProofError, ProveError, PublicKey},
    policy::Packs,
    wire::report::decision,
};

/// Write the proof of one decision
///
/// The proof has the decision and nothing of any other, and can be checked with `ledger check-proof` on a
/// machine that has nothing else. It holds personal data unless they are erased: hand it only to whom it
/// is about, or who may see it.
#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Prove {
    /// The decision, such as 20261124-7f3a09c1-1234567
    #[arg(value_name = "DECISION_ID")]
    decision: DecisionId,
    /// Where the proof is written
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Check the proof of a decision, with nothing but the key
///
/// The key must come from elsewhere than the proof: from the operator, as he published it when the ledger
/// began.
#[derive(ClapArgs, Debug)]
pub(in crate::cli) struct Check {
    /// The proof
    #[arg(value_name = "FILE")]
    proof: PathBuf,
    /// The key it must be signed with; may be given more than once
    #[arg(long, value_name = "PUBKEY", required = true)]
    key: Vec<PublicKey>,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn prove(place: &Place, found: &Found, args: &Prove) -> Result<Exit, CliError> {
    let proof = crate::ledger::prove(&found.dir, args.decision).map_err(|e| match e {
        ProveError::Ledger(e) => failed(e),
        e @ ProveError::NotSigned { .. } => CliError::failed(
            e.to_string(),
            "a running sidecar signs every ten seconds: ask again then; where none runs, start one",
        ),
        e @ ProveError::NotFound(_) => CliError::failed(
            e.to_string(),
            "the id is in the answer to the check, and in `verzet report list`",
        ),
        e @ ProveError::Purged(_) => {
            CliError::failed(e.to_string(), "a proof made before still holds")
        }
    })?;
    let mut file = OutFile::create(&args.out, None)?;
    file.write_all(&proof.to_bytes())
        .map_err(|e| outfile::failed(&args.out, &e))?;
    file.finish()?;
    let next = format!(
        "ledger check-proof {} --key {}",
        shell_word(&args.out.to_string_lossy()),
        proof.head().key
    );
    eprintln!("next: verzet {next}");
    let _ = place;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Json<D> {
    holds: bool,
    ledger: String,
    part: String,
    head: &'static str,
    signed_to: u64,
    signed_at: String,
    key: String,
    erased: bool,
    decision: D,
}

pub(super) fn check(args: &Check) -> Result<Exit, CliError> {
    let shown = args.proof.display();
    let bytes = fs::read(&args.proof).map_err(|e| {
        CliError::failed(format!("cannot be read: {shown} ({e})"), "name the proof")
    })?;
    let checked = Proof::parse(&bytes).and_then(|proof| proof.check(&args.key));
    let Checked {
        decision: stored,
        head,
    } = match checked {
        Ok(checked) => checked,
        Err(e) => {
            let hint = match e {
                ProofError::Key(_) => {
                    "ask the operator for his public key, on another way than this proof came"
                }
                _ => "it was changed, or is not whole: ask for it again",
            };
            eprintln!("error: the proof does not hold: {shown}: {e}; hint: {hint}");
            return Ok(Exit::Differs);
        }
    };
    let packs = Packs::built_in()
        .map_err(|e| CliError::failed(e.to_string(), "this is a fault of verzet itself"))?;
    let shown = decision(&stored, &packs, false);
    let mut out = Out::new();
    if args.json {
        out.json(&Json {
            holds: true,
            ledger: head.ledger.to_string(),
            part: head.day.to_string(),
            head: head.kind.word(),
            signed_to: head.last_seq,
            signed_at: head.signed_at.to_string(),
            key: head.key.to_string(),
            erased: stored.personal.is_none(),
            decision: decision_json(&shown),
        })?;
    } else {
        out.line(format!(
            "holds: signed at {} with {}",
            head.signed_at, head.key
        ))?;
        if stored.personal.is_none() {
            out.line("the personal part was erased: who was asked about is not known any more")?;
        }
        out.text(&decision_text(&shown))?;
    }
    out.end()?;
    Ok(Exit::Done)
}
