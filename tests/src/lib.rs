//! What the suites and the command line tools share.

pub mod corpus_shape;
pub mod js_json;
pub mod load;
pub mod replay;
