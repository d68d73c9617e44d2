//! Packet text to [`Packet`].

use alloc::borrow::Cow;

use crate::decode_error::{DecodeError, DecodeErrorKind, char_boundary_before};
use crate::decode_limits::DecodeLimits;
use crate::json_text;
use crate::legacy::event_json;
use crate::packet::{
    AckMode, AckRequest, Arguments, Body, ErrorAdvice, ErrorReason, Packet, PacketHead,
};

/// Decodes one packet. See [`Dialect::decode`](crate::Dialect::decode).
pub(crate) fn decode<'a>(text: &'a str, limits: &DecodeLimits) -> Result<Packet<'a>, DecodeError> {
    let Split {
        packet_type,
        head,
        data,
    } = split(text, limits)?;
    // Nearly all traffic takes this way out, past the errors of all others.
    if packet_type == b'5' {
        if let Some((name, args)) = event_json::decode_usual(data, limits.max_json_depth) {
            return Ok(assemble(
                head,
                Body::Event {
                    name: Cow::Borrowed(name),
                    args,
                },
            ));
        }
    }
    body(packet_type, data, limits, offset(text, data)).map(|body| assemble(head, body))
}

/// A packet of its head and body.
const fn assemble<'a>(head: PacketHead<'a>, body: Body<'a>) -> Packet<'a> {
    Packet {
        ack_request: head.ack_request,
        endpoint: head.endpoint,
        body,
    }
}

/// Reads a packet's data, which begins at byte `base` of the packet.
fn body<'a>(
    packet_type: u8,
    data: &'a str,
    limits: &DecodeLimits,
    base: usize,
) -> Result<Body<'a>, DecodeError> {
    Ok(match packet_type {
        b'0' => Body::Disconnect,
        b'1' => Body::Connect { query: data },
        b'2' => Body::Heartbeat,
        b'3' => Body::Message(data),
        b'4' => Body::Json(json_text::check(data, limits.max_json_depth, base)?),
        b'5' => {
            let (name, args) = event_json::decode(data, limits.max_json_depth, base)?;
            Body::Event { name, args }
        }
        b'6' => ack_body(data, limits, base)?,
        b'7' => error_body(data),
        _ => Body::Noop,
    })
}

/// Reads whom a packet concerns. See [`Dialect::decode_head`](crate::Dialect::decode_head).
pub(crate) fn decode_head<'a>(
    text: &'a str,
    limits: &DecodeLimits,
) -> Result<PacketHead<'a>, DecodeError> {
    split(text, limits).map(|parts| parts.head)
}

/// A packet's parts before its data is looked at.
struct Split<'a> {
    /// `b'0'` to `b'8'`.
    packet_type: u8,
    head: PacketHead<'a>,
    /// Whatever follows the separator after the endpoint.
    data: &'a str,
}

/// Where `rest`, the end of `text`, begins.
const fn offset(text: &str, rest: &str) -> usize {
    text.len().saturating_sub(rest.len())
}

/// Finds the parts of a packet.
///
/// The grammar is the reference parser's regular expression, but anchored: that one also finds a
/// packet behind leading junk, which is how it reads packets that nobody sent.
#[inline(always)]
fn split<'a>(text: &'a str, limits: &DecodeLimits) -> Result<Split<'a>, DecodeError> {
    if text.len() > limits.max_packet_bytes {
        let end = char_boundary_before(text, limits.max_packet_bytes);
        return Err(DecodeErrorKind::TooLarge.at(end));
    }
    let (packet_type, rest) = split_type(text)?;
    let (ack_request, rest) = split_id(text, rest, limits.max_id_digits)?;
    let (endpoint, data) = split_endpoint(rest);
    Ok(Split {
        packet_type,
        head: PacketHead {
            ack_request,
            endpoint,
        },
        data,
    })
}

