//! Rooms and broadcasts against a model that is too simple to be wrong.

use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;
use proptest::sample::select;
use socketio_session::{Broadcast, NamespaceId};

use crate::crowd::{Crowd, id, to_rooms};
use crate::script::{CHAT, GLOBAL, NEWS};

const ROOMS: [&str; 3] = ["red", "blue", ""];

#[derive(Debug, Clone)]
enum Step {
    Comes,
    Goes(usize),
    Joins(usize, NamespaceId),
    Leaves(usize, NamespaceId),
    IsDismissed(usize, NamespaceId),
    Enters(usize, NamespaceId, &'static str),
    LeavesRoom(usize, NamespaceId, &'static str),
    Broadcasts {
        namespace: NamespaceId,
        rooms: Vec<&'static str>,
        except_rooms: Vec<&'static str>,
        except: Vec<usize>,
    },
}

fn namespace() -> impl Strategy<Value = NamespaceId> {
    select(vec![GLOBAL, CHAT, NEWS])
}

fn named() -> impl Strategy<Value = NamespaceId> {
    select(vec![CHAT, NEWS])
}

fn room() -> impl Strategy<Value = &'static str> {
    select(ROOMS.to_vec())
}

fn step() -> impl Strategy<Value = Step> {
    let client = 0..6_usize;
    prop_oneof![
        1 => Just(Step::Comes),
        1 => client.clone().prop_map(Step::Goes),
        2 => (client.clone(), named()).prop_map(|(client, to)| Step::Joins(client, to)),
        1 => (client.clone(), named()).prop_map(|(client, of)| Step::Leaves(client, of)),
        1 => (client.clone(), named()).prop_map(|(client, of)| Step::IsDismissed(client, of)),
        6 => (client.clone(), namespace(), room())
            .prop_map(|(client, of, room)| Step::Enters(client, of, room)),
        2 => (client.clone(), namespace(), room())
            .prop_map(|(client, of, room)| Step::LeavesRoom(client, of, room)),
        4 => (
            namespace(),
            prop::collection::vec(room(), 0..3),
            prop::collection::vec(room(), 0..2),
            prop::collection::vec(client, 0..2),
        )
            .prop_map(|(namespace, rooms, except_rooms, except)| Step::Broadcasts {
                namespace,
                rooms,
                except_rooms,
                except,
            }),
    ]
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
    fn happens(&mut self, step: &Step) {
        match *step {
            Step::Comes => self.comes(),
            Step::Goes(client) if self.is_here(client) => {
                self.crowd.goes(client);
                for namespace in [GLOBAL, CHAT, NEWS] {
                    self.model.leaves(client, namespace);
                }
            }
            Step::Joins(client, namespace) if self.is_here(client) => {
                self.sends(client, "1", namespace);
                self.model.joins(client, namespace);
            }
            Step::Leaves(client, namespace) if self.is_here(client) => {
                self.sends(client, "0", namespace);
                self.model.leaves(client, namespace);
            }
            Step::IsDismissed(client, namespace) if self.is_here(client) => {
                self.is_dismissed(client, namespace);
            }
            Step::Enters(client, namespace, room) if self.is_here(client) => {
                self.enters(client, namespace, room);
            }
            Step::LeavesRoom(client, namespace, room) if self.is_here(client) => {
                self.crowd.leaves(client, namespace, room);
                let members = self.model.rooms.entry((namespace, room)).or_default();
                members.remove(&client);
            }
            Step::Broadcasts {
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

    fn check(&self) {
        let crowd = &self.crowd;
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

proptest! {
    #[test]
    fn rooms_are_sets_of_clients(steps in prop::collection::vec(step(), 0..60)) {
        let mut both = Both { crowd: Crowd::of(0), model: Model::default() };
        both.comes();
        both.comes();
        for step in &steps {
            both.happens(step);
            both.check();
        }
        for client in 0..both.crowd.clients.len() {
            both.happens(&Step::Goes(client));
        }
        both.check();
        both.crowd.is_empty();
    }
}
