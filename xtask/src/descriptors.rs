//! How many files a command and what it starts may have open: thousands of clients take one each.

/// Many systems allow a thousand at first, and far more to who asks.
pub(crate) fn allow_as_many_as_possible() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};

        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        // What it does not suffice for says so.
        let _ = setrlimit(Resource::Nofile, limit);
    }
}
