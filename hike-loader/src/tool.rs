//! The commands of `hike-loader`: each turns its arguments into a text or an error.

pub mod cli;
pub mod events;
pub mod exec;
pub mod files;
pub mod install;
pub mod labels;
pub mod list;
pub mod maps;
pub mod report;
pub mod rows;
pub mod run;
pub mod samples;
pub mod session;
pub mod show;
pub mod table;
pub mod timings;
pub mod watch;
