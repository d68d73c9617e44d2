//! JSON as JavaScript reads and prints it.
//!
//! The wire vectors were recorded from JavaScript programs, so comparing with them means reading
//! JSON as `JSON.parse` does (numbers are doubles, the last of equal keys counts, strings may
//! hold lone surrogates) and printing it as `JSON.stringify` does (members in the language's
//! order, numbers in its notation).

use std::fmt::{self, Write};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value in JavaScript's eyes.
#[derive(Debug, Clone, PartialEq)]
pub enum JsValue {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// Any number.
    Number(f64),
    /// Text; a lone surrogate is U+FFFD.
    String(String),
    /// A list.
    Array(Vec<Self>),
    /// Members, each key once, in JavaScript's order.
    Object(Vec<(String, Self)>),
}

impl JsValue {
    /// Reads JSON text.
    ///
    /// # Errors
    ///
    /// If it is not well formed, nests deeper than 128 levels, or has a number beyond doubles.
    pub fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(&replace_lone_surrogates(text))
    }

    /// A value for text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::String(text.to_owned())
    }

    /// The member of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(name, _)| name == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The text, if it is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether JavaScript takes it for true.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(number) => *number != 0.0,
            Self::String(text) => !text.is_empty(),
            Self::Array(_) | Self::Object(_) => true,
        }
    }

    /// What `String(value)` gives.
    #[must_use]
    pub fn coerce_to_text(&self) -> String {
        match self {
            Self::String(text) => text.clone(),
            Self::Array(items) => {
                let texts = items.iter().map(|item| match item {
                    Self::Null => String::new(),
                    other => other.coerce_to_text(),
                });
                texts.collect::<Vec<_>>().join(",")
            }
            Self::Object(_) => "[object Object]".to_owned(),
            Self::Null | Self::Bool(_) | Self::Number(_) => self.to_string(),
        }
    }

    /// The same value with the members of every object sorted, for comparing.
    #[must_use]
    pub fn sorted(&self) -> Self {
        match self {
            Self::Array(items) => Self::Array(items.iter().map(Self::sorted).collect()),
            Self::Object(members) => {
                let mut members: Vec<_> = members
                    .iter()
                    .map(|(key, value)| (key.clone(), value.sorted()))
                    .collect();
                members.sort_by(|a, b| a.0.cmp(&b.0));
                Self::Object(members)
            }
            other => other.clone(),
        }
    }
}

/// Prints compact JSON as `JSON.stringify` does.
impl fmt::Display for JsValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(number) => write_number(*number, f),
            Self::String(text) => write_string(text, f),
            Self::Array(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { "," })?;
                }
                f.write_char(']')
            }
            Self::Object(members) => {
                f.write_char('{')?;
                for (index, (key, value)) in members.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { "," })?;
                    write_string(key, f)?;
                    write!(f, ":{value}")?;
                }
                f.write_char('}')
            }
        }
    }
}

fn write_string(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    // serde_json escapes what JSON.stringify escapes, in the same spelling.
    f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// Shortest digits that give the number back; an exponent from 1e21 up and below 1e-6.
fn write_number(number: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if !number.is_finite() {
        return f.write_str("null");
    }
    let size = number.abs();
    if size == 0.0 {
        f.write_char('0')
    } else if (1e-6..1e21).contains(&size) {
        write!(f, "{number}")
    } else {
        let text = format!("{number:e}");
        f.write_str(&if size < 1.0 {
            text
        } else {
            text.replace('e', "e+")
        })
    }
}

/// Writes `\ufffd` in place of escaped surrogates that have no partner: Rust's text cannot hold
/// them, and neither can UTF-8, where JavaScript puts U+FFFD for them too.
fn replace_lone_surrogates(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let taken = match (
            surrogate_escape(escape),
            escape.get(6..).and_then(surrogate_escape),
        ) {
            (Some(Surrogate::High), Some(Surrogate::Low)) => escape.get(..12),
            (Some(_), _) => {
                out.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (None, _) => escape.get(..2),
        };
        let taken = taken.unwrap_or(escape);
        out.push_str(taken);
        rest = escape.strip_prefix(taken).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

enum Surrogate {
    High,
    Low,
}

/// What half of a pair the escape at the front of `text` stands for.
fn surrogate_escape(text: &str) -> Option<Surrogate> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xD800..0xDC00 => Some(Surrogate::High),
        0xDC00..0xE000 => Some(Surrogate::Low),
        _ => None,
    }
}

impl<'de> Deserialize<'de> for JsValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = JsValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<JsValue, E> {
        Ok(JsValue::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<JsValue, E> {
        Ok(JsValue::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<JsValue, E> {
        Ok(JsValue::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<JsValue, E> {
        Ok(JsValue::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<JsValue, E> {
        Ok(JsValue::Number(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<JsValue, E> {
        Ok(JsValue::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<JsValue, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(JsValue::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsValue, A::Error> {
        let mut members: Vec<(String, JsValue)> = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, JsValue>()? {
            match members.iter_mut().find(|(name, _)| *name == key) {
                Some(member) => member.1 = value,
                None => members.push((key, value)),
            }
        }
        // JavaScript puts keys that look like array indexes first, by number.
        members.sort_by_key(|(key, _)| array_index(key).unwrap_or(u64::MAX));
        Ok(JsValue::Object(members))
    }
}

/// The number that a key is, if it is spelled as an array index.
fn array_index(key: &str) -> Option<u64> {
    key.parse::<u32>()
        .ok()
        .filter(|n| *n < u32::MAX && n.to_string() == key)
        .map(u64::from)
}
