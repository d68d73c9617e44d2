//! The shared heart of a server: its sessions, its namespaces, its settings.

mod ack_wait;
mod admitting;
mod aftermath;
mod dispatching;
mod draining;
mod faults;
mod handler_time;
mod handling;
mod joining;
mod next_event;
mod preparing;
mod session_data;
mod shard;
mod shutdown;
mod turn;
mod turns;

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use socketio_proto::Dialect;
use socketio_session::{
    Admission, Admitted, Hub, HubCounters, Instant, MemoryAccount, MemoryBudget, NamespaceId,
    SessionConfig, SessionId, SessionKey, SessionMut,
};

pub(crate) use self::ack_wait::{AckArrival, AckWait};
pub(crate) use self::draining::{Drained, Draining, drained};
pub(crate) use self::next_event::NextEvent;
pub(crate) use self::session_data::{Membership, SessionData};
pub(crate) use self::shutdown::ShutdownSignal;

use self::shard::Shard;
use crate::contained::drop_contained;
use crate::counters::{Counts, ServerCounters};
use crate::handlers::{NamespaceHandlers, StateMap};
use crate::handshake::Handshake;
use crate::hooks::Hooks;
use crate::refusal::HandshakeRefusal;
use crate::runtime::Executor;
use crate::settings::Settings;

/// The parts of a server that its connections, timers and sockets share.
pub(crate) struct Engine {
    pub(crate) settings: Settings,
    pub(crate) session_config: Arc<SessionConfig>,
    pub(crate) hooks: Hooks,
    pub(crate) executor: Arc<dyn Executor>,
    pub(crate) shutdown: ShutdownSignal,
    namespaces: Vec<NamespaceHandlers>,
    state: StateMap,
    shards: Box<[Shard]>,
    sessions: AtomicUsize,
    admission: Mutex<Admission>,
    pub(crate) counts: Counts,
    /// Of each namespace.
    #[cfg(feature = "metrics")]
    handler_seconds: Vec<metrics::Histogram>,
}

/// Where a session is: the number of its shard, and its key there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SessionAddress {
    pub(crate) shard: usize,
    pub(crate) key: SessionKey,
}

impl Engine {
    pub(crate) fn new(
        settings: Settings,
        session_config: SessionConfig,
        namespaces: Vec<NamespaceHandlers>,
        state: StateMap,
        hooks: Hooks,
        executor: Arc<dyn Executor>,
    ) -> Arc<Self> {
        let session_config = Arc::new(session_config);
        let shards = (0..settings.shards.max(1))
            .map(|number| {
                let hub = Hub::new(Arc::clone(&session_config), settings.limits.sessions);
                Shard::new(number, hub)
            })
            .collect();
        let admission = Mutex::new(Admission::new(settings.limits.of_admission()));
        #[cfg(feature = "metrics")]
        let names = session_config.namespaces.iter().map(|it| &it.name);
        #[cfg(feature = "metrics")]
        let handler_seconds = names
            .map(|it| crate::metrics::handler_seconds(it))
            .collect();
        let engine = Arc::new(Self {
            settings,
            session_config,
            hooks,
            executor,
            shutdown: ShutdownSignal::default(),
            namespaces,
            state,
            shards,
            sessions: AtomicUsize::new(0),
            admission,
            counts: Counts::default(),
            #[cfg(feature = "metrics")]
            handler_seconds,
        });
        for shard in 0..engine.shards.len() {
            engine.start_timer(shard);
        }
        engine
    }

    pub(crate) fn now(&self) -> Instant {
        self.executor.now()
    }

    /// What everything large that is held draws on.
    pub(crate) fn memory(&self) -> &Arc<MemoryBudget> {
        &self.session_config.memory
    }

    /// An account for somebody who holds nothing yet.
    pub(crate) fn memory_account(&self) -> MemoryAccount {
        MemoryAccount::new(self.memory())
    }

    pub(crate) const fn state(&self) -> &StateMap {
        &self.state
    }

    pub(crate) fn handlers(&self, namespace: NamespaceId) -> Option<&NamespaceHandlers> {
        self.namespaces.get(usize::from(namespace.0))
    }

    /// The name of a namespace on the wire.
    pub(crate) fn endpoint(&self, namespace: NamespaceId) -> &str {
        self.session_config
            .namespace(namespace)
            .map_or("", |namespace| &namespace.name)
    }

