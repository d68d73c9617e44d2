//! The clients of the recorded conversations, whose connections break at every byte.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_lite::future::or;
use socketio_conformance::replay::Transcript;
use socketio_conformance::replay::sent_bytes::sent_bytes;
use socketio_conformance::replay::template::Bindings;
use socketio_conformance::replay::transcript::{ClosingManner, Event, Response, Step};
use socketio_simulation::{Cut, CutKind, Dial, Direction, Line, Side, Stream, World};

use crate::cuts::{CROWD, assert_survived};
use crate::dialer::Lost;

/// How long a client waits for what came when it was recorded.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two things that a client does.
const PAUSE: Duration = Duration::from_millis(20);

/// As long as a session id.
const ANY_ID: &str = "000000000000000000000000";

const WAYS: [CutKind; 3] = [CutKind::Reset, CutKind::End, CutKind::Silence];

/// Of something longer, only the ends are cut.
const LONG: usize = 1000;

/// What a client does.
#[derive(Debug, Clone)]
enum Deed {
    /// It sends or ends something.
    Step(Step),
    /// It waits for something to come.
    Hear,
    /// It waits for an answer in which a session id of this name stands behind this.
    Learn { name: String, before: String },
}

/// A recording: what its client does, and on which connection.
#[derive(Debug)]
struct Script {
    id: String,
    deeds: Vec<(String, Deed)>,
}

/// Where a recording is cut.
#[derive(Debug, Clone)]
struct Place {
    script: Arc<Script>,
    connection: String,
    cut: Cut,
}

impl Script {
    fn of(transcript: &Transcript) -> Self {
        let deeds = transcript.events.iter().filter_map(deed);
        Self {
            id: transcript.id.clone(),
            deeds: deeds.collect(),
        }
    }

    /// Everywhere; what many have said is cut once.
    fn places(self: &Arc<Self>, known: &mut BTreeSet<(String, usize)>) -> Vec<Place> {
        let mut bindings = Bindings::new("h");
        let mut lengths: BTreeMap<&str, u64> = BTreeMap::new();
        let mut places = Vec::new();
        for (connection, deed) in &self.deeds {
            match deed {
                Deed::Hear => {}
                Deed::Learn { name, .. } => bind(&mut bindings, name, ANY_ID),
                Deed::Step(step) => {
                    let Ok(bytes) = sent_bytes(step, &bindings) else {
                        continue;
                    };
                    let start = lengths.entry(connection).or_default();
                    let is_request = matches!(step, Step::Request(_));
                    let points = points(&bytes, is_request, known);
                    places.extend(points.into_iter().map(|at| Place {
                        script: Arc::clone(self),
                        connection: connection.clone(),
                        cut: Cut {
                            direction: Direction::Up,
                            at: *start + at as u64,
                            kind: WAYS[at % WAYS.len()],
                        },
                    }));
                    *start += bytes.len() as u64;
                }
            }
        }
        places
    }
}

fn deed(event: &Event) -> Option<(String, Deed)> {
    let deed = match &event.step {
        Step::Request(_) | Step::SendFrame(_) | Step::SendRaw(_) | Step::Close(_) => {
            Deed::Step(event.step.clone())
        }
        Step::Connect(_) | Step::Quiet(_) => return None,
        Step::Response(response) => named_id(response).unwrap_or(Deed::Hear),
        _ => Deed::Hear,
    };
    Some((event.conn.clone(), deed))
}

fn named_id(handshake: &Response) -> Option<Deed> {
    let (before, rest) = handshake.body.as_deref()?.split_once("{{sid")?;
    let (digits, _) = rest.split_once("}}:")?;
    Some(Deed::Learn {
        name: format!("sid{digits}"),
        before: before.to_owned(),
    })
}

/// Names a session id, unless the name is known or this is none.
fn bind(bindings: &mut Bindings, name: &str, id: &str) {
    let variable = format!("{{{{{name}}}}}");
    let _ = bindings.matches(&variable, id) || bindings.matches(&variable, ANY_ID);
}

/// After how many of these bytes there is a cut. To lines of heads it happens once each.
fn points(bytes: &[u8], is_request: bool, known: &mut BTreeSet<(String, usize)>) -> Vec<usize> {
    let head = if is_request {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        end.map_or(0, |end| end + 4)
    } else {
        0
    };
    let mut points = Vec::new();
    let mut start = 0;
    for line in String::from_utf8_lossy(&bytes[..head]).split_inclusive('\n') {
        let new = (0..line.len()).filter(|at| known.insert((line.to_owned(), *at)));
        points.extend(new.map(|at| start + at));
        start += line.len();
    }
    let is_at_an_end = |at: &usize| at - head < LONG || bytes.len() - at < LONG;
    points.extend((head..=bytes.len()).filter(is_at_an_end));
    points
}

