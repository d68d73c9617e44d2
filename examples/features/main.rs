//! Every feature with a button: a page that tests the server in whatever browser looks at it.
//!
//! The page has the checks; what they need of a server stands here, a file for each group:
//! `cargo xtask demo features`.

mod access;
mod answers;
mod company;
mod endings;
mod failures;
mod shaping;

use std::error::Error;

use socketio_examples::{Demo, Page};
use socketio_server::{Namespace, ServerBuilder};

fn main() -> Result<(), Box<dyn Error>> {
    let demo = Demo::from_command_line("features")?;
    let page = Page::new(include_str!("page/index.html"))
        .file("/features.css", include_str!("page/features.css"))
        .file("/checking.js", include_str!("page/checking.js"))
        .file("/checks.js", include_str!("page/checks.js"))
        .file("/features.js", include_str!("page/features.js"));
    let everything = [
        answers::with_answers,
        company::with_company,
        failures::with_failures,
        endings::with_endings,
    ];
    let namespace = |name: &str| {
        let empty = Namespace::new(name);
        everything.iter().fold(empty, |it, with| with(it))
    };
    let server = ServerBuilder::new()
        .namespace(namespace("/features"))
        .namespace(namespace("/other"))
        .namespace(access::vault())
        .namespace(access::private())
        .namespace(shaping::shaped());
    demo.serve(page, server)?.run_until_interrupted()
}
