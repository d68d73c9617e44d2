//! Packets as the wire vectors write them: objects with the reference parser's field names.
//!
//! One mapping in each direction, used by the vector suites and by the `wire` command.

use serde_json::value::RawValue;
use socketio_proto::{
    AckMode, AckRequest, Arguments, Body, Dialect, ErrorAdvice, ErrorReason, Packet,
};
use thiserror::Error;

use crate::js_json::JsValue;

/// Why an object describes no packet that can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ShapeError {
    /// It is not an object, or its type is no packet type's name.
    #[error("no known packet type")]
    Type,
    /// A `json` packet without data.
    #[error("json packet without data")]
    Data,
    /// An `event` packet without a name.
    #[error("event without a name")]
    Name,
    /// Arguments that are no list.
    #[error("arguments that are no list")]
    Args,
    /// An `ack` packet without the number it answers.
    #[error("ack without ackId")]
    AckId,
    /// An endpoint or a query that is no text, or a packet number that is neither text nor number.
    #[error("field of the wrong type")]
    Field,
}

/// Describes a packet.
#[must_use]
pub fn describe(packet: &Packet<'_>) -> JsValue {
    let mut members = Vec::new();
    let mut add = |key: &str, value: JsValue| members.push((key.to_owned(), value));
    add("type", JsValue::text(type_name(&packet.body)));
    add("endpoint", JsValue::text(packet.endpoint));
    if let Some(request) = packet.ack_request {
        add("id", JsValue::text(request.id));
        add(
            "ack",
            match request.mode {
                AckMode::Automatic => JsValue::Bool(true),
                AckMode::Data => JsValue::text("data"),
            },
        );
    }
    match &packet.body {
        Body::Connect { query } => add("qs", JsValue::text(query)),
        Body::Message(text) => add("data", JsValue::text(text)),
        Body::Json(value) => add("data", parsed(value.get())),
        Body::Event { name, args } => {
            add("name", JsValue::text(name));
            add("args", parsed(args.as_str()));
        }
        Body::Ack { id, args } => {
            add("ackId", JsValue::text(id));
            add("args", parsed(args.as_str()));
        }
        Body::Error { reason, advice } => {
            add("reason", JsValue::text(reason.map_or("", reason_name)));
            add("advice", JsValue::text(advice.map_or("", advice_name)));
        }
        Body::Disconnect | Body::Heartbeat | Body::Noop => {}
    }
    JsValue::Object(members)
}

