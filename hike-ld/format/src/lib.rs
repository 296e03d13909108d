//! hike-format
