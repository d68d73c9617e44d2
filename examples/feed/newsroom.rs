//! The topics: what they will publish, what they have published, and how many read them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// How many items of a topic new readers are given.
const HISTORY: usize = 12;

/// Items that seem to have been published before the server started, so that nobody finds an
/// empty page, and the time between them.
const BACKDATED: u32 = 10;
const BACKDATED_BY: Duration = Duration::from_secs(97);

/// All topics; clones are handles to the same.
#[derive(Debug, Clone)]
pub(crate) struct Newsroom(Arc<Mutex<Topics>>);

#[derive(Debug)]
struct Topics {
    all: Vec<Topic>,
    published: u64,
}

/// A topic, and where it stands in its items, which begin again when they are used up.
#[derive(Debug, Deserialize)]
struct Topic {
    name: String,
    title: String,
    items: Vec<Draft>,
    #[serde(skip)]
    next: usize,
    #[serde(skip)]
    history: VecDeque<Item>,
    #[serde(skip)]
    readers: usize,
}

#[derive(Debug, Clone, Deserialize)]
struct Draft {
    by: String,
    text: String,
}

/// A published item.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Item {
    /// Counts up over all topics.
    number: u64,
    pub(crate) topic: String,
    by: String,
    text: String,
    /// When it was published, in milliseconds since 1970.
    at: u64,
}

/// What a page says about a topic.
#[derive(Debug, Serialize)]
pub(crate) struct TopicLine {
    name: String,
    title: String,
    readers: usize,
}

impl Newsroom {
    /// Reads the topics and their items.
    ///
    /// # Errors
    /// If the text is not what it should be.
    pub(crate) fn open(text: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let mut all: Vec<Topic> = serde_json::from_str(text)?;
        all.retain(|topic| !topic.items.is_empty());
        if all.is_empty() {
            return Err("there is no topic with items".into());
        }
        let newsroom = Self(Arc::new(Mutex::new(Topics { all, published: 0 })));
        let now = since_1970();
        for number in 0..BACKDATED {
            let before = BACKDATED_BY * (BACKDATED - number);
            newsroom.publish(number as usize, now.saturating_sub(before));
        }
        Ok(newsroom)
    }

    /// Publishes the next item of a topic: which one, a number chooses.
    pub(crate) fn publish_next(&self, choice: usize) -> Item {
        self.publish(choice, since_1970())
    }

    fn publish(&self, choice: usize, at: Duration) -> Item {
        let mut topics = self.lock();
        topics.published += 1;
        let number = topics.published;
        let count = topics.all.len();
        let topic = &mut topics.all[choice % count];
        let draft = topic.items[topic.next % topic.items.len()].clone();
        topic.next += 1;
        let item = Item {
            number,
            topic: topic.name.clone(),
            by: draft.by,
            text: draft.text,
            at: at.as_millis() as u64,
        };
        if topic.history.len() == HISTORY {
            topic.history.pop_front();
        }
        topic.history.push_back(item.clone());
        item
    }

    /// What was published last in a topic, the oldest first; `None` if there is no such topic.
    pub(crate) fn history(&self, topic: &str) -> Option<Vec<Item>> {
        let topics = self.lock();
        let topic = topics.all.iter().find(|it| it.name == topic)?;
        Some(topic.history.iter().cloned().collect())
    }

    /// Counts one reader more or less.
    pub(crate) fn count_reader(&self, topic: &str, comes: bool) {
        let mut topics = self.lock();
        if let Some(topic) = topics.all.iter_mut().find(|it| it.name == topic) {
            topic.readers = match comes {
                true => topic.readers + 1,
                false => topic.readers.saturating_sub(1),
            };
        }
    }

    /// How many read each topic.
    pub(crate) fn readers(&self) -> BTreeMap<String, usize> {
        let topics = self.lock();
        let readers = |topic: &Topic| (topic.name.clone(), topic.readers);
        topics.all.iter().map(readers).collect()
    }

    /// All topics in their order.
    pub(crate) fn list(&self) -> Vec<TopicLine> {
        let line = |topic: &Topic| TopicLine {
            name: topic.name.clone(),
            title: topic.title.clone(),
            readers: topic.readers,
        };
        self.lock().all.iter().map(line).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Topics> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn since_1970() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default()
}
