//! What panics tell, and where.
//!
//! A test that fails says what its panic says. Handlers that panic are part of many tests; of them,
//! and of tasks that must not, there is a line.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};

thread_local! {
    static IS_TESTING: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Hears of all panics of the process from now on.
pub(crate) fn listen() {
    panic::set_hook(Box::new(|panic| {
        let told = in_one_line(panic);
        if IS_TESTING.get() {
            LAST.set(with_backtrace(told));
        } else {
            eprintln!("a task panicked: {told}");
        }
    }));
}

/// Runs a test; what its panic told, if it panicked.
pub(crate) fn told(test: fn()) -> Result<(), String> {
    IS_TESTING.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(test));
    IS_TESTING.set(false);
    outcome.map_err(|_| LAST.take())
}

fn in_one_line(panic: &PanicHookInfo<'_>) -> String {
    let payload = panic.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref().map(String::as_str));
    let message = text.unwrap_or("no message");
    match panic.location() {
        Some(location) => format!("{location}: {message}"),
        None => message.to_owned(),
    }
}

fn with_backtrace(told: String) -> String {
    let backtrace = Backtrace::capture();
    match backtrace.status() {
        BacktraceStatus::Captured => format!("{told}\n{backtrace}"),
        _ => told,
    }
}
