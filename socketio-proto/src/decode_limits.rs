//! The bounds on what a peer may send, the same for every dialect.

/// What decoding refuses to go beyond.
///
/// Decoding borrows from its input, so none of these multiplies memory: they bound how much of
/// the input is looked at, and what is handed on to code that allocates or recurses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeLimits {
    /// The longest packet, in bytes of UTF-8. Default: 1 000 000.
    ///
    /// Chat and control traffic stays under a few kilobytes; a megabyte leaves room for the odd
    /// document. Worst case: one event name that is spelled with JSON escapes is copied, so a
    /// packet can cost this many bytes once more while it is handled.
    pub max_packet_bytes: usize,
    /// The most digits in a packet number. Default: 32.
    ///
    /// Counters are doubles in JavaScript (17 digits at most); numbers are kept as text and
    /// repeated in the answer, so a longer one only serves to make a table of outstanding
    /// acknowledgements grow. Worst case: this many bytes per outstanding acknowledgement.
    pub max_id_digits: usize,
    /// The deepest nesting of arrays and objects in user JSON, the array of arguments included.
    /// Default: 128.
    ///
    /// The codec itself does not recurse; what deserializes arguments usually does, on a stack
    /// of its own, and `serde_json` gives up at 128 levels too. Worst case: whatever a level costs
    /// the deserializer, usually well under a kilobyte of stack.
    pub max_json_depth: usize,
}

impl DecodeLimits {
    /// The limits that [`Default`] gives, usable in constants.
    pub const DEFAULT: Self = Self {
        max_packet_bytes: 1_000_000,
        max_id_digits: 32,
        max_json_depth: 128,
    };
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
