//! The recorded conversations, as they stand in their files.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::script::{App, Authorization, LogEntry};

/// One recorded conversation, with the server it was held with.
#[derive(Debug, Clone, Deserialize)]
pub struct Transcript {
    /// Name of the file without its ending.
    pub id: String,
    /// What it shows, in one line.
    pub title: String,
    /// The part of the protocol it belongs to, such as `xhr-polling`.
    pub group: String,
    /// How binding the recording is; missing for captures of real clients.
    pub status: Option<Status>,
    /// Settings that differed from the reference's defaults, under the reference's own names.
    #[serde(default)]
    pub config: BTreeMap<String, Value>,
    /// First path segments, when not `/socket.io`.
    pub resource: Option<String>,
    /// What the authorization hook does, when one was installed.
    pub authorization: Option<Authorization>,
    /// The scripted application: per namespace, what is run when.
    #[serde(default)]
    pub app: App,
    /// What happened on the wire, as the client saw it.
    pub events: Vec<Event>,
    /// Whether the recording waited for timers of their default length.
    #[serde(default)]
    pub recorded_slowly: bool,
    /// What the application saw.
    #[serde(default)]
    pub server_log: Vec<LogEntry>,
}

impl Transcript {
    /// Reads one transcript file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// Reads every transcript of a folder, in the order of their names.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, String> {
        let listing =
            std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let mut paths: Vec<_> = listing
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    /// Whether its pauses carry meaning: because a timer was shortened for the recording, or because it was
    /// recorded at the pace of the default ones.
    pub fn is_timed(&self) -> bool {
        let timers = [
            "close timeout",
            "polling duration",
            "heartbeat interval",
            "heartbeat timeout",
        ];
        self.recorded_slowly
            || timers
                .iter()
                .any(|setting| self.config.contains_key(*setting))
    }

    /// The transports the reference offered in this recording.
    pub fn transports(&self) -> Vec<String> {
        match self.config.get("transports") {
            Some(Value::Array(names)) => names
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            _ => ["websocket", "htmlfile", "xhr-polling", "jsonp-polling"]
                .map(str::to_owned)
                .to_vec(),
        }
    }

    /// The transports without which it cannot be played: those its requests use, jsonp-polling where a
    /// handshake is made by script tag, and flashsocket where it is about the policy file.
    pub fn transports_needed(&self) -> Vec<String> {
        let requests = self.events.iter().filter_map(|event| match &event.step {
            Step::Request(request) => Some(request),
            _ => None,
        });
        let mut needed: Vec<_> = requests
            .flat_map(|request| {
                let by_script = request.calls_back().then_some("jsonp-polling");
                request
                    .transport(self.resource.as_deref())
                    .into_iter()
                    .chain(by_script)
            })
            .chain((self.group == "flash").then_some("flashsocket"))
            .map(str::to_owned)
            .collect();
        needed.sort();
        needed.dedup();
        needed
    }
}

/// Every transport name of the family.
pub const ALL_TRANSPORTS: [&str; 5] = [
    "websocket",
    "flashsocket",
    "htmlfile",
    "xhr-polling",
    "jsonp-polling",
];

/// How binding a recording is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Clients rely on it: serve it like this.
    Normative,
    /// What the reference does; doing better is fine.
    Quirk,
    /// A fault of the reference, not to be copied.
    Defect,
    /// Recorded from another server, for knowing how they differ.
    Gevent,
}

/// One thing that happened on the wire.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "RecordedEvent")]
pub struct Event {
    /// Milliseconds since the start of the recording.
    pub t: u64,
    /// The TCP connection it happened on.
    pub conn: String,
    /// What was sent, what arrived, or that nothing did.
    pub step: Step,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The client sent an HTTP request.
    Request(Request),
    /// The client sent a WebSocket frame.
    SendFrame(Frame),
    /// The client sent these bytes.
    SendRaw(RawBytes),
    /// The client ended its side, or all, of the connection.
    Close(ClosingManner),
    /// The client connected to the port this setting names, and sent nothing yet.
    Connect(String),
    /// A complete HTTP response arrived.
    Response(Response),
    /// The head of an endless HTTP response arrived.
    ResponseHead(Response),
    /// A chunk of an endless HTTP response arrived.
    Chunk(String),
    /// An endless HTTP response ended.
    ResponseEnd,
    /// A WebSocket frame arrived.
    Frame(Frame),
    /// A frame of the oldest WebSocket drafts arrived: this text between the bytes 00 and FF.
    HixieFrame(String),
    /// These bytes arrived.
    Raw(Vec<u8>),
    /// The server closed the connection.
    Closed,
    /// Nothing arrived for so many milliseconds.
    Quiet(u64),
}

impl Step {
    /// Whether the client side acts.
    pub fn is_out(&self) -> bool {
        matches!(
            self,
            Self::Request(_)
                | Self::SendFrame(_)
                | Self::SendRaw(_)
                | Self::Close(_)
                | Self::Connect(_)
        )
    }
}

/// An HTTP request, to be written exactly so.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path, before the query.
    pub path: String,
    /// The query, after the question mark.
    pub query: Option<String>,
    /// The headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: Option<Body>,
    /// The body's bytes, when they are not UTF-8.
    pub body_hex: Option<String>,
    /// Write the body in two segments, parted at this byte.
    pub split_at_byte: Option<usize>,
    /// Write the body in chunks.
    #[serde(default)]
    pub chunked: bool,
}

