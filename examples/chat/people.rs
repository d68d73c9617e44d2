//! Who is there, and in which room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use socketio_server::Socket;

/// Everybody who has a nickname.
#[derive(Debug, Clone, Default)]
pub(crate) struct People(Arc<Mutex<BTreeMap<String, Person>>>);

#[derive(Debug)]
struct Person {
    socket: Socket,
    room: String,
}

/// A line of the list that everybody sees.
#[derive(Debug, Serialize)]
pub(crate) struct Presence {
    nickname: String,
    room: String,
}

impl People {
    /// Takes a nickname; false if someone has it.
    pub(crate) fn enter(&self, nickname: &str, socket: Socket, room: &str) -> bool {
        let mut people = self.lock();
        if people.contains_key(nickname) {
            return false;
        }
        people.insert(
            nickname.into(),
            Person {
                socket,
                room: room.into(),
            },
        );
        true
    }

    /// Moves somebody to another room, and says which one they left.
    pub(crate) fn change_room(&self, nickname: &str, room: &str) -> Option<String> {
        let mut people = self.lock();
        let person = people.get_mut(nickname)?;
        Some(std::mem::replace(&mut person.room, room.into()))
    }

    /// Forgets somebody, and says in which room they were.
    pub(crate) fn leave(&self, nickname: &str) -> Option<String> {
        self.lock().remove(nickname).map(|person| person.room)
    }

    pub(crate) fn socket(&self, nickname: &str) -> Option<Socket> {
        self.lock()
            .get(nickname)
            .map(|person| person.socket.clone())
    }

    pub(crate) fn list(&self) -> Vec<Presence> {
        let presence = |(nickname, person): (&String, &Person)| Presence {
            nickname: nickname.clone(),
            room: person.room.clone(),
        };
        self.lock().iter().map(presence).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Person>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
