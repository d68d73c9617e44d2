//! JSON messages, as values and as text.

use serde::de::DeserializeOwned;
use socketio_session::Content;

use super::context::{EventContext, Trigger};
use super::extract::{FromEvent, Rejection};

/// The text of a JSON message: for relaying it untouched, or for another JSON library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawJson(pub(crate) Box<str>);

impl RawJson {
    /// Takes the text of one JSON value.
    ///
    /// # Errors
    /// If the text is no well-formed JSON.
    pub fn new(value: impl Into<Box<str>>) -> Result<Self, serde_json::Error> {
        let value = value.into();
        let _: serde::de::IgnoredAny = serde_json::from_str(&value)?;
        Ok(Self(value))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromEvent for RawJson {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        match &context.trigger {
            Trigger::Received(Content::Json(text)) => Ok(Self(text.clone())),
            _ => Err(Rejection::new("this is no JSON message")),
        }
    }
}

/// The value of a JSON message. As a reply, one argument of any serializable type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + Send> FromEvent for Json<T> {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        let RawJson(text) = RawJson::from_event(context)?;
        serde_json::from_str(&text)
            .map(Json)
            .map_err(Rejection::new)
    }
}

impl serde::Serialize for RawJson {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &serde_json::value::RawValue =
            serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}