    /// Sessions now, those that only wait for their goodbye to be fetched included.
    pub(crate) fn session_count(&self) -> usize {
        self.sessions.load(Ordering::SeqCst)
    }

    /// What has been counted, one shard after the other.
    pub(crate) fn counters(&self) -> ServerCounters {
        let mut sessions = HubCounters::default();
        for shard in &self.shards {
            sessions.add(&shard.counters());
        }
        ServerCounters {
            connections: self.shutdown.connections(),
            memory_reserved: self.memory().reserved(),
            ..self.counts.snapshot(sessions)
        }
    }

    pub(crate) fn shard_count(&self) -> usize {
        self.shards.len()
    }

    /// Creates the session of a handshake.
    pub(crate) fn create_session(
        self: &Arc<Self>,
        handshake: Arc<Handshake>,
    ) -> Result<SessionId, HandshakeRefusal> {
        let mut random = [0; 18];
        self.executor
            .random(&mut random)
            .map_err(|_| HandshakeRefusal::NoRandomness)?;
        let id = match self.settings.session_id_prefix {
            Some(prefix) => SessionId::with_prefix(prefix, random),
            None => SessionId::from_random(random),
        };
        let admitted = self.admit_session(handshake.peer());
        let mut admitted = Some(admitted.map_err(HandshakeRefusal::Peer)?);
        let counted = self.sessions.fetch_add(1, Ordering::Relaxed);
        // What the application put into it must not be dropped under the lock.
        let kept = Arc::clone(&handshake);
        let created = if counted >= self.settings.limits.sessions {
            drop(handshake);
            Err(HandshakeRefusal::Full)
        } else {
            let data = SessionData::new(handshake);
            let now = self.now();
            self.with_hub(id.shard(self.shards.len()), |hub| {
                // Under the lock, because the shutdown ends only what it finds.
                if self.shutdown.has_begun() {
                    return Err(HandshakeRefusal::ShuttingDown);
                }
                let created = hub.create(now, id, Dialect::Legacy, data);
                let key = created.map_err(HandshakeRefusal::from)?;
                if let Some(mut session) = hub.session(key) {
                    session.data().admitted = admitted.take();
                }
                Ok(id)
            })
        };
        if created.is_err() {
            self.session_removed(admitted);
        }
        drop_contained(kept);
        created
    }

    fn session_removed(&self, admitted: Option<Admitted>) {
        if let Some(admitted) = admitted {
            self.release(admitted);
        }
        // Before the shutdown is looked for, as that begins before it looks at the count: one of the
        // two sees the other.
        self.sessions.fetch_sub(1, Ordering::SeqCst);
        self.shutdown.session_ended();
    }

    /// The session that a request names, if there is one.
    pub(crate) fn find(self: &Arc<Self>, id: &str) -> Option<SessionAddress> {
        let id = SessionId::parse(id)?;
        let shard = id.shard(self.shards.len());
        let key = self.with_hub(shard, |hub| hub.find(&id))?;
        Some(SessionAddress { shard, key })
    }

    /// Works on one hub under its lock, and sees to the consequences when the lock is free
    /// again. No code of users may run in `work`.
    pub(crate) fn with_hub<T>(
        self: &Arc<Self>,
        shard: usize,
        work: impl FnOnce(&mut Hub<SessionData>) -> T,
    ) -> T {
        let (result, aftermath) = self.shards[shard].with(work);
        if let Some(aftermath) = aftermath {
            aftermath.run(self);
        }
        result
    }

    /// Works on one session; `None` if it is gone.
    pub(crate) fn with_session<T>(
        self: &Arc<Self>,
        at: SessionAddress,
        work: impl FnOnce(SessionMut<'_, SessionData>) -> T,
    ) -> Option<T> {
        self.with_hub(at.shard, |hub| hub.session(at.key).map(work))
    }

    /// Does something to every session.
    pub(crate) fn for_each_session(
        self: &Arc<Self>,
        mut work: impl FnMut(SessionMut<'_, SessionData>),
    ) {
        for shard in 0..self.shards.len() {
            self.with_hub(shard, |hub| {
                let keys: Vec<_> = hub.keys().collect();
                for key in keys {
                    if let Some(session) = hub.session(key) {
                        work(session);
                    }
                }
            });
        }
    }

    fn start_timer(self: &Arc<Self>, shard: usize) {
        let timer = shard::ShardTimer::new(self, shard);
        self.executor.spawn(Box::pin(timer));
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("sessions", &self.session_count())
            .finish_non_exhaustive()
    }
}
