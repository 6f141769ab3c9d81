//! The table of settings. A row here is everything there is to know about a setting: its key, type,
//! default, unit and bounds, and what it does.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use super::{
    Value,
    kind::{Durability, Kind, Language, LogFormat, LogLevel, OpenLoopback, SecondPerson},
    sources::Reader,
};
use crate::{access::CertificateCallers, number::Region, report::mail::MailTls};
use jiff::civil::Time;

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its key, such as `limits.message_bytes`.
    pub key: &'static str,
    /// Its default, as written.
    pub default: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it does, a line each.
    pub doc: &'static [&'static str],
}

impl Setting {
    /// The section of the file it is in; empty at the top.
    pub fn section(&self) -> &'static str {
        self.key.split_once('.').map_or("", |(section, _)| section)
    }

    /// Its name within the section.
    pub fn name(&self) -> &'static str {
        self.key.split_once('.').map_or(self.key, |(_, name)| name)
    }

    /// The variable of the environment that sets it.
    pub fn variable(&self) -> String {
        format!("VERZET_{}", self.key.replace('.', "_").to_ascii_uppercase())
    }
}

/// Declares the table, the typed [`Config`] with its sections, and how one is read into the other.
macro_rules! settings {
    (
        top { $($(#[doc = $tdoc:literal])+ $tname:ident: $ttype:ty = $tdefault:literal, $tkind:expr;)+ }
        $($(#[doc = $sdoc:literal])+ $section:ident: $stype:ident {
            $($(#[doc = $doc:literal])+ $name:ident: $type:ty = $default:literal, $kind:expr;)+
        })+
    ) => {
        /// Every setting, typed and checked.
        #[derive(Clone, Debug)]
        pub struct Config {
            $($(#[doc = $tdoc])+ pub $tname: $ttype,)+
            $($(#[doc = $sdoc])+ pub $section: $stype,)+
            pub(super) values: Vec<Value>,
        }

        $(
            $(#[doc = $sdoc])+
            #[derive(Clone, Debug)]
            pub struct $stype { $($(#[doc = $doc])+ pub $name: $type,)+ }
        )+

        /// Every setting, in the order of the sample file.
        pub static SETTINGS: &[Setting] = &[
            $(Setting {
                key: stringify!($tname),
                default: $tdefault,
                kind: $tkind,
                doc: &[$($tdoc),+],
            },)+
            $($(Setting {
                key: concat!(stringify!($section), ".", stringify!($name)),
                default: $default,
                kind: $kind,
                doc: &[$($doc),+],
            },)+)+
        ];

        impl Config {
            /// Reads every setting, whatever is wrong with others; `None` if any is wrong.
            pub(super) fn read(reader: &mut Reader) -> Option<Self> {
                $(let $tname = reader.take(stringify!($tname));)+
                $(
                    // In a scope of its own: a name may stand in several sections.
                    let $section = {
                        $(let $name = reader.take(concat!(stringify!($section), ".", stringify!($name)));)+
                        (|| Some($stype { $($name: $name?),+ }))()
                    };
                )+
                Some(Self {
                    $($tname: $tname?,)+
                    $($section: $section?,)+
                    values: Vec::new(),
                })
            }
        }
    };
}

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

settings! {
    top {
        /// Where dialers connect. An address that other machines reach needs TLS (section
        /// tls); a port alone means loopback; port 0 lets the system choose one.
        listen: SocketAddr = "127.0.0.1:50051", Kind::Listen;
        /// The directory of facts, ledger and socket. One process owns it. A relative
        /// path is read from the working directory.
        data_dir: PathBuf = "verzet-data", Kind::DataDir;
        /// Where national numbers are read if neither question nor campaign says.
        default_region: Region = "NL", Kind::Region;
        /// The language of the texts of reasons and trails.
        language: Language = "en", Kind::Word(&["nl", "en"]);
        /// Whether a decision is on disk before it is answered. With "async" a crash
        /// can lose the last milliseconds; every answer says which it was.
        durability: Durability = "disk", Kind::Word(&["disk", "async"]);
    }
    /// How questions are answered.
    check: CheckConfig {
        /// How long an ALLOW with intent DIAL may be acted upon (`valid_until`).
        allow_valid_for: Duration = "60s", Kind::Duration(ms(1_000), ms(3_600_000));
        /// The longest wait for `min_revision`, before BLOCK FACTS_BEHIND.
        min_revision_wait: Duration = "100ms", Kind::Duration(ms(0), ms(100));
    }
    /// What is refused, so that one caller cannot starve the others.
    limits: LimitsConfig {
        /// The largest message taken in. A chunk of a register file is 256 KiB.
        message_bytes: usize = "1MiB", Kind::Size(512 * KIB, 64 * MIB);
        /// The most numbers in one CheckBatch.
        batch_numbers: usize = "1000", Kind::Count(1, 1_000);
        /// The largest list of headers of a request. A dialer's is a few hundred bytes;
        /// the rest is room for a token and a trace.
        header_bytes: u32 = "16KiB", Kind::Size(4 * KIB, MIB);
        /// The most streams open at once on one connection.
        streams_per_connection: u32 = "256", Kind::Count(1, 65_536);
        /// The most connections. When all are taken, the idlest makes room for a new
        /// one; when none is idle, the new one is closed at once.
        connections: usize = "1024", Kind::Count(1, 65_536);
        /// A connection without a request for so long is closed; callers open another
        /// when they need it. Dialers pause for a shift change, not for longer.
        idle: Duration = "10m", Kind::Duration(ms(1_000), ms(86_400_000));
        /// A connection that has not begun to speak HTTP/2 after so long is closed.
        greeting: Duration = "10s", Kind::Duration(ms(1_000), ms(300_000));
        /// How often a connection is pinged, so that one whose other end is gone without
        /// a word is found; less than the 60 s after which some networks forget it.
        ping_every: Duration = "30s", Kind::Duration(ms(1_000), ms(3_600_000));
        /// How long a ping may stay without an answer, before the connection is closed.
        ping_timeout: Duration = "20s", Kind::Duration(ms(100), ms(300_000));
        /// The longest a check may be expected to wait for its turn, beside the two
        /// commits of the ledger that it may have to wait for on any disk; more load is
        /// refused with RESOURCE_EXHAUSTED. A dialer waits for about 50 ms inline.
        queue_wait: Duration = "25ms", Kind::Duration(ms(1), ms(60_000));
        /// The most checks that wait for the ledger, of all callers together; more
        /// are refused with RESOURCE_EXHAUSTED and when to ask again.
        in_flight: usize = "16384", Kind::Count(1, 1_048_576);
        /// The most checks of one connection in flight, those of its streams included;
        /// more are refused with RESOURCE_EXHAUSTED. 25 ms of a full machine.
        connection_in_flight: usize = "2048", Kind::Count(1, 1_048_576);
        /// The most checks of one CheckStream in flight; further ones wait.
        stream_in_flight: usize = "256", Kind::Count(1, 65_536);
        /// The deadline of a question that comes without one.
        default_deadline: Duration = "5s", Kind::Duration(ms(10), ms(300_000));
    }
    /// The durable record of every decision.
    ledger: LedgerConfig {
        /// The directory of the ledger; empty means `ledger` in the data directory.
        dir: PathBuf = "", Kind::Path;
    }
    /// The pages for supervisors and officers (docs/pages.md).
    pages: PagesConfig {
        /// Where the pages are. A port alone means loopback; port 0 lets the system choose
        /// one. If the default port is taken, the pages are left out, with a warning.
        listen: SocketAddr = "127.0.0.1:50080", Kind::Listen;
        /// Whether a pair signed as similar counts only when a second person signs too.
        second_person: SecondPerson = "yes", Kind::Word(&["yes", "no"]);
    }
    /// The report of each day.
    report: ReportConfig {
        /// The folder a report of each day is written to; empty writes none.
        daily_dir: PathBuf = "", Kind::Path;
        /// When the report of the day before is written, in the jurisdiction's zone.
        daily_at: Time = "06:00", Kind::TimeOfDay;
        /// The mail server it is sent through, as "host:port"; empty sends none.
        mail_server: String = "", Kind::MailServer;
        /// How the mail server is spoken to: "starttls" (nothing is sent in clear),
        /// "tls" from the first byte, "none" only for a server on this machine.
        mail_tls: MailTls = "starttls", Kind::Word(&["starttls", "tls", "none"]);
        /// The user to sign in to the mail server as; empty signs in as nobody.
        mail_user: String = "", Kind::Text;
        /// The file that holds the mail password, on its first line.
        mail_password_file: PathBuf = "", Kind::Path;
        /// The sender of the report.
        mail_from: String = "", Kind::Text;
        /// The receivers of the report, with commas between.
        mail_to: String = "", Kind::Text;
    }
    /// The threads that answer.
    serve: ServeConfig {
        /// Runtimes that answer checks; 0 means one per core, at most 8.
        threads: usize = "0", Kind::Count(0, 256);
        /// How long a stop waits for what is under way.
        grace: Duration = "10s", Kind::Duration(ms(0), ms(300_000));
    }
    /// What Prometheus scrapes (`docs/metrics.md`).
    metrics: MetricsConfig {
        /// Where `/metrics` is served, over HTTP without TLS; "off" serves none. It
        /// tells of sums, campaigns and registers, never of a number or person.
        listen: Option<SocketAddr> = "127.0.0.1:9464", Kind::Address;
    }
    /// Who may ask (docs/access.md).
    access: AccessConfig {
        /// Who a caller without token or certificate is on a loopback port: "agent" asks
        /// and records stops for all sellers, "machine" may do everything, "nobody" is
        /// refused. Elsewhere a token or certificate is always needed.
        loopback: OpenLoopback = "agent", Kind::Word(&["nobody", "agent", "machine"]);
        /// How long somebody stays signed in to the pages without doing anything.
        session_idle: Duration = "30m", Kind::Duration(ms(60_000), ms(86_400_000));
        /// How long somebody stays signed in at all.
        session_length: Duration = "12h", Kind::Duration(ms(300_000), ms(604_800_000));
    }
    /// Signing in to the pages at a provider of OpenID Connect (docs/access.md).
    oidc: OidcConfig {
        /// The provider's address, as it calls itself; empty means there is none.
        issuer: String = "", Kind::Web;
        /// What the provider calls verzet.
        client_id: String = "", Kind::Text;
        /// The file that holds the secret the provider gave, on its first line; empty if
        /// it gave none. Read at each sign-in.
        client_secret_file: PathBuf = "", Kind::Path;
        /// Where the provider sends browsers back to: the pages' address as browsers have
        /// it, and "/sign-in/oidc/callback" after it.
        redirect: String = "", Kind::Web;
        /// What people call the provider; empty means the host of its address.
        name: String = "", Kind::Text;
        /// The CA of the provider's certificate, PEM; empty means the well-known ones.
        ca_file: PathBuf = "", Kind::Path;
    }
    /// TLS of every port. The files are read again when they change.
    tls: TlsConfig {
        /// The certificate and its chain, PEM; empty means no TLS.
        certificate: PathBuf = "", Kind::Path;
        /// The certificate's key, PEM.
        key: PathBuf = "", Kind::Path;
        /// The CA of client certificates, PEM; empty asks for none.
        client_ca: PathBuf = "", Kind::Path;
        /// Which name in a client's certificate (DNS, URI, e-mail, or common name) is
        /// which caller.
        client_callers: CertificateCallers = "", Kind::Callers;
        /// How long a handshake may take.
        handshake: Duration = "5s", Kind::Duration(ms(100), ms(60_000));
    }
    /// What is written to standard error while serving.
    log: LogConfig {
        /// Lines of text, or a JSON object a line.
        format: LogFormat = "text", Kind::Word(&["text", "json"]);
        /// The least grave lines that are written.
        level: LogLevel = "info", Kind::Word(&["error", "warn", "info", "debug", "trace"]);
    }
    /// Spans of requests, for an OpenTelemetry collector.
    trace: TraceConfig {
        /// Where the collector takes OTLP over gRPC, such as "http://127.0.0.1:4317",
        /// without TLS; empty sends nothing. No span tells of a number or person.
        endpoint: String = "", Kind::Collector;
        /// Of requests that come without a `traceparent`, so many in a million are
        /// traced. Of those with one the caller has decided.
        per_million: u32 = "10000", Kind::Count(0, 1_000_000);
    }
}

impl Setting {
    /// By key.
    pub(super) fn of(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|s| s.key == key)
    }
}
