//! Compiles the protocol without `protoc`: a crate reads it.
fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(["tools.proto"], ["proto"])?;
    tonic_prost_build::compile_fds(files)?;
    Ok(())
}
