//! A feed of news by topics: what is published goes to those who have subscribed.
//!
//! A topic is a room. The news are made up, from a file, and come at intervals that look random
//! and are the same in every run: `cargo xtask demo feed`.

mod newsroom;
mod publishing;
mod subscriptions;

use std::error::Error;

use socketio_examples::{Demo, Page};
use socketio_server::ServerBuilder;

use crate::newsroom::Newsroom;

fn main() -> Result<(), Box<dyn Error>> {
    let demo = Demo::from_command_line("feed")?;
    let newsroom = Newsroom::open(include_str!("items.json"))?;
    let page = Page::new(include_str!("page/index.html"))
        .file("/feed.css", include_str!("page/feed.css"))
        .file("/feed.js", include_str!("page/feed.js"));
    let server = ServerBuilder::new()
        .namespace(subscriptions::feed())
        .state(newsroom.clone());
    let server = demo.serve(page, server)?;
    let publishing = publishing::publish_forever(server.handle.clone(), newsroom);
    server.handle.spawn(publishing);
    server.run_until_interrupted()
}