/// A client that does what was recorded, whatever comes back.
struct Puppet {
    world: World,
    address: u16,
    script: Arc<Script>,
    /// On the first connection of this name.
    cut: Option<(String, Cut)>,
    bindings: Bindings,
    connections: BTreeMap<String, Stream>,
}

impl Puppet {
    fn new(world: &World, address: u16, place: Place) -> Self {
        Self {
            world: world.clone(),
            address,
            script: place.script,
            cut: Some((place.connection, place.cut)),
            bindings: Bindings::new("h"),
            connections: BTreeMap::new(),
        }
    }

    async fn live(mut self) {
        let script = Arc::clone(&self.script);
        for (connection, deed) in &script.deeds {
            // What fails is what was to fail.
            let _ = self.act(connection, deed).await;
            self.world.sleep(Side::Clients, PAUSE).await;
        }
    }

    async fn act(&mut self, connection: &str, deed: &Deed) -> Result<(), Lost> {
        match deed {
            Deed::Step(Step::Close(manner)) => {
                let stream = self.on(connection)?;
                match manner {
                    ClosingManner::Fin => stream.end(),
                    ClosingManner::Abort => drop(self.connections.remove(connection)),
                    ClosingManner::Reset => stream.reset(),
                }
            }
            Deed::Step(step) => {
                let bytes = sent_bytes(step, &self.bindings).map_err(|_| Lost)?;
                self.on(connection)?.write_all(&bytes).await?;
            }
            Deed::Hear => {
                let (world, stream) = (self.world.clone(), self.on(connection)?);
                let mut buffer = [0; 4096];
                within(&world, async { Ok(stream.read(&mut buffer).await?) }).await?;
            }
            Deed::Learn { name, before } => {
                let (world, stream) = (self.world.clone(), self.on(connection)?);
                let id = within(&world, read_id(stream, before)).await;
                // Who has learned none says any.
                bind(&mut self.bindings, name, id.as_deref().unwrap_or(ANY_ID));
            }
        }
        Ok(())
    }

    fn on(&mut self, connection: &str) -> Result<&mut Stream, Lost> {
        if !self.connections.contains_key(connection) {
            let cut = self.cut.take_if(|(name, _)| name == connection);
            let line = Line {
                cut: cut.map(|(_, cut)| cut),
                is_faithful: false,
                ..Line::default()
            };
            let dial = Dial {
                line,
                loss: Arc::default(),
                address: self.address,
            };
            let stream = self.world.connect(dial).map_err(|_| Lost)?;
            self.connections.insert(connection.to_owned(), stream);
        }
        self.connections.get_mut(connection).ok_or(Lost)
    }
}

async fn within<T>(world: &World, work: impl Future<Output = Result<T, Lost>>) -> Result<T, Lost> {
    let late = async {
        world.sleep(Side::Clients, PATIENCE).await;
        Err(Lost)
    };
    or(work, late).await
}

/// The session id in an answer, which stands between this and a colon.
async fn read_id(stream: &mut Stream, before: &str) -> Result<String, Lost> {
    let mut answer = String::new();
    let mut buffer = [0; 512];
    loop {
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
        let rest = body.and_then(|body| body.strip_prefix(before));
        if let Some((id, _)) = rest.and_then(|rest| rest.split_once(':')) {
            return Ok(id.to_owned());
        }
        match stream.read(&mut buffer).await? {
            0 => return Err(Lost),
            read => {
                answer += &String::from_utf8_lossy(&buffer[..read]);
            }
        }
    }
}

#[test]
fn recorded_clients_may_break_at_every_byte() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/http-transcripts");
    let transcripts = Transcript::read_all(&folder).expect("the recordings");
    let mut known = BTreeSet::new();
    let places: Vec<_> = transcripts
        .iter()
        .flat_map(|transcript| Arc::new(Script::of(transcript)).places(&mut known))
        .collect();
    let mut connected = 0;
    for places in places.chunks(CROWD as usize) {
        let (first, last) = (&places[0].script.id, &places[places.len() - 1].script.id);
        connected += assert_survived(&format!("from {first} to {last}"), |stage| {
            for (address, place) in places.iter().enumerate() {
                let puppet = Puppet::new(&stage.world, address as u16, place.clone());
                stage.world.spawn(Side::Clients, puppet.live());
            }
        });
    }
    println!("{} cuts, {connected} clients were connected", places.len());
    // Some conversations are over before that, and some are about nothing else.
    assert!(connected > places.len() / 2, "{connected} were connected");
}
