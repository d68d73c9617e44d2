//! What cannot become a server.

use std::sync::Arc;

use socketio_server::{Acl, BuildError, Dispatch, Namespace, ServerBuilder, State};

use crate::server::{TestServer, bind};

tests![
    state_that_handlers_need_must_be_given,
    a_namespace_can_be_added_once,
    there_is_an_end_to_namespaces,
    an_address_that_is_taken_cannot_be_listened_on,
    there_must_be_a_transport,
    session_ids_begin_with_one_or_two_letters_or_digits,
    handlers_that_would_never_run_are_refused,
    a_list_that_nobody_can_get_past_is_refused_unless_somebody_may_open_it,
    authorizers_dispatchers_and_initializers_say_which_state_they_need,
];

#[track_caller]
fn failure(builder: ServerBuilder) -> BuildError {
    match bind(builder, "127.0.0.1:0") {
        Ok(server) => panic!("{server:?} was built"),
        Err(error) => error,
    }
}

fn state_that_handlers_need_must_be_given() {
    let needing = || Namespace::new("/chat").on("x", async |_: State<Arc<u8>>| ());
    let error = failure(ServerBuilder::new().namespace(needing()).state(7_u8));
    assert_eq!(
        error.to_string(),
        "namespace \"/chat\" needs state of type alloc::sync::Arc<u8>, which the server was not given"
    );
    let builder = ServerBuilder::new()
        .namespace(needing())
        .state(Arc::new(7_u8));
    assert!(bind(builder, "127.0.0.1:0").is_ok());
    for namespace in [
        Namespace::global().on_any(async |_: State<u16>| ()),
        Namespace::global().on_message(async |_: State<u16>| ()),
        Namespace::global().on_json(async |_: State<u16>| ()),
        Namespace::global().on_connect(async |_: State<u16>| ()),
        Namespace::global().on_disconnect(async |_: State<u16>| ()),
        Namespace::global().on_error(async |_: State<u16>| ()),
        Namespace::global().on_concurrently("x", async |_: State<u16>| ()),
    ] {
        let error = failure(ServerBuilder::new().namespace(namespace));
        assert!(matches!(error, BuildError::MissingState { .. }), "{error}");
    }
}

fn a_namespace_can_be_added_once() {
    for name in ["", "/chat"] {
        let builder = ServerBuilder::new()
            .namespace(Namespace::new(name))
            .namespace(Namespace::new(name));
        let error = failure(builder);
        assert!(matches!(error, BuildError::DuplicateNamespace(twice) if twice == name));
    }
}

fn there_is_an_end_to_namespaces() {
    let builder = (0..=u16::MAX).fold(ServerBuilder::new(), |builder, number| {
        builder.namespace(Namespace::new(format!("/{number}")))
    });
    let error = failure(builder);
    assert!(matches!(error, BuildError::TooManyNamespaces), "{error}");
}

fn an_address_that_is_taken_cannot_be_listened_on() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    let error = bind(ServerBuilder::new(), address).expect_err("a taken port");
    assert!(matches!(error, BuildError::Listen { .. }), "{error}");
}

fn there_must_be_a_transport() {
    let error = failure(ServerBuilder::new().transports([]));
    assert!(matches!(error, BuildError::NoTransports), "{error}");
}

fn session_ids_begin_with_one_or_two_letters_or_digits() {
    for prefix in ["", "abc", "_1", "a-", "a/", "é", " "] {
        let error = failure(ServerBuilder::new().session_id_prefix(prefix));
        assert!(
            matches!(&error, BuildError::SessionIdPrefix(wrong) if wrong == prefix),
            "{error}"
        );
    }
}

fn handlers_that_would_never_run_are_refused() {
    for event in ["connect", "disconnect", "newListener"] {
        let namespace = Namespace::new("/chat").on(event, async || ());
        let error = failure(ServerBuilder::new().namespace(namespace));
        assert!(matches!(error, BuildError::InertEvent { .. }), "{error}");
    }
    let asking = Namespace::global().authorize(async || false);
    let error = failure(ServerBuilder::new().namespace(asking));
    assert!(
        matches!(error, BuildError::GlobalNamespaceCannotAsk),
        "{error}"
    );
}

fn a_list_that_nobody_can_get_past_is_refused_unless_somebody_may_open_it() {
    let locked = |name: &str| Namespace::new(name).initial_acl(Acl::only(["open"]));
    let error = failure(ServerBuilder::new().namespace(locked("/vault")));
    assert!(
        matches!(&error, BuildError::NobodyCanJoin(name) if name == "/vault"),
        "{error}"
    );
    let builder = ServerBuilder::new()
        .namespace(locked("/prepared").initialize(async || ()))
        .namespace(locked("/asking").authorize(async || true))
        .namespace(locked(""));
    drop(TestServer::start(builder));
}

fn authorizers_dispatchers_and_initializers_say_which_state_they_need() {
    struct Missing;
    impl Clone for Missing {
        fn clone(&self) -> Self {
            Self
        }
    }
    for namespace in [
        Namespace::new("/a").authorize(async |_: State<Missing>| true),
        Namespace::new("/a").initialize(async |_: State<Missing>| ()),
        Namespace::new("/a").dispatch(async |_: State<Missing>| Dispatch::Pass),
    ] {
        let error = failure(ServerBuilder::new().namespace(namespace));
        assert!(matches!(error, BuildError::MissingState { .. }), "{error}");
    }
}
