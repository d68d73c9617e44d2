//! A session on polls and posts, or on a stream and posts.

use std::time::Duration;

use futures_lite::future::or;
use socketio_proto::Dialect;

use super::conversation::Conversation;
use super::http::Http;
use crate::dialer::{Dialer, Lost, Role};

/// How long a poll may be held.
const PATIENCE: Duration = Duration::from_secs(70);

/// Within this time a connection is accepted, even if that fails a few times.
const ACCEPTING: Duration = Duration::from_millis(500);

/// The transports that are made of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requests {
    XhrPolling,
    JsonpPolling,
    HtmlFile,
}

/// Carries a session until it is over or a connection for what comes lost.
pub(crate) async fn carry(
    dialer: &mut Dialer,
    talk: &Conversation,
    kind: Requests,
) -> Result<(), Lost> {
    let mut posts = dialer.clone();
    posts.random = dialer.random.branch();
    let receive = async {
        match kind {
            Requests::HtmlFile => stream(dialer, talk).await,
            Requests::XhrPolling | Requests::JsonpPolling => poll(dialer, talk, kind).await,
        }
    };
    let over = async {
        talk.until_over().await;
        Ok(())
    };
    let send = async { post(&mut posts, talk, kind).await };
    or(or(receive, over), send).await
}

impl Requests {
    fn target(self, sid: &str) -> String {
        match self {
            Self::XhrPolling => format!("/socket.io/1/xhr-polling/{sid}?t=1"),
            Self::JsonpPolling => format!("/socket.io/1/jsonp-polling/{sid}?t=1&i=0"),
            Self::HtmlFile => format!("/socket.io/1/htmlfile/{sid}?t=1"),
        }
    }

    /// What a poll brought, without its wrapping.
    fn unwrapped(self, body: String) -> String {
        match self {
            Self::XhrPolling | Self::HtmlFile => body,
            Self::JsonpPolling => {
                let call = body.strip_prefix("io.j[0](").expect("a call");
                unquoted(call.strip_suffix(");").expect("a call"))
            }
        }
    }

    fn form(self, payload: String) -> (&'static str, String) {
        match self {
            Self::XhrPolling | Self::HtmlFile => ("text/plain;charset=UTF-8", payload),
            Self::JsonpPolling => {
                let quoted = serde_json::to_string(&payload).expect("a text is JSON");
                let mut form = String::from("d=");
                for byte in quoted.bytes() {
                    match byte {
                        b'a'..=b'z' | b'0'..=b'9' => form.push(byte.into()),
                        _ => form.push_str(&format!("%{byte:02X}")),
                    }
                }
                ("application/x-www-form-urlencoded", form)
            }
        }
    }
}

fn unquoted(text: &str) -> String {
    serde_json::from_str(text).expect("a string")
}

async fn poll(dialer: &mut Dialer, talk: &Conversation, kind: Requests) -> Result<(), Lost> {
    let target = kind.target(&talk.sid());
    let mut http = Http::on(dialer.dial(Role::Poll)?);
    loop {
        http.get(&target).await?;
        if dialer.random.chance(dialer.weather.impatience) {
            http = poll_twice(dialer, talk, kind, http).await?;
        }
        talk.until(|it| !it.is_frozen()).await;
        let body = dialer.within(PATIENCE, http.answer()).await?;
        talk.take_payload(&kind.unwrapped(body));
        if dialer.random.chance(10) {
            let time = Duration::from_millis(dialer.random.within(0..3000));
            dialer.pause(time).await;
        }
    }
}

/// Loses patience and polls again, while the first poll is held; the connection of the second
/// remains. The first has reached the server by then, even if connections are not accepted for a
/// while: of two polls that overtake each other, nobody could say which is the newer.
async fn poll_twice(
    dialer: &mut Dialer,
    talk: &Conversation,
    kind: Requests,
    mut first: Http,
) -> Result<Http, Lost> {
    let under_way = Duration::from_micros(dialer.weather.latency.end);
    let time = Duration::from_millis(dialer.random.within(0..200));
    dialer.pause(under_way + ACCEPTING + time).await;
    let mut second = Http::on(dialer.dial(Role::Poll)?);
    second.get(&kind.target(&talk.sid())).await?;
    if let Ok(body) = dialer.within(PATIENCE, first.answer()).await {
        talk.take_payload(&kind.unwrapped(body));
    }
    Ok(second)
}

async fn stream(dialer: &mut Dialer, talk: &Conversation) -> Result<(), Lost> {
    let mut http = Http::on(dialer.dial(Role::Stream)?);
    http.get(&Requests::HtmlFile.target(&talk.sid())).await?;
    if http.head().await?.status != 200 {
        return Err(Lost);
    }
    let mut is_begun = false;
    while let Some(chunk) = http.chunk().await? {
        talk.until(|it| !it.is_frozen()).await;
        // The document comes first; what is unknown is told with it.
        for call in chunk.split("<script>_(").skip(1) {
            let text = call.strip_suffix(");</script>").expect("one call");
            talk.take(&unquoted(text));
        }
        assert!(is_begun || chunk.starts_with("<html>"), "{chunk:?}");
        is_begun = true;
    }
    Err(Lost)
}

/// Sends what there is to say, for ever. A post that fails is not sent again: nobody knows how far
/// it came.
async fn post(dialer: &mut Dialer, talk: &Conversation, kind: Requests) -> Result<(), Lost> {
    let mut kept = None;
    loop {
        talk.until_outgoing().await;
        talk.until(|it| !it.is_frozen()).await;
        let mut http = match kept.take() {
            Some(http) => http,
            None => match dialer.dial(Role::Post) {
                Ok(stream) => Http::on(stream),
                Err(Lost) => {
                    dialer.pause(Duration::from_secs(1)).await;
                    continue;
                }
            },
        };
        let most = 1 + dialer.random.index(5);
        let (packets, events) = talk.take_outgoing(most);
        let mut payload = Vec::new();
        Dialect::Legacy.frame(&packets, &mut payload);
        let payload = String::from_utf8(payload).expect("a text");
        let (content, body) = kind.form(payload);
        let sent = async {
            http.post(&kind.target(&talk.sid()), content, &body).await?;
            http.answer().await
        };
        if let Ok(answer) = dialer.within(PATIENCE, sent).await {
            assert_eq!(answer, "1");
            talk.arrived(&events);
            kept = Some(http);
        }
    }
}
