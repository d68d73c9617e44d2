//! Sockets that the reactor knows.

use std::future::poll_fn;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use mio::Token;
use mio::event::Source;
use mio::net::TcpStream;
#[cfg(unix)]
use mio::net::UnixStream;
use socketio_server::runtime::ByteStream;

use crate::reactor::Reactor;

/// What a task waits for.
#[derive(Debug, Clone, Copy)]
pub enum Direction {
    /// Something to take in.
    In,
    /// Room for what is to be written.
    Out,
}

/// The tasks that wait for a socket, one for each direction.
#[derive(Debug, Default)]
pub(crate) struct Waiting([Mutex<Option<Waker>>; 2]);

impl Waiting {
    fn wait(&self, direction: Direction, waker: &Waker) {
        drop(self.replace(direction, Some(waker.clone())));
    }

    pub(crate) fn wake(&self, direction: Direction) {
        if let Some(waker) = self.replace(direction, None) {
            waker.wake();
        }
    }

    /// Wakers are woken and dropped when nothing is locked: both may run a task's code.
    fn replace(&self, direction: Direction, waker: Option<Waker>) -> Option<Waker> {
        let mut waiting = self.0[direction as usize]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut waiting, waker)
    }
}

/// A socket that the reactor tells of, until it is dropped.
#[derive(Debug)]
pub struct Registered<S: Source> {
    socket: S,
    token: Token,
    waiting: Arc<Waiting>,
    reactor: Arc<Reactor>,
}

impl<S: Source> Registered<S> {
    pub(crate) fn new(mut socket: S, reactor: &Arc<Reactor>) -> io::Result<Self> {
        let (token, waiting) = reactor.register(&mut socket)?;
        Ok(Self {
            socket,
            token,
            waiting,
            reactor: Arc::clone(reactor),
        })
    }

    pub(crate) const fn reactor(&self) -> &Arc<Reactor> {
        &self.reactor
    }

    /// Does something as soon as it does not have to wait.
    pub(crate) async fn when<T>(
        &self,
        direction: Direction,
        mut work: impl FnMut(&S) -> io::Result<T>,
    ) -> io::Result<T> {
        poll_fn(|cx| self.poll(cx, direction, &mut work)).await
    }

    fn poll<T>(
        &self,
        cx: &Context<'_>,
        direction: Direction,
        mut work: impl FnMut(&S) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(done) = attempt(&self.socket, &mut work) {
            return Poll::Ready(done);
        }
        self.waiting.wait(direction, cx.waker());
        // The reactor tells of a change once: it may have done so just before.
        attempt(&self.socket, work)
    }
}

fn attempt<S, T>(socket: &S, mut work: impl FnMut(&S) -> io::Result<T>) -> Poll<io::Result<T>> {
    loop {
        match work(socket) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Poll::Pending,
            done => return Poll::Ready(done),
        }
    }
}

impl<S: Source> Drop for Registered<S> {
    fn drop(&mut self) {
        self.reactor.forget(&mut self.socket, self.token);
    }
}

macro_rules! byte_stream {
    ($stream:ty) => {
        impl ByteStream for Registered<$stream> {
            fn poll_read(
                &mut self,
                cx: &mut Context<'_>,
                buffer: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                self.poll(cx, Direction::In, |mut socket| socket.read(buffer))
            }

            fn poll_write(
                &mut self,
                cx: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<io::Result<usize>> {
                self.poll(cx, Direction::Out, |mut socket| socket.write(bytes))
            }

            fn poll_flush(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                // What was written is the operating system's.
                Poll::Ready(Ok(()))
            }

            fn poll_shutdown(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(match self.socket.shutdown(Shutdown::Write) {
                    Err(error) if error.kind() == ErrorKind::NotConnected => Ok(()),
                    done => done,
                })
            }
        }
    };
}

byte_stream!(TcpStream);
#[cfg(unix)]
byte_stream!(UnixStream);
