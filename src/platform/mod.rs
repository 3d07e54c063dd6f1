//! The browser's input and output: every call that is no view.

pub mod address;
pub mod by_hand;
pub mod clipboard;
pub mod crash;
pub mod dom;
pub mod editor;
pub mod fetch;
pub mod files;
pub mod picture;
pub mod rest;
pub mod storage;
pub mod tabs;
