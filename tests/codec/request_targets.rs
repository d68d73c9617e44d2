//! What paths and queries ask for: as recorded, and where nothing was recorded.

use proptest::prelude::*;
use socketio_invariants::codec::request_target;
use socketio_proto::RequestTarget::{
    self, ClientFile, Disconnect, Elsewhere, Handshake, NotUsable, Transport, WrongVersion,
};
use socketio_proto::query_param;
use socketio_tests::js_json::JsValue;

use crate::vector_file;

#[track_caller]
fn check(target: &str, expected: RequestTarget<'_>) {
    assert_eq!(
        RequestTarget::parse(target, "socket.io"),
        expected,
        "{target}"
    );
}

#[test]
fn handshakes() {
    check("/socket.io/1/", Handshake { query: "" });
    check("/socket.io/1", Handshake { query: "" });
    check("/socket.io/1//", Handshake { query: "" });
    check(
        "/socket.io/1/?t=5&jsonp=0",
        Handshake {
            query: "t=5&jsonp=0",
        },
    );
    check("/socket.io/1?", Handshake { query: "" });
    // Without a session id the reference does not look at the transport, nor at `disconnect`.
    check("/socket.io/1/xhr-polling/", Handshake { query: "" });
    check("/socket.io/1/xhr-polling", Handshake { query: "" });
    check(
        "/socket.io/1/?disconnect=1",
        Handshake {
            query: "disconnect=1",
        },
    );
}

#[test]
fn transports() {
    let plain = Transport {
        name: "xhr-polling",
        sid: "42",
        query: "",
    };
    check("/socket.io/1/xhr-polling/42", plain);
    check("/socket.io/1/xhr-polling/42/", plain);
    check(
        "/socket.io/1/made-up/4%32?a=/1/",
        Transport {
            name: "made-up",
            sid: "4%32",
            query: "a=/1/",
        },
    );
    check(
        "/socket.io/1//42/",
        Transport {
            name: "",
            sid: "42",
            query: "",
        },
    );
    check(
        "/socket.io/1/x/42?t=1?disconnect",
        Transport {
            name: "x",
            sid: "42",
            query: "t=1?disconnect",
        },
    );
    check(
        "/socket.io/1/x/42?disconnected=1",
        Transport {
            name: "x",
            sid: "42",
            query: "disconnected=1",
        },
    );
}

#[test]
fn forced_ends() {
    let short = Disconnect {
        name: "",
        sid: "42",
        query: "disconnect=1",
    };
    check("/socket.io/1//42/?disconnect=1", short);
    check("/socket.io/1//42?disconnect=1", short);
    check(
        "/socket.io/1/websocket/42?t=1&disconnect",
        Disconnect {
            name: "websocket",
            sid: "42",
            query: "t=1&disconnect",
        },
    );
}

#[test]
fn versions_are_compared_as_numbers() {
    for one in ["1", "01", "1.0", "1e0", "+1", "1."] {
        check(&format!("/socket.io/{one}/"), Handshake { query: "" });
    }
    for version in ["2", "-1", "0.9", "1e3", "1e999"] {
        check(&format!("/socket.io/{version}/"), WrongVersion { version });
        check(
            &format!("/socket.io/{version}/websocket/42"),
            WrongVersion { version },
        );
    }
    for nothing in ["0", "-0", "0.0", "abc", "nan", "inf", "1x", "1%30", "1,0"] {
        check(&format!("/socket.io/{nothing}/"), NotUsable);
        check(
            &format!("/socket.io/{nothing}/a/42"),
            WrongVersion { version: nothing },
        );
    }
}

#[test]
fn other_paths_below_the_resource() {
    for unusable in [
        "",
        "/",
        "//",
        "//1/",
        "/1/xhr-polling/42/extra",
        "/1/a/42//",
        "/nothing.js",
    ] {
        check(&format!("/socket.io{unusable}"), NotUsable);
    }
    for path in [
        "socket.io.js",
        "socket.io.v0.9.16.js",
        "socket.io+websocket.js",
    ] {
        check(&format!("/socket.io/{path}?v=1"), ClientFile { path });
    }
    let swf = "static/flashsocket/WebSocketMain.swf";
    check(&format!("/socket.io/{swf}"), ClientFile { path: swf });
    check("/socket.io/static/", NotUsable);
}

#[test]
fn paths_outside_of_the_resource() {
    for outside in [
        "/",
        "",
        "/hello",
        "/socket.iox/1/",
        "/socket.i",
        "socket.io/1/",
        "/?/socket.io/1",
        "*",
    ] {
        check(outside, Elsewhere);
    }
}

