//! The wire codec, against recorded behaviour of the reference implementations and by itself.

mod acknowledgement_lines;
mod body_text;
mod decode_vectors;
mod deviation;
mod encode_vectors;
mod flash_policy;
mod handshake_line;
mod jsonp;
mod limits;
mod payload_vectors;
mod properties;
mod request_targets;
mod stream_formats;
mod utf16_lengths;
mod vector_file;
