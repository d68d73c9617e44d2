//! Values of the application, kept by type.

use std::any::{Any, TypeId};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::contained::drop_contained;

/// A store with one place for each type.
///
/// Each session has one, and so has each membership in a namespace. Values are shared: what
/// [`get`](Self::get) gives stays valid when the place is filled anew. A session's stores are
/// emptied when it is gone.
#[derive(Debug, Default)]
pub struct Extensions(Mutex<Vec<(TypeId, Value)>>);

type Value = Arc<dyn Any + Send + Sync>;

impl Extensions {
    /// Puts `value` into the place of its type and gives back what was there.
    pub fn insert<T: Send + Sync + 'static>(&self, value: T) -> Option<Arc<T>> {
        let value: Value = Arc::new(value);
        let before = {
            let mut places = self.lock();
            match places
                .iter_mut()
                .find(|(kind, _)| *kind == TypeId::of::<T>())
            {
                Some((_, place)) => Some(std::mem::replace(place, value)),
                None => {
                    places.push((TypeId::of::<T>(), value));
                    None
                }
            }
        };
        before.and_then(|before| before.downcast().ok())
    }

    /// The value of type `T`; if there is none yet, the one that `make` makes. Who comes first
    /// decides: everybody gets the same value.
    pub fn get_or_insert_with<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        if let Some(value) = self.get() {
            return value;
        }
        // Made and dropped without the lock: both are the user's code.
        let made = Arc::new(make());
        let value: Value = Arc::clone(&made) as Value;
        let mut places = self.lock();
        let place = places.iter().find(|(kind, _)| *kind == TypeId::of::<T>());
        let Some((_, first)) = place else {
            places.push((TypeId::of::<T>(), value));
            return made;
        };
        let first = Arc::clone(first).downcast();
        drop(places);
        first.unwrap_or(made)
    }

    /// The value of type `T`.
    #[must_use]
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let place = |(kind, value): &(TypeId, Value)| {
            (*kind == TypeId::of::<T>()).then(|| Arc::clone(value))
        };
        let value = self.lock().iter().find_map(place);
        value.and_then(|value| value.downcast().ok())
    }

    /// Takes the value of type `T` out.
    pub fn remove<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let value = {
            let mut places = self.lock();
            let at = places
                .iter()
                .position(|(kind, _)| *kind == TypeId::of::<T>())?;
            places.swap_remove(at).1
        };
        value.downcast().ok()
    }

    /// Drops everything. Where a destructor panics, the others run all the same.
    pub(crate) fn clear(&self) {
        let places = std::mem::take(&mut *self.lock());
        for (_, value) in places {
            drop_contained(value);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(TypeId, Value)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
