//! What is taken in, held and refused.

use std::fs;

use serde_json::Value;

use super::{field, json, sidecar::Dir};

#[test]
fn an_unreadable_stop_waits_for_a_person() {
    let dir = Dir::new();
    let _sidecar = dir.serve(&["--sample"]).expect("the sample serves");
    let said = dir.run(&["objection", "record", "zero six"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(
        said.stderr,
        "warning: the number cannot be read; the stop is kept, and a person must look at it\n\
         next: verzet unclear list\n"
    );
    let id = field(&said, "recorded").unwrap().to_owned();
    // Beside those of the sample.
    let waits = |flags: &[&str]| {
        let list = dir.run(&[&["unclear", "list", "--json"], flags].concat());
        let rows = list
            .stdout
            .lines()
            .map(|l| serde_json::from_str(l).unwrap());
        rows.filter(|row: &Value| row["unclear_id"] == id.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(waits(&[]).len(), 1);
    let settle = dir.run(&[
        "unclear",
        "settle",
        &id,
        "--by",
        "a tester",
        "--how",
        "called back",
    ]);
    assert_eq!(settle.code, Some(0), "{settle:?}");
    assert_eq!(waits(&[]), [Value::Null; 0]);
    assert_eq!(waits(&["--settled"])[0]["settlement"], "called back");
}

#[test]
fn a_held_folder_is_code_5_and_names_what_would_accept_it() {
    let dir = Dir::new();
    let _sidecar = dir.serve(&["--sample"]).expect("the sample serves");
    fs::create_dir(dir.path().join("crm")).unwrap();
    dir.write("crm/sellers.csv", "seller_id,name\ns-1,A seller\n,No id\n");
    let held = dir.run(&["import", "crm", "--origin", "other"]);
    assert_eq!(held.code, Some(5), "{held:?}");
    let told = held.stdout.lines().last().unwrap();
    assert!(told.starts_with("held, revision "), "{held:?}");
    assert!(
        held.stderr.starts_with("crm/sellers.csv:3:1: seller_id: ")
            || held.stderr.starts_with("sellers.csv:3:1: seller_id: "),
        "{held:?}"
    );
    assert!(
        held.stderr.ends_with(
            "error: the folder was held; nothing was applied but stops; hint: mend the rows named above \
             and import again, or apply the good rows with --skip-bad-rows\n"
        ),
        "{held:?}"
    );
    let applied = dir.run(&[
        "import",
        "crm",
        "--origin",
        "other",
        "--skip-bad-rows",
        "--json",
    ]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    assert_eq!(json(&applied)["applied"], true);
    assert_eq!(json(&applied)["files"][0]["added"], 1);
    let sellers = dir.run(&["catalogue", "list", "sellers"]);
    assert!(sellers.stdout.contains("\ns-1 "), "{sellers:?}");
}

#[test]
fn a_register_that_is_refused_is_code_5_and_the_old_copy_stands() {
    let dir = Dir::new();
    let _sidecar = dir.serve(&["--sample"]).expect("the sample serves");
    dir.write("small.txt", "0612345678\n");
    let import = |as_of: &str, more: &[&str]| {
        dir.run(
            &[
                &["register", "import", "bmnr", "small.txt", "--as-of", as_of],
                more,
            ]
            .concat(),
        )
    };
    let amsterdam = verzet::clock::Zone::named("Europe/Amsterdam").unwrap();
    let today = amsterdam
        .day(verzet::clock::Micros::system_now())
        .to_string();
    for refused in [import("2019-01-01", &[]), import(&today, &[])] {
        assert_eq!(refused.code, Some(5), "{refused:?}");
        assert!(
            refused
                .stderr
                .ends_with("; hint: nothing was applied; the old copy stands\n"),
            "{refused:?}"
        );
    }
    let list = dir.run(&["register", "list", "bmnr", "--json"]);
    let newest: Value = serde_json::from_str(list.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(newest["numbers"], 100_000);
    let accepted = import(&today, &["--accept-shrink", "--json"]);
    assert_eq!(
        (accepted.code, &json(&accepted)["numbers"]),
        (Some(0), &Value::from(1))
    );
}

/// A client that goes away in the middle of an upload must not leave half a register behind: to who takes
/// it in, a cancelled call can look finished.
#[test]
fn an_upload_that_is_broken_off_is_no_copy() {
    use verzet::proto::v1::{
        ImportRegisterRequest, RegisterHeader, import_register_request::Part,
        register_service_client::RegisterServiceClient,
    };
    let dir = Dir::new();
    let sidecar = dir.serve(&["--sample"]).expect("the sample serves");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let header = |register: &str, bytes| ImportRegisterRequest {
        part: Some(Part::Header(RegisterHeader {
            register: register.to_owned(),
            as_of: "2020-01-01".to_owned(),
            format: "lines".to_owned(),
            bytes,
            ..Default::default()
        })),
    };
    let half = || ImportRegisterRequest {
        part: Some(Part::Chunk(b"0612345678\n0612345679\n".to_vec())),
    };
    runtime.block_on(async {
        let socket = sidecar.socket.clone();
        let channel = tonic::transport::Endpoint::from_static("http://sidecar.invalid")
            .connect_with_connector(tower::service_fn(move |_: tonic::transport::Uri| {
                let socket = socket.clone();
                async move {
                    tokio::net::UnixStream::connect(socket)
                        .await
                        .map(hyper_util::rt::TokioIo::new)
                }
            }))
            .await
            .unwrap();
        let mut client = RegisterServiceClient::new(channel);
        // It ends early.
        let short = client
            .import_register(tokio_stream::iter([header("short", 33), half()]))
            .await;
        assert_eq!(short.unwrap_err().code(), tonic::Code::FailedPrecondition);
        // It is cancelled.
        let (send, rest) = tokio::sync::mpsc::channel(4);
        send.send(header("cancelled", 33)).await.unwrap();
        send.send(half()).await.unwrap();
        let call = client.import_register(tokio_stream::wrappers::ReceiverStream::new(rest));
        let cut = tokio::time::timeout(std::time::Duration::from_millis(500), call).await;
        assert!(cut.is_err(), "it waits for the rest");
        drop(send);
        // A whole one after it, so that the cancelled one has had its turn.
        let whole = client
            .import_register(tokio_stream::iter([header("whole", 22), half()]))
            .await;
        assert_eq!(whole.unwrap().into_inner().snapshot.unwrap().numbers, 2);
    });
    let list = dir.run(&["register", "list", "--json"]);
    let registers: Vec<_> = list
        .stdout
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap()["register"].clone())
        .collect();
    assert!(registers.contains(&"whole".into()), "{list:?}");
    for half in ["short", "cancelled"] {
        assert!(!registers.contains(&half.into()), "{list:?}");
    }
}
