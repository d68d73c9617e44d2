//! The steps of a client, an application, a driver and a clock.

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use socketio_proto::TransportName;
use socketio_session::{Loss, NamespaceId, SendOptions};

use super::script::{CHAT, GLOBAL, LOCKED, NEWS, VAULT};

/// One thing that happens.
#[derive(Debug, Clone)]
pub enum Step {
    /// The client sends the next of its numbered messages to an endpoint.
    Says(&'static str),
    /// The client sends this packet.
    Sends(&'static str),
    /// The client takes the session up on another transport.
    Opens(TransportName),
    /// The newest transport is lost, with everything written that it was handed.
    Loses(Loss),
    /// The application sends the next of its numbered messages.
    Emits(NamespaceId, SendOptions),
    /// The application asks for an acknowledgement within so many seconds.
    Asks(NamespaceId, u64),
    /// The application answers the oldest question that it has not answered.
    Replies,
    /// The application admits the client that has waited longest, or refuses it.
    Decides(bool),
    /// The application sends the client out of a namespace.
    Dismisses(NamespaceId),
    /// The application ends the session.
    Disconnects,
    /// The driver ends the session for what the client did.
    Fails,
    /// Time passes.
    Waits(Duration),
    /// Somebody looks at a clock that shows the time of the beginning.
    ClockGoesBack,
    /// The driver takes out at most so many events.
    Hears(usize),
    /// The newest transport fetches packets of about so many bytes.
    Transmits(usize),
    /// Whoever was handed packets has written them.
    Delivers,
    /// Whoever was handed packets breaks before it has written the last so many of them.
    GivesBack(usize),
    /// The driver takes out its orders and the acknowledgements.
    FetchesOrders,
}

/// All namespaces of a script.
pub const NAMESPACES: [NamespaceId; 5] = [GLOBAL, CHAT, NEWS, VAULT, LOCKED];

/// Where a client says its numbered messages.
pub const ENDPOINTS: [&str; 4] = ["", "/chat", "/news", "/vault"];

/// What a client can say without ending anything.
pub const PACKETS: [&str; 24] = [
    "1::/chat",
    "1::/chat:?query",
    "1::/news",
    "1::/vault",
    "1::/locked",
    "1::/nope",
    "1::",
    "0::/chat",
    "0::/news",
    "0::/vault",
    "0::/nope",
    "2::",
    "3:1+:/chat:asks",
    "4::/news:{}",
    r#"5::/locked:{"name":"knock"}"#,
    r#"5:2+:/locked:{"name":"break in"}"#,
    r#"5:::{"name":"disconnect"}"#,
    r#"5:::{"name":"__proto__"}"#,
    "6:::1",
    "6:::2+[1]",
    "6::/chat:1",
    "8::",
    "rubbish",
    "5::/chat:{broken",
];

/// Packets that the library acknowledges by itself.
pub const NUMBERED_PACKETS: [&str; 4] = ["3:7::ack", "1:8:/chat", "5:9:/nope:{}", "4:10:/news:1"];

impl Arbitrary<'_> for Step {
    fn arbitrary(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        let namespace = |u: &mut Unstructured<'_>| u.choose(&NAMESPACES).copied();
        Ok(match u.int_in_range(0..=19)? {
            0 => Self::Says(u.choose(&ENDPOINTS)?),
            1 => Self::Sends(u.choose(&PACKETS)?),
            2 => Self::Sends(u.choose(&NUMBERED_PACKETS)?),
            3 => Self::Opens(*u.choose(&TransportName::ALL)?),
            4 => Self::Loses(*u.choose(&[Loss::Broken, Loss::Ended])?),
            5 => Self::Emits(namespace(u)?, SendOptions::default()),
            6 => Self::Emits(namespace(u)?, SendOptions::VOLATILE),
            7 => Self::Asks(namespace(u)?, u.int_in_range(0..=29)?),
            8 => Self::Replies,
            9 => Self::Decides(u.arbitrary()?),
            10 => Self::Dismisses(namespace(u)?),
            11 => Self::Disconnects,
            12 => Self::Fails,
            13 => Self::Waits(Duration::from_millis(u.int_in_range(0..=40_000)?)),
            14 => Self::ClockGoesBack,
            15 => Self::Hears(u.int_in_range(1..=3)?),
            16 => Self::Transmits(u.int_in_range(0..=39)?),
            17 => Self::Delivers,
            18 => Self::GivesBack(u.int_in_range(0..=3)?),
            _ => Self::FetchesOrders,
        })
    }
}
