//! One connection of a replay: what the client sends on it, and whether what arrives is what was expected.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::compare::{Offer, compare_body, compare_frame, compare_head};
use super::connection::{Arrival, Connection};
use super::endless_response::EndlessResponse;
use super::polling::{Progress, Streams, polled_session};
use super::raw_http::{ReceivedResponse, read_exactly, read_head, read_response};
use super::raw_websocket::{CLOSE, frame_bytes, read_frame};
use super::sent_bytes::{body_bytes, head_bytes, sent_bytes};
use super::template::Bindings;
use super::transcript::{ClosingManner, Frame, Request, Response, Step};

/// What all connections of a replay share.
pub(super) struct Shared {
    pub(super) bindings: Bindings,
    pub(super) polls: Streams,
    pub(super) offer: Offer,
    pub(super) recorded_transports: Vec<String>,
}

/// A connection with the request that is waiting for its answer.
pub(super) struct Conversation {
    connection: Connection,
    asked: Option<Asked>,
    endless: Option<EndlessResponse>,
    upgraded: bool,
    /// When the client last sent something: by the recording's clock, and by ours.
    pub(super) last_sent: (u64, Instant),
}

struct Asked {
    event: usize,
    request: Request,
    path: String,
}

impl Conversation {
    pub(super) fn open(server: SocketAddr) -> Result<Self, String> {
        Ok(Self {
            connection: Connection::open(server)?,
            asked: None,
            endless: None,
            upgraded: false,
            last_sent: (0, Instant::now()),
        })
    }

