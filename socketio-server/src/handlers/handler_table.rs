//! The handlers of a namespace, and how one is found.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use socketio_session::Content;

use super::admission::ErasedAuthorizer;
use super::context::Trigger;
use super::dispatch::ErasedDispatcher;
use super::handler::ErasedHandler;
use super::layer::{Layer, Layers};
use super::state::StateType;

/// The handlers of a namespace, and what is called before and around them.
#[derive(Debug, Default)]
pub(crate) struct NamespaceHandlers {
    pub(super) events: HashMap<Box<str>, EventHandler>,
    pub(super) any_event: Option<Arc<dyn ErasedHandler>>,
    pub(super) message: Option<Arc<dyn ErasedHandler>>,
    pub(super) json: Option<Arc<dyn ErasedHandler>>,
    pub(super) error_packet: Option<Arc<dyn ErasedHandler>>,
    pub(super) connect: Option<Arc<dyn ErasedHandler>>,
    pub(super) disconnect: Option<Arc<dyn ErasedHandler>>,
    pub(super) error: Option<Arc<dyn ErasedHandler>>,
    pub(crate) initializer: Option<Arc<dyn ErasedHandler>>,
    pub(crate) authorizer: Option<Arc<dyn ErasedAuthorizer>>,
    pub(crate) dispatcher: Option<Box<dyn ErasedDispatcher>>,
    pub(crate) layers: Layers,
    /// How long a handler may take, if it is not what the server says; `Some(None)` is for ever.
    pub(crate) timeout: Option<Option<Duration>>,
}

#[derive(Debug)]
pub(super) struct EventHandler {
    pub(super) handler: Arc<dyn ErasedHandler>,
    pub(super) concurrent: bool,
}

impl NamespaceHandlers {
    /// The names of the events that have a handler.
    pub(crate) fn event_names(&self) -> impl Iterator<Item = &str> {
        self.events.keys().map(|name| &**name)
    }

    /// The handler for what happened, and whether the next may start beside it.
    pub(crate) fn find(&self, trigger: &Trigger) -> Option<(&Arc<dyn ErasedHandler>, bool)> {
        let handler = match trigger {
            Trigger::Initialize { .. } => &self.initializer,
            Trigger::Connect { .. } => &self.connect,
            Trigger::Disconnect(_) => &self.disconnect,
            Trigger::Fault(_) => &self.error,
            Trigger::Received(Content::Message(_)) => &self.message,
            Trigger::Received(Content::Json(_)) => &self.json,
            Trigger::Received(Content::Error { .. }) => &self.error_packet,
            Trigger::Received(Content::Event(event)) => match self.events.get(event.name()) {
                Some(event) => return Some((&event.handler, event.concurrent)),
                None => &self.any_event,
            },
            Trigger::Job => return None,
        };
        handler.as_ref().map(|handler| (handler, false))
    }

    /// Everything that is called here needs of the server's state.
    pub(crate) fn state_types(&self) -> impl Iterator<Item = StateType> + '_ {
        let events = self.events.values().map(|event| &event.handler);
        let others = [
            &self.any_event,
            &self.message,
            &self.json,
            &self.error_packet,
            &self.connect,
            &self.disconnect,
            &self.error,
            &self.initializer,
        ];
        let authorizer = self.authorizer.iter().flat_map(|it| it.state_types());
        let dispatcher = self.dispatcher.iter().flat_map(|it| it.state_types());
        events
            .chain(others.into_iter().flatten())
            .flat_map(|handler| handler.state_types())
            .chain(authorizer)
            .chain(dispatcher)
    }

    /// Puts the namespace's own layers inside those of the server.
    pub(crate) fn surround(&mut self, server: &[Arc<dyn Layer>], own: Vec<Arc<dyn Layer>>) {
        self.layers = Layers::new(server.iter().cloned().chain(own).collect());
    }
}
