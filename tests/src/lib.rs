//! What the end-to-end tests share: cases, engines, packets, models.

pub mod bytecode;
pub mod lab;
pub mod model;
pub mod net;
pub mod packet;
pub mod random;
pub mod tools;
