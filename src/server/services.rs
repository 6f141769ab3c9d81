//! Which services stand behind which door.

use std::sync::Arc;

use tonic::service::Routes;

use super::{ServerOptions, health::Health, traced};
use crate::{
    proto::{
        DESCRIPTORS,
        v1::{
            access_service_server::AccessServiceServer,
            catalogue_service_server::CatalogueServiceServer,
            fact_service_server::FactServiceServer, intake_service_server::IntakeServiceServer,
            policy_service_server::PolicyServiceServer,
            register_service_server::RegisterServiceServer,
            report_service_server::ReportServiceServer,
        },
    },
    sidecar::Sidecar,
    wire::{
        access::AccessDoor,
        catalogue::CatalogueDoor,
        check::{CheckServer, Checks},
        facts::FactDoor,
        intake::IntakeDoor,
        policy::PolicyDoor,
        register::RegisterDoor,
        report::ReportDoor,
    },
};

/// The dialers' port.
pub(super) fn for_dialers(
    sidecar: &Arc<Sidecar>,
    checks: &Checks,
    health: &Health,
    options: &ServerOptions,
) -> Routes {
    let max = options.message_bytes;
    let mut routes = Routes::new(CheckServer::new(checks.clone(), max))
        .add_service(
            FactServiceServer::new(FactDoor(sidecar.clone())).max_decoding_message_size(max),
        )
        .add_service(
            CatalogueServiceServer::new(CatalogueDoor(sidecar.clone()))
                .max_decoding_message_size(max),
        )
        .add_service(
            RegisterServiceServer::new(RegisterDoor(sidecar.clone()))
                .max_decoding_message_size(max),
        )
        .add_service(
            PolicyServiceServer::new(PolicyDoor(sidecar.clone())).max_decoding_message_size(max),
        )
        .add_service(
            ReportServiceServer::new(ReportDoor(sidecar.clone()))
                .max_decoding_message_size(max)
                .max_encoding_message_size(usize::MAX),
        )
        .add_service(
            AccessServiceServer::new(AccessDoor(sidecar.access.clone()))
                .max_decoding_message_size(max),
        )
        .add_service(health.service());
    // Older tools ask v1alpha, newer ones v1: with both, none needs proto files.
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    match (reflection().build_v1(), reflection().build_v1alpha()) {
        (Ok(v1), Ok(alpha)) => routes = routes.add_service(v1).add_service(alpha),
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "server reflection is off");
        }
    }
    let routes = match options.traced {
        true => traced::traced(routes),
        false => routes,
    };
    routes.prepare()
}

/// The socket: the same, and what reads files of this machine.
pub(super) fn for_socket(
    sidecar: &Arc<Sidecar>,
    checks: &Checks,
    health: &Health,
    options: &ServerOptions,
) -> Routes {
    for_dialers(sidecar, checks, health, options)
        .add_service(IntakeServiceServer::new(IntakeDoor(sidecar.clone())))
        .prepare()
}
