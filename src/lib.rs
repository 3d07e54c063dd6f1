//! The web app.

/// Starts the app in the page.
pub fn start() {}
