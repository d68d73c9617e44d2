//! Sessions and rooms as state machines: behaviour on virtual time, one file for each.

mod acks;
mod acl;
mod closing;
mod faults;
mod heartbeat;
mod join_requests;
mod namespaces;
mod outbox;
mod polling;
mod script;
mod transports;
mod turns;
mod volatile;
