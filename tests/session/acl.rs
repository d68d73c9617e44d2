//! Access control lists: what a client may call, decided when a packet's turn has come.

use std::collections::BTreeSet;

use proptest::prelude::*;
use socketio_invariants::session::script::{CHAT, GLOBAL, LOCKED, Script, VAULT};
use socketio_session::{Access, Acl, FaultKind, Misuse};

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
fn joining_is_on_the_list_or_refused() {
    let (mut script, websocket) = Script::on_websocket_with(|config| {
        config.namespaces[usize::from(CHAT.0)].initial_acl = Acl::only(["knock"]);
    });
    script.sends("1::/chat");
    script.hears(["/chat fault method_access_denied"]);
    script.gets(websocket, ["7::/chat:2"]);
    assert!(!script.session.is_joined(CHAT));
    assert_eq!(script.session.acl(CHAT).err(), Some(Misuse::NotJoined));
    // Not for a packet that the list would let through, either.
    script.sends(r#"5::/chat:{"name":"knock"}"#);
    script.hears(["/chat fault no_such_namespace"]);
}

#[test]
fn nobody_is_shut_out_of_the_global_one() {
    let (mut script, websocket) =
        Script::on_websocket_with(|config| config.namespaces[0].initial_acl = Acl::nothing());
    assert!(script.session.is_joined(GLOBAL));
    script.sends("3:::text");
    script.hears(["global fault method_access_denied"]);
    let _ = script.transmits(websocket);
}

#[test]
fn an_application_that_decides_about_a_join_may_open_the_list_first() {
    for opens in [true, false] {
        let (mut script, websocket) = Script::on_websocket_with(|config| {
            config.namespaces[usize::from(VAULT.0)].initial_acl = Acl::nothing();
        });
        script.sends("1::/vault");
        script.hears(["/vault joining"]);
        let acl = script.session.acl(VAULT).expect("being decided about");
        if opens {
            acl.lift();
        }
        assert_eq!(script.admits(), Ok(()));
        assert_eq!(script.session.is_joined(VAULT), opens);
        if opens {
            script.gets(websocket, ["1::/vault"]);
            script.hears(["/vault joined"]);
        } else {
            script.gets(websocket, ["7::/vault:2"]);
            script.hears(["/vault fault method_access_denied"]);
        }
    }
}

#[test]
fn leaving_asks_no_list() {
    let (mut script, _) = locked();
    *script.session.acl(LOCKED).expect("joined") = Acl::nothing();
    script.sends("0::/locked");
    script.hears(["/locked left: client disconnected"]);
}

#[test]
fn error_packets_have_a_name_of_their_own() {
    let (mut script, _) = locked();
    script.sends("7::/locked:1");
    script.hears(["/locked fault method_access_denied"]);
    let acl = script.session.acl(LOCKED).expect("joined");
    acl.allow(socketio_session::ERROR_METHOD);
    script.sends("7::/locked:1");
    script.hears(["/locked error Some(ClientNotHandshaken) None"]);
}

#[test]
fn an_application_that_judges_itself_is_told_what_the_list_says() {
    let (mut script, _) = Script::on_websocket_with(|config| {
        config.namespaces[usize::from(LOCKED.0)].defers_judgement = true;
    });
    script.sends("1::/locked");
    script.sends(r#"5::/locked:{"name":"%"}"#);
    script.hears(["/locked joined", "/locked event % []"]);
    let access = |script: &Script, method| script.session.access(LOCKED, method);
    assert_eq!(access(&script, "knock"), Access::Granted);
    let denied = FaultKind::AccessDenied("%".into());
    assert_eq!(access(&script, "%"), Access::Denied(denied));
    assert_eq!(script.session.leave(script.now, LOCKED), Ok(()));
    assert_eq!(access(&script, "knock"), Access::Dismissed);
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

/// What is done to a list.
#[derive(Debug, Clone)]
enum Change {
    Allow(&'static str),
    Deny(&'static str),
    Lift,
    Replace(Vec<&'static str>),
}

const METHODS: [&str; 4] = ["connect", "knock", "enter", "__proto__"];

fn change() -> impl Strategy<Value = Change> {
    let method = || prop::sample::select(METHODS.to_vec());
    prop_oneof![
        4 => method().prop_map(Change::Allow),
        4 => method().prop_map(Change::Deny),
        1 => Just(Change::Lift),
        1 => prop::collection::vec(method(), 0..3).prop_map(Change::Replace),
    ]
}

proptest! {
    #[test]
    fn a_list_is_a_set_or_everything(changes in prop::collection::vec(change(), 0..20)) {
        let mut acl = Acl::everything();
        let mut model: Option<BTreeSet<&str>> = None;
        for change in changes {
            match change {
                Change::Allow(method) => {
                    acl.allow(method);
                    model.iter_mut().for_each(|only| only.extend([method]));
                }
                Change::Deny(method) => {
                    prop_assert_eq!(acl.deny(method).is_ok(), model.is_some());
                    model.iter_mut().for_each(|only| only.retain(|it| *it != method));
                }
                Change::Lift => {
                    acl.lift();
                    model = None;
                }
                Change::Replace(methods) => {
                    acl = Acl::only(methods.iter().copied());
                    model = Some(methods.into_iter().collect());
                }
            }
            for method in METHODS {
                let expected = model.as_ref().is_none_or(|only| only.contains(method));
                prop_assert_eq!(acl.is_allowed(method), expected);
            }
        }
    }
}
