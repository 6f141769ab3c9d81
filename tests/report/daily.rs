//! The report of each day: written once, made up for, and sent through a real mail server.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use verzet::{
    clock::{Day, Micros},
    report::{
        daily::Folder,
        mail::{MailOptions, MailTls},
    },
    sidecar::upkeep::DailyOptions,
};

use crate::lived::{sample, skip, zone};

fn options(folder: Folder, mail: Option<MailOptions>) -> DailyOptions {
    DailyOptions {
        folder,
        at: jiff::civil::Time::constant(6, 0, 0, 0),
        mail,
    }
}

fn names(dir: &std::path::Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_report_is_written_once_a_day_and_missed_days_are_made_up_for() {
    let (_, sidecar) = sample();
    let dir = tempfile::tempdir().unwrap();
    let options = options(Folder::new(dir.path()), None);
    let today = zone().day(Micros::system_now());
    let noon = |day: i32| Micros(zone().start_of(Day(today.0 + day)).0 + 12 * 3_600_000_000);
    sidecar.report_days(&options, noon(-5)).unwrap();
    let first = names(dir.path());
    let of = |day: i32| format!("verzet-{}", Day(today.0 + day));
    assert_eq!(first, [of(-6) + ".csv", of(-6) + ".html"]);
    let written = fs::metadata(dir.path().join(&first[1]))
        .unwrap()
        .modified()
        .unwrap();
    sidecar.report_days(&options, noon(-5)).unwrap();
    // Three days later: what was missed comes too, and what was written stays as it is.
    sidecar.report_days(&options, noon(-2)).unwrap();
    let pages = names(dir.path())
        .into_iter()
        .filter(|n| n.ends_with("html"));
    let expected = [of(-6), of(-5), of(-4), of(-3)].map(|n| n + ".html");
    assert_eq!(pages.collect::<Vec<_>>(), expected);
    let still = fs::metadata(dir.path().join(&first[1]))
        .unwrap()
        .modified()
        .unwrap();
    assert_eq!(written, still);
    // It adds up: the page's total is that of its table.
    let csv = fs::read_to_string(dir.path().join(of(-4) + ".csv")).unwrap();
    let sum = |column: usize| -> u64 {
        let lines = csv.lines().skip(1);
        lines
            .map(|l| l.split(',').nth(column).unwrap().parse::<u64>().unwrap())
            .sum()
    };
    let html = fs::read_to_string(dir.path().join(of(-4) + ".html")).unwrap();
    assert!(
        html.contains(&format!(
            "Asked {}, allowed {}, blocked {}",
            sum(3),
            sum(4),
            sum(5)
        )),
        "{html}"
    );
    assert_eq!(sum(3), sum(4) + sum(5) + sum(6));
    assert!(html.contains("Register bmnr: copy of"), "{html}");
    assert!(
        html.contains("Unclear stops that wait for a person: "),
        "{html}"
    );
}

/// A mail server that wants a user and a password, and prints what it takes.
const SERVER: &str = r#"
import sys
try:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult
except ImportError:
    print("absent", flush=True)
    sys.exit(0)

class Handler:
    async def handle_DATA(self, server, session, envelope):
        print("from", envelope.mail_from, flush=True)
        print("to", ",".join(envelope.rcpt_tos), flush=True)
        print(envelope.content.decode("utf-8", "replace").replace("\r\n", "\n"), flush=True)
        print("end of mail", flush=True)
        return "250 taken"

def allow(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == b"verzet" and data.password == b"geheim")

controller = Controller(Handler(), hostname="127.0.0.1", port=int(sys.argv[1]),
                        authenticator=allow, auth_required=True, auth_require_tls=False)
controller.start()
print("ready", flush=True)
sys.stdin.read()
"#;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_report_is_sent_through_a_real_server_once_and_again_after_a_refusal() {
    let dir = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let script = dir.path().join("server.py");
    fs::write(&script, SERVER).unwrap();
    let started = Command::new("python3")
        .args([script.as_os_str(), port.to_string().as_ref()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(child) = started else {
        return skip("python3 is not here");
    };
    let mut server = Server(child);
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    if lines.next().unwrap().unwrap() != "ready" {
        return skip("python3 has no aiosmtpd (apt: python3-aiosmtpd)");
    }

    let (_, sidecar) = sample();
    let password = dir.path().join("password");
    fs::write(&password, "wrong\n").unwrap();
    let folder = dir.path().join("reports");
    let mail = MailOptions {
        server: format!("127.0.0.1:{port}"),
        tls: MailTls::None,
        user: "verzet".into(),
        password_file: password.clone(),
        from: "verzet <verzet@noordlicht.example>".into(),
        to: "compliance@noordlicht.example, toezicht@noordlicht.example".into(),
    };
    let options = options(Folder::new(&folder), Some(mail));
    let now = Micros::system_now();
    let refused = sidecar.report_days(&options, now).unwrap_err();
    assert!(
        refused.contains("mail server") && !refused.contains("wrong"),
        "{refused}"
    );
    assert!(names(&folder).iter().any(|n| n.ends_with(".unsent")));

    fs::write(&password, "geheim\n").unwrap();
    sidecar.report_days(&options, now).unwrap();
    let mail: Vec<_> = lines
        .by_ref()
        .map(Result::unwrap)
        .take_while(|l| l != "end of mail")
        .collect();
    assert_eq!(mail[0], "from verzet@noordlicht.example");
    assert_eq!(
        mail[1],
        "to compliance@noordlicht.example,toezicht@noordlicht.example"
    );
    let text = mail.join("\n");
    assert!(text.contains("Subject: verzet: Daily report 20"), "{text}");
    assert!(
        text.contains("text/plain") && text.contains("text/html"),
        "{text}"
    );
    assert!(!names(&folder).iter().any(|n| n.ends_with(".unsent")));
    // Nothing is left to send: the server hears no more.
    sidecar.report_days(&options, now).unwrap();
    drop(server);
    assert_eq!(lines.map_while(Result::ok).collect::<Vec<_>>(), [""; 0]);
}
