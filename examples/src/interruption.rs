//! The end of an example, for whatever runtime.

use std::sync::mpsc;

/// Waits until somebody interrupts the process: Ctrl-C. To be called once.
///
/// # Errors
/// If the operating system does not tell, or somebody else waits already.
pub fn wait_for_interruption() -> Result<(), ctrlc::Error> {
    let (interrupted, interruption) = mpsc::channel();
    ctrlc::set_handler(move || {
        // Later ones find nobody who still waits.
        let _ = interrupted.send(());
    })?;
    // The handler keeps the sender for as long as the process lives.
    let _ = interruption.recv();
    Ok(())
}
