//! What a client may do in a namespace, at first and later.

use socketio_server::{
    Acl, Args, ConnectQuery, HandlerError, Misuse, Namespace, ServerBuilder, Socket,
};

use crate::client::{Client, Transport, on_each_transport};
use crate::journal::journal;
use crate::server::TestServer;

tests![
    what_is_not_allowed_is_answered_and_reaches_no_handler,
    a_lifted_lock_holds_for_everything_sent_behind_the_key,
    methods_are_allowed_and_denied_one_by_one,
    each_client_has_its_own_list_and_gets_a_fresh_one_when_it_joins_again,
    nothing_can_be_taken_away_where_nothing_is_restricted,
    who_may_not_connect_is_refused_and_is_no_member,
];

/// Locked until the client says the password.
fn locked() -> Namespace {
    Namespace::global()
        .initial_acl(Acl::only(["password"]))
        .on(
            "password",
            async |socket: Socket, Args((word,)): Args<(String,)>| {
                if word == "sesame" {
                    socket.acl().lift()?;
                }
                Ok::<_, HandlerError>(socket.acl().is_allowed("say"))
            },
        )
        .on("say", async || "said")
        .on(
            "relock",
            async |socket: Socket| -> Result<(), HandlerError> { Ok(socket.acl().reset()?) },
        )
        .on_message(async |socket: Socket| socket.send("message").is_ok())
        .on_json(async |socket: Socket| socket.send_json(&true).is_ok())
}

fn denied(method: &str) -> String {
    format!(
        r#"5:::{{"name":"error","args":["method_access_denied","You may not call '{method}'"]}}"#
    )
}

fn what_is_not_allowed_is_answered_and_reaches_no_handler() {
    on_each_transport(|transport| {
        let (journal, pen) = journal();
        let builder = ServerBuilder::new()
            .namespace(locked())
            .on_fault(move |_, fault| pen.note(format_args!("{:?}", fault.kind)));
        let server = TestServer::start(builder);
        let mut client = Client::connect(&server, transport);
        for (packet, method) in [
            (r#"5:::{"name":"say"}"#, "say"),
            ("3:::hello", "message"),
            ("4:::1", "json"),
            // Whether there is such a method is nobody's business, either.
            (r#"5:::{"name":"nothing"}"#, "nothing"),
        ] {
            client.send(packet);
            client.expect(&denied(method));
            journal.expect(&format!("AccessDenied({method:?})"));
        }
        client.ask(1, "say", "[]");
        client.expect(&denied("say"));
        client.expect(
            r#"6:::1+[{"error":"method_access_denied","message":"You may not call 'say'"}]"#,
        );
    });
}

fn a_lifted_lock_holds_for_everything_sent_behind_the_key() {
    on_each_transport(|transport| {
        let server = TestServer::of([locked()]);
        let mut client = Client::connect(&server, transport);
        client.send_together(&[
            r#"5:1+::{"name":"say"}"#,
            r#"5:2+::{"name":"password","args":["sesame"]}"#,
            r#"5:3+::{"name":"say"}"#,
            "3:::hello",
            "4:::1",
            r#"5:::{"name":"relock"}"#,
            "3:::again",
        ]);
        client.expect(&denied("say"));
        client.expect(
            r#"6:::1+[{"error":"method_access_denied","message":"You may not call 'say'"}]"#,
        );
        client.expect("6:::2+[true]");
        client.expect(r#"6:::3+["said"]"#);
        client.expect("3:::message");
        client.expect("4:::true");
        client.expect(&denied("message"));
    });
}

fn methods_are_allowed_and_denied_one_by_one() {
    let namespace = Namespace::global()
        .initial_acl(Acl::nothing())
        .on_connect(async |socket: Socket| -> Result<(), HandlerError> {
            socket.acl().only(["a", "b"])?;
            socket.acl().allow("c")?;
            Ok(socket.acl().deny("a")?)
        })
        .on_any(async || true);
    let server = TestServer::of([namespace]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.emit("a", "[]");
    client.expect(&denied("a"));
    client.ask(1, "b", "[]");
    client.expect("6:::1+[true]");
    client.ask(2, "c", "[]");
    client.expect("6:::2+[true]");
}

fn each_client_has_its_own_list_and_gets_a_fresh_one_when_it_joins_again() {
    let namespace = Namespace::new("/vault")
        .initial_acl(Acl::only(["connect", "open"]))
        .on("open", async |socket: Socket| socket.acl().lift().is_ok())
        .on("take", async || "gold");
    let server = TestServer::of([namespace]);
    let denied =
        r#"5::/vault:{"name":"error","args":["method_access_denied","You may not call 'take'"]}"#;
    let take = r#"5::/vault:{"name":"take"}"#;
    let mut one = Client::join(&server, Transport::WebSocket, "/vault");
    let mut other = Client::join(&server, Transport::WebSocket, "/vault");
    one.send(r#"5:1+:/vault:{"name":"open"}"#);
    one.expect("6::/vault:1+[true]");
    other.send(take);
    other.expect(denied);
    one.send_together(&["0::/vault", "1::/vault", take]);
    one.expect("1::/vault");
    one.expect(denied);
}

fn nothing_can_be_taken_away_where_nothing_is_restricted() {
    let namespace = Namespace::global().on("try", async |socket: Socket| {
        let open = socket.acl().deny("say") == Err(Misuse::NothingRestricted);
        socket.acl().only(["try"])?;
        socket.acl().deny("say")?;
        Ok::<_, HandlerError>((open, socket.acl().is_allowed("say")))
    });
    let server = TestServer::of([namespace]);
    let mut client = Client::connect(&server, Transport::WebSocket);
    client.ask(1, "try", "[]");
    client.expect("6:::1+[true,false]");
}

fn who_may_not_connect_is_refused_and_is_no_member() {
    on_each_transport(|transport| {
        let (journal, pen) = journal();
        let namespace = Namespace::new("/vip")
            .initial_acl(Acl::only(["say"]))
            .authorize(async |socket: Socket, query: ConnectQuery| {
                query.0 != "?key" || socket.acl().allow("connect").is_ok()
            })
            .on_connect(async |socket: Socket| socket.send("welcome").is_ok())
            .on_disconnect(async |socket: Socket| socket.send("unheard").is_ok())
            .on("say", async || "said");
        let builder = ServerBuilder::new()
            .namespace(namespace)
            .on_fault(move |_, fault| pen.note(fault));
        let server = TestServer::start(builder);
        let mut client = Client::connect(&server, transport);
        client.send("1::/vip");
        client.expect("7::/vip:2");
        journal.expect("method_access_denied: You may not call 'connect'");
        let vip = server.handle.of("/vip").expect("it is there");
        assert_eq!(vip.send("for members").queued, 0);
        client.send_together(&["1::/vip:?key", r#"5:1+:/vip:{"name":"say"}"#]);
        client.expect("1::/vip");
        client.expect("3::/vip:welcome");
        client.expect(r#"6::/vip:1+["said"]"#);
        assert_eq!(vip.send("for members").queued, 1);
    });
}