    /// Does what the client side does in this step.
    pub(super) fn act(
        &mut self,
        index: usize,
        step: &Step,
        bindings: &Bindings,
    ) -> Result<(), String> {
        match step {
            Step::Request(request) => self.ask(index, request, bindings),
            Step::SendFrame(_) | Step::SendRaw(_) => {
                self.connection.send(&sent_bytes(step, bindings)?)
            }
            Step::Close(ClosingManner::Fin) => {
                self.connection.finish();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn ask(&mut self, event: usize, request: &Request, bindings: &Bindings) -> Result<(), String> {
        let path = bindings.fill(&request.path)?;
        let (head, body) = (
            head_bytes(request, &path, bindings)?,
            body_bytes(request, bindings)?,
        );
        match request.split_at_byte {
            Some(at) => {
                self.connection.send(&[&head, &body[..at]].concat())?;
                // Long enough for the first part to be read alone: two segments are what was recorded.
                std::thread::sleep(Duration::from_millis(80));
                self.connection.send(&body[at..])?;
            }
            None => self.connection.send(&[head, body].concat())?,
        }
        self.asked = Some(Asked {
            event,
            request: request.clone(),
            path,
        });
        Ok(())
    }

    /// Checks that this step's arrival comes before the deadline and is as expected. For a response, tells
    /// the event that asked for it.
    pub(super) fn expect(
        &mut self,
        step: &Step,
        shared: &mut Shared,
        deadline: Instant,
    ) -> Result<Option<usize>, String> {
        match step {
            Step::Response(expected) => {
                return self.expect_response(expected, shared, deadline);
            }
            Step::ResponseHead(expected) => {
                let head = read_head(&mut self.connection, deadline)?;
                compare_head(expected, &head, &mut shared.bindings)?;
                self.endless = Some(EndlessResponse::new(&head)?);
            }
            Step::Chunk(text) => {
                let text = shared.bindings.fill(text)?;
                let endless = self.endless.as_mut().ok_or("a chunk of no response")?;
                endless.expect(&text, &mut self.connection, deadline)?;
            }
            Step::ResponseEnd => {
                let endless = self.endless.as_mut().ok_or("the end of no response")?;
                endless.expect_end(&mut self.connection, deadline)?;
            }
            Step::Frame(expected) => self.expect_frame(expected, shared, deadline)?,
            Step::HixieFrame(text) => {
                let expected = [&[0], text.as_bytes(), &[0xff]].concat();
                self.expect_bytes(&expected, deadline)?;
            }
            Step::Raw(expected) => self.expect_bytes(expected, deadline)?,
            Step::Closed => self.expect_closed(deadline)?,
            _ => {}
        }
        Ok(None)
    }

    fn expect_response(
        &mut self,
        expected: &Response,
        shared: &mut Shared,
        deadline: Instant,
    ) -> Result<Option<usize>, String> {
        let asked_by = self.asked.as_ref().map(|asked| asked.event);
        let session = self
            .asked
            .as_ref()
            .and_then(|asked| polled_session(&asked.request, &asked.path));
        let body = match &expected.body {
            Some(body) => shared.offer.adapt(body, &shared.recorded_transports),
            None => String::new(),
        };
        let as_stream = session
            .zip(shared.bindings.fill(&body).ok())
            .filter(|_| !expected.body_truncated);
        if let Some((session, body)) = &as_stream {
            if shared.polls.already_has(session, body) {
                return Ok(asked_by);
            }
        }
        let got = self.read_answer(deadline)?;
        compare_head(expected, &got, &mut shared.bindings)?;
        if let Some((session, text)) = as_stream {
            self.follow_stream(expected, &session, &text, &got, shared, deadline)?;
        } else if expected.body.is_some() {
            compare_body(expected, &body, &got.body, &mut shared.bindings)?;
        }
        self.upgraded |= got.status == 101;
        self.asked = None;
        Ok(asked_by)
    }

    fn read_answer(&mut self, deadline: Instant) -> Result<ReceivedResponse, String> {
        let method = self
            .asked
            .as_ref()
            .map_or("GET", |asked| asked.request.method.as_str());
        read_response(&mut self.connection, method, deadline)
    }

    /// Polls on until all of the recorded packets have arrived.
    fn follow_stream(
        &mut self,
        expected: &Response,
        session: &str,
        text: &str,
        first: &ReceivedResponse,
        shared: &mut Shared,
        deadline: Instant,
    ) -> Result<(), String> {
        let mut got = String::from_utf8_lossy(&first.body).into_owned();
        while shared.polls.arrived(session, text, &got)? == Progress::Partial {
            let Some(Asked { event, request, .. }) = self.asked.take() else {
                return Err(format!("body {got:?}"));
            };
            self.ask(event, &request, &shared.bindings)?;
            let next = self.read_answer(deadline)?;
            compare_head(expected, &next, &mut shared.bindings)?;
            got = String::from_utf8_lossy(&next.body).into_owned();
        }
        Ok(())
    }

    fn expect_frame(
        &mut self,
        expected: &Frame,
        shared: &mut Shared,
        deadline: Instant,
    ) -> Result<(), String> {
        let got = read_frame(&mut self.connection, deadline)?;
        compare_frame(expected, &got, &mut shared.bindings)
    }

    fn expect_bytes(&mut self, expected: &[u8], deadline: Instant) -> Result<(), String> {
        let got = read_exactly(&mut self.connection, expected.len(), deadline)?;
        (got == expected)
            .then_some(())
            .ok_or_else(|| format!("{:?}", String::from_utf8_lossy(&got)))
    }

    /// The server ends the connection. On a WebSocket a close frame may come first: the reference
    /// never sends one, a server that follows RFC 6455 does, and then the client answers it.
    fn expect_closed(&mut self, deadline: Instant) -> Result<(), String> {
        loop {
            if self.upgraded && !self.connection.unread().is_empty() {
                let frame = read_frame(&mut self.connection, deadline)?;
                if frame.opcode != CLOSE {
                    return Err(format!(
                        "another frame: {:?}",
                        String::from_utf8_lossy(&frame.payload)
                    ));
                }
                // The server may have closed right behind its frame.
                let _ = self
                    .connection
                    .send(&frame_bytes(CLOSE, true, true, &frame.payload));
            } else if !self.connection.unread().is_empty() {
                return Err(format!(
                    "bytes {:?}",
                    String::from_utf8_lossy(self.connection.unread())
                ));
            }
            match self.connection.wait(deadline) {
                Arrival::Bytes => {}
                Arrival::End if self.connection.unread().is_empty() => return Ok(()),
                Arrival::End => return Err("a broken frame".to_owned()),
                Arrival::Nothing => return Err("the connection is still open".to_owned()),
            }
        }
    }

    /// Nothing arrives, and the connection stays open, until then.
    pub(super) fn expect_quiet(&mut self, until: Instant) -> Result<(), String> {
        match self.connection.wait(until) {
            Arrival::Nothing if self.connection.unread().is_empty() => Ok(()),
            Arrival::End => Err("the connection closed".to_owned()),
            _ => Err(format!(
                "bytes {:?}",
                String::from_utf8_lossy(self.connection.unread())
            )),
        }
    }

    /// Nothing is left over when the recording ends. A poll that is still held may be answered meanwhile.
    pub(super) fn expect_nothing_left(&mut self) -> Result<(), String> {
        if let Some(endless) = &self.endless {
            endless.expect_nothing_left()?;
        }
        if self.asked.is_some() {
            return Ok(());
        }
        self.connection.look();
        let left = String::from_utf8_lossy(self.connection.unread());
        left.is_empty()
            .then_some(())
            .ok_or_else(|| format!("more than recorded: {left:?}"))
    }
}
