//! Pages of two other origins talk to a Socket.IO server: one is allowed, one refused.
//!
//! `cargo xtask demo cross_origin` opens three ports: the server's, which shows both pages side
//! by side, and one for each of them.

mod visitors;

use std::error::Error;
use std::net::SocketAddr;

use socketio_examples::{Demo, Page};
use socketio_server::{Origins, ServerBuilder};

fn main() -> Result<(), Box<dyn Error>> {
    let demo = Demo::from_command_line("cross_origin")?;
    let allowed = visiting_page(&demo, 1)?;
    let refused = visiting_page(&demo, 2)?;

    let server = ServerBuilder::new()
        .namespace(visitors::visitors())
        .origins(Origins::list(origins_of(allowed)));
    let overview = include_str!("page/index.html")
        .replace("{allowed}", &allowed.port().to_string())
        .replace("{refused}", &refused.port().to_string());
    let page = Page::new(overview)
        .file("/overview.css", include_str!("page/overview.css"))
        .file("/overview.js", include_str!("page/overview.js"));
    demo.serve(page, server)?.run_until_interrupted()
}

/// Serves the page that visits, on the `distance`th port behind the server's; on a free one, if
/// the server takes a free one. It ends with the process.
fn visiting_page(demo: &Demo, distance: u16) -> Result<SocketAddr, Box<dyn Error>> {
    let mut address = demo.address();
    address.set_port(match address.port() {
        0 => 0,
        port => port
            .checked_add(distance)
            .ok_or("there are not enough ports behind this one")?,
    });
    let page = Page::new(include_str!("page/visitor.html"))
        .file("/visitor.css", include_str!("page/visitor.css"))
        .file("/visitor.js", include_str!("page/visitor.js"));
    let server = demo.serve_beside(page, address, ServerBuilder::new())?;
    Ok(server.address)
}

/// The origins of pages at this address. If it stands for all addresses of the machine, only
/// the port can tell.
fn origins_of(page: SocketAddr) -> Vec<String> {
    let port = page.port();
    if page.ip().is_unspecified() {
        return vec![format!("*:{port}")];
    }
    vec![page.to_string(), format!("localhost:{port}")]
}
