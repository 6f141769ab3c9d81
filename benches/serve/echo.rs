//! The yardsticks: servers that read a question and answer at once, with no more than its `call_id`.

use std::{io::Read, net::SocketAddr, pin::Pin, thread};

use anyhow::{Context, Result, bail};
use prost::Message;
use prost_types::Timestamp;
use tokio::{
    net::{TcpListener, TcpStream},
    runtime,
    sync::mpsc,
};
use tokio_stream::{Stream, StreamExt, wrappers::UnboundedReceiverStream};
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Server, server::TcpIncoming},
};
use verzet::proto::v1::{
    CheckBatchRequest, CheckBatchResponse, CheckRequest, CheckResponse, Durability, LeadAction,
    LineType, Obligation, Reason, Shadow, Verdict, Warning,
    check_service_server::{CheckService, CheckServiceServer},
};

use crate::args::{Echo, Kind};

/// Serves the answer that comes first on standard input (its length in four bytes, then itself; none
/// for a typical one), until that ends, so that no echo outlives the run that started it. Its address
/// is the first line of standard output.
pub(crate) fn serve(echo: &Echo) -> Result<()> {
    let mut length = [0; 4];
    std::io::stdin().read_exact(&mut length)?;
    let mut answer = vec![0; u32::from_be_bytes(length) as usize];
    std::io::stdin().read_exact(&mut answer)?;
    let answers = match &answer[..] {
        [] => Answers::typical(),
        answer => Answers(CheckResponse::decode(answer)?),
    };
    thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    match echo.kind {
        Kind::Echo => on_default_runtime(answers),
        Kind::EchoPerCore => on_a_runtime_a_core(answers, echo.threads),
        Kind::Verzet => bail!("the sidecar is no echo"),
    }
}

fn tell(addr: SocketAddr) {
    println!("{addr}");
}

fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// As tonic's documentation has it.
fn on_default_runtime(answers: Answers) -> Result<()> {
    runtime::Runtime::new()?.block_on(async {
        let incoming = TcpIncoming::bind(anywhere())?.with_nodelay(Some(true));
        tell(incoming.local_addr()?);
        let served = Server::builder()
            .add_service(CheckServiceServer::new(answers))
            .serve_with_incoming(incoming);
        Ok(served.await?)
    })
}

/// As the sidecar does it (`src/server/accept.rs`): a `current_thread` runtime a core, and one acceptor
/// that deals connections to them in turn.
fn on_a_runtime_a_core(answers: Answers, threads: usize) -> Result<()> {
    let mut dealers = Vec::new();
    for n in 0..threads.max(1) {
        let (deal, dealt) = mpsc::unbounded_channel::<std::net::TcpStream>();
        dealers.push(deal);
        let answers = answers.clone();
        let rt = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        thread::Builder::new()
            .name(format!("echo-{n}"))
            .spawn(move || {
                let incoming = UnboundedReceiverStream::new(dealt).map(TcpStream::from_std);
                let served = Server::builder()
                    .add_service(CheckServiceServer::new(answers))
                    .serve_with_incoming(incoming);
                if let Err(error) = rt.block_on(served) {
                    eprintln!("an echo runtime stopped: {error}");
                }
            })?;
    }
    let rt = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    rt.block_on(async {
        let listener = TcpListener::bind(anywhere()).await?;
        tell(listener.local_addr()?);
        for n in (0..dealers.len()).cycle() {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            dealers[n]
                .send(stream.into_std()?)
                .context("an echo runtime stopped")?;
        }
        Ok(())
    })
}

/// The same answer to everything.
#[derive(Clone)]
struct Answers(CheckResponse);

impl Answers {
    /// An ALLOW of the sidecar under a lapsed regime, with a shadow, without a trail.
    fn typical() -> Self {
        Self(CheckResponse {
            verdict: Verdict::Allow.into(),
            reason: Reason::NotRegistered.into(),
            e164: "+31612345678".to_owned(),
            line_type: LineType::Mobile.into(),
            decision_id: "0193a5e2c7d14b6f-00000000000f4240".to_owned(),
            lead_action: LeadAction::Dial.into(),
            valid_until: Some(Timestamp {
                seconds: 1_764_000_000,
                nanos: 123_456_000,
            }),
            regime: "nl-bmnr".to_owned(),
            legal_basis: "Telecommunicatiewet art. 11.7 (until 2021-06-30)".to_owned(),
            obligations: vec![
                Obligation::StateIdentity.into(),
                Obligation::OfferObjection.into(),
                Obligation::MentionRegister.into(),
            ],
            warnings: vec![Warning::RegimeLapsed.into()],
            revision: 3,
            durability: Durability::Disk.into(),
            shadow: Some(Shadow {
                regime: "nl-2026".to_owned(),
                verdict: Verdict::Block.into(),
                reason: Reason::NoConsent.into(),
            }),
            ..CheckResponse::default()
        })
    }
}

#[tonic::async_trait]
impl CheckService for Answers {
    async fn check(
        &self,
        request: Request<CheckRequest>,
    ) -> Result<Response<CheckResponse>, Status> {
        let mut answer = self.0.clone();
        answer.call_id = request.into_inner().call_id;
        Ok(Response::new(answer))
    }

    async fn check_batch(
        &self,
        _: Request<CheckBatchRequest>,
    ) -> Result<Response<CheckBatchResponse>, Status> {
        Err(Status::unimplemented("an echo of Check alone"))
    }

    type CheckStreamStream = Pin<Box<dyn Stream<Item = Result<CheckResponse, Status>> + Send>>;

    async fn check_stream(
        &self,
        _: Request<Streaming<CheckRequest>>,
    ) -> Result<Response<Self::CheckStreamStream>, Status> {
        Err(Status::unimplemented("an echo of Check alone"))
    }
}