#[test]
fn resources_may_have_several_segments_and_slashes_around() {
    for resource in ["my/rt", "/my/rt", "my/rt/", "/my/rt/"] {
        assert_eq!(
            RequestTarget::parse("/my/rt/1/", resource),
            Handshake { query: "" }
        );
        assert_eq!(RequestTarget::parse("/my/1/", resource), Elsewhere);
    }
    assert_eq!(RequestTarget::parse("/1/", ""), Handshake { query: "" });
    assert_eq!(RequestTarget::parse("/1/", "/"), Handshake { query: "" });
}

#[test]
fn query_parameters_are_raw() {
    assert_eq!(query_param("t=1&jsonp=0", "jsonp"), Some("0"));
    assert_eq!(query_param("i=1&i=2", "i"), Some("1"));
    assert_eq!(query_param("disconnect", "disconnect"), Some(""));
    assert_eq!(query_param("a=b=c", "a"), Some("b=c"));
    assert_eq!(query_param("a=%41", "a"), Some("%41"));
    assert_eq!(query_param("ab=1", "a"), None);
    assert_eq!(query_param("", "a"), None);
    assert_eq!(query_param("", ""), None);
}

/// Every recorded handshake: what the reference answered tells what it took the request for.
#[test]
#[cfg_attr(miri, ignore = "recorded results take it too long")]
fn recorded_requests_mean_what_the_reference_answered() {
    let mut checked = 0;
    for index in vector_file::rows("http-transcripts.index.jsonl") {
        let id = vector_file::text(&index, "id");
        // The reference claims paths that only begin like the resource.
        if id.starts_with("hs-") && id != "hs-prefix-match" {
            checked += check_transcript(id);
        }
    }
    println!("{checked} requests");
    assert!(checked > 40, "only {checked} requests");
}

fn check_transcript(id: &str) -> usize {
    let path = vector_file::path("http-transcripts").join(format!("{id}.json"));
    let text = std::fs::read_to_string(path).expect("an indexed transcript exists");
    let transcript = JsValue::parse(&text).expect("a transcript is JSON");
    let config = vector_file::column(&transcript, "config");
    let resource = transcript
        .get("resource")
        .or_else(|| config.get("resource"));
    let resource = resource.and_then(JsValue::as_str).unwrap_or("/socket.io");
    let JsValue::Array(events) = vector_file::column(&transcript, "events") else {
        panic!("{id} has no events");
    };
    let mut requests = events.iter().filter_map(|event| event.get("request"));
    let responses = events.iter().filter_map(|event| event.get("response"));
    let mut checked = 0;
    for response in responses {
        let request = requests.next().expect("every answer has a request");
        let path = vector_file::text(request, "path");
        let query = request.get("query").and_then(JsValue::as_str);
        let target = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
        let body = vector_file::text(response, "body");
        let asked = kind(RequestTarget::parse(&target, resource));
        assert_eq!(asked, kind_answered(body), "{id}: {target}");
        checked += 1;
    }
    checked
}

const fn kind(target: RequestTarget<'_>) -> &'static str {
    match target {
        Handshake { .. } => "handshake",
        Transport { .. } => "transport",
        Disconnect { .. } => "disconnect",
        ClientFile { .. } => "client file",
        WrongVersion { .. } => "wrong version",
        NotUsable => "not usable",
        Elsewhere => "elsewhere",
        _ => "unknown",
    }
}

fn kind_answered(body: &str) -> &'static str {
    let handshake = body.contains("{{sid") || body.contains("handshake ");
    match body {
        "Welcome to socket.io." => "not usable",
        "Protocol version not supported." => "wrong version",
        "app: not socket.io" => "elsewhere",
        _ if body.starts_with("/*! Socket.IO") => "client file",
        _ if handshake && !body.contains("5:::") => "handshake",
        _ => "transport",
    }
}

proptest! {
    #[test]
    fn targets_are_read_as_they_are_put_together(
        resource in "[a-z.]{1,9}(/[a-z]{1,4})?",
        name in "[a-z-]{0,12}",
        sid in "[A-Za-z0-9_%-]{1,24}",
        query in "([a-z]{1,4}=[0-9]{0,3}&?){0,3}",
        slash in "/?",
        ends: bool,
    ) {
        let mut query = query;
        if ends {
            query.push_str("&disconnect=1");
        }
        let target = format!("/{resource}/1/{name}/{sid}{slash}?{query}");
        let (name, sid, query) = (&*name, &*sid, &*query);
        let expected = if ends {
            Disconnect { name, sid, query }
        } else {
            Transport { name, sid, query }
        };
        prop_assert_eq!(RequestTarget::parse(&target, &resource), expected);
    }

    #[test]
    fn no_target_says_what_does_not_stand_there(
        target in "(/socket\\.io)?(/1|/2|/static|/socket\\.io\\.js)?(/[a-z%é?&=/]{0,8}){0,4}(\\?[a-z=&?]{0,20})?",
    ) {
        request_target::check(&target);
    }
}
