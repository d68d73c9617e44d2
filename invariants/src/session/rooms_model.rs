//! Rooms and broadcasts against a model that is too simple to be wrong.

use std::collections::{BTreeSet, HashMap};

use arbitrary::{Arbitrary, Unstructured};
use socketio_session::{Broadcast, NamespaceId};

use super::crowd::{Crowd, id, to_rooms};
use super::script::{CHAT, GLOBAL, NEWS};

/// The rooms that clients enter.
pub const ROOMS: [&str; 3] = ["red", "blue", ""];

/// One thing that happens in a crowd. What is done to a client that is not here does not happen.
#[derive(Debug, Clone)]
pub enum CrowdStep {
    /// One more client.
    Comes,
    /// A client's connection ends.
    Goes(usize),
    /// A client joins a namespace.
    Joins(usize, NamespaceId),
    /// A client leaves a namespace.
    Leaves(usize, NamespaceId),
    /// The application sends a client out of a namespace.
    IsDismissed(usize, NamespaceId),
    /// The application puts a client into a room.
    Enters(usize, NamespaceId, &'static str),
    /// The application takes a client out of a room.
    LeavesRoom(usize, NamespaceId, &'static str),
    /// Everybody in a namespace, or in some of its rooms, is sent a message.
    Broadcasts {
        /// The namespace.
        namespace: NamespaceId,
        /// The rooms; none stands for the whole namespace.
        rooms: Vec<&'static str>,
        /// The rooms whose members are left out.
        except_rooms: Vec<&'static str>,
        /// The clients that are left out.
        except: Vec<usize>,
    },
}

/// The most clients that steps speak of.
pub const MOST_CLIENTS: usize = 6;

const NAMED: [NamespaceId; 2] = [CHAT, NEWS];
const ALL: [NamespaceId; 3] = [GLOBAL, CHAT, NEWS];

impl Arbitrary<'_> for CrowdStep {
    fn arbitrary(u: &mut Unstructured<'_>) -> arbitrary::Result<Self> {
        let kind = u.int_in_range(0..=7)?;
        let client = u.choose_index(MOST_CLIENTS)?;
        Ok(match kind {
            0 => Self::Comes,
            1 => Self::Goes(client),
            2 => Self::Joins(client, *u.choose(&NAMED)?),
            3 => Self::Leaves(client, *u.choose(&NAMED)?),
            4 => Self::IsDismissed(client, *u.choose(&NAMED)?),
            5 => Self::Enters(client, *u.choose(&ALL)?, u.choose(&ROOMS)?),
            6 => Self::LeavesRoom(client, *u.choose(&ALL)?, u.choose(&ROOMS)?),
            _ => Self::Broadcasts {
                namespace: *u.choose(&ALL)?,
                rooms: some(u, &ROOMS, 2)?,
                except_rooms: some(u, &ROOMS, 1)?,
                except: some(u, &[0, 1, 2, 3, 4, 5], 1)?,
            },
        })
    }
}

/// At most so many of these, maybe one several times.
fn some<T: Copy>(u: &mut Unstructured<'_>, of: &[T], most: usize) -> arbitrary::Result<Vec<T>> {
    let count = u.int_in_range(0..=most)?;
    (0..count).map(|_| u.choose(of).copied()).collect()
}

/// Who is where: sets of clients, and nothing else.
#[derive(Default)]
struct Model {
    namespaces: HashMap<NamespaceId, BTreeSet<usize>>,
    rooms: HashMap<(NamespaceId, &'static str), BTreeSet<usize>>,
}

impl Model {
    fn members(&self, namespace: NamespaceId, room: Option<&'static str>) -> BTreeSet<usize> {
        let members = match room {
            None => self.namespaces.get(&namespace),
            Some(room) => self.rooms.get(&(namespace, room)),
        };
        members.cloned().unwrap_or_default()
    }

    fn joins(&mut self, client: usize, namespace: NamespaceId) {
        self.namespaces.entry(namespace).or_default().insert(client);
    }

    fn leaves(&mut self, client: usize, namespace: NamespaceId) {
        self.namespaces
            .entry(namespace)
            .or_default()
            .remove(&client);
        for ((of, _), members) in &mut self.rooms {
            if *of == namespace {
                members.remove(&client);
            }
        }
    }

    fn is_in(&self, client: usize, namespace: NamespaceId) -> bool {
        self.members(namespace, None).contains(&client)
    }

