//! Request bodies, which are bound to their thread in actix-web and are not in the server.

use std::future::{Future, pending};

use actix_web::error::PayloadError;
use actix_web::web::Payload;
use bytes::Bytes;
use futures_lite::StreamExt;
use futures_lite::future::or;
use http_body_util::channel::{Channel, Sender};

/// A body, and what has to go on for it to be filled.
pub(crate) fn body(payload: Payload) -> (Channel<Bytes, PayloadError>, impl Future<Output = ()>) {
    let (sender, body) = Channel::new(1);
    (body, forward(payload, sender))
}

async fn forward(mut payload: Payload, mut sender: Sender<Bytes, PayloadError>) {
    while let Some(piece) = payload.next().await {
        match piece {
            Ok(piece) => {
                if sender.send_data(piece).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                sender.abort(error);
                return;
            }
        }
    }
}

/// Waits for an answer, and forwards the body for as long as that takes.
pub(crate) async fn while_forwarding<T>(
    forwarding: impl Future<Output = ()>,
    answering: impl Future<Output = T>,
) -> T {
    let forwarding = async {
        forwarding.await;
        pending().await
    };
    or(answering, forwarding).await
}
