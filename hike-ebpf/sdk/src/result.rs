//! How a program's result gets back into the chain.

use hike_abi::{Action, CONTINUE, HikeCall};

use crate::errno::Errno;

/// In a signature: the program always ends the chain.
#[repr(C)]
pub struct HikeFinal(u64);

/// What a program decides.
#[derive(Clone, Copy)]
pub enum Verdict {
    /// The chain goes on; a call of the program has this value.
    Continue(u64),
    /// The chain ends with this action.
    End(Action),
}

impl Verdict {
    /// The chain goes on with a negative errno.
    #[inline(always)]
    pub const fn error(errno: Errno) -> Self {
        Self::Continue(-(errno.0 as i64) as u64)
    }
}

/// What a program's function may return.
pub trait ProgramResult {
    /// The type of `result` in the signature.
    type Signature;

    /// The decision it stands for.
    fn verdict(self) -> Verdict;
}

impl ProgramResult for Verdict {
    type Signature = u64;

    #[inline(always)]
    fn verdict(self) -> Verdict {
        self
    }
}

impl ProgramResult for Action {
    type Signature = HikeFinal;

    #[inline(always)]
    fn verdict(self) -> Verdict {
        Verdict::End(self)
    }
}

impl ProgramResult for u64 {
    type Signature = u64;

    #[inline(always)]
    fn verdict(self) -> Verdict {
        Verdict::Continue(self)
    }
}

impl ProgramResult for i64 {
    type Signature = i64;

    #[inline(always)]
    fn verdict(self) -> Verdict {
        Verdict::Continue(self as u64)
    }
}

/// A value, or an error as a negative number.
impl ProgramResult for Result<u64, Errno> {
    type Signature = i64;

    #[inline(always)]
    fn verdict(self) -> Verdict {
        match self {
            Ok(value) => Verdict::Continue(value),
            Err(errno) => Verdict::error(errno),
        }
    }
}

/// An end of the chain, or an error as a negative number with which it goes on.
impl ProgramResult for Result<Action, Errno> {
    type Signature = i64;

    #[inline(always)]
    fn verdict(self) -> Verdict {
        match self {
            Ok(action) => Verdict::End(action),
            Err(errno) => Verdict::error(errno),
        }
    }
}

/// An integer that can be an argument.
pub trait Argument {
    /// Takes the low bits of the register.
    fn from_register(value: u64) -> Self;
}

macro_rules! argument {
    ($($ty:ty)*) => {$(
        impl Argument for $ty {
            #[inline(always)]
            fn from_register(value: u64) -> Self {
                value as $ty
            }
        }
    )*};
}
argument!(u8 u16 u32 u64 i8 i16 i32 i64);

/// Argument `index` of a call.
///
/// # Safety
/// `call` is a valid call record.
#[inline(always)]
pub unsafe fn argument<T: Argument>(call: *const HikeCall, index: usize) -> T {
    // SAFETY: the caller's promise; the macro gives indices below five.
    T::from_register(unsafe { (*call).args[index] })
}

/// Stores a program's result; gives what its function returns to the VM or the native tier.
///
/// # Safety
/// `call` is a valid call record.
#[inline(always)]
pub unsafe fn finish<R: ProgramResult>(call: *mut HikeCall, result: R) -> i32 {
    match result.verdict() {
        Verdict::Continue(value) => {
            // SAFETY: the caller's promise.
            unsafe { (*call).ret = value };
            CONTINUE
        }
        Verdict::End(action) => action as i32,
    }
}
