//! Out of file descriptors.

use std::net::TcpStream;

use verzet::proto::v1::Verdict;

use crate::{
    examine::examine,
    load::{check, object},
    model::Model,
    process::{Place, runtime},
    world,
};

/// Those the process may have open.
pub(crate) const MOST: usize = 96;

/// Lets the processes of a place have only so many.
pub(crate) fn limit(place: &mut Place) {
    let script = format!("ulimit -n {MOST}; exec \"$@\"");
    place.before = ["sh", "-c", &script, "sh"].map(Into::into).to_vec();
}

/// Connections that take all there are.
pub(crate) fn take_all(host: &str) -> Vec<TcpStream> {
    (0..MOST)
        .map_while(|_| TcpStream::connect(host).ok())
        .collect()
}

#[test]
fn without_file_descriptors_those_who_are_connected_are_served() {
    runtime().block_on(async {
        let mut place = Place::new();
        world::fill(&place, 100);
        limit(&mut place);
        let (model, process) = (Model::default(), place.serve());
        let channel = process.connect().await;
        check(&model, &channel, world::CUSTOMERS, &world::customer(1))
            .await
            .unwrap();
        let taken = take_all(process.host());
        process.says("a connection could not be accepted");
        let (mut answered, mut tried) = (0, 0);
        while answered < 5 {
            tried += 1;
            assert!(tried < 500, "{answered} answered: {}", process.said());
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            // A connection that was idle for a while may have had to give its descriptor; the next question
            // makes it again.
            let asked = check(&model, &channel, world::CUSTOMERS, &world::customer(1)).await;
            let objected = object(&model, &channel, &world::customer(2 + answered)).await;
            if let (Ok(answer), Ok(())) = (asked, objected) {
                assert_eq!(answer.verdict(), Verdict::Allow);
                answered += 1;
            }
        }
        drop(taken);
        let other = process.connect().await;
        examine(&model, &other).await;
    });
}
