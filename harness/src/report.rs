//! Reports read verdicts and conversations, nothing else.

pub mod compare;
pub mod cost;
pub mod draw;
pub mod failure;
mod file;
pub mod html;
pub mod json;
pub mod junit;
pub mod merge;
pub mod pictures;
pub mod terminal;

#[cfg(test)]
mod tests;
