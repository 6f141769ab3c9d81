//! Compiles the wire contract. `protox` is a protobuf compiler in Rust, so nobody needs `protoc`.

use std::{env, error::Error, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let files = [
        "proto/verzet/v1/check.proto",
        "proto/verzet/v1/facts.proto",
        "proto/verzet/v1/catalogue.proto",
        "proto/verzet/v1/intake.proto",
        "proto/verzet/v1/register.proto",
        "proto/verzet/v1/policy.proto",
        "proto/verzet/v1/report.proto",
        "proto/verzet/v1/access.proto",
    ];
    println!("cargo:rerun-if-changed=proto");
    let descriptors = protox::compile(files, ["proto"])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    std::fs::write(
        out.join("verzet.bin"),
        prost::Message::encode_to_vec(&descriptors),
    )?;
    tonic_prost_build::configure()
        .build_transport(true)
        .compile_fds(descriptors)?;
    Ok(())
}
