//! What the end-to-end tests share: cases, engines, packets, models.

pub mod bytecode;
