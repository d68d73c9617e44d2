//! Clients that keep to nothing.

use std::sync::Arc;
use std::time::Duration;

use futures_lite::future::or;
use socketio_simulation::{Random, Stream};

use crate::dialer::{Dialer, Lost, Role};
use crate::guest::{TEXT, http::Http, push_frame};
use crate::storm::LARGEST_PACKET;

/// How long a liar listens.
const PATIENCE: Duration = Duration::from_secs(50);

/// Packets that are none, or are not for now.
const LIES: [&str; 24] = [
    "",
    ":",
    "::::",
    "9:::",
    "5:::",
    "5:::{",
    "5:1+::{\"name\":\"nobody\"}",
    "5:1+::{\"name\":\"echo\",\"args\":[\"not a number\"]}",
    "5:1+::{\"name\":\"echo\",\"args\":{}}",
    "5:99999999999999999999999999999999999+::{\"name\":\"echo\"}",
    "5::/side:{\"name\":\"nobody\",\"args\":[]}",
    "5::/nowhere:{\"name\":\"echo\",\"args\":[]}",
    "6:::1+[1]",
    "6:::1",
    "6:::77+[\"early\"]",
    "6::/side:1+[[[[",
    "7:::1+0",
    "1::/nowhere",
    "1::/side?a=b",
    "0::/side",
    "0::/nowhere",
    "3:::a message for nobody",
    "4:::{\"a\":1",
    "8::",
];

/// The beginnings of frames that no client may send.
const FRAMES: [&[u8]; 8] = [
    b"\x81\x03abc",
    b"\x80\x80\x01\x02\x03\x04",
    b"\xf1\x80\x01\x02\x03\x04",
    b"\x83\x80\x01\x02\x03\x04",
    b"\x89\xfe\x01\x00\x01\x02\x03\x04",
    b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04",
    b"\x81\x82\x00\x00\x00\x00\xff\xfe",
    b"\x01\x80\x01\x02\x03\x04",
];

pub(crate) struct Liar {
    pub(crate) dialer: Dialer,
    pub(crate) deeds: usize,
}

impl Liar {
    pub(crate) async fn live(mut self) {
        for _ in 0..self.deeds {
            self.dialer.loss = Arc::default();
            // What becomes of it is the server's to care for.
            let _ = self.do_wrong().await;
            let pause = self.dialer.random.within(0..5000);
            self.dialer.pause(Duration::from_millis(pause)).await;
        }
    }

    async fn do_wrong(&mut self) -> Result<(), Lost> {
        match self.dialer.random.index(6) {
            0 => self.send_garbage().await,
            1 => self.send_half_a_request().await,
            2 => self.lie_about_lengths().await,
            3 => self.ask_for_what_is_not_there().await,
            4 => self.lie_in_posts().await,
            _ => self.lie_in_frames().await,
        }
    }

    async fn send_garbage(&mut self) -> Result<(), Lost> {
        let stream = self.dialer.dial(Role::Handshake)?;
        let mut bytes = vec![0; 1 + self.dialer.random.index(500)];
        self.dialer.random.fill(&mut bytes);
        if self.dialer.random.chance(50) {
            bytes.splice(0..0, *b"GET /socket.io/1/ HTTP/1.1\r\n");
        }
        self.say_and_listen(stream, &bytes).await
    }

    async fn send_half_a_request(&mut self) -> Result<(), Lost> {
        let stream = self.dialer.dial(Role::Handshake)?;
        let whole = "POST /socket.io/1/xhr-polling/nobody HTTP/1.1\r\nHost: h\r\n\
            Content-Length: 20\r\n\r\n3:::half of it or mo";
        let end = self.dialer.random.index(whole.len());
        self.say_and_listen(stream, &whole.as_bytes()[..end]).await
    }

    async fn lie_about_lengths(&mut self) -> Result<(), Lost> {
        let sid = self.sid().await?;
        let length = self
            .dialer
            .random
            .one_of(&["0", "3", "40", "9999999999", "-1", "a"]);
        let request = format!(
            "POST /socket.io/1/xhr-polling/{sid} HTTP/1.1\r\nHost: h\r\n\
             Content-Length: {length}\r\n\r\n3:::of some length"
        );
        let stream = self.dialer.dial(Role::Post)?;
        self.say_and_listen(stream, request.as_bytes()).await
    }

