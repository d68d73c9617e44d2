//! What handlers return, and how it answers the client.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::ser::Serialize;
use socketio_proto::Arguments;

use super::args::RawArgs;
use super::handler_error::HandlerError;
use super::json::{Json, RawJson};

/// The arguments of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyArgs(Option<String>);

impl ReplyArgs {
    /// An answer without arguments.
    pub const NONE: Self = Self(None);

    /// One argument.
    ///
    /// # Errors
    /// If it cannot be serialized.
    pub fn one<T: Serialize + ?Sized>(value: &T) -> Result<Self, HandlerError> {
        Ok(Self(Some(serde_json::to_string(&[value])?)))
    }

    pub(crate) fn from_text(array: String) -> Self {
        Self((!array.is_empty()).then_some(array))
    }

    pub(crate) fn arguments(&self) -> Arguments<'_> {
        self.0
            .as_deref()
            .map_or(Arguments::NONE, Arguments::from_checked)
    }
}

/// A handler's return value. If the client asked for an answer, it is the answer.
///
/// `()` answers without arguments; a tuple with its elements as arguments; numbers, strings,
/// booleans, `Option`, `Vec`, maps, [`serde_json::Value`] and [`Json<T>`] with one argument;
/// [`RawJson`] with one argument, [`RawArgs`] with what it holds. An `Err` is a [`HandlerError`], which `?` makes of any
/// error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot answer a client",
    note = "return `()`, a plain value, a tuple, `Json(value)`, or a `Result` of these with `HandlerError`"
)]
pub trait Reply: Send {
    /// The answer's arguments. If the client does not want an answer (`wanted` is false), only
    /// an error is of interest.
    ///
    /// # Errors
    /// The handler's error, or that of serializing.
    fn into_args(self, wanted: bool) -> Result<ReplyArgs, HandlerError>;
}

impl Reply for () {
    fn into_args(self, _wanted: bool) -> Result<ReplyArgs, HandlerError> {
        Ok(ReplyArgs::NONE)
    }
}

impl Reply for ReplyArgs {
    fn into_args(self, _wanted: bool) -> Result<ReplyArgs, HandlerError> {
        Ok(self)
    }
}

impl Reply for RawArgs {
    fn into_args(self, _wanted: bool) -> Result<ReplyArgs, HandlerError> {
        Ok(ReplyArgs(Some(self.0.into())))
    }
}

impl<R: Reply> Reply for Result<R, HandlerError> {
    fn into_args(self, wanted: bool) -> Result<ReplyArgs, HandlerError> {
        self?.into_args(wanted)
    }
}

fn one<T: Serialize + ?Sized>(value: &T, wanted: bool) -> Result<ReplyArgs, HandlerError> {
    if wanted {
        ReplyArgs::one(value)
    } else {
        Ok(ReplyArgs::NONE)
    }
}

impl<T: Serialize + Send> Reply for Json<T> {
    fn into_args(self, wanted: bool) -> Result<ReplyArgs, HandlerError> {
        one(&self.0, wanted)
    }
}

impl Reply for RawJson {
    fn into_args(self, wanted: bool) -> Result<ReplyArgs, HandlerError> {
        one(&self, wanted)
    }
}

macro_rules! one_argument {
    ($(for[$($generic:ident)?] $kind:ty),+ $(,)?) => {$(
        impl$(<$generic: Serialize + Send>)? Reply for $kind {
            fn into_args(self, wanted: bool) -> Result<ReplyArgs, HandlerError> {
                one(&self, wanted)
            }
        }
    )+};
}

one_argument!(
    for[] bool, for[] char, for[] f32, for[] f64,
    for[] i8, for[] i16, for[] i32, for[] i64, for[] isize,
    for[] u8, for[] u16, for[] u32, for[] u64, for[] usize,
    for[] String, for[] &'static str, for[] Cow<'static, str>, for[] serde_json::Value,
    for[T] Option<T>, for[T] Vec<T>, for[T] BTreeMap<String, T>, for[T] HashMap<String, T>,
);

macro_rules! several_arguments {
    ($($name:ident),+) => {
        impl<$($name: Serialize + Send),+> Reply for ($($name,)+) {
            fn into_args(self, wanted: bool) -> Result<ReplyArgs, HandlerError> {
                if !wanted {
                    return Ok(ReplyArgs::NONE);
                }
                Ok(ReplyArgs(Some(serde_json::to_string(&self)?)))
            }
        }
    };
}

several_arguments!(A);
several_arguments!(A, B);
several_arguments!(A, B, C);
several_arguments!(A, B, C, D);
