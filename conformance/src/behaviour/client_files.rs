//! The files of the browser client.

use std::io::Write;
use std::time::Duration;

use socketio_server::{BuildError, ServerBuilder};

use crate::http_client::{HttpClient, text};
use crate::replay::raw_http::ReceivedResponse;
use crate::server::{TestServer, bind};

tests![
    a_script_is_served_with_a_tag_by_which_it_is_known_again,
    a_tag_is_that_of_the_bytes,
    only_reading_is_possible,
    browsers_may_be_told_to_keep_files,
    a_script_may_be_read_from_a_file,
    other_files_are_served_if_they_are_given,
    what_cannot_be_served_is_refused,
];

const SCRIPT: &str = "/socket.io/socket.io.js";

fn get(server: &TestServer, target: &str, headers: &str) -> ReceivedResponse {
    HttpClient::open(server.address).request("GET", target, headers, "")
}

fn a_script_is_served_with_a_tag_by_which_it_is_known_again() {
    let server = TestServer::start(ServerBuilder::new().client_script("var io;"));
    let answer = get(&server, SCRIPT, "");
    assert_eq!((answer.status, text(&answer)), (200, "var io;"));
    assert_eq!(
        answer.header("Content-Type"),
        Some("application/javascript")
    );
    assert_eq!(answer.header("Cache-Control"), Some("no-cache"));
    let tag = answer.header("ETag").expect("a tag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 20);
    for known in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"other\", {tag}"),
        String::from("*"),
    ] {
        let headers = format!("If-None-Match: {known}\r\n");
        let answer = get(&server, SCRIPT, &headers);
        assert_eq!((answer.status, text(&answer)), (304, ""), "{known}");
        assert_eq!(answer.header("ETag"), Some(&*tag));
        assert_eq!(answer.header("Cache-Control"), Some("no-cache"));
    }
    let headers = "If-None-Match: \"other\"\r\n";
    assert_eq!(get(&server, SCRIPT, headers).status, 200);
}

fn a_tag_is_that_of_the_bytes() {
    let tag = |script: &'static str| {
        let server = TestServer::start(ServerBuilder::new().client_script(script));
        let answer = get(&server, SCRIPT, "");
        answer.header("ETag").expect("a tag").to_owned()
    };
    assert_eq!(tag("one"), tag("one"));
    assert_ne!(tag("one"), tag("two"));
}

fn only_reading_is_possible() {
    let server = TestServer::start(ServerBuilder::new().client_script("var io;"));
    let mut http = HttpClient::open(server.address);
    let head = http.request("HEAD", SCRIPT, "", "");
    assert_eq!(head.status, 200);
    assert_eq!(head.header("Content-Length"), Some("7"));
    let post = http.request("POST", SCRIPT, "", "x");
    assert_eq!(
        (post.status, post.header("Allow")),
        (405, Some("GET, HEAD"))
    );
}

fn browsers_may_be_told_to_keep_files() {
    let builder = ServerBuilder::new()
        .client_script("var io;")
        .client_max_age(Duration::from_secs(3600));
    let answer = get(&TestServer::start(builder), SCRIPT, "");
    let kept = answer.header("Cache-Control");
    assert_eq!(kept, Some("public, max-age=3600"));
}

fn a_script_may_be_read_from_a_file() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(b"var io;").expect("room for a script");
    let builder = ServerBuilder::new().client_script_file(file.path());
    let server = TestServer::start(builder);
    drop(file);
    assert_eq!(text(&get(&server, SCRIPT, "")), "var io;");
}

fn other_files_are_served_if_they_are_given() {
    let movie = "static/flashsocket/WebSocketMain.swf";
    let builder = ServerBuilder::new()
        .resource("deep/er")
        .client_file(movie, vec![b'F', 0xff], "application/x-shockwave-flash")
        .client_file("socket.io.min.js", "old", "text/plain")
        .client_file("socket.io.min.js", "min", "application/javascript");
    let server = TestServer::start(builder);
    let answer = get(&server, &format!("/deep/er/{movie}?x=1"), "");
    assert_eq!((answer.status, &*answer.body), (200, &[b'F', 0xff][..]));
    let content_type = answer.header("Content-Type");
    assert_eq!(content_type, Some("application/x-shockwave-flash"));
    assert_eq!(text(&get(&server, "/deep/er/socket.io.min.js", "")), "min");
    for target in ["/deep/er/socket.io.js", "/deep/er/static/other"] {
        assert_eq!(get(&server, target, "").status, 404, "{target}");
    }
}

fn what_cannot_be_served_is_refused() {
    let failure = |builder: ServerBuilder| {
        let built = bind(builder, "127.0.0.1:0");
        built.expect_err("it cannot be served")
    };
    let error = failure(ServerBuilder::new().client_script_file("/nowhere/socket.io.js"));
    assert!(matches!(error, BuildError::ClientFile { .. }), "{error}");
    for path in [
        "",
        "1/",
        "page.html",
        "/socket.io.js",
        "static/",
        "static/a b",
        "static/a?b",
    ] {
        let error = failure(ServerBuilder::new().client_file(path, "", "text/plain"));
        assert!(
            matches!(&error, BuildError::ClientFilePath(named) if named == path),
            "{error}"
        );
    }
    let error = failure(ServerBuilder::new().client_file("static/x", "", "text\nplain"));
    assert!(matches!(error, BuildError::ContentType(_)), "{error}");
}
