//! A feed of news by topics: what is published goes to those who have subscribed.
//!
//! A topic is a room. The news are made up, from a file, and come at intervals that look random
//! and are the same in every run: `cargo xtask demo feed`.

mod newsroom;
mod publishing;
mod subscriptions;

use std::error::Error;

use socketio_driver_tokio::Server;
use socketio_examples::{Demo, DemoOptions, Page};

use crate::newsroom::Newsroom;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = DemoOptions::from_command_line();
    let newsroom = Newsroom::open(include_str!("items.json"))?;
    let page = Page::new(include_str!("page/index.html"))
        .file("/feed.css", include_str!("page/feed.css"))
        .file("/feed.js", include_str!("page/feed.js"));
    let server = Server::builder()
        .namespace(subscriptions::feed())
        .state(newsroom.clone());
    let demo = Demo::bind("feed", &options, page, server).await?;
    if let Some(feed) = demo.handle().of(subscriptions::NAME) {
        tokio::spawn(publishing::publish_forever(feed, newsroom));
    }
    demo.run().await
}
