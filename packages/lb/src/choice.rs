//! Which backend a connection gets: pure arithmetic.
//!
//! A service has a ring of [`POSITIONS`]; a connection's hash is a position, and every position
//! belongs to one backend. As in the Maglev paper (Eisenbud et al., NSDI 2016) a packet costs one
//! look-up in a table. How positions are given out is rendezvous hashing (Thaler and Ravishankar,
//! 1998): the member with the highest score for a position has it. So a position can be decided
//! when a packet first needs it, without anything that builds tables, and when a member leaves or
//! joins only its own positions change hands.

/// Backends, and so bits of a set of them.
pub const BACKENDS: usize = 64;
/// Positions of a service's ring; a power of two.
pub const POSITIONS: usize = 16384;
/// Services that have a ring.
pub const SERVICES: usize = 8;

/// Bits of a slot that are the backend.
const BACKEND_BITS: u64 = BACKENDS as u64 - 1;

/// A position of a ring as the table keeps it: the backend in the low bits, and above what set of
/// members it was chosen from. One word, so that CPUs see all of it or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Slot(pub u64);

impl Slot {
    /// Chooses the backend of a position among members, a set of bits that is not empty.
    ///
    /// `hide` gives back what it gets so that the compiler does not see it: there must be no
    /// branch by a member's bit, or the kernel's verifier follows every set that there is.
    #[inline(always)]
    pub fn choose(position: u64, members: u64, hide: impl Fn(u64) -> u64) -> Self {
        let mut best = 0;
        let mut backend = 0;
        while backend < BACKENDS as u64 {
            let is_member = hide(0_u64.wrapping_sub(members >> backend & 1));
            let score = mix(position ^ mix(backend + 1)) & !BACKEND_BITS | backend;
            if score & is_member > best {
                best = score & is_member;
            }
            backend += 1;
        }
        Self(tag(members) | best & BACKEND_BITS)
    }

    /// Whether it was chosen among these members.
    #[inline(always)]
    pub const fn is_of(self, members: u64) -> bool {
        self.0 & !BACKEND_BITS == tag(members)
    }

    /// The backend.
    #[inline(always)]
    pub const fn backend(self) -> u64 {
        self.0 & BACKEND_BITS
    }
}

/// A set of members in the bits of a slot that are not the backend; never zero, which an unused
/// slot is.
#[inline(always)]
const fn tag(members: u64) -> u64 {
    mix(members) & !BACKEND_BITS | 1 << 63
}

/// The hash of a connection: addresses as two words each, ports and protocol as one.
#[inline(always)]
pub const fn hash(seed: u64, words: [u64; 5]) -> u64 {
    let mut hash = seed;
    let mut index = 0;
    while index < words.len() {
        hash = mix(hash ^ words[index]);
        index += 1;
    }
    hash
}

/// Mixes the bits of a number (the finaliser of splitmix64, after Stafford): every bit of the
/// result depends on every bit of the number, and no two numbers give the same.
#[inline(always)]
const fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