impl Request {
    /// The transport in its path, if there is one.
    fn transport(&self, resource: Option<&str>) -> Option<&str> {
        let rest = self.path.strip_prefix(resource.unwrap_or("/socket.io"))?;
        let segment = rest.trim_start_matches('/').split('/').nth(1)?;
        ALL_TRANSPORTS.contains(&segment).then_some(segment)
    }

    /// Whether it asks for an answer as a script.
    fn calls_back(&self) -> bool {
        let pairs = self.query.as_deref().unwrap_or_default().split('&');
        let mut callbacks = pairs.filter_map(|pair| pair.strip_prefix("jsonp="));
        callbacks.any(|index| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

/// A request body.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// Written out.
    Text(String),
    /// Too large to be written out: a head, then one string many times.
    Repeated {
        /// What it begins with.
        head: String,
        /// What is repeated.
        repeat: String,
        /// How often.
        times: usize,
    },
}

/// An HTTP response.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Reason phrase.
    pub reason: String,
    /// All headers.
    pub headers: Vec<(String, String)>,
    /// Names of the headers that the reference set itself; the others came from its HTTP library.
    pub explicit_headers: Option<Vec<String>>,
    /// The body, without framing.
    pub body: Option<String>,
    /// Whether only the beginning of the body was recorded.
    #[serde(default)]
    pub body_truncated: bool,
    /// Length of the whole body, when only its beginning was recorded.
    pub body_bytes: Option<usize>,
}

/// A WebSocket frame.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Frame {
    /// The operation code.
    pub opcode: u8,
    /// Whether it ends its message.
    pub fin: bool,
    /// Whether its payload is masked on the wire.
    #[serde(default)]
    pub masked: bool,
    /// The payload as text.
    pub text: Option<String>,
    /// The payload's bytes.
    pub hex: Option<String>,
}

/// Bytes sent as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct RawBytes {
    /// The bytes, one per character.
    pub latin1: String,
    /// A text frame written in the same segment right behind them.
    pub then_frame: Option<String>,
}

/// How the client ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClosingManner {
    /// It ends its own direction only.
    #[serde(alias = "end")]
    Fin,
    /// It closes the socket.
    Abort,
    /// It resets the connection.
    Reset,
}

/// An event with the keys it may have in the file, of which exactly one kind is used.
#[derive(Deserialize)]
struct RecordedEvent {
    #[serde(default)]
    t: u64,
    #[serde(default)]
    conn: String,
    dir: Direction,
    request: Option<Request>,
    frame: Option<Frame>,
    raw: Option<String>,
    raw_hex: Option<String>,
    then_frame_in_same_segment: Option<String>,
    close: Option<ClosingManner>,
    connect: Option<String>,
    response: Option<Response>,
    response_head: Option<Response>,
    chunk: Option<String>,
    response_end: Option<bool>,
    hixie_frame: Option<String>,
    closed: Option<bool>,
    ms: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Out,
    In,
    Quiet,
}

impl TryFrom<RecordedEvent> for Event {
    type Error = String;

    fn try_from(recorded: RecordedEvent) -> Result<Self, String> {
        let (t, conn) = (recorded.t, recorded.conn.clone());
        let step = match recorded.dir {
            Direction::Out => recorded.into_out(),
            Direction::In => recorded.into_in()?,
            Direction::Quiet => recorded.ms.map(Step::Quiet),
        };
        let step =
            step.ok_or_else(|| format!("event of {conn:?} at {t} ms has no known content"))?;
        Ok(Self { t, conn, step })
    }
}

impl RecordedEvent {
    fn into_out(self) -> Option<Step> {
        let then_frame = self.then_frame_in_same_segment;
        self.request
            .map(Step::Request)
            .or(self.frame.map(Step::SendFrame))
            .or(self.close.map(Step::Close))
            .or(self.connect.map(Step::Connect))
            .or(self
                .raw
                .map(|latin1| Step::SendRaw(RawBytes { latin1, then_frame })))
    }

    fn into_in(self) -> Result<Option<Step>, String> {
        let raw = match (self.raw_hex, self.raw) {
            (Some(hex), _) => Some(bytes_of_hex(&hex)?),
            (None, Some(latin1)) => Some(bytes_of_latin1(&latin1)?),
            (None, None) => None,
        };
        Ok(self
            .response
            .map(Step::Response)
            .or(self.response_head.map(Step::ResponseHead))
            .or(self.chunk.map(Step::Chunk))
            .or(self.response_end.map(|_| Step::ResponseEnd))
            .or(self.frame.map(Step::Frame))
            .or(self.hixie_frame.map(Step::HixieFrame))
            .or(raw.map(Step::Raw))
            .or(self.closed.map(|_| Step::Closed)))
    }
}

/// The bytes that a string of one character per byte stands for.
pub fn bytes_of_latin1(text: &str) -> Result<Vec<u8>, String> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).map_err(|_| format!("{c:?} is no byte")))
        .collect()
}

/// The bytes that hexadecimal digits stand for.
pub fn bytes_of_hex(digits: &str) -> Result<Vec<u8>, String> {
    if digits.len() % 2 != 0 || !digits.is_ascii() {
        return Err(format!("{digits:?} is not hexadecimal"));
    }
    (0..digits.len())
        .step_by(2)
        .map(|at| {
            u8::from_str_radix(&digits[at..at + 2], 16).map_err(|e| format!("{digits:?}: {e}"))
        })
        .collect()
}
