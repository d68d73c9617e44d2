//! Where a session sits.

/// A room's place in the list of rooms.
pub(super) type RoomIndex = u32;

/// A session's seat in a room: the session knows where it sits, so that leaving costs nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    pub(super) room: RoomIndex,
    pub(super) position: u32,
}
