//! What clients do, as it stands in an input.

use std::time::Duration;

/// What separates two moves.
const SEPARATOR: u8 = 0x1E;

/// The most moves that are read from an input.
const MOST_MOVES: usize = 64;

/// One move of a client: what kind of move, and what goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Move<'a> {
    pub(super) kind: u8,
    pub(super) bytes: &'a [u8],
}

/// Reads any bytes as moves, each of which begins with its kind.
pub(super) fn moves(input: &[u8]) -> impl Iterator<Item = Move<'_>> {
    let pieces = input.split(|byte| *byte == SEPARATOR).take(MOST_MOVES);
    pieces.filter_map(|piece| {
        let (&kind, bytes) = piece.split_first()?;
        Some(Move { kind, bytes })
    })
}

/// The input that consists of these moves.
pub(super) fn input<'a>(moves: impl IntoIterator<Item = (u8, &'a [u8])>) -> Vec<u8> {
    let moves = moves.into_iter();
    let pieces: Vec<Vec<u8>> = moves
        .map(|(kind, bytes)| [&[kind], bytes].concat())
        .collect();
    pieces.join(&SEPARATOR)
}

impl Move<'_> {
    /// A time of up to 64 seconds.
    pub(super) fn time(&self) -> Duration {
        let quarters = self.bytes.first().copied().unwrap_or(0);
        Duration::from_millis(250) * u32::from(quarters)
    }
}
