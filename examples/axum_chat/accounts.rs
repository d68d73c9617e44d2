//! Who is logged in: the state that pages and sockets share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The cookie that holds a login's token.
const COOKIE: &str = "login";

/// People logged in at once.
const MOST_LOGINS: usize = 10_000;

/// The longest name, in characters.
const NAME_LENGTH: usize = 24;

/// A person who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    /// Tells this login from others of the same name. A secret: it is the cookie's value.
    token: String,
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoginError {
    NoName,
    Full,
    NoRandomness,
}

/// The people who are logged in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Accounts(Arc<Mutex<HashMap<String, User>>>);

impl Accounts {
    /// Lets somebody in. Gives the cookie that proves it from then on: scripts cannot read it,
    /// and browsers do not send it along with what other sites post.
    pub(crate) fn log_in(&self, name: &str) -> Result<String, LoginError> {
        let name = name.trim();
        let printable = name.chars().all(|it| !it.is_control());
        if name.is_empty() || name.chars().count() > NAME_LENGTH || !printable {
            return Err(LoginError::NoName);
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| LoginError::NoRandomness)?;
        let token: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut logins = self.lock();
        if logins.len() >= MOST_LOGINS {
            return Err(LoginError::Full);
        }
        let user = User {
            name: name.into(),
            token: token.clone(),
        };
        logins.insert(token.clone(), user);
        Ok(format!("{COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/"))
    }

    /// Forgets a login.
    pub(crate) fn log_out(&self, user: &User) {
        self.lock().remove(&user.token);
    }

    /// Whether a login still holds.
    pub(crate) fn knows(&self, user: &User) -> bool {
        self.lock().contains_key(&user.token)
    }

    /// Whose login a `Cookie` header holds.
    pub(crate) fn user_of(&self, cookies: &str) -> Option<User> {
        let token = cookies.split(';').find_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            (name == COOKIE).then_some(value)
        })?;
        self.lock().get(token).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, User>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
