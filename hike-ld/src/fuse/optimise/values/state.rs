//! What is done with the address of the VM's state.

use hike_isa::ops;

use super::Pass;
use crate::fuse::asm::Item;
use crate::fuse::optimise::effect::{Kind, by_register, is_wide, kind, operation, reads};
use crate::fuse::optimise::facts::{Facts, Kind as Of};

impl Pass<'_> {
    /// Notes whether an item accesses the state, or does something else with its address.
    pub(super) fn note_state(&mut self, at: usize, item: &Item, facts: &Facts) {
        let of = |register: u8| self.values.kind(facts.get(register));
        let is_state = |register: u8| of(register) == Of::State;
        let is_near = |register: u8| self.values.is_near(facts.get(register));
        let is_hidden = |register: u8| is_near(register) && !is_state(register);
        // The first thing done with the states is to find the one of this CPU.
        let reads_states = reads(item).iter().any(|reg| of(reg.number()) == Of::States);
        self.escapes |= reads_states && self.has_state;
        let slot = item.slot;
        let of_register = slot.opcode & 7 == ops::class::STX;
        let reads_state = || reads(item).iter().any(|reg| is_state(reg.number()));
        let escapes = match kind(item) {
            Kind::Load => is_hidden(slot.src),
            Kind::Store if of_register && is_state(slot.src) => {
                !matches!(of(slot.dst), Of::Stack(_))
            }
            Kind::Store => is_hidden(slot.dst),
            Kind::Atomic => is_near(slot.dst) || is_state(slot.src),
            Kind::Alu => reads_state() && !(operation(slot) == ops::MOV && is_wide(slot)),
            Kind::Branch => reads_state() && (by_register(slot) || slot.imm != 0),
            Kind::Constant | Kind::Jump => false,
            Kind::Other => true,
            Kind::Helper { .. } | Kind::Call | Kind::Exit => reads_state(),
        };
        self.escapes |= escapes;
        self.asm.items[at].of_state = match kind(item) {
            Kind::Load => is_state(slot.src),
            Kind::Store => is_state(slot.dst),
            _ => false,
        };
    }
}
