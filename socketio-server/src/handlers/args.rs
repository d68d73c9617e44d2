//! Event arguments in and out.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::UnitDeserializer;
use serde::de::{Deserialize, Error as _, IgnoredAny, IntoDeserializer, SeqAccess, Visitor};
use serde::ser::Serialize;

/// The arguments of an event, deserialized into a tuple: the extractor of most handlers.
///
/// As between functions of JavaScript, arguments that nobody asked for are ignored, and one
/// that is missing counts as `null`: an `Option` becomes `None`, anything else does not fit.
///
/// ```
/// # use socketio_server::{Args, Namespace};
/// Namespace::new("/chat").on("move", async |Args((x, y)): Args<(i32, Option<i32>)>| {
///     let _ = (x, y);
/// });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Args<T>(pub T);

/// The text of the arguments, a JSON array: for relaying them untouched, or for another JSON
/// library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawArgs(pub(crate) Box<str>);

impl RawArgs {
    /// Takes the text of a JSON array.
    ///
    /// # Errors
    /// If the text is no well-formed JSON array.
    pub fn new(array: impl Into<Box<str>>) -> Result<Self, serde_json::Error> {
        let array = array.into();
        let _: Vec<IgnoredAny> = serde_json::from_str(&array)?;
        Ok(Self(array))
    }

    /// The text: a JSON array.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The arguments as a tuple, as [`Args`] gives them.
    ///
    /// # Errors
    /// If they do not fit.
    pub fn parse<T: FromArgs>(&self) -> Result<T, serde_json::Error> {
        T::from_args(&self.0)
    }
}

/// Tuples that can be made from an event's arguments.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from an event's arguments",
    note = "arguments are a tuple of up to eight types that implement `serde::Deserialize`: one argument is `(T,)`"
)]
pub trait FromArgs: Sized {
    /// Reads the tuple from the text of a JSON array.
    ///
    /// # Errors
    /// If an argument does not fit its type.
    fn from_args(array: &str) -> Result<Self, serde_json::Error>;
}

/// Arguments that can be sent with an event: `()` for none, a tuple, or [`RawArgs`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as an event's arguments",
    note = "arguments are a tuple of up to eight types that implement `serde::Serialize`: one argument is `(value,)`"
)]
pub trait EventArgs {
    /// Appends the JSON array to `out`; nothing if there are no arguments.
    ///
    /// # Errors
    /// If a value cannot be serialized.
    fn write_args(&self, out: &mut Vec<u8>) -> Result<(), serde_json::Error>;
}

impl EventArgs for () {
    fn write_args(&self, _out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        Ok(())
    }
}

impl EventArgs for RawArgs {
    fn write_args(&self, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(())
    }
}

impl<T: EventArgs + ?Sized> EventArgs for &T {
    fn write_args(&self, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        (**self).write_args(out)
    }
}

/// Reads one argument; one that is missing counts as `null`.
fn next<'de, T: Deserialize<'de>, S: SeqAccess<'de>>(
    arguments: &mut S,
    position: usize,
) -> Result<T, S::Error> {
    if let Some(argument) = arguments.next_element()? {
        return Ok(argument);
    }
    let null: UnitDeserializer<serde::de::value::Error> = ().into_deserializer();
    T::deserialize(null).map_err(|_| S::Error::custom(format!("argument {position} is missing")))
}

struct TupleVisitor<T>(PhantomData<T>);

macro_rules! tuples {
    ($($name:ident $position:literal),+) => {
        impl<$($name: for<'de> Deserialize<'de>),+> FromArgs for ($($name,)+) {
            fn from_args(array: &str) -> Result<Self, serde_json::Error> {
                let mut text = serde_json::Deserializer::from_str(array);
                let visitor = TupleVisitor::<Self>(PhantomData);
                let arguments = serde::Deserializer::deserialize_seq(&mut text, visitor)?;
                text.end()?;
                Ok(arguments)
            }
        }

        impl<'de, $($name: Deserialize<'de>),+> Visitor<'de> for TupleVisitor<($($name,)+)> {
            type Value = ($($name,)+);

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of arguments")
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
                let arguments = ($(next::<$name, S>(&mut seq, $position)?,)+);
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(arguments)
            }
        }

        impl<$($name: Serialize),+> EventArgs for ($($name,)+) {
            fn write_args(&self, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
                serde_json::to_writer(out, self)
            }
        }
    };
}

tuples!(A 1);
tuples!(A 1, B 2);
tuples!(A 1, B 2, C 3);
tuples!(A 1, B 2, C 3, D 4);
tuples!(A 1, B 2, C 3, D 4, E 5);
tuples!(A 1, B 2, C 3, D 4, E 5, F 6);
tuples!(A 1, B 2, C 3, D 4, E 5, F 6, G 7);
tuples!(A 1, B 2, C 3, D 4, E 5, F 6, G 7, H 8);

impl FromArgs for () {
    fn from_args(_array: &str) -> Result<Self, serde_json::Error> {
        Ok(())
    }
}