/// The packet type's digit and what follows its separator.
#[inline(always)]
fn split_type(text: &str) -> Result<(u8, &str), DecodeError> {
    match text.as_bytes() {
        [digit @ b'0'..=b'8', b':', ..] => Ok((*digit, text.get(2..).unwrap_or_default())),
        [] => Err(DecodeErrorKind::MissingSeparator.at(0)),
        [b'0'..=b'8'] => Err(DecodeErrorKind::MissingSeparator.at(1)),
        _ => Err(DecodeErrorKind::UnknownType.at(0)),
    }
}

/// The packet number, if there is one, and what follows its separator. A `+` without a number
/// asks for nothing, as for the reference.
#[inline(always)]
fn split_id<'a>(
    text: &'a str,
    rest: &'a str,
    max_digits: usize,
) -> Result<(Option<AckRequest<'a>>, &'a str), DecodeError> {
    if let Some(rest) = rest.strip_prefix(':') {
        return Ok((None, rest));
    }
    let (id, after) = split_digits(rest);
    if id.len() > max_digits {
        return Err(DecodeErrorKind::BadId.at(offset(text, rest).saturating_add(max_digits)));
    }
    let (mode, after) = match after.strip_prefix('+') {
        Some(after) => (AckMode::Data, after),
        None => (AckMode::Automatic, after),
    };
    match after.strip_prefix(':') {
        Some(rest) => Ok(((!id.is_empty()).then_some(AckRequest { id, mode }), rest)),
        None if after.is_empty() => Err(DecodeErrorKind::MissingSeparator.at(text.len())),
        None => Err(DecodeErrorKind::BadId.at(offset(text, after))),
    }
}

/// The endpoint and what follows its separator. A plain loop: endpoints are shorter than what a
/// search routine takes to get going.
#[inline(always)]
fn split_endpoint(rest: &str) -> (&str, &str) {
    let end = rest
        .bytes()
        .position(|byte| byte == b':')
        .unwrap_or(rest.len());
    let (endpoint, data) = rest.split_at_checked(end).unwrap_or((rest, ""));
    (endpoint, data.strip_prefix(':').unwrap_or(data))
}

/// The leading ASCII digits, and the rest.
#[inline(always)]
fn split_digits(text: &str) -> (&str, &str) {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// `id ["+"] [arguments]`: only the first line counts, and arguments that are no JSON array are
/// no arguments. The number alone already answers, so nothing but its absence is an error.
fn ack_body<'a>(
    data: &'a str,
    limits: &DecodeLimits,
    base: usize,
) -> Result<Body<'a>, DecodeError> {
    let (id, rest) = split_digits(data);
    if id.is_empty() || id.len() > limits.max_id_digits {
        let at = id.len().min(limits.max_id_digits);
        return Err(DecodeErrorKind::BadAckId.at(base.saturating_add(at)));
    }
    let rest = rest.strip_prefix('+').unwrap_or(rest);
    let line = rest.split(['\n', '\r']).next().unwrap_or_default();
    if line.is_empty() {
        return Ok(Body::Ack {
            id,
            args: Arguments::NONE,
        });
    }
    let line_at = base.saturating_add(offset(data, rest));
    let args = match json_text::check(line, limits.max_json_depth, line_at) {
        Ok(value) if value.get().starts_with('[') => Arguments::from_checked(value.get()),
        Err(error) if error.kind == DecodeErrorKind::JsonTooDeep => return Err(error),
        Ok(_) | Err(_) => Arguments::NONE,
    };
    Ok(Body::Ack { id, args })
}

/// `[reason] ["+" advice]`: what is outside of the tables counts as not given.
fn error_body(data: &str) -> Body<'_> {
    let mut parts = data.split('+');
    let reason = match parts.next() {
        Some("0") => Some(ErrorReason::TransportNotSupported),
        Some("1") => Some(ErrorReason::ClientNotHandshaken),
        Some("2") => Some(ErrorReason::Unauthorized),
        _ => None,
    };
    let advice = match parts.next() {
        Some("0") => Some(ErrorAdvice::Reconnect),
        _ => None,
    };
    Body::Error { reason, advice }
}
