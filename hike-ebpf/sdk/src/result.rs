//! How a program's result gets back into the chain.

use hike_abi::{Action, CONTINUE, HikeCall};

use crate::errno::Errno;
use crate::{HikeContext, xdp_md};

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
#[inline(always)]
pub fn argument<T: Argument>(call: &HikeCall, index: usize) -> T {
    T::from_register(call.args[index])
}

/// Runs a program's logic and stores its result: the body of what other code calls.
#[inline(always)]
pub fn run<R: ProgramResult>(
    ctx: *mut xdp_md,
    call: *mut HikeCall,
    logic: impl FnOnce(&mut HikeContext, &HikeCall) -> R,
) -> i32 {
    // SAFETY: the VM and the native tier call with a valid context and call record.
    let (mut context, call) = unsafe { (HikeContext::new(ctx, call), &mut *call) };
    match logic(&mut context, call).verdict() {
        Verdict::Continue(value) => {
            call.ret = value;
            CONTINUE
        }
        Verdict::End(action) => action as i32,
    }
}
