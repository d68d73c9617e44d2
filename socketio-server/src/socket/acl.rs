//! The access control list of one client in one namespace.

use socketio_session::{Acl, Misuse};

use super::Socket;

/// What a client may do in a namespace: event names, `connect` for joining it, `message` and
/// `json` for the two kinds of messages, `error` for error packets. Changes hold for everything
/// that the client sent after the packet being handled, and those made before a join is decided
/// for the join itself.
#[derive(Debug, Clone, Copy)]
pub struct SocketAcl<'a> {
    socket: &'a Socket,
}

impl<'a> SocketAcl<'a> {
    pub(super) const fn new(socket: &'a Socket) -> Self {
        Self { socket }
    }

    /// Allows the listed methods and no others.
    ///
    /// # Errors
    /// [`Misuse`]: the client has gone.
    pub fn only<M: Into<Box<str>>>(
        self,
        methods: impl IntoIterator<Item = M>,
    ) -> Result<(), Misuse> {
        let only = Acl::only(methods);
        self.change(|acl| {
            *acl = only;
            Ok(())
        })
    }

    /// Allows one more method.
    ///
    /// # Errors
    /// [`Misuse`]: the client has gone.
    #[doc(alias = "add_acl_method")]
    pub fn allow(self, method: &str) -> Result<(), Misuse> {
        self.change(|acl| {
            acl.allow(method);
            Ok(())
        })
    }

    /// Takes a method away.
    ///
    /// # Errors
    /// [`Misuse`]: the client has gone, or everything is allowed, so there is nothing to take
    /// it away from.
    #[doc(alias = "del_acl_method")]
    pub fn deny(self, method: &str) -> Result<(), Misuse> {
        self.change(|acl| acl.deny(method))
    }

    /// Allows everything.
    ///
    /// # Errors
    /// [`Misuse`]: the client has gone.
    #[doc(alias = "lift_acl_restrictions")]
    pub fn lift(self) -> Result<(), Misuse> {
        self.change(|acl| {
            acl.lift();
            Ok(())
        })
    }

    /// Goes back to what clients may do when they join.
    ///
    /// # Errors
    /// [`Misuse`]: the client has gone.
    #[doc(alias = "reset_acl")]
    pub fn reset(self) -> Result<(), Misuse> {
        let config = &self.socket.engine.session_config;
        let initial = config
            .namespace(self.socket.membership.namespace)
            .map(|namespace| namespace.initial_acl.clone())
            .unwrap_or_default();
        self.change(|acl| {
            *acl = initial;
            Ok(())
        })
    }

    /// Whether the client may call the method.
    #[doc(alias = "is_method_allowed")]
    #[must_use]
    pub fn is_allowed(self, method: &str) -> bool {
        let mut allowed = false;
        let asked = self.change(|acl| {
            allowed = acl.is_allowed(method);
            Ok(())
        });
        asked.is_ok() && allowed
    }

    fn change(self, work: impl FnOnce(&mut Acl) -> Result<(), Misuse>) -> Result<(), Misuse> {
        let namespace = self.socket.membership.namespace;
        self.socket
            .on_session(|mut session| session.acl(namespace).and_then(work))
    }
}
