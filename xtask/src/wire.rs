//! `cargo xtask wire`: the codec as a filter over JSON lines.
//!
//! Each row `{"id": …, "input": …}` on standard input is answered by one row on standard output,
//! in order and at once: `{"id": …, "output": …}`, or `{"id": …, "error": "…"}`. Packets look as
//! in `tests/vectors`, whose files can be piped in as they are.

use std::io::{self, BufRead, Write};

use clap::ValueEnum;
use serde::Deserialize;
use serde_json::value::RawValue;
use socketio_proto::{DecodeLimits, Dialect};
use socketio_tests::corpus_shape;
use socketio_tests::js_json::JsValue;

/// What to do with every row.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The direction
    operation: Operation,
}

#[derive(Clone, Copy, ValueEnum)]
enum Operation {
    /// Packet text to packet object
    Decode,
    /// Packet object to packet text
    Encode,
    /// List of packet texts to payload text
    Frame,
    /// Payload text to packet texts, and each of them decoded
    Unframe,
}

/// Why a row has no output.
type Refusal = Box<dyn std::error::Error>;

/// Answers rows until the input ends.
pub(crate) fn run(arguments: &Arguments) -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let row = line.trim_ascii();
        if !row.is_empty() {
            match write_answer(row, arguments.operation, &mut output) {
                // Whoever reads may stop reading before the input ends.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                other => other?,
            }
        }
        line.clear();
    }
    Ok(())
}

/// One row of input. The id is repeated as it is written.
#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

fn write_answer(row: &[u8], operation: Operation, output: &mut impl Write) -> io::Result<()> {
    // Without the look at the brace a list would pass for a row's members in order.
    let row = std::str::from_utf8(row)
        .ok()
        .filter(|text| text.starts_with('{'));
    let row = row.and_then(|text| serde_json::from_str::<Row<'_>>(text).ok());
    let Some(Row { id, input }) = row else {
        writeln!(output, r#"{{"id":null,"error":"not a row of JSON"}}"#)?;
        return output.flush();
    };
    let id = id.map_or("null", RawValue::get);
    let result = input.ok_or_else(|| "row without an input".into());
    match result.and_then(|input| answer(input.get(), operation)) {
        Ok(result) => writeln!(output, r#"{{"id":{id},"output":{result}}}"#)?,
        Err(error) => {
            let error = JsValue::String(error.to_string());
            writeln!(output, r#"{{"id":{id},"error":{error}}}"#)?;
        }
    }
    output.flush()
}

fn answer(input: &str, operation: Operation) -> Result<JsValue, Refusal> {
    let dialect = Dialect::Legacy;
    match operation {
        Operation::Decode => Ok(decode(&text_of(input)?, dialect)?),
        Operation::Encode => Ok(JsValue::String(corpus_shape::encode(
            dialect,
            &JsValue::parse(input)?,
        )?)),
        Operation::Frame => frame(&serde_json::from_str::<Vec<String>>(input)?, dialect),
        Operation::Unframe => Ok(unframe(&text_of(input)?, dialect)),
    }
}

/// Text must be text: a lone surrogate, which neither Rust nor UTF-8 can hold, is refused.
fn text_of(input: &str) -> serde_json::Result<String> {
    serde_json::from_str(input)
}

fn decode(packet: &str, dialect: Dialect) -> Result<JsValue, socketio_proto::DecodeError> {
    dialect
        .decode(packet, &DecodeLimits::default())
        .map(|packet| corpus_shape::describe(&packet))
}

fn frame(messages: &[String], dialect: Dialect) -> Result<JsValue, Refusal> {
    let mut payload = Vec::new();
    dialect.frame(messages, &mut payload);
    Ok(JsValue::String(String::from_utf8(payload)?))
}

/// The packets before the first fault, and the fault if there is one. A packet that cannot be
/// decoded is an object without members, as the vectors show packets that are ignored.
fn unframe(payload: &str, dialect: Dialect) -> JsValue {
    let (mut messages, mut packets, mut fault) = (Vec::new(), Vec::new(), None);
    for message in dialect.unframe(payload) {
        match message {
            Ok(message) => {
                messages.push(JsValue::text(message));
                packets.push(decode(message, dialect).unwrap_or(JsValue::Object(Vec::new())));
            }
            Err(error) => fault = Some(JsValue::String(error.to_string())),
        }
    }
    let mut members = vec![
        ("messages".to_owned(), JsValue::Array(messages)),
        ("packets".to_owned(), JsValue::Array(packets)),
    ];
    members.extend(fault.map(|fault| ("fault".to_owned(), fault)));
    JsValue::Object(members)
}
