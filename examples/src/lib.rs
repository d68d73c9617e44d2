//! Runnable Socket.IO servers, as cargo examples.
