//! Access control lists: what a client may call, decided when a packet's turn has come.

use socketio_session::{Acl, Misuse};

use crate::script::{GLOBAL, LOCKED, Script};

fn locked() -> (Script, socketio_session::TransportId) {
    let (mut script, websocket) = Script::on_websocket();
    script.sends("1::/locked");
    script.hears(["/locked joined"]);
    script.gets(websocket, ["1::/locked"]);
    (script, websocket)
}

#[test]
fn only_what_is_listed_is_let_through() {
    let (mut script, websocket) = locked();
    script.sends(r#"5::/locked:{"name":"knock"}"#);
    script.sends(r#"5::/locked:{"name":"enter"}"#);
    script.hears([
        "/locked event knock []",
        "/locked fault method_access_denied",
    ]);
    script.gets(
        websocket,
        [r#"5::/locked:{"name":"error","args":["method_access_denied","You may not call 'enter'"]}"#],
    );
}

#[test]
fn messages_go_by_the_name_of_their_kind() {
    let (mut script, _) = locked();
    script.sends("3::/locked:text");
    script.sends("4::/locked:true");
    script.hears([
        "/locked fault method_access_denied",
        "/locked fault method_access_denied",
    ]);
    let acl = script.session.acl(LOCKED).expect("joined");
    acl.allow(socketio_session::MESSAGE_METHOD);
    script.sends("3::/locked:text");
    script.sends("4::/locked:true");
    script.hears(["/locked message text", "/locked fault method_access_denied"]);
    let acl = script.session.acl(LOCKED).expect("joined");
    acl.allow(socketio_session::JSON_METHOD);
    script.sends("4::/locked:true");
    script.hears(["/locked json true"]);
}

#[test]
fn a_lift_in_a_handler_holds_for_what_was_sent_behind() {
    let (mut script, _) = locked();
    script.sends(r#"5::/locked:{"name":"enter"}"#);
    script.sends(r#"5::/locked:{"name":"knock"}"#);
    script.sends(r#"5::/locked:{"name":"enter"}"#);
    assert_eq!(
        script.next_event().as_deref(),
        Some("/locked fault method_access_denied")
    );
    assert_eq!(
        script.next_event().as_deref(),
        Some("/locked event knock []")
    );
    script.session.acl(LOCKED).expect("joined").lift();
    script.hears(["/locked event enter []"]);
}

#[test]
fn a_denial_in_a_handler_holds_for_what_was_sent_behind() {
    let (mut script, _) = locked();
    script.sends(r#"5::/locked:{"name":"knock"}"#);
    script.sends(r#"5::/locked:{"name":"knock"}"#);
    assert!(script.next_event().is_some());
    let acl = script.session.acl(LOCKED).expect("joined");
    assert_eq!(acl.deny("knock"), Ok(()));
    script.hears(["/locked fault method_access_denied"]);
}

#[test]
fn a_list_is_fresh_with_each_join() {
    let (mut script, _) = locked();
    script.session.acl(LOCKED).expect("joined").lift();
    for text in ["0::/locked", "1::/locked", r#"5::/locked:{"name":"enter"}"#] {
        script.sends(text);
    }
    script.hears([
        "/locked left: client disconnected",
        "/locked joined",
        "/locked fault method_access_denied",
    ]);
}

#[test]
fn a_join_repeated_leaves_the_list_as_it_is() {
    let (mut script, _) = locked();
    script.session.acl(LOCKED).expect("joined").lift();
    script.sends("1::/locked");
    script.sends(r#"5::/locked:{"name":"enter"}"#);
    script.hears(["/locked event enter []"]);
}

#[test]
fn lists_of_different_namespaces_have_nothing_to_do_with_each_other() {
    let (mut script, _) = locked();
    *script.session.acl(GLOBAL).expect("joined") = Acl::nothing();
    script.sends("3:::text");
    script.sends(r#"5::/locked:{"name":"knock"}"#);
    script.hears([
        "global fault method_access_denied",
        "/locked event knock []",
    ]);
}

#[test]
fn nothing_can_be_denied_where_everything_is_allowed() {
    let mut acl = Acl::everything();
    assert_eq!(acl.deny("enter"), Err(Misuse::NothingRestricted));
    acl.allow("enter");
    assert_eq!(acl, Acl::everything());
    assert!(acl.is_allowed("anything"));
}

#[test]
fn lists_say_what_they_were_told() {
    let mut acl = Acl::nothing();
    assert!(!acl.is_allowed("knock"));
    acl.allow("knock");
    assert_eq!(acl, Acl::only(["knock"]));
    assert_eq!(acl.deny("never allowed"), Ok(()));
    assert!(acl.is_allowed("knock"));
    assert_eq!(acl.deny("knock"), Ok(()));
    assert!(!acl.is_allowed("knock"));
    acl.lift();
    assert!(acl.is_allowed("knock"));
}

#[test]
fn automatic_acknowledgements_do_not_ask_the_list() {
    // The library answers a bare id before it looks at what the packet says.
    let (mut script, websocket) = locked();
    script.sends("3:4:/locked:text");
    script.gets(websocket, ["6::/locked:4"]);
    script.hears(["/locked fault method_access_denied"]);
}
