//! What goes wrong, and who hears of it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use socketio_server::{Args, Extension, Fault, HandlerError, Namespace, Socket};

/// The most faults to remember of one client.
const MOST_FAULTS: usize = 32;

/// The codes of the faults of one client, kept with it.
#[derive(Default)]
struct Faults(Mutex<Vec<String>>);

pub(crate) fn with_failures(namespace: Namespace) -> Namespace {
    namespace
        .initialize(async |socket: Socket| {
            socket.extensions().insert(Faults::default());
        })
        .on("add", async |Args((one, other)): Args<(i32, i32)>| {
            i64::from(one) + i64::from(other)
        })
        .on("make tea", refuse_tea)
        .on("faults", take_faults)
        .on_error(remember)
}

async fn refuse_tea() -> Result<(), HandlerError> {
    Err(HandlerError::new("teapot", "this one makes coffee only"))
}

async fn remember(Extension(faults): Extension<Faults>, fault: Fault) {
    let mut faults = faults.lock();
    if faults.len() < MOST_FAULTS {
        faults.push(fault.kind.code().into());
    }
}

/// The faults since the last question.
async fn take_faults(Extension(faults): Extension<Faults>) -> Vec<String> {
    std::mem::take(&mut *faults.lock())
}

impl Faults {
    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