    fn receivers(
        &self,
        namespace: NamespaceId,
        rooms: &[&'static str],
        except_rooms: &[&'static str],
        except: &[usize],
    ) -> Vec<usize> {
        let mut receivers = match rooms {
            [] => self.members(namespace, None),
            rooms => rooms
                .iter()
                .flat_map(|room| self.members(namespace, Some(room)))
                .collect(),
        };
        for room in except_rooms {
            for member in self.members(namespace, Some(room)) {
                receivers.remove(&member);
            }
        }
        receivers.retain(|client| !except.contains(client));
        receivers.into_iter().collect()
    }
}

struct Both {
    crowd: Crowd,
    model: Model,
}

impl Both {
    fn happens(&mut self, step: &CrowdStep) {
        match *step {
            CrowdStep::Comes => self.comes(),
            CrowdStep::Goes(client) if self.is_here(client) => {
                self.crowd.goes(client);
                for namespace in [GLOBAL, CHAT, NEWS] {
                    self.model.leaves(client, namespace);
                }
            }
            CrowdStep::Joins(client, namespace) if self.is_here(client) => {
                self.sends(client, "1", namespace);
                self.model.joins(client, namespace);
            }
            CrowdStep::Leaves(client, namespace) if self.is_here(client) => {
                self.sends(client, "0", namespace);
                self.model.leaves(client, namespace);
            }
            CrowdStep::IsDismissed(client, namespace) if self.is_here(client) => {
                self.is_dismissed(client, namespace);
            }
            CrowdStep::Enters(client, namespace, room) if self.is_here(client) => {
                self.enters(client, namespace, room);
            }
            CrowdStep::LeavesRoom(client, namespace, room) if self.is_here(client) => {
                self.crowd.leaves(client, namespace, room);
                let members = self.model.rooms.entry((namespace, room)).or_default();
                members.remove(&client);
            }
            CrowdStep::Broadcasts {
                namespace,
                ref rooms,
                ref except_rooms,
                ref except,
            } => self.broadcasts(namespace, rooms, except_rooms, except),
            _ => {}
        }
    }

    fn is_here(&self, client: usize) -> bool {
        self.model.is_in(client, GLOBAL)
    }

    fn comes(&mut self) {
        let client = self.crowd.clients.len();
        self.crowd.comes();
        self.model.joins(client, GLOBAL);
        self.model.joins(client, CHAT);
    }

    fn sends(&mut self, client: usize, kind: &str, namespace: NamespaceId) {
        let endpoint = if namespace == CHAT { "/chat" } else { "/news" };
        self.crowd.sends(client, &format!("{kind}::{endpoint}"));
        let _ = self.crowd.hears(client);
        let _ = self.crowd.gets(client);
    }

    fn is_dismissed(&mut self, client: usize, namespace: NamespaceId) {
        let key = self.crowd.clients[client];
        let mut session = self.crowd.hub.session(key).expect("alive");
        let left = session.leave(self.crowd.now, namespace);
        drop(session);
        assert_eq!(left.is_ok(), self.model.is_in(client, namespace));
        let _ = self.crowd.hears(client);
        let _ = self.crowd.gets(client);
        self.model.leaves(client, namespace);
    }

    fn enters(&mut self, client: usize, namespace: NamespaceId, room: &'static str) {
        let key = self.crowd.clients[client];
        let entered = self.crowd.hub.enter_room(key, namespace, room);
        assert_eq!(entered.is_ok(), self.model.is_in(client, namespace));
        if entered.is_ok() {
            let members = self.model.rooms.entry((namespace, room)).or_default();
            members.insert(client);
        }
    }

    fn broadcasts(
        &mut self,
        namespace: NamespaceId,
        rooms: &[&'static str],
        except_rooms: &[&'static str],
        except: &[usize],
    ) {
        let cast = Broadcast {
            except_rooms: except_rooms.iter().map(|room| Box::from(*room)).collect(),
            except_sessions: except.iter().map(|client| id(*client)).collect(),
            ..to_rooms(namespace, rooms, "hello")
        };
        let reach = self.crowd.hub.broadcast(&cast);
        let expected = self.model.receivers(namespace, rooms, except_rooms, except);
        assert_eq!((reach.queued, reach.dropped), (expected.len(), 0));
        for client in 0..self.crowd.clients.len() {
            let copies = usize::from(expected.contains(&client));
            assert_eq!(self.crowd.gets(client).len(), copies, "client {client}");
        }
    }

    /// The hub looks at each session by the time that the session must.
    fn check_deadlines(&self) {
        let hub = &self.crowd.hub;
        let sessions = hub.keys().filter_map(|key| hub.peek(key));
        let first = sessions
            .filter_map(|(session, _)| session.poll_timeout())
            .min();
        if let Some(first) = first {
            assert!(hub.poll_timeout().is_some_and(|at| at <= first));
        }
    }

    fn check(&self) {
        let crowd = &self.crowd;
        self.check_deadlines();
        for namespace in [GLOBAL, CHAT, NEWS] {
            let rooms = ROOMS.into_iter().map(Some).chain([None]);
            for room in rooms {
                let members = Vec::from_iter(self.model.members(namespace, room));
                assert_eq!(crowd.members(namespace, room), members);
            }
            for client in 0..crowd.clients.len() {
                let mut rooms = ROOMS.to_vec();
                rooms.retain(|room| self.model.members(namespace, Some(room)).contains(&client));
                rooms.sort_unstable();
                assert_eq!(crowd.rooms_of(client, namespace), rooms);
            }
        }
        let rooms = self.model.rooms.values();
        let inhabited = rooms.filter(|members| !members.is_empty()).count();
        assert_eq!(crowd.hub.room_count(), inhabited);
        assert_eq!(crowd.hub.len(), self.model.members(GLOBAL, None).len());
    }
}

/// Lets the steps happen in a hub and in a model of it, and then everybody go.
///
/// # Panics
/// If the two ever differ in who is where or in who is sent what; if anything is left in the end.
pub fn check(steps: &[CrowdStep]) {
    let mut both = Both {
        crowd: Crowd::of(0),
        model: Model::default(),
    };
    both.comes();
    both.comes();
    for step in steps {
        both.happens(step);
        both.check();
    }
    for client in 0..both.crowd.clients.len() {
        both.happens(&CrowdStep::Goes(client));
    }
    both.check();
    both.crowd.is_empty();
}
