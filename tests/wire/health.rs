//! Health and reflection: what dialers, ghz and grpcurl ask first.

use tokio_stream::StreamExt;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use verzet::clock::Day;

use crate::{Served, common};

async fn status(served: &Served, service: &str) -> ServingStatus {
    let request = HealthCheckRequest {
        service: service.into(),
    };
    let mut health = HealthClient::new(served.channel.clone());
    health.check(request).await.unwrap().into_inner().status()
}

/// Health is looked at four times a second; wait for it to say so.
async fn becomes(served: &Served, service: &str, want: ServingStatus) {
    for _ in 0..200 {
        let request = HealthCheckRequest {
            service: service.into(),
        };
        let mut health = HealthClient::new(served.channel.clone());
        if let Ok(answer) = health.check(request).await
            && answer.into_inner().status() == want
        {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{service} does not become {want:?}");
}

#[tokio::test]
async fn a_stale_register_has_a_name_of_its_own_and_takes_nothing_else_down() {
    let served = Served::start().await;
    becomes(&served, "", ServingStatus::Serving).await;
    becomes(&served, "verzet.v1.CheckService", ServingStatus::Serving).await;
    becomes(&served, "register/bmnr", ServingStatus::Serving).await;
    served.stop().await;

    let dir = tempfile::tempdir().unwrap();
    let sidecar = common::sidecar(dir.path());
    let file = dir.path().join("old.txt");
    std::fs::write(&file, "+31630000000\n").unwrap();
    common::import_register(&sidecar, &file, Day::parse("2020-01-01").unwrap());
    let server = common::serve(sidecar.clone());
    let addr = format!("http://{}", server.listening.unwrap());
    let channel = tonic::transport::Channel::from_shared(addr)
        .unwrap()
        .connect()
        .await
        .unwrap();
    let old = Served {
        channel,
        sidecar,
        server: Some(server),
        _dir: dir,
    };
    becomes(&old, "register/bmnr", ServingStatus::NotServing).await;
    assert_eq!(status(&old, "").await, ServingStatus::Serving);
    assert_eq!(
        status(&old, "verzet.v1.CheckService").await,
        ServingStatus::Serving
    );
    old.stop().await;
}

#[tokio::test]
async fn reflection_lists_the_services_in_both_versions() {
    let served = Served::start().await;
    let want = "verzet.v1.CheckService";
    {
        use tonic_reflection::pb::v1::{
            ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
            server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
        };
        let ask = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(MessageRequest::ListServices(String::new())),
        };
        let mut client = ServerReflectionClient::new(served.channel.clone());
        let mut answers = client
            .server_reflection_info(tokio_stream::once(ask))
            .await
            .unwrap()
            .into_inner();
        let answer = answers.next().await.unwrap().unwrap();
        let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
            panic!("no list");
        };
        assert!(list.service.iter().any(|s| s.name == want));
    }
    {
        use tonic_reflection::pb::v1alpha::{
            ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
            server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
        };
        let ask = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(MessageRequest::ListServices(String::new())),
        };
        let mut client = ServerReflectionClient::new(served.channel.clone());
        let mut answers = client
            .server_reflection_info(tokio_stream::once(ask))
            .await
            .unwrap()
            .into_inner();
        let answer = answers.next().await.unwrap().unwrap();
        let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
            panic!("no list");
        };
        assert!(list.service.iter().any(|s| s.name == want));
    }
    served.stop().await;
}
