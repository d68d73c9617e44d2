//! From settings to a server that listens.

use std::collections::HashSet;
use std::sync::Arc;

use socketio_session::{MemoryBudget, NamespaceConfig, SessionIdPrefix};

use crate::builder::ServerBuilder;
use crate::checks::{check_namespace, check_settings};
use crate::client_files::ClientFiles;
use crate::engine::Engine;
use crate::error::BuildError;
use crate::handlers::Namespace;
use crate::listen::{Listen, OpenListener, TcpAddress};
use crate::runtime::Runtime;
use crate::server::Server;

impl<R: Runtime> ServerBuilder<R> {
    /// Listens on a TCP address, the first that can be had if a name stands for several, and on
    /// what [`listen`](Self::listen) was told: `listen(Listen::tcp(address)).build()`.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub async fn bind(self, address: impl Into<TcpAddress>) -> Result<Server<R>, BuildError> {
        self.listen(Listen::tcp(address)).build().await
    }

    /// Listens on everything that was [added](Self::listen). Nobody is served before
    /// [`Server::run`].
    ///
    /// # Errors
    /// [`BuildError`]: the settings do not fit together, which is found out first, or something
    /// cannot be listened on.
    pub async fn build(self) -> Result<Server<R>, BuildError> {
        self.build_on(R::current()).await
    }

    /// Likewise, for a server on this runtime, which need not be the one that the calling task
    /// runs on.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub async fn build_on(mut self, runtime: R) -> Result<Server<R>, BuildError> {
        let listens = std::mem::take(&mut self.listens);
        if listens.is_empty() {
            return Err(BuildError::NothingToListenOn);
        }
        let policy_listens = std::mem::take(&mut self.policy_listens);
        if !policy_listens.is_empty() && self.settings.flash_policy.is_none() {
            return Err(BuildError::NoFlashPolicy);
        }
        let policy_options = policy_listens.iter().map(|it| (it, it.policy_misfit()));
        let options = listens.iter().map(|it| (it, it.misfit()));
        for (listen, misfit) in options.chain(policy_options) {
            if let Some(option) = misfit {
                let on = listen.to_string();
                return Err(BuildError::ListenOption { on, option });
            }
        }
        let engine = self.into_engine(&runtime)?;
        let listeners = open_all(listens, &runtime).await?;
        let policy_listeners = open_all(policy_listens, &runtime).await?;
        let policy_listeners = policy_listeners
            .into_iter()
            .map(OpenListener::for_flash_policies)
            .collect();
        Ok(Server::new(engine, runtime, listeners, policy_listeners))
    }

    pub(crate) fn into_engine(mut self, runtime: &R) -> Result<Arc<Engine>, BuildError> {
        check_settings(&self.settings, &self.session)?;
        if let Some(prefix) = self.session_id_prefix {
            let checked = SessionIdPrefix::new(&prefix);
            let checked = checked.map_err(|_| BuildError::SessionIdPrefix(prefix))?;
            self.settings.session_id_prefix = Some(checked);
        }
        for proxy in &self.trusted_proxies {
            self.settings.trusted_proxies.add(proxy)?;
        }
        self.settings.client_files = ClientFiles::load(
            self.client_files,
            self.client_max_age,
            &self.settings.resource,
        )?;
        let mut names = HashSet::new();
        for namespace in &mut self.namespaces {
            let blacklist = self.blacklist.iter().cloned();
            namespace.config.blacklist.extend(blacklist);
            check_namespace(namespace, &mut names, &self.state)?;
        }
        if names.insert(Box::default()) {
            let global = Namespace::global().blacklist(self.blacklist);
            self.namespaces.push(global);
        }
        if self.namespaces.len() > usize::from(u16::MAX) {
            return Err(BuildError::TooManyNamespaces);
        }
        let (configs, handlers): (Vec<NamespaceConfig>, Vec<_>) = self
            .namespaces
            .into_iter()
            .map(|mut it| {
                it.handlers.surround(&self.layers, it.layers);
                (it.config, it.handlers)
            })
            .unzip();
        self.session.namespaces = configs;
        let budget = MemoryBudget::new(self.settings.limits.memory_budget_bytes);
        self.session.memory = Arc::new(budget);
        let executor = Arc::new(runtime.clone());
        Ok(Engine::new(
            self.settings,
            self.session,
            handlers,
            self.state,
            self.hooks,
            executor,
        ))
    }
}

async fn open_all<R: Runtime>(
    listens: Vec<Listen>,
    runtime: &R,
) -> Result<Vec<OpenListener<R>>, BuildError> {
    let mut listeners = Vec::with_capacity(listens.len());
    for listen in listens {
        let on = listen.to_string();
        let opened = listen.open(runtime).await;
        listeners.push(opened.map_err(|source| BuildError::Listen { on, source })?);
    }
    Ok(listeners)
}
