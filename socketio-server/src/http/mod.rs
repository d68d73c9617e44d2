//! HTTP/1.1 is hyper's; here its connections meet the router.

mod connection;
mod head_timer;
mod hyper_adapter;
mod logged_body;

pub(crate) use self::connection::serve_connection;
