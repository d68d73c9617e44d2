//! Destructors of values that belong to users.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Drops a value that may hold a user's: if its destructor panics, nobody else is to suffer.
pub(crate) fn drop_contained<T>(value: T) {
    if catch_unwind(AssertUnwindSafe(|| drop(value))).is_err() {
        tracing::error!("a destructor panicked");
    }
}
