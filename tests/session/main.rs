//! Sessions and rooms as state machines: behaviour on virtual time, one file for each.

mod acks;
mod acl;
mod broadcast;
mod closing;
mod crowd;
mod deadlines;
mod faults;
mod heartbeat;
mod hub;
mod join_requests;
mod namespaces;
mod outbox;
mod polling;
mod rooms;
mod script;
mod transports;
mod turns;
mod volatile;
