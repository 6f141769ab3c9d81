//! The wire contract, generated from `proto/verzet/v1/*.proto`.

#![allow(missing_docs, unreachable_pub, clippy::all, clippy::unwrap_used)]

/// Package `verzet.v1`.
pub mod v1 {
    tonic::include_proto!("verzet.v1");
}

/// The encoded file descriptor set, for server reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/verzet.bin"));
