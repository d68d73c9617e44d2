//! Several server processes behind the real nginx and HAProxy, with the configurations in
//! `deploy` that `docs/proxies.md` explains.
//!
//! Both programs, Node and the npm packages in `tests/js` must be there; `cargo xtask test`
//! installs them.

mod dying_processes;
mod echo_processes;
mod excerpts;
mod forwarded_headers;
mod full_processes;
mod held_polls;
mod http_client;
mod in_process;
mod proxy;
mod real_clients;
mod scenario;
mod slow_readers;
mod sticky_sessions;
mod streams;
#[cfg(unix)]
mod unix_sockets;
mod websockets;
