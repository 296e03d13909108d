//! Types of one object taken over into another.

use std::collections::BTreeMap;

use super::types::{Btf, SectionVar, Type, TypeId};

impl Btf {
    /// Adds types of another object with all they refer to; gives their new numbers by the
    /// old ones.
    pub fn import(&mut self, from: &Self, roots: &[TypeId]) -> BTreeMap<TypeId, TypeId> {
        let mut numbers = BTreeMap::new();
        reach(from, roots, &mut numbers);
        // In the order they have there; numbers first, as types may refer to later ones.
        let first = self.len() as u32 + 1;
        for (place, number) in numbers.values_mut().enumerate() {
            *number = TypeId(first + place as u32);
        }
        for id in numbers.keys() {
            // Every number in a `Btf` has a type.
            let mut ty = from.get(*id).cloned().unwrap_or_else(void_pointer);
            ty.references_mut(|target| {
                *target = numbers.get(target).copied().unwrap_or_default();
            });
            self.add(ty);
        }
        numbers
    }

    /// Adds variables to a section.
    pub fn add_section_vars(&mut self, section: &str, vars: Vec<SectionVar>) {
        let known = self.types_mut().iter_mut().find_map(|ty| match ty {
            Type::Section { name, vars, .. } if name == section => Some(vars),
            _ => None,
        });
        match known {
            Some(known) => known.extend(vars),
            None => {
                self.add(Type::Section {
                    name: section.to_owned(),
                    size: 0,
                    vars,
                });
            }
        }
    }
}

impl Btf {
    /// Puts in what compilers leave open: the offsets of variables by section and name, which
    /// then are in order, as the kernel wants them. Variables and sections that the object
    /// does not have, because nothing was left of them, go.
    pub fn place_section_vars(&mut self, offset: impl Fn(&str, &str) -> Option<u32>) {
        let names: BTreeMap<TypeId, String> = self
            .iter()
            .filter(|(_, ty)| matches!(ty, Type::Var { .. }))
            .map(|(id, ty)| (id, ty.name().to_owned()))
            .collect();
        for ty in self.types_mut() {
            let Type::Section { name, vars, .. } = ty else {
                continue;
            };
            vars.retain_mut(|entry| {
                let var = names.get(&entry.var);
                let place = var.and_then(|var| offset(name, var));
                entry.offset = place.unwrap_or_default();
                place.is_some()
            });
            vars.sort_by_key(|entry| entry.offset);
            if vars.is_empty() {
                // Numbers of types stay as they are.
                *ty = void_pointer();
            }
        }
    }
}

/// A type that says nothing.
fn void_pointer() -> Type {
    Type::Pointer(TypeId::VOID)
}

fn reach(btf: &Btf, roots: &[TypeId], found: &mut BTreeMap<TypeId, TypeId>) {
    let mut waiting = roots.to_vec();
    while let Some(id) = waiting.pop() {
        let Some(ty) = btf.get(id) else {
            continue;
        };
        if found.insert(id, id).is_none() {
            ty.references(|target| waiting.push(target));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::btf::{IntEncoding, Linkage, Member};

    /// A struct with a pointer to itself, and a variable of it.
    fn list() -> (Btf, TypeId) {
        let mut btf = Btf::new();
        btf.add_int("unused", 4, IntEncoding::Signed);
        let (pointer, node) = (TypeId(2), TypeId(3));
        btf.add(Type::Pointer(node));
        btf.add(Type::Composite {
            name: "node".to_owned(),
            union: false,
            size: 8,
            members: vec![Member {
                name: "next".to_owned(),
                ty: pointer,
                bit_offset: 0,
                bit_size: 0,
            }],
        });
        let var = btf.add(Type::Var {
            name: "first".to_owned(),
            ty: node,
            linkage: Linkage::Global,
        });
        (btf, var)
    }

    #[test]
    fn types_come_with_what_they_refer_to() {
        let (from, var) = list();
        let mut btf = Btf::new();
        btf.add_int("int", 4, IntEncoding::Signed);
        let numbers = btf.import(&from, &[var]);
        assert_eq!(btf.len(), 4, "the unused type stays behind");
        let Some(Type::Var { ty, .. }) = btf.get(numbers[&var]) else {
            panic!("a variable");
        };
        let Some(Type::Composite { members, .. }) = btf.get(*ty) else {
            panic!("its struct");
        };
        assert_eq!(btf.get(members[0].ty), Some(&Type::Pointer(*ty)));
    }

    #[test]
    fn variables_join_the_section_that_is_there() {
        let (mut btf, var) = list();
        let entry = |offset| SectionVar {
            var,
            offset,
            size: 8,
        };
        btf.add_section_vars(".maps", vec![entry(0)]);
        let types = btf.len();
        btf.add_section_vars(".maps", vec![entry(8)]);
        assert_eq!(btf.len(), types);
        assert_eq!(btf.section_vars(".maps").len(), 2);
    }

    #[test]
    fn variables_are_put_in_order_and_lost_ones_go() {
        let (mut btf, first) = list();
        let node = TypeId(3);
        let mut entry = |name: &str| SectionVar {
            var: btf.add(Type::Var {
                name: name.to_owned(),
                ty: node,
                linkage: Linkage::Static,
            }),
            offset: 0,
            size: 8,
        };
        let entries = [entry("second"), entry("lost")];
        let first = SectionVar {
            var: first,
            ..entries[0]
        };
        btf.add_section_vars(".data", vec![entries[0], entries[1], first]);
        btf.add_section_vars(".rodata", vec![entries[1]]);
        btf.place_section_vars(|section, name| match (section, name) {
            (".data", "first") => Some(0),
            (".data", "second") => Some(8),
            _ => None,
        });
        let vars = btf.section_vars(".data");
        let vars: Vec<_> = vars
            .iter()
            .map(|(name, _, it)| (*name, it.offset))
            .collect();
        assert_eq!(vars, [("first", 0), ("second", 8)]);
        assert!(btf.section_vars(".rodata").is_empty());
    }
}
