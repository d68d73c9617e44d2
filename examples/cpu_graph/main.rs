//! A moving graph of the processor's load, core by core.
//!
//! Each client has a job of its own that streams to it, at the pace that the client chose, and
//! that ends with the client: `cargo xtask demo cpu_graph`.

mod load;
mod stream;

use std::error::Error;

use socketio_examples::{Demo, Page};
use socketio_server::ServerBuilder;

use crate::load::LoadSource;

fn main() -> Result<(), Box<dyn Error>> {
    let demo = Demo::from_command_line("cpu_graph")?;
    let page = Page::new(include_str!("page/index.html"))
        .file("/cpu_graph.css", include_str!("page/cpu_graph.css"))
        .file("/cpu_graph.js", include_str!("page/cpu_graph.js"))
        .file("/graph.js", include_str!("page/graph.js"));
    let server = ServerBuilder::new()
        .namespace(stream::cpu())
        .state(LoadSource::find());
    demo.serve(page, server)?.run_until_interrupted()
}
