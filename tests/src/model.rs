//! An independent model of the DDoS script: token buckets, sampler and blacklist.
//!
//! The kernel decides at a moment that nobody else knows exactly, so a packet comes with
//! the window of time in which it was decided, and the model's buckets hold intervals of
//! tokens. It then says which verdicts are possible, and takes what was observed to
//! narrow its state down. Nothing here is shared with the programs.

use std::collections::HashMap;
use std::net::Ipv6Addr;

/// Nanoseconds in a second; a token is divided into as many parts.
const SECOND: u64 = 1_000_000_000;

/// What can become of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It reached the host's network stack.
    Passed,
    /// It was seen nowhere.
    Dropped,
    /// It reached the collector.
    Redirected,
}

/// When a packet was decided: not before and not after, nanoseconds of one clock.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The earliest moment.
    pub earliest: u64,
    /// The latest moment.
    pub latest: u64,
}

/// What the script's programs are configured to.
#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    /// Tokens a second.
    pub rate: u64,
    /// Tokens a bucket holds.
    pub burst: u64,
    /// One blacklisted packet in so many goes to the collector.
    pub sample: u64,
}

/// A token bucket whose level is known as an interval, in parts of a token.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    low: u64,
    high: u64,
    last: Window,
}

impl Bucket {
    /// The level after the time between the last packet and this one.
    fn refill(&mut self, parameters: &Parameters, now: Window) {
        let full = parameters.burst * SECOND;
        let least = now.earliest.saturating_sub(self.last.latest);
        let most = now.latest.saturating_sub(self.last.earliest);
        self.low = full.min(
            self.low
                .saturating_add(least.saturating_mul(parameters.rate)),
        );
        self.high = full.min(
            self.high
                .saturating_add(most.saturating_mul(parameters.rate)),
        );
        self.last = now;
    }

    fn may_be_in_profile(&self) -> bool {
        self.high >= SECOND
    }

    fn may_be_out_of_profile(&self) -> bool {
        self.low < SECOND
    }

    /// A token was taken.
    fn took(&mut self) {
        self.low = self.low.max(SECOND) - SECOND;
        self.high -= SECOND;
    }

    /// There was no token.
    fn had_none(&mut self) {
        self.high = self.high.min(SECOND - 1);
        self.low = self.low.min(self.high);
    }

    /// Either this bucket or the other one is what is there.
    fn or(&mut self, other: Self) {
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
    }
}

type Pair = (Ipv6Addr, Ipv6Addr);

/// The script's state, as far as observations tell.
#[derive(Debug)]
pub struct Model {
    parameters: Parameters,
    destinations: HashMap<Ipv6Addr, Bucket>,
    pairs: HashMap<Pair, Bucket>,
    /// Blacklisted packets so far, of each blacklisted pair.
    blacklist: HashMap<Pair, u64>,
}

impl Model {
    /// A model of the script just installed.
    pub fn new(parameters: Parameters) -> Self {
        Self {
            parameters,
            destinations: HashMap::new(),
            pairs: HashMap::new(),
            blacklist: HashMap::new(),
        }
    }

