//! Sessions and rooms as state machines: behaviour on virtual time, one file for each.

mod acks;
mod acl;
mod broadcast;
mod closing;
mod crowd;
mod deadlines;
mod drain_order;
mod faults;
mod heartbeat;
mod hub;
mod join_requests;
mod namespaces;
mod outbox;
mod polling;
mod random_steps;
mod rooms;
mod rooms_model;
mod script;
mod script_properties;
mod session_ids;
mod transports;
mod turns;
mod undelivered;
mod volatile;
