//! A process that takes no new sessions leaves them to the other one.

use socketio_driver_tokio::{Server, ServerLimits};

use crate::http_client::{get, handshake};
use crate::in_process::InProcessServer;
use crate::proxy::{Proxy, behind_each_proxy};

#[test]
fn new_sessions_are_made_where_there_is_room() {
    behind_each_proxy(|kind| {
        let mut room_for_one = ServerLimits::default();
        room_for_one.sessions = 1;
        let builder = Server::builder()
            .session_id_prefix("a1")
            .limits(room_for_one);
        let full = InProcessServer::start(builder);
        handshake(full.address);
        let roomy = InProcessServer::start(Server::builder().session_id_prefix("b1"));
        let proxy = Proxy::start(kind, [full.address, roomy.address]);
        for _ in 0..4 {
            let sid = handshake(proxy.address);
            assert!(sid.starts_with("b1"), "{kind:?} {sid}");
            let target = format!("/socket.io/1/xhr-polling/{sid}");
            assert_eq!(get(proxy.address, &target), "1::", "{kind:?}");
        }
        assert_eq!(roomy.handle.session_count(), 4, "{kind:?}");
    });
}
