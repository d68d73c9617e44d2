//! Values that belong to one client.

use std::any::type_name;
use std::ops::Deref;
use std::sync::Arc;

use tracing::debug;

use super::context::EventContext;
use super::extract::{FromEvent, Rejection};
use crate::extensions::Extensions;

/// The value of type `T` that the client has in this namespace: what
/// [`initialize`](crate::Namespace::initialize), an authorization or another handler has put
/// into [`Socket::extensions`](crate::Socket::extensions).
///
/// Values are shared, between handlers, jobs and whoever holds the socket. What is to change is
/// an atomic or stands in a `Mutex`; lock it for a moment, never across an `await`.
///
/// ```
/// use std::sync::{Mutex, PoisonError};
/// use socketio_server::{Args, Extension, Namespace, Socket};
///
/// #[derive(Default)]
/// struct Basket {
///     items: Vec<String>,
/// }
///
/// Namespace::new("/shop")
///     .initialize(async |socket: Socket| {
///         socket.extensions().insert(Mutex::new(Basket::default()));
///     })
///     .on(
///         "add",
///         async |Extension(basket): Extension<Mutex<Basket>>, Args((item,)): Args<(String,)>| {
///             let mut basket = basket.lock().unwrap_or_else(PoisonError::into_inner);
///             basket.items.push(item);
///             basket.items.len()
///         },
///     );
/// ```
///
/// As an `Option` it may be missing; otherwise a client without it is told that what it sent
/// does not fit.
#[derive(Debug)]
pub struct Extension<T>(pub Arc<T>);

/// Likewise of the whole session, in all its namespaces: what stands in
/// [`Socket::session_extensions`](crate::Socket::session_extensions).
#[derive(Debug)]
pub struct SessionExtension<T>(pub Arc<T>);

fn find<T: Send + Sync + 'static>(store: &Extensions) -> Result<Arc<T>, Rejection> {
    store.get::<T>().ok_or_else(|| {
        debug!(missing = type_name::<T>(), "extension not found");
        Rejection::new("the client lacks what the handler needs")
    })
}

impl<T: Send + Sync + 'static> FromEvent for Extension<T> {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        find(context.socket.extensions()).map(Self)
    }
}

impl<T: Send + Sync + 'static> FromEvent for Option<Extension<T>> {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        Ok(context.socket.extensions().get::<T>().map(Extension))
    }
}

impl<T: Send + Sync + 'static> FromEvent for SessionExtension<T> {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        find(context.socket.session_extensions()).map(Self)
    }
}

impl<T: Send + Sync + 'static> FromEvent for Option<SessionExtension<T>> {
    fn from_event(context: &mut EventContext) -> Result<Self, Rejection> {
        let store = context.socket.session_extensions();
        Ok(store.get::<T>().map(SessionExtension))
    }
}

impl<T> Deref for Extension<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Deref for SessionExtension<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