    /// The blacklisted pairs.
    pub fn blacklisted(&self) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = self.blacklist.keys().copied().collect();
        pairs.sort();
        pairs
    }

    /// Takes in what became of a packet.
    ///
    /// # Errors
    /// When the script could not have done that; the fates that were possible.
    pub fn observe(&mut self, pair: Pair, now: Window, fate: Fate) -> Result<(), Vec<Fate>> {
        if let Some(count) = self.blacklist.get_mut(&pair) {
            *count += 1;
            let expected = if count.is_multiple_of(self.parameters.sample) {
                Fate::Redirected
            } else {
                Fate::Dropped
            };
            return accept(fate, &[expected]);
        }
        self.police(pair, now, fate)
    }

    /// A packet of a pair that is not blacklisted goes through the two buckets.
    fn police(&mut self, pair: Pair, now: Window, fate: Fate) -> Result<(), Vec<Fate>> {
        let parameters = self.parameters;
        let full = Bucket {
            low: parameters.burst * SECOND,
            high: parameters.burst * SECOND,
            last: now,
        };
        let first = self.destinations.entry(pair.1).or_insert(full);
        first.refill(&parameters, now);
        let within = first.may_be_in_profile();
        let beyond = first.may_be_out_of_profile();
        let untouched = self.pairs.get(&pair).copied();
        let mut second = untouched.unwrap_or(full);
        second.refill(&parameters, now);
        let may_pass = within || (beyond && second.may_be_in_profile());
        let may_drop = beyond && second.may_be_out_of_profile();
        match fate {
            Fate::Passed if may_pass => {}
            Fate::Dropped if may_drop => {
                first.had_none();
                second.had_none();
                self.pairs.insert(pair, second);
                self.blacklist.insert(pair, 0);
                return Ok(());
            }
            _ => return Err(possible(may_pass, may_drop)),
        }
        let by_pair = beyond && second.may_be_in_profile();
        if within && by_pair {
            // Nobody can tell which bucket let it pass.
            let mut taken = *first;
            taken.took();
            first.had_none();
            first.or(taken);
            let mut other = second;
            other.took();
            other.or(untouched.unwrap_or(full));
            other.last.earliest = untouched.map_or(now.earliest, |bucket| bucket.last.earliest);
            self.pairs.insert(pair, other);
        } else if within {
            first.took();
        } else {
            first.had_none();
            second.took();
            self.pairs.insert(pair, second);
        }
        Ok(())
    }
}

fn accept(fate: Fate, expected: &[Fate]) -> Result<(), Vec<Fate>> {
    if expected.contains(&fate) {
        return Ok(());
    }
    Err(expected.to_vec())
}

fn possible(may_pass: bool, may_drop: bool) -> Vec<Fate> {
    let fates = [(may_pass, Fate::Passed), (may_drop, Fate::Dropped)];
    fates
        .into_iter()
        .filter(|(may, _)| *may)
        .map(|(_, fate)| fate)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMETERS: Parameters = Parameters {
        rate: 20,
        burst: 5,
        sample: 3,
    };
    const PAIR: Pair = (Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST);

    fn at(moment: u64) -> Window {
        Window {
            earliest: moment,
            latest: moment,
        }
    }

    fn fates(model: &mut Model, moment: u64, fates: &[Fate]) {
        for fate in fates {
            assert_eq!(model.observe(PAIR, at(moment), *fate), Ok(()));
        }
    }

    #[test]
    fn a_burst_fills_both_buckets_then_the_blacklist() {
        let mut model = Model::new(PARAMETERS);
        fates(&mut model, 0, &[Fate::Passed; 10]);
        assert_eq!(
            model.observe(PAIR, at(0), Fate::Passed),
            Err(vec![Fate::Dropped])
        );
        fates(&mut model, 0, &[Fate::Dropped]);
        assert_eq!(model.blacklisted(), [PAIR]);
        fates(
            &mut model,
            0,
            &[
                Fate::Dropped,
                Fate::Dropped,
                Fate::Redirected,
                Fate::Dropped,
            ],
        );
        assert_eq!(
            model.observe(PAIR, at(0), Fate::Passed),
            Err(vec![Fate::Dropped])
        );
    }

    #[test]
    fn a_slow_flow_always_passes() {
        let mut model = Model::new(PARAMETERS);
        for tick in 0..100 {
            fates(&mut model, tick * SECOND / 20, &[Fate::Passed]);
        }
        assert_eq!(
            model.observe(PAIR, at(5 * SECOND), Fate::Dropped),
            Err(vec![Fate::Passed])
        );
    }

    #[test]
    fn a_wide_window_leaves_both_fates_open() {
        let mut model = Model::new(PARAMETERS);
        fates(&mut model, 0, &[Fate::Passed; 10]);
        let wide = Window {
            earliest: 0,
            latest: SECOND,
        };
        let mut other = Model::new(PARAMETERS);
        fates(&mut other, 0, &[Fate::Passed; 10]);
        assert_eq!(model.observe(PAIR, wide, Fate::Passed), Ok(()));
        assert_eq!(other.observe(PAIR, wide, Fate::Dropped), Ok(()));
    }
}
