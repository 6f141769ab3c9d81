//! Decisions in files, opened as others open them.

use std::{
    fs::{self, File},
    io::{Cursor, Read},
    path::Path,
    process::Command,
};

use calamine::{Data, Reader, Xlsx};
use verzet::{
    clock::{Day, Micros},
    ledger::StoredDecision,
    policy::Language,
    report::{
        Filter, Order,
        export::{Export, ExportError, Format},
    },
};

use crate::lived::{sample, skip, zone};

fn all(filter: &Filter) -> Vec<StoredDecision> {
    let mut found = Vec::new();
    let reports = &sample().1.reports;
    reports
        .visit(filter, Order::OldestFirst, &mut |d| {
            found.push(d.clone());
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    found
}

/// A fortnight of one campaign.
fn fortnight(campaign: &str) -> Filter {
    let today = zone().day(Micros::system_now());
    Filter {
        campaign: Some(campaign.into()),
        from: Some(zone().start_of(Day(today.0 - 20))),
        until: Some(zone().start_of(Day(today.0 - 6))),
        ..Filter::default()
    }
}

fn export(export: &Export, to: &Path) -> Result<u64, ExportError> {
    let sidecar = &sample().1;
    let out = File::create(to).unwrap();
    let done =
        sidecar
            .reports
            .export(export, || sidecar.bundle_facts(&export.filter.sellers), out)?;
    assert_eq!(done.behind, 0);
    Ok(done.rows)
}

fn as_asked(filter: Filter, format: Format) -> Export {
    Export {
        filter,
        format,
        language: Language::Nl,
        masked: false,
    }
}

#[test]
fn a_workbook_has_real_dates_and_numbers_as_text() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("export.xlsx");
    let filter = fortnight("gas-list");
    let expected = all(&filter);
    let rows = export(&as_asked(filter, Format::Xlsx), &path).unwrap();
    assert_eq!(rows as usize, expected.len());
    let mut book: Xlsx<_> = calamine::open_workbook(&path).unwrap();
    let sheet = book.worksheet_range("Besluiten 1").unwrap();
    let mut rows = sheet.rows();
    let heading: Vec<_> = rows
        .next()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        heading[..6],
        [
            "Tijdstip",
            "Tijdstip (UTC)",
            "Besluit",
            "Oordeel",
            "Reden",
            "Nummer"
        ]
    );
    assert_eq!(rows.len(), expected.len());
    for (row, d) in rows.zip(&expected) {
        let Data::DateTime(at) = &row[0] else {
            panic!("{:?} is not a date", row[0]);
        };
        // Days since 1899-12-30, as the clock on the wall says; 25,569 of them to 1970.
        let seconds = ((at.as_f64() - 25_569.0) * 86_400.0).round() as i64;
        let wall = jiff::Timestamp::from_second(seconds)
            .unwrap()
            .strftime("%F %T")
            .to_string();
        let local = d.at.timestamp().to_zoned_datetime(zone().tz().clone());
        assert_eq!(wall, local.strftime("%F %T").to_string());
        assert_eq!(row[2], Data::String(d.id.to_string()));
        let number = d.personal.as_ref().unwrap().e164;
        match number {
            Some(number) => assert_eq!(row[5], Data::String(number.to_string())),
            None => assert_eq!(row[5], Data::Empty),
        }
        let typed = &d.personal.as_ref().unwrap().number;
        assert_eq!(row[6], Data::String(typed.clone()), "a leading zero stays");
    }
}

#[test]
fn masked_files_show_no_number_and_english_ones_say_so_in_english() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("export.csv");
    let filter = fortnight("gas-customers");
    let decisions = all(&filter);
    let masked = Export {
        language: Language::En,
        masked: true,
        ..as_asked(filter.clone(), Format::Csv)
    };
    export(&masked, &path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("\u{feff}Time,Time (UTC),Decision,Verdict,Reason,Number,"),
        "{text:.90}"
    );
    assert_eq!(text.lines().count(), decisions.len() + 1);
    for d in &decisions {
        let number = d.personal.as_ref().unwrap().e164.map(|n| n.to_string());
        assert!(number.is_none_or(|number| !text.contains(&number)));
    }
    export(&as_asked(filter, Format::Csv), &path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(";'+31610"), "a number is text");
    for line in text.lines() {
        for cell in line.split(';') {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell} in {line}");
        }
    }
}

fn unpack(zip: &Path, into: &Path) {
    let mut archive = zip::ZipArchive::new(File::open(zip).unwrap()).unwrap();
    archive.extract(into).unwrap();
}

