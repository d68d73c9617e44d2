//! What the suites and the command line tools share.

#[cfg(doctest)]
#[doc = include_str!("../../docs/proxies.md")]
struct ProxyGuideExamples;

#[cfg(doctest)]
#[doc = include_str!("../../docs/writing-a-driver.md")]
struct DriverGuideExamples;

pub mod corpus_shape;
pub mod echo_process;
pub mod js_json;
pub mod load;
pub mod one_runtime;
