//! Question files for ghz: JSON arrays, which it takes in turn, one element a request.
//!
//! `call_id`s are ghz templates over `{{.UUID}}`, a field and no function, so that ghz can run with its
//! template functions switched off, which is most of what a template costs it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::mix::{Mix, Question};

/// Numbers in a batch.
pub(crate) const BATCH: usize = 100;

/// Messages in a stream: ghz sends the whole file on each stream.
pub(crate) const STREAM: usize = 200;

/// Writes `unary.json`, `batch.json` and `stream.json` into a directory.
pub(crate) fn write(mix: &Mix, dir: &Path, rows: usize) -> Result<Vec<PathBuf>> {
    ensure!(
        rows > 0 && rows.is_multiple_of(STREAM) && rows <= 100_000,
        "--rows is a multiple of {STREAM}, at most 100,000: ghz keeps the file in memory"
    );
    let questions: Vec<_> = mix.questions().take(rows).collect();
    let unary = questions
        .iter()
        .map(|q| check(mix, q, "{{.UUID}}".to_owned()));
    let stream = questions
        .iter()
        .take(STREAM)
        .enumerate()
        .map(|(i, q)| check(mix, q, format!("{{{{.UUID}}}}-{i}")));
    let batch = questions.chunks(BATCH).map(|questions| {
        let items: Vec<Value> = questions
            .iter()
            .enumerate()
            .map(|(i, q)| {
                json!({
                    "number": q.number,
                    "person_id": q.person_id,
                    "call_id": format!("{{{{.UUID}}}}-{i}"),
                })
            })
            .collect();
        json!({ "campaign_id": mix.campaign_id, "items": items })
    });
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    [
        ("unary.json", array(unary)),
        ("batch.json", array(batch)),
        ("stream.json", array(stream)),
    ]
    .into_iter()
    .map(|(name, text)| {
        let path = dir.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    })
    .collect()
}

fn check(mix: &Mix, question: &Question, call_id: String) -> Value {
    json!({
        "number": question.number,
        "region": question.region,
        "campaign_id": mix.campaign_id,
        "person_id": question.person_id,
        "source_id": question.source_id,
        "call_id": call_id,
    })
}

/// An element a line. ghz knows an array by its first character.
fn array(elements: impl Iterator<Item = Value>) -> String {
    let lines: Vec<_> = elements.map(|e| e.to_string()).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}