/// Runs a command in a directory; `None` where it is not installed.
fn run(dir: &Path, command: &str, args: &[&str]) -> Option<(bool, String)> {
    match Command::new(command).args(args).current_dir(dir).output() {
        Ok(out) => {
            let text = [out.stdout, out.stderr].concat();
            Some((
                out.status.success(),
                String::from_utf8_lossy(&text).into_owned(),
            ))
        }
        Err(e) => {
            match command {
                "python3" => skip("python3 is not here"),
                _ => println!("SKIPPED: {command} is not here: {e}"),
            }
            None
        }
    }
}

#[test]
fn a_bundle_is_checked_with_a_shell_and_python_and_a_changed_one_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let zip = dir.path().join("evidence.zip");
    let filter = fortnight("gas-list");
    let decisions = all(&filter);
    export(&as_asked(filter.clone(), Format::Bundle), &zip).unwrap();
    let open = |name: &str| {
        let to = dir.path().join(name);
        unpack(&zip, &to);
        to
    };
    let whole = open("whole");
    let names: Vec<_> = fs::read_dir(&whole)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    for name in [
        "index.html",
        "decisions.csv",
        "regimes",
        "register-copies.csv",
        "signed-pairs.csv",
        "zelf-controleren.html",
    ] {
        assert!(names.iter().any(|n| n == name), "{name}: {names:?}");
    }
    assert_eq!(
        fs::read_dir(whole.join("regimes")).unwrap().count(),
        2,
        "and today's law"
    );
    let page = fs::read_to_string(whole.join("index.html")).unwrap();
    assert!(!page.contains("http"), "it stands alone");
    assert!(page.contains(&format!("<td class=n>{}</td>", decisions.len())));
    if let Some((ok, said)) = run(&whole, "sha256sum", &["-c", "SHA256SUMS"]) {
        assert!(ok, "{said}");
    }
    // Nothing names another seller or campaign of those days.
    let words = fs::read_to_string(whole.join("words.jsonl")).unwrap();
    let hex = |text: &str| text.bytes().map(|b| format!("{b:02x}")).collect::<String>();
    assert!(words.contains(&hex("gas-list")) && words.contains(&hex("noordlicht")));
    assert!(!words.contains(&hex("waterpoort")) && !words.contains(&hex("gas-customers")));
    // One record by hand, as the page in it says.
    let line = fs::read_to_string(whole.join("records.jsonl")).unwrap();
    let record: serde_json::Value = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    let (public, personal) = (
        record["public"].as_str().unwrap(),
        record["personal"].as_str().unwrap(),
    );
    let how = fs::read_to_string(whole.join("zelf-controleren.html")).unwrap();
    let by_hand = how.lines().find(|l| l.contains("openssl dgst")).unwrap();
    let by_hand = by_hand
        .replace("<pre>", "")
        .replace("</pre>", "")
        .replace("PERSONAL", personal);
    let tools = run(&whole, "xxd", &["-v"]).and(run(&whole, "openssl", &["version"]));
    if let Some((ok, said)) = tools.and_then(|_| run(&whole, "sh", &["-c", &by_hand])) {
        assert!(
            ok && said.trim_end().ends_with(&public[public.len() - 64..]),
            "{said}"
        );
    }
    let check = |dir: &Path| run(dir, "python3", &["check.py"]);
    let Some((ok, said)) = check(&whole) else {
        return;
    };
    assert!(ok, "{said}");
    assert!(
        said.starts_with(&format!("as recorded: {} decisions\n", decisions.len())),
        "{said}"
    );

    // The heads of the days, with the very command it prints.
    let signed = said.lines().filter(|l| l.starts_with("  openssl"));
    let mut heads = 0;
    for command in signed {
        heads += 1;
        if let Some((_, told)) =
            run(&whole, "openssl", &["version"]).filter(|v| v.1.contains(" 3."))
        {
            let (ok, said) = run(&whole, "sh", &["-c", command.trim()]).unwrap();
            assert!(
                ok && said.contains("Signature Verified Successfully"),
                "{told}: {said}"
            );
        }
    }
    assert!(heads > 5, "days that are over are sealed: {said}");

    // Each change is found, though the sums are made to fit.
    let change = |name: &str, file: &str, change: &dyn Fn(String) -> String| {
        let dir = open(name);
        let path = dir.join(file);
        let before = fs::read_to_string(&path).unwrap();
        let after = change(before.clone());
        assert_ne!(before, after, "{name}");
        fs::write(&path, after).unwrap();
        let sums = fs::read_to_string(dir.join("SHA256SUMS")).unwrap();
        let kept: Vec<_> = sums.lines().filter(|l| !l.ends_with(file)).collect();
        fs::write(dir.join("SHA256SUMS"), kept.join("\n") + "\n").unwrap();
        let (ok, said) = check(&dir).unwrap();
        assert!(!ok && said.contains("NOT AS RECORDED"), "{name}: {said}");
    };
    change("verdict", "decisions.csv", &|text| {
        text.replacen(";BLOCK;REGISTERED;", ";ALLOW;REGISTERED;", 1)
    });
    change("number", "decisions.csv", &|text| {
        text.replacen("'+316", "'+317", 1)
    });
    change("time", "decisions.csv", &|text| {
        text.replacen("T1", "T2", 1)
    });
    change("left-out", "decisions.csv", &|text| {
        let mut lines: Vec<_> = text.lines().collect();
        lines.remove(2);
        lines.join("\r\n") + "\r\n"
    });
    change("record", "records.jsonl", &|text| {
        let at = text.find("\"public\":\"01").unwrap() + 40;
        let digit = if &text[at..=at] == "0" { "1" } else { "0" };
        format!("{}{digit}{}", &text[..at], &text[at + 1..])
    });
    change("chain", "chains.jsonl", &|text| {
        text.replacen("\"count\":", "\"count\":1", 1)
    });
    let name = fs::read_dir(whole.join("regimes"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let regime = format!("regimes/{}", name.file_name().into_string().unwrap());
    change("regime", &regime, &|text| text + "\n");

    // Masked, it can still be checked, and shows nobody.
    let masked = Export {
        masked: true,
        language: Language::En,
        ..as_asked(filter, Format::Bundle)
    };
    export(&masked, &zip).unwrap();
    let hidden = open("hidden");
    let (ok, said) = check(&hidden).unwrap();
    assert!(ok, "{said}");
    for name in ["index.html", "decisions.csv", "records.jsonl"] {
        let text = fs::read_to_string(hidden.join(name)).unwrap();
        assert!(!text.contains("+3163"), "{name}");
        assert!(!text.contains("\"personal\""), "{name}");
    }
    assert!(hidden.join("how-to-check.html").exists());
}

#[test]
fn a_bundle_is_of_one_campaign_and_a_period() {
    let dir = tempfile::tempdir().unwrap();
    let refused = export(
        &as_asked(Filter::default(), Format::Bundle),
        &dir.path().join("x.zip"),
    );
    assert!(matches!(refused, Err(ExportError::NoPeriod)));
}

/// What came over the wire is what was written.
#[tokio::test]
async fn an_export_is_streamed_with_its_header_first() {
    use verzet::proto::v1::{
        DecisionFilter, ExportDecisionsRequest, ExportFormat, export_decisions_response::Part,
        report_service_client::ReportServiceClient,
    };
    let (_, sidecar) = sample();
    let server = crate::common::serve(sidecar.clone());
    let address = format!("http://{}", server.listening.unwrap());
    let mut client = ReportServiceClient::connect(address).await.unwrap();
    let request = |format: ExportFormat| ExportDecisionsRequest {
        filter: Some(DecisionFilter {
            campaign_id: "gas-list".into(),
            ..Default::default()
        }),
        format: format as i32,
        language: "en".into(),
        ..Default::default()
    };
    let mut stream = client
        .export_decisions(request(ExportFormat::Xlsx))
        .await
        .unwrap()
        .into_inner();
    let Some(Part::Header(header)) = stream.message().await.unwrap().unwrap().part else {
        panic!("no header");
    };
    let mut bytes = Vec::new();
    while let Some(message) = stream.message().await.unwrap() {
        match message.part {
            Some(Part::Chunk(chunk)) => bytes.extend(chunk),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(bytes.len() as u64, header.bytes);
    let mut book = Xlsx::new(Cursor::new(&bytes)).unwrap();
    let sheet = book.worksheet_range("Decisions 1").unwrap();
    assert_eq!(sheet.rows().len() as u64, header.rows + 1);
    let mut first = [0; 2];
    Cursor::new(&bytes).read_exact(&mut first).unwrap();
    assert_eq!(&first, b"PK");
    let refused = client
        .export_decisions(request(ExportFormat::Bundle))
        .await
        .unwrap()
        .into_inner()
        .message()
        .await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::InvalidArgument);
    drop(client);
    // The sidecar is others' too: the server is left to the end of the process.
    std::mem::forget(server);
}
