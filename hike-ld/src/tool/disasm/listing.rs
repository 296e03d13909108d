//! Slots to rows of a listing.

use hike_abi::Helper;
use hike_format::chain::SlotIndex;
use hike_isa::{Insn, Slot, decode_at};

/// One instruction of a listing.
pub struct Row {
    /// Its first slot.
    pub slot: SlotIndex,
    /// Its text, with names for calls and slots for jumps.
    pub listing: String,
    bytes: Vec<u8>,
}

/// Whose helper functions the numbers of calls mean.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Helpers {
    /// The VM's.
    Hike,
    /// The kernel's.
    Kernel,
}

impl Row {
    /// The line of a listing.
    pub fn text(&self) -> String {
        format!(
            "{:6}:  {:23}  {}\n",
            self.slot.0,
            self.hex_of(0),
            self.listing
        ) + &match self.bytes.len() {
            16 => format!("{:7}  {}\n", "", self.hex_of(8)),
            _ => String::new(),
        }
    }

    /// Its bytes in hexadecimal.
    pub fn hex(&self) -> String {
        self.bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn hex_of(&self, start: usize) -> String {
        let bytes = self.bytes.iter().skip(start).take(8);
        let bytes: Vec<_> = bytes.map(|byte| format!("{byte:02x}")).collect();
        bytes.join(" ")
    }
}

/// The rows of code; `name` gives what a call at a slot names.
pub fn rows(
    code: &[Slot],
    name: &dyn Fn(SlotIndex) -> Option<String>,
    helpers: Helpers,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut index = 0;
    while index < code.len() {
        let slot = SlotIndex(index as u32);
        let (len, listing) = match decode_at(code, index) {
            Ok(insn) => (insn.slots(), listing(insn, slot, name(slot), helpers)),
            Err(error) => (1, format!("?  {}", problem(&error))),
        };
        let slots = code.iter().skip(index).take(len);
        rows.push(Row {
            slot,
            listing,
            bytes: slots.flat_map(|slot| slot.to_bytes()).collect(),
        });
        index += len;
    }
    rows
}

fn listing(insn: Insn, slot: SlotIndex, name: Option<String>, helpers: Helpers) -> String {
    match (insn, name) {
        (Insn::CallSymbol { .. }, Some(name)) => format!("call {name}"),
        (Insn::LoadImm64 { .. }, Some(name)) => format!("{insn}  <{name}>"),
        (Insn::CallHelper { number }, _) if helpers == Helpers::Hike => {
            let helper = Helper::from_number(number);
            helper.map_or_else(
                || insn.to_string(),
                |helper| format!("call {}", helper.name()),
            )
        }
        _ => match insn.jump_offset() {
            Some(off) => {
                let target = i64::from(slot.0) + 1 + i64::from(off);
                format!("{insn}  <{target}>")
            }
            None => insn.to_string(),
        },
    }
}

/// What is wrong with a slot, without its number.
fn problem(error: &hike_isa::DecodeError) -> String {
    let text = error.to_string();
    match text.split_once(": ") {
        Some((_, problem)) => problem.to_owned(),
        None => text,
    }
}
