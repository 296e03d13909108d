//! eclatc