    async fn ask_for_what_is_not_there(&mut self) -> Result<(), Lost> {
        let mut http = Http::on(self.dialer.dial(Role::Poll)?);
        let sids = ["nobody", "AAAAAAAAAAAAAAAAAAAAAAAA", "%00", ""];
        let sid = self.dialer.random.one_of(&sids);
        let target = format!("/socket.io/1/xhr-polling/{sid}");
        let dialer = self.dialer.clone();
        let told = dialer.within(PATIENCE, async {
            http.get(&target).await?;
            http.answer().await
        });
        let told = told.await?;
        assert!(sid.is_empty() || told == "7:::1+0", "{told:?}");
        let posted = dialer.within(PATIENCE, async {
            http.post(&target, "text/plain", "3:::is anybody there?")
                .await?;
            http.answer().await
        });
        let posted = posted.await?;
        assert!(sid.is_empty() || posted == "1", "{posted:?}");
        Ok(())
    }

    async fn lie_in_posts(&mut self) -> Result<(), Lost> {
        let sid = self.sid().await?;
        let target = format!("/socket.io/1/xhr-polling/{sid}");
        let dialer = self.dialer.clone();
        let mut polls = Vec::new();
        for _ in 0..self.dialer.random.index(4) {
            let mut poll = Http::on(self.dialer.dial(Role::Poll)?);
            dialer.within(PATIENCE, poll.get(&target)).await?;
            polls.push(poll);
        }
        let mut posts = Http::on(self.dialer.dial(Role::Post)?);
        for _ in 0..1 + self.dialer.random.index(8) {
            let body = self.draw_body();
            let post = async {
                posts.post(&target, "text/plain", &body).await?;
                posts.answer().await
            };
            dialer.within(PATIENCE, post).await?;
        }
        for mut poll in polls {
            dialer.within(PATIENCE, poll.answer()).await?;
        }
        Ok(())
    }

    fn draw_body(&mut self) -> String {
        let random = &mut self.dialer.random;
        match random.index(10) {
            0 => "0::".into(),
            1 => format!("\u{fffd}3\u{fffd}2::\u{fffd}{}\u{fffd}8::", random.number()),
            2 => format!("3:::{}", "y".repeat(LARGEST_PACKET + random.index(100_000))),
            3 => {
                let lies = [random.one_of(&LIES), random.one_of(&LIES)];
                let framed = lies.map(|lie| format!("\u{fffd}{}\u{fffd}{lie}", lie.len()));
                framed.concat()
            }
            _ => random.one_of(&LIES).into(),
        }
    }

    async fn lie_in_frames(&mut self) -> Result<(), Lost> {
        let sid = self.sid().await?;
        let stream = self.dialer.dial(Role::WebSocket)?;
        let mut bytes = format!(
            "GET /socket.io/1/websocket/{sid} HTTP/1.1\r\nHost: h\r\n{}\r\n",
            crate::guest::UPGRADE
        )
        .into_bytes();
        for _ in 0..self.dialer.random.index(6) {
            push_frame(TEXT, self.draw_body().as_bytes(), &mut bytes);
        }
        if self.dialer.random.chance(60) {
            bytes.extend(self.dialer.random.one_of(&FRAMES));
        }
        self.say_and_listen(stream, &bytes).await
    }

    async fn sid(&mut self) -> Result<String, Lost> {
        let mut http = Http::on(self.dialer.dial(Role::Handshake)?);
        let dialer = self.dialer.clone();
        let answer = dialer.within(PATIENCE, async {
            http.get("/socket.io/1/").await?;
            http.answer().await
        });
        let line = answer.await?;
        Ok(line.split(':').next().unwrap_or_default().to_owned())
    }

    /// Says it, and listens until the end, or for a while, or not at all.
    async fn say_and_listen(&mut self, mut stream: Stream, bytes: &[u8]) -> Result<(), Lost> {
        let mut random: Random = self.dialer.random.branch();
        let listen = async {
            stream.write_all(bytes).await?;
            let mut buffer = [0; 512];
            while stream.read(&mut buffer).await? > 0 {}
            Ok(())
        };
        let time = match random.index(3) {
            0 => Duration::ZERO,
            1 => PATIENCE,
            _ => Duration::from_millis(random.within(0..3000)),
        };
        let late = async {
            self.dialer.pause(time).await;
            Err(Lost)
        };
        let heard = or(listen, late).await;
        if random.chance(30) {
            stream.reset();
        }
        heard
    }
}