/// Encodes the packet that an object describes.
///
/// As in the reference, a message that is no text is converted to text, a falsy id is none, and
/// fields that do not belong to the type are ignored. Unknown reasons and advices are left out.
///
/// # Errors
///
/// If the object describes nothing that the packet types can hold.
pub fn encode(dialect: Dialect, object: &JsValue) -> Result<String, ShapeError> {
    let text_of = |key: &str| match object.get(key) {
        None | Some(JsValue::Null) => Ok(String::new()),
        Some(JsValue::String(text)) => Ok(text.clone()),
        Some(_) => Err(ShapeError::Field),
    };
    let type_name = object
        .get("type")
        .and_then(JsValue::as_str)
        .ok_or(ShapeError::Type)?;
    let endpoint = text_of("endpoint")?;
    let query = text_of("qs")?;
    let id = number_text(object.get("id").filter(|id| id.is_truthy()))?;
    let ack_id = number_text(object.get("ackId"))?;
    let message = match object.get("data") {
        None | Some(JsValue::Null) => String::new(),
        Some(data) => data.coerce_to_text(),
    };
    let list = object.get("args").filter(|args| args.is_truthy());
    let args = list.map(JsValue::to_string);
    let arguments = || match list {
        None => Ok(Arguments::NONE),
        Some(JsValue::Array(_)) => Ok(Arguments::from_checked(args.as_deref().unwrap_or("[]"))),
        Some(_) => Err(ShapeError::Args),
    };
    let json;
    let body = match type_name {
        "disconnect" => Body::Disconnect,
        "connect" => Body::Connect { query: &query },
        "heartbeat" => Body::Heartbeat,
        "message" => Body::Message(&message),
        "json" => {
            json = raw(object.get("data").ok_or(ShapeError::Data)?)?;
            Body::Json(&json)
        }
        "event" => {
            let name = object
                .get("name")
                .and_then(JsValue::as_str)
                .ok_or(ShapeError::Name)?;
            Body::Event {
                name: name.into(),
                args: arguments()?,
            }
        }
        "ack" => {
            let id = ack_id.as_deref().ok_or(ShapeError::AckId)?;
            Body::Ack {
                id,
                args: arguments()?,
            }
        }
        "error" => Body::Error {
            reason: named(object.get("reason"), &REASONS, reason_name),
            advice: named(object.get("advice"), &[ErrorAdvice::Reconnect], advice_name),
        },
        "noop" => Body::Noop,
        _ => return Err(ShapeError::Type),
    };
    let mut packet = Packet::new(&endpoint, body);
    packet.ack_request = ack_request(object, id.as_deref());
    let mut out = Vec::new();
    dialect.encode(&packet, &mut out);
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// The reference writes the `+` of a data ack even without an id; so the request for one stays.
fn ack_request<'a>(object: &JsValue, id: Option<&'a str>) -> Option<AckRequest<'a>> {
    let data = object.get("ack").and_then(JsValue::as_str) == Some("data");
    let mode = if data {
        AckMode::Data
    } else {
        AckMode::Automatic
    };
    (data || id.is_some()).then_some(AckRequest {
        id: id.unwrap_or_default(),
        mode,
    })
}

/// A packet number, which may be given as text or as a number.
fn number_text(value: Option<&JsValue>) -> Result<Option<String>, ShapeError> {
    match value {
        None | Some(JsValue::Null) => Ok(None),
        Some(value @ (JsValue::String(_) | JsValue::Number(_))) => Ok(Some(value.coerce_to_text())),
        Some(_) => Err(ShapeError::Field),
    }
}

/// The JSON text of a value.
fn raw(value: &JsValue) -> Result<Box<RawValue>, ShapeError> {
    RawValue::from_string(value.to_string()).map_err(|_| ShapeError::Data)
}

/// JSON in the vectors' spelling; text that JavaScript's numbers cannot hold stays text.
fn parsed(json: &str) -> JsValue {
    JsValue::parse(json).unwrap_or_else(|_| JsValue::text(json))
}

fn named<T: Copy>(name: Option<&JsValue>, all: &[T], name_of: fn(T) -> &'static str) -> Option<T> {
    let name = name?.as_str()?;
    all.iter().copied().find(|known| name_of(*known) == name)
}

const REASONS: [ErrorReason; 3] = [
    ErrorReason::TransportNotSupported,
    ErrorReason::ClientNotHandshaken,
    ErrorReason::Unauthorized,
];

const fn reason_name(reason: ErrorReason) -> &'static str {
    match reason {
        ErrorReason::TransportNotSupported => "transport not supported",
        ErrorReason::ClientNotHandshaken => "client not handshaken",
        ErrorReason::Unauthorized => "unauthorized",
    }
}

const fn advice_name(advice: ErrorAdvice) -> &'static str {
    match advice {
        ErrorAdvice::Reconnect => "reconnect",
    }
}

const fn type_name(body: &Body<'_>) -> &'static str {
    match body {
        Body::Disconnect => "disconnect",
        Body::Connect { .. } => "connect",
        Body::Heartbeat => "heartbeat",
        Body::Message(_) => "message",
        Body::Json(_) => "json",
        Body::Event { .. } => "event",
        Body::Ack { .. } => "ack",
        Body::Error { .. } => "error",
        Body::Noop => "noop",
    }
}
