//! The namespaces that a client is in.

use alloc::vec::Vec;

use crate::acl::Acl;
use crate::config::NamespaceId;

/// A change that whoever keeps lists of members must follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MembershipChange {
    Joined(NamespaceId),
    Left(NamespaceId),
}

/// The memberships of one session: few, so they are searched in order.
#[derive(Debug, Default)]
pub(super) struct Memberships(Vec<Membership>);

#[derive(Debug)]
pub(super) struct Membership {
    pub(super) namespace: NamespaceId,
    pub(super) standing: Standing,
    pub(super) acl: Acl,
    /// The number of the last acknowledgement asked for. It goes on when the client leaves and
    /// comes back, so that a late answer never meets a new question.
    pub(super) last_ack: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The application is deciding whether to let the client in.
    Asking,
    In,
    /// The server ended it; the application has not been told yet.
    Dismissed,
    Out,
}

impl Memberships {
    /// The membership in `namespace` while the client is in it.
    pub(super) fn joined(&self, namespace: NamespaceId) -> Option<&Membership> {
        self.find(namespace)
            .filter(|member| member.standing == Standing::In)
    }

    /// Likewise, to change it.
    pub(super) fn joined_mut(&mut self, namespace: NamespaceId) -> Option<&mut Membership> {
        self.find_mut(namespace)
            .filter(|member| member.standing == Standing::In)
    }

    /// The membership whose access control list the application may change: that of a client
    /// that is in, or that it is deciding about.
    pub(super) fn governed_mut(&mut self, namespace: NamespaceId) -> Option<&mut Membership> {
        self.find_mut(namespace)
            .filter(|member| matches!(member.standing, Standing::In | Standing::Asking))
    }

    pub(super) fn find(&self, namespace: NamespaceId) -> Option<&Membership> {
        self.0.iter().find(|member| member.namespace == namespace)
    }

    pub(super) fn find_mut(&mut self, namespace: NamespaceId) -> Option<&mut Membership> {
        self.0
            .iter_mut()
            .find(|member| member.namespace == namespace)
    }

    /// Begins a membership, with a fresh access control list.
    pub(super) fn begin(&mut self, namespace: NamespaceId, acl: Acl) {
        if let Some(member) = self.find_mut(namespace) {
            member.standing = Standing::Asking;
            member.acl = acl;
        } else {
            if self.0.is_empty() {
                // Most sessions are in one namespace.
                self.0.reserve_exact(1);
            }
            self.0.push(Membership {
                namespace,
                standing: Standing::Asking,
                acl,
                last_ack: 0,
            });
        }
    }

    /// The namespaces that the client is in.
    pub(super) fn iter_joined(&self) -> impl Iterator<Item = NamespaceId> + '_ {
        self.0
            .iter()
            .filter(|member| member.standing == Standing::In)
            .map(|member| member.namespace)
    }

    /// A namespace that the application believes the client to be in.
    pub(super) fn first_believed(&self) -> Option<NamespaceId> {
        self.0
            .iter()
            .find(|member| matches!(member.standing, Standing::In | Standing::Dismissed))
            .map(|member| member.namespace)
    }
}
