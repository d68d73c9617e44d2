//! What must hold for every input.
//!
//! Properties draw inputs for these functions, fuzzers look for inputs that break them, and what
//! was ever found is replayed: so each stands here once. They take bytes, steps or text, do what
//! the public API allows, and panic if what came of it is wrong.
//!
//! | module | what is judged |
//! |---|---|
//! | [`codec`] | text and bytes: packets, batches, handshakes, request targets, scripts, forms |
//! | [`session`] | one session and a hub, step by step, on virtual time |
//! | [`server`] | a whole server, whose clients send any bytes, on virtual time and without sockets |
//!
//! [`TARGETS`] lists what fuzzers are let loose on, [`seeds`] what they begin with.

pub mod codec;
pub mod seeds;
pub mod server;
pub mod session;

/// A judgement of any bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of its fuzzer, and of the folder of its corpus.
    pub name: &'static str,
    /// The longest input that a fuzzer makes, in bytes: long enough for whatever it may find.
    pub max_len: usize,
    /// Judges an input.
    ///
    /// # Panics
    /// If something does not hold.
    pub check: fn(&[u8]),
}

/// Everything that has a fuzzer.
pub const TARGETS: [Target; 10] = [
    target("form", 512, codec::form::check),
    target("frames", 1024, server::frames::check),
    target("handshake", 256, |bytes| {
        codec::handshake::check(&text(bytes));
    }),
    target("hub_script", 256, session::check_hub),
    target("packet", 512, |bytes| codec::packet::check(&text(bytes))),
    target("payload", 1024, |bytes| codec::payload::check(&text(bytes))),
    target("request_target", 256, |bytes| {
        codec::request_target::check(&text(bytes));
    }),
    target("requests", 4096, server::requests::check),
    target("script", 512, |bytes| codec::script::check(&text(bytes))),
    target("session_script", 256, session::check_script),
];

const fn target(name: &'static str, max_len: usize, check: fn(&[u8])) -> Target {
    Target {
        name,
        max_len,
        check,
    }
}

/// Has the target of this name judge an input.
///
/// # Panics
/// If something does not hold, or if there is no such target.
pub fn judge(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("a target of this name").check)(input);
}

/// Bytes as the server reads them where it expects text.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
