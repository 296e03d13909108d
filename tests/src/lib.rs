//! hike-tests
