//! The codec's cost, next to the least that the same job could cost.
//!
//! Decoding checks user JSON once and copies nothing, so it is measured against that check alone
//! (`raw_value_scan`, over the arguments' text). Encoding serializes arguments into a reused
//! buffer and ends in one exactly sized copy, so it is measured against the serialization alone
//! (`to_writer`, of the same JSON into a reused buffer). `memcpy` is the floor of everything, and
//! `value_parse` what a codec costs that builds values.
//!
//! `cargo bench -p socketio-tests --bench codec`

use bytes::Bytes;
use divan::{Bencher, black_box};
use serde::Serialize;
use serde_json::value::RawValue;
use socketio_proto::{
    AckMode, AckRequest, Arguments, Body, DecodeLimits, Dialect, Packet, PacketHead,
};

fn main() {
    divan::main();
}

/// Bytes of the whole packet: a bare notification, a chat message, a document.
const SIZES: [usize; 3] = [42, 237, 4520];

const ENDPOINT: &str = "/chat";
const REQUEST: AckRequest<'static> = AckRequest {
    id: "1",
    mode: AckMode::Data,
};

/// An event as an application has it.
struct Sample {
    name: &'static str,
    args: Vec<Argument>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Argument {
    Text(String),
    Message(Message),
}

#[derive(Clone, Serialize)]
struct Message {
    id: u32,
    author: &'static str,
    text: String,
    sent: f64,
    tags: Vec<&'static str>,
    seen: bool,
}

/// The JSON of an event, as a program without this crate would write it.
#[derive(Serialize)]
struct EventJson<'a> {
    name: &'a str,
    args: &'a [Argument],
}

fn message(text_bytes: usize) -> Message {
    let words =
        "sans-IO means that \u{201c}the wire\u{201d} is nobody's business but the driver's. ";
    let mut text: String = words.chars().cycle().take(text_bytes).collect();
    while text.len() > text_bytes {
        text.pop();
    }
    // Characters of several bytes were popped whole.
    text.extend(std::iter::repeat_n('.', text_bytes - text.len()));
    Message {
        id: 90210,
        author: "zoe",
        text,
        sent: 1_384_000_000.25,
        tags: vec!["a", "bc"],
        seen: true,
    }
}

/// A packet of exactly `size` bytes.
fn sample(size: usize) -> Sample {
    let build = |filling: usize| match size {
        0..100 => Sample {
            name: "nick",
            args: vec![Argument::Text("x".repeat(filling))],
        },
        100..1000 => Sample {
            name: "user message",
            args: vec![Argument::Message(message(filling))],
        },
        _ => {
            let mut args: Vec<_> = (0..30).map(|_| Argument::Message(message(40))).collect();
            args.push(Argument::Text("x".repeat(filling)));
            Sample {
                name: "history",
                args,
            }
        }
    };
    let missing = size - packet_text(&build(0)).len();
    build(missing)
}

fn packet_text(sample: &Sample) -> String {
    let mut out = Vec::new();
    encode_in_place(sample, &mut out);
    String::from_utf8(out).expect("packets are text")
}

fn args_text(sample: &Sample) -> String {
    serde_json::to_string(&sample.args).expect("samples serialize")
}

fn encode_in_place(sample: &Sample, out: &mut Vec<u8>) {
    let head = PacketHead {
        ack_request: Some(REQUEST),
        endpoint: ENDPOINT,
    };
    Dialect::Legacy
        .encode_event(head, sample.name, out, |out| {
            serde_json::to_writer(out, &sample.args)
        })
        .expect("samples serialize");
}

mod decode {
    use super::*;

    #[divan::bench(args = SIZES, sample_size = 500)]
    fn packet(bencher: Bencher, size: usize) {
        let text = packet_text(&sample(size));
        assert_eq!(text.len(), size);
        let limits = DecodeLimits::default();
        bencher.bench_local(|| Dialect::Legacy.decode(black_box(&text), &limits).is_ok());
    }

    #[divan::bench(args = SIZES, sample_size = 500)]
    fn raw_value_scan(bencher: Bencher, size: usize) {
        let args = args_text(&sample(size));
        bencher.bench_local(|| serde_json::from_str::<&RawValue>(black_box(&args)).is_ok());
    }

    #[divan::bench(args = SIZES, sample_size = 500)]
    fn value_parse(bencher: Bencher, size: usize) {
        let args = args_text(&sample(size));
        bencher.bench_local(|| serde_json::from_str::<serde_json::Value>(black_box(&args)));
    }

    #[divan::bench(args = SIZES, sample_size = 500)]
    fn memcpy(bencher: Bencher, size: usize) {
        let text = packet_text(&sample(size)).into_bytes();
        let mut out = Vec::with_capacity(size);
        bencher.bench_local(|| {
            out.clear();
            out.extend_from_slice(black_box(&text));
            black_box(&out);
        });
    }
}

mod encode {
    use super::*;

    #[divan::bench(args = SIZES, sample_size = 500)]
    fn values_to_bytes(bencher: Bencher, size: usize) {
        let sample = sample(size);
        let mut out = Vec::new();
        bencher.bench_local(|| {
            out.clear();
            encode_in_place(black_box(&sample), &mut out);
            // Dropped here: kept for later they would measure the allocator.
            black_box(Bytes::copy_from_slice(&out));
        });
    }

    #[divan::bench(args = SIZES, sample_size = 500)]
    fn values_to_buffer(bencher: Bencher, size: usize) {
        let sample = sample(size);
        let mut out = Vec::new();
        bencher.bench_local(|| {
            out.clear();
            encode_in_place(black_box(&sample), &mut out);
            black_box(&out);
        });
    }

    #[divan::bench(args = SIZES, sample_size = 500)]
    fn text_to_bytes(bencher: Bencher, size: usize) {
        let sample = sample(size);
        let args = args_text(&sample);
        let mut out = Vec::new();
        bencher.bench_local(|| {
            let args = Arguments::from_checked(black_box(&args));
            let body = Body::Event {
                name: sample.name.into(),
                args,
            };
            let packet = Packet {
                ack_request: Some(REQUEST),
                endpoint: ENDPOINT,
                body,
            };
            out.clear();
            Dialect::Legacy.encode(&packet, &mut out);
            // Dropped here: kept for later they would measure the allocator.
            black_box(Bytes::copy_from_slice(&out));
        });
    }

    #[divan::bench(args = SIZES, sample_size = 500)]
    fn to_writer(bencher: Bencher, size: usize) {
        let sample = sample(size);
        let mut out = Vec::new();
        bencher.bench_local(|| {
            out.clear();
            let event = EventJson {
                name: sample.name,
                args: &black_box(&sample).args,
            };
            serde_json::to_writer(&mut out, &event).expect("samples serialize");
            black_box(&out);
        });
    }
}

mod utf16 {
    use super::*;

    #[divan::bench(args = SIZES, sample_size = 500)]
    fn count(bencher: Bencher, size: usize) {
        let text = packet_text(&sample(size));
        bencher.bench_local(|| socketio_proto::utf16::count(black_box(text.as_bytes())));
    }

    #[divan::bench(args = SIZES, sample_size = 500)]
    fn standard_library(bencher: Bencher, size: usize) {
        let text = packet_text(&sample(size));
        bencher.bench_local(|| black_box(&text).encode_utf16().count());
    }
}
