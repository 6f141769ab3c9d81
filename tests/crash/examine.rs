//! Whether everything that callers were told is true.

use std::collections::HashMap;

use tonic::transport::Channel;
use verzet::proto::v1::{Reason, Verdict};

use crate::{
    load::{dry_run, recorded},
    model::Model,
    world,
};

/// Every acknowledged objection blocks, and every answer since the last time has its record, once and as
/// it was told. What callers are told meanwhile is looked at the next time.
pub(crate) async fn examine(model: &Model, channel: &Channel) {
    model.assert_right();
    let (objected, (answers, since)) = {
        let mut told = model.told();
        let recent = told.objected.len().saturating_sub(1_000);
        let objected = told.objected[recent..].to_vec();
        (objected, told.take_answers())
    };
    assert_blocked(channel, &objected).await;
    let mut on_record = HashMap::new();
    let newest = answers.keys().copied().max().unwrap_or(0);
    for (seq, e164, allow) in recorded(channel, since, newest).await {
        let twice = on_record.insert(seq, (e164, allow));
        assert_eq!(twice, None, "record {seq} is there twice");
    }
    for (seq, answer) in answers {
        assert_eq!(
            on_record.get(&seq),
            Some(&answer),
            "the record of answer {seq}"
        );
    }
}

pub(crate) async fn assert_blocked(channel: &Channel, numbers: &[String]) {
    let found = dry_run(channel, world::CUSTOMERS, numbers).await;
    for (number, found) in numbers.iter().zip(found) {
        let blocked = (Verdict::Block, Reason::Objected);
        assert_eq!(found, blocked, "{number}: its objection is lost");
    }
}
