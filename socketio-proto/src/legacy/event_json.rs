//! The JSON of an event: `{"name":…,"args":[…]}`.

use alloc::borrow::Cow;
use core::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::decode_error::{DecodeError, DecodeErrorKind};
use crate::json_string;
use crate::json_text;
use crate::packet::Arguments;

/// Reads an event that is spelled as JavaScript's `JSON.stringify({name, args})` spells it, which
/// is how the usual clients spell every event: recognised without a JSON parser, with one scan of
/// the arguments to be sure of them. `None` leaves the verdict to [`decode`].
#[inline(always)]
pub(crate) fn decode_usual(data: &str, max_depth: usize) -> Option<(&str, Arguments<'_>)> {
    let (name, args) = split_usual(data)?;
    if args.is_empty() {
        return Some((name, Arguments::NONE));
    }
    let array = serde_json::from_str::<&RawValue>(args).ok()?.get();
    let sound = array.starts_with('[') && json_text::first_too_deep(array, max_depth).is_none();
    sound.then_some((name, Arguments::from_checked(array)))
}

/// The name and the text between `"args":` and the last `}`, if the event is spelled as
/// `JSON.stringify({name, args})` does it and the name needs no escapes. The arguments are empty
/// if there are none, and unchecked.
#[inline(always)]
fn split_usual(data: &str) -> Option<(&str, &str)> {
    let rest = data.strip_prefix(r#"{"name":""#)?;
    let end = rest
        .bytes()
        .position(|byte| matches!(byte, b'"' | b'\\' | ..0x20))?;
    let (name, rest) = rest.split_at_checked(end)?;
    match rest.strip_prefix(r#"","args":"#) {
        Some(args) => args.strip_suffix('}').filter(|args| !args.is_empty()),
        None => (rest == r#""}"#).then_some(""),
    }
    .map(|args| (name, args))
}

/// Reads an event however it is spelled: members in any order, the last of equal ones counts,
/// others are ignored. Errors are placed as if `data` began at byte `base`.
#[cold]
pub(crate) fn decode(
    data: &str,
    max_depth: usize,
    base: usize,
) -> Result<(Cow<'_, str>, Arguments<'_>), DecodeError> {
    let no_event = DecodeErrorKind::BadEvent.at(base);
    let members: Members<'_> = serde_json::from_str(data).map_err(|error| {
        if error.classify() == Category::Data {
            return no_event;
        }
        let at = json_text::fault_offset(data, &error);
        DecodeErrorKind::BadJson.at(base.saturating_add(at))
    })?;
    let name = members
        .name
        .and_then(|raw| json_string::read(raw.get()))
        .ok_or(no_event)?;
    let args = match members.args.map(RawValue::get) {
        Some(text) if text.starts_with('[') => shallow(text, max_depth, data, base)?,
        Some(text) if !is_falsy(text) => return Err(no_event),
        Some(_) | None => Arguments::NONE,
    };
    Ok((name, args))
}

/// Arguments out of an array, checked and borrowed from `data`, that does not nest too deeply.
fn shallow<'a>(
    array: &'a str,
    max_depth: usize,
    data: &str,
    base: usize,
) -> Result<Arguments<'a>, DecodeError> {
    match json_text::first_too_deep(array, max_depth) {
        None => Ok(Arguments::from_checked(array)),
        Some(at) => {
            let array_at = base.saturating_add(json_text::offset_of(array, data));
            Err(DecodeErrorKind::JsonTooDeep.at(array_at.saturating_add(at)))
        }
    }
}

/// Whether JavaScript takes a JSON value for false; the references read such arguments as none.
fn is_falsy(json: &str) -> bool {
    matches!(json, "null" | "false" | r#""""#)
        || json.parse().is_ok_and(|number: f64| number == 0.0)
}

/// The members of an event's object that mean something, as text.
#[derive(Default)]
struct Members<'a> {
    name: Option<&'a RawValue>,
    args: Option<&'a RawValue>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::default();
        while let Some(key) = map.next_key()? {
            match key {
                Key::Name => members.name = Some(map.next_value()?),
                Key::Args => members.args = Some(map.next_value()?),
                // As text too: one way of skipping a value means that it is inlined where it counts.
                Key::Other => {
                    map.next_value::<&RawValue>()?;
                }
            }
        }
        Ok(members)
    }
}

enum Key {
    Name,
    Args,
    Other,
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // As bytes, since a key that nobody looks at may escape lone surrogates.
        deserializer.deserialize_bytes(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_bytes<E>(self, key: &[u8]) -> Result<Key, E> {
        Ok(match key {
            b"name" => Key::Name,
            b"args" => Key::Args,
            _ => Key::Other,
        })
    }
}
