//! Session ids.

use core::fmt;

use thiserror::Error;

/// The secret that names a session: 24 characters of `A-Za-z0-9_-`, made from 144 random bits,
/// of which 132 remain behind the longest [`SessionIdPrefix`].
///
/// Whoever knows it can speak for the client, so [`Debug`](fmt::Debug) shows only its first
/// six characters; [`as_str`](SessionId::as_str) shows all of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId([u8; Self::LENGTH]);

impl SessionId {
    /// The number of characters.
    pub const LENGTH: usize = 24;

    /// Spells out `random`, which must come from a secure source.
    #[must_use]
    pub fn from_random(random: [u8; 18]) -> Self {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut text = [0; Self::LENGTH];
        for (out, group) in text.chunks_exact_mut(4).zip(random.chunks_exact(3)) {
            let bits = group
                .iter()
                .fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
            for (place, character) in out.iter_mut().enumerate() {
                *character = ALPHABET[(bits >> (18 - 6 * place)) as usize & 63];
            }
        }
        Self(text)
    }

    /// Likewise, but beginning with `prefix`, whose characters take the place of six random bits
    /// each.
    #[must_use]
    pub fn with_prefix(prefix: SessionIdPrefix, random: [u8; 18]) -> Self {
        let mut id = Self::from_random(random);
        for (place, fixed) in id.0.iter_mut().zip(prefix.bytes()) {
            *place = fixed;
        }
        id
    }

    /// Reads an id from a request target; `None` if no id looks like this.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; Self::LENGTH] = text.as_bytes().try_into().ok()?;
        bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            .then_some(Self(bytes))
    }

    /// The whole id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII characters are ever stored.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// A number below `shards` that is the same whenever it is asked for this id.
    #[must_use]
    pub fn shard(&self, shards: usize) -> usize {
        // FNV-1a over all of it: single characters are not spread evenly over small numbers.
        let hash = self.0.iter().fold(0x811C_9DC5_u32, |hash, byte| {
            (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        });
        hash as usize % shards.max(1)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.as_str().get(..6).unwrap_or_default())
    }
}

/// What the ids of one process begin with, so that a proxy in front of several can tell from a
/// request's path whose session it is about: one or two characters of `A-Za-z0-9`.
///
/// Two characters leave 132 of an id's 144 random bits; a third would leave fewer than 128.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionIdPrefix(u8, Option<u8>);

impl SessionIdPrefix {
    /// Reads a prefix.
    ///
    /// # Errors
    /// [`InvalidSessionIdPrefix`] if it is anything but one or two ASCII letters or digits.
    pub fn new(text: &str) -> Result<Self, InvalidSessionIdPrefix> {
        let prefix = match *text.as_bytes() {
            [first] => Self(first, None),
            [first, second] => Self(first, Some(second)),
            _ => return Err(InvalidSessionIdPrefix),
        };
        let valid = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric());
        valid.then_some(prefix).ok_or(InvalidSessionIdPrefix)
    }

    fn bytes(self) -> impl Iterator<Item = u8> {
        core::iter::once(self.0).chain(self.1)
    }
}

/// A session id cannot begin like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a session id begins with one or two characters of A-Za-z0-9")]
pub struct InvalidSessionIdPrefix;
