//! hike-ld
