//! What is kept in the browser between visits.

use web_sys::Storage;

/// Why something could not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageError {
    /// The browser has no storage, or refuses it.
    Refused,
    /// What was to be kept does not fit.
    Full,
}

impl StorageError {
    pub fn message(self) -> &'static str {
        match self {
            StorageError::Refused => {
                "This browser keeps nothing for this page, so your work is lost when you close it: save it to a file."
            }
            StorageError::Full => {
                "The browser's storage for this page is full: save your work to a file, or delete recent workflows."
            }
        }
    }
}

pub fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

pub fn write(key: &str, text: &str) -> Result<(), StorageError> {
    let storage = storage().ok_or(StorageError::Refused)?;
    storage.set_item(key, text).map_err(|_| StorageError::Full)
}

pub fn remove(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

/// All keys that begin with a prefix.
pub fn keys(prefix: &str) -> Vec<String> {
    let Some(storage) = storage() else {
        return Vec::new();
    };
    let count = storage.length().unwrap_or(0);
    (0..count).filter_map(|index| storage.key(index).ok()?).filter(|key| key.starts_with(prefix)).collect()
}

/// What only this tab keeps, also over a reload.
pub fn read_of_tab(key: &str) -> Option<String> {
    session()?.get_item(key).ok()?
}

pub fn write_of_tab(key: &str, text: &str) {
    if let Some(storage) = session() {
        let _ = storage.set_item(key, text);
    }
}

fn storage() -> Option<Storage> {
    super::dom::window()?.local_storage().ok()?
}

fn session() -> Option<Storage> {
    super::dom::window()?.session_storage().ok()?
}
