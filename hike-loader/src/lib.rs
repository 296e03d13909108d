//! hike-loader
