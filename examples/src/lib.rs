//! Runnable Socket.IO servers, as cargo examples; and what those with a page have in common.
//!
//! `cargo xtask demo --list` names the ones with a page, `cargo xtask demo NAME` starts one with
//! the real client of Socket.IO 0.9.

#![forbid(unsafe_code)]

#[cfg(doctest)]
#[doc = include_str!("../../docs/frameworks.md")]
struct FrameworkExamples;

mod demo;
mod driver;
mod interruption;
mod page;

pub use demo::{Demo, PageOptions, options_from_command_line};
pub use driver::{DriverName, RunningServer, StartedDriver};
pub use interruption::wait_for_interruption;
pub use page::Page;
