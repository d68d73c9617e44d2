//! Request targets: what is read of one stands in it.

use socketio_proto::{JsonpIndex, RequestTarget, query_param};

/// Reads any text as the path and query of a request, with several resources, and takes the
/// parameters out of its query.
///
/// # Panics
/// If something is read that does not stand there, or if the parts of a transport's target do not
/// make the same target again.
pub fn check(text: &str) {
    let below = format!("/socket.io/{text}");
    check_target(text, "socket.io");
    check_target(&below, "socket.io");
    check_target(text, "");
    let resource = text.split('?').next().unwrap_or_default();
    check_target(&format!("/{resource}/1/"), resource);
    check_query(text);
}

fn check_target(target: &str, resource: &str) {
    match RequestTarget::parse(target, resource) {
        RequestTarget::Transport { name, sid, query } => {
            check_parts(resource, name, sid, query);
            assert_eq!(query_param(query, "disconnect"), None, "{target:?}");
        }
        RequestTarget::Disconnect { name, sid, query } => {
            check_parts(resource, name, sid, query);
            assert!(query_param(query, "disconnect").is_some(), "{target:?}");
        }
        RequestTarget::Handshake { query } => check_query(query),
        RequestTarget::ClientFile { path } => assert!(target.contains(path)),
        RequestTarget::WrongVersion { version } => {
            assert!(!version.is_empty() && target.contains(version));
        }
        _ => {}
    }
}

fn check_parts(resource: &str, name: &str, sid: &str, query: &str) {
    assert!(!sid.is_empty());
    assert!(!name.contains(['/', '?']) && !sid.contains(['/', '?']));
    let resource = resource.trim_matches('/');
    let below = if resource.is_empty() {
        String::new()
    } else {
        format!("/{resource}")
    };
    let again = format!("{below}/1/{name}/{sid}?{query}");
    let read = match RequestTarget::parse(&again, resource) {
        RequestTarget::Transport { name, sid, query }
        | RequestTarget::Disconnect { name, sid, query } => (name, sid, query),
        other => panic!("{again:?} is {other:?}"),
    };
    assert_eq!(read, (name, sid, query));
}

/// What calls a function of the client calls one that is named by digits.
fn check_query(query: &str) {
    let calls = [
        JsonpIndex::of_handshake(query),
        Some(JsonpIndex::of_poll(query)),
    ];
    for index in calls.into_iter().flatten() {
        let mut script = Vec::new();
        index.call(b"", &mut script);
        let script = String::from_utf8(script).expect("a script is text");
        let name = script
            .strip_prefix("io.j[")
            .and_then(|rest| rest.strip_suffix("](\"\");"));
        let name = name.unwrap_or_else(|| panic!("{query:?} gives {script:?}"));
        assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()));
    }
    for key in ["disconnect", "jsonp", "i", "t", ""] {
        if let Some(value) = query_param(query, key) {
            assert!(query.contains(value) && !value.contains('&'));
        }
    }
}
