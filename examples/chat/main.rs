//! A chat for several browsers: nicknames, rooms, private messages, who is online.
//!
//! `cargo xtask demo` starts it with the real client of Socket.IO 0.9.

mod conversation;
mod people;

use std::error::Error;

use socketio_driver_tokio::Server;
use socketio_examples::{Demo, DemoOptions, Page};

use crate::people::People;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = DemoOptions::from_command_line();
    let page = Page::new(include_str!("page/index.html"))
        .file("/chat.css", include_str!("page/chat.css"))
        .file("/chat.js", include_str!("page/chat.js"));
    let server = Server::builder()
        .namespace(conversation::chat())
        .state(People::default());
    Demo::bind("chat", &options, page, server)
        .await?
        .run()
        .await
}
