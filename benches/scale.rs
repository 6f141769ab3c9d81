//! Size and start: `cargo bench --bench scale [-- RELATIONS CONSENTS OBJECTIONS]`.
//!
//! Makes a folder of that many facts (5 M, 1 M, 1 M), imports it with the release binary, then starts a
//! sidecar on it and on an empty directory and prints: seconds of the import, seconds from start to
//! `SERVING`, resident memory over the empty process, bytes a fact. Linux only (`/proc`).

use std::{
    env, fs,
    io::{self, BufWriter, Write},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

const VERZET: &str = env!("CARGO_BIN_EXE_verzet");

fn main() -> io::Result<()> {
    let asked: Vec<u64> = env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let [relations, consents, objections] = match asked[..] {
        [r, c, o] => [r, c, o],
        _ => [5_000_000, 1_000_000, 1_000_000],
    };
    let dir = env::temp_dir().join(format!("verzet-scale-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let outcome = run(&dir, relations, consents, objections);
    fs::remove_dir_all(&dir)?;
    outcome
}

fn run(dir: &Path, relations: u64, consents: u64, objections: u64) -> io::Result<()> {
    let folder = dir.join("crm");
    fs::create_dir_all(&folder)?;
    make(&folder, relations, consents, objections)?;
    let (full, empty) = (dir.join("full"), dir.join("empty"));
    for data in [&full, &empty] {
        command(
            data,
            &[
                "policy", "enforce", "nl-bmnr", "--by", "bench", "--why", "size",
            ],
        )?;
    }
    let began = Instant::now();
    command(&full, &["import", &folder.display().to_string()])?;
    let import = began.elapsed().as_secs_f64();
    let (bare, _) = serve(&empty)?;
    let (rss, seconds) = serve(&full)?;
    let facts = relations + consents + objections;
    let over = rss.saturating_sub(bare);
    println!(
        "facts                     {facts} ({relations} relations, {consents} consents, {objections} objections)"
    );
    println!(
        "import into an empty store {import:8.1} s, {:.0} rows/s",
        facts as f64 / import
    );
    println!("start to SERVING           {seconds:8.1} s");
    println!(
        "resident                   {:8.1} MiB, empty process {:.1} MiB",
        mib(rss),
        mib(bare)
    );
    println!(
        "bytes a fact               {:8.1}",
        over as f64 / facts as f64
    );
    Ok(())
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}

fn command(data: &Path, args: &[&str]) -> io::Result<()> {
    let done = Command::new(VERZET)
        .arg("--data-dir")
        .arg(data)
        .args(args)
        .stdout(Stdio::null())
        .status()?;
    if done.success() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "verzet {} ended with {done}",
        args[0]
    )))
}

/// Starts a sidecar; returns its resident bytes once it serves, and the seconds that took.
fn serve(data: &Path) -> io::Result<(u64, f64)> {
    let began = Instant::now();
    let port = std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port();
    let mut child = Command::new(VERZET)
        .arg("--data-dir")
        .arg(data)
        .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
        .stderr(Stdio::null())
        .spawn()?;
    let measured = until_serving(port, began).and_then(|seconds| {
        // What was freed after loading has gone back by now.
        std::thread::sleep(Duration::from_secs(1));
        Ok((resident(&child)?, seconds))
    });
    child.kill()?;
    child.wait()?;
    measured
}

fn until_serving(port: u16, began: Instant) -> io::Result<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        while began.elapsed() < Duration::from_secs(120) {
            let endpoint =
                tonic::transport::Endpoint::from_shared(format!("http://127.0.0.1:{port}"))
                    .map_err(io::Error::other)?;
            if let Ok(channel) = endpoint.connect().await
                && let Ok(answer) = HealthClient::new(channel)
                    .check(HealthCheckRequest::default())
                    .await
                && answer.into_inner().status() == ServingStatus::Serving
            {
                return Ok(began.elapsed().as_secs_f64());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(io::Error::other("it does not serve within two minutes"))
    })
}

fn resident(child: &Child) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    let line = status.lines().find(|l| l.starts_with("VmRSS:"));
    let kib = line.and_then(|l| l.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.map(|k| k * 1024)
        .ok_or_else(|| io::Error::other("no VmRSS"))
}

/// Half the relations name a person; consents and objections are of the same people and others.
fn make(folder: &Path, relations: u64, consents: u64, objections: u64) -> io::Result<()> {
    fs::write(
        folder.join("sellers.csv"),
        "seller_id,name\nnoordlicht,Noordlicht\n",
    )?;
    fs::write(
        folder.join("products.csv"),
        "product_id,seller_id,category_id,name\npower,noordlicht,,Power\ngas,noordlicht,,Gas\n",
    )?;
    // Mobile numbers in 061 to 065 and 068: 60 million of them, each relation another.
    let number = |i: u64| {
        let block = [61, 62, 63, 64, 65, 68][(i % 6) as usize];
        format!("+31{block}{:07}", i / 6 % 10_000_000)
    };
    let file = |name: &str| fs::File::create(folder.join(name)).map(BufWriter::new);
    let mut out = file("relations.csv")?;
    writeln!(
        out,
        "number,region,person_id,seller_id,kind,product_id,started_on,ended_on,paid"
    )?;
    for i in 0..relations {
        let product = if i % 2 == 0 { "power" } else { "gas" };
        let person = if i % 2 == 0 {
            format!("p{i}")
        } else {
            String::new()
        };
        let month = i % 12 + 1;
        writeln!(
            out,
            "{},,{person},noordlicht,PURCHASE,{product},2020-{month:02}-01,,yes",
            number(i)
        )?;
    }
    out.flush()?;
    let mut out = file("consents.csv")?;
    writeln!(
        out,
        "number,region,person_id,seller_id,channels,products,granted_at,expires_at,withdrawn_at,evidence"
    )?;
    for i in 0..consents {
        writeln!(
            out,
            "{},,,noordlicht,VOICE,gas,2024-01-01T00:00:00Z,,,form-{i}",
            number(i * 3)
        )?;
    }
    out.flush()?;
    let mut out = file("objections.csv")?;
    writeln!(
        out,
        "number,region,person_id,seller_id,channels,recorded_at,source"
    )?;
    for i in 0..objections {
        writeln!(out, "{},,,,,2025-01-01T00:00:00Z,CALL", number(i * 7 + 3))?;
    }
    out.flush()
}
