//! A chat for several browsers: nicknames, rooms, private messages, who is online.
//!
//! `cargo xtask demo` starts it with the real client of Socket.IO 0.9.

mod conversation;
mod people;

use std::error::Error;

use socketio_examples::{Demo, Page};
use socketio_server::ServerBuilder;

use crate::people::People;

fn main() -> Result<(), Box<dyn Error>> {
    let demo = Demo::from_command_line("chat")?;
    let page = Page::new(include_str!("page/index.html"))
        .file("/chat.css", include_str!("page/chat.css"))
        .file("/chat.js", include_str!("page/chat.js"));
    let server = ServerBuilder::new()
        .namespace(conversation::chat())
        .state(People::default());
    demo.serve(page, server)?.run_until_interrupted()
}
