#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| socketio_invariants::judge("packet", input));
