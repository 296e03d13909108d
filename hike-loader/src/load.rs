//! A plan's objects in the kernel, before anything of them can be reached: nothing here
//! leaves a trace when it fails or the process ends.

use std::collections::BTreeMap;

use hike_abi::{FaultCounters, vm_maps};
use hike_format::Symbol;

use crate::kernel::{Kernel, KernelError, Result};
use crate::native::Place;
use crate::plan::{ChainPlan, EntryPlan, ObjectPlan, Plan, Tier};
use crate::registry::RunningTier;
use crate::vm::{Vm, write_code};

/// A map of a bundle: package and name.
pub type MapKey = (String, String);
/// A data section: the program or loader, and the section's name.
pub type DataKey = (Symbol, String);

/// The objects of a bundle.
pub struct Loaded<K: Kernel> {
    /// Its maps.
    pub maps: BTreeMap<MapKey, K::Map>,
    /// Its programs and loaders; in the native tier the loaders alone, fused.
    pub programs: BTreeMap<Symbol, K::Program>,
    /// How it runs.
    pub tier: RunningTier,
    /// Why it runs in the VM though it has fused programs.
    pub refused: Option<KernelError>,
    data: BTreeMap<DataKey, K::Map>,
    types: BTreeMap<Symbol, K::Types>,
}

/// Creates the maps, and verifies and loads the programs and loaders: fused ones where the
/// plan has them and the kernel takes them, unless the plan wants the one or the other.
///
/// # Errors
/// When the kernel refuses one of them.
pub fn load<K: Kernel>(kernel: &mut K, plan: &Plan, vm: &Vm<K>) -> Result<Loaded<K>> {
    let mut loaded = Loaded {
        maps: BTreeMap::new(),
        programs: BTreeMap::new(),
        tier: RunningTier::Vm,
        refused: None,
        data: BTreeMap::new(),
        types: BTreeMap::new(),
    };
    for object in plan.objects() {
        let types = kernel.load_types(&object.image)?;
        create_maps(kernel, object, &types, &mut loaded)?;
        create_data(kernel, object, &types, &mut loaded)?;
        loaded.types.insert(object.symbol.clone(), types);
    }
    match (plan.tier, plan.natives.is_empty()) {
        (Tier::Vm, _) | (Tier::Auto, true) => load_objects(kernel, plan, vm, &mut loaded)?,
        (Tier::Native, _) => load_natives(kernel, plan, vm, &mut loaded)?,
        (Tier::Auto, false) => match load_natives(kernel, plan, vm, &mut loaded) {
            Err(error @ KernelError::Verifier { .. }) => {
                loaded.refused = Some(error);
                load_objects(kernel, plan, vm, &mut loaded)?;
            }
            other => other?,
        },
    }
    Ok(loaded)
}

/// Loads programs and loaders for the VM.
fn load_objects<K: Kernel>(
    kernel: &mut K,
    plan: &Plan,
    vm: &Vm<K>,
    loaded: &mut Loaded<K>,
) -> Result<()> {
    for object in plan.objects() {
        let maps = references(object, vm, loaded);
        // The types of every object of the plan have just been loaded.
        let Some(types) = loaded.types.get(&object.symbol) else {
            continue;
        };
        let program = kernel.load_program(&object.image, &maps, types)?;
        loaded.programs.insert(object.symbol.clone(), program);
    }
    loaded.tier = RunningTier::Vm;
    Ok(())
}

/// Loads the fused loaders.
fn load_natives<K: Kernel>(
    kernel: &mut K,
    plan: &Plan,
    vm: &Vm<K>,
    loaded: &mut Loaded<K>,
) -> Result<()> {
    let maps = places(vm, loaded);
    let mut programs = BTreeMap::new();
    for (loader, native) in &plan.natives {
        let guard = native.guard(|| kernel.has_may_goto());
        let program = kernel.load_native(native, guard, &maps)?;
        programs.insert(loader.clone(), program);
    }
    loaded.programs = programs;
    loaded.tier = RunningTier::Native;
    Ok(())
}

/// Every map that fused programs may refer to.
fn places<'a, K: Kernel>(vm: &'a Vm<K>, loaded: &'a Loaded<K>) -> BTreeMap<Place, &'a K::Map> {
    let of_vm = vm
        .maps()
        .map(|(name, map)| (Place::Vm(name.to_owned()), map));
    let own = loaded.maps.iter();
    let own = own.map(|(key, map)| (Place::Map(key.clone()), map));
    let data = loaded.data.iter();
    let data = data.map(|((owner, name), map)| (Place::Data(owner.clone(), name.clone()), map));
    of_vm.chain(own).chain(data).collect()
}

/// Creates the maps that an object is the first to declare.
fn create_maps<K: Kernel>(
    kernel: &mut K,
    object: &ObjectPlan,
    types: &K::Types,
    loaded: &mut Loaded<K>,
) -> Result<()> {
    for (name, spec) in object.image.maps() {
        let key = (object.symbol.package().to_owned(), name.clone());
        if vm_maps::ALL.contains(&name.as_str()) || loaded.maps.contains_key(&key) {
            continue;
        }
        loaded.maps.insert(key, kernel.create_map(spec, types)?);
    }
    Ok(())
}

/// Creates and fills the maps that hold an object's data sections.
fn create_data<K: Kernel>(
    kernel: &mut K,
    object: &ObjectPlan,
    types: &K::Types,
    loaded: &mut Loaded<K>,
) -> Result<()> {
    for (name, data) in object.image.data() {
        let map = kernel.create_map(&data.spec, types)?;
        kernel.update(&map, &0u32.to_ne_bytes(), &data.bytes)?;
        if data.read_only {
            kernel.freeze(&map)?;
        }
        let key = (object.symbol.clone(), name.clone());
        loaded.data.insert(key, map);
    }
    Ok(())
}

/// Every map an object refers to, by the name it has there.
fn references<'a, K: Kernel>(
    object: &ObjectPlan,
    vm: &'a Vm<K>,
    loaded: &'a Loaded<K>,
) -> BTreeMap<String, &'a K::Map> {
    let package = object.symbol.package();
    let own = loaded
        .maps
        .iter()
        .filter(|((owner, _), _)| owner == package);
    let own = own.map(|((_, name), map)| (name.clone(), map));
    let of_vm = vm.maps().map(|(name, map)| (name.to_owned(), map));
    let data = loaded.data.iter();
    let data = data.filter(|((owner, _), _)| *owner == object.symbol);
    let data = data.map(|((_, name), map)| (name.clone(), map));
    own.chain(of_vm).chain(data).collect()
}
/// Makes the programs and chains known to the VM and writes the map entries. Nothing of it
/// takes effect before a loader starts one of the chains.
///
/// # Errors
/// When the kernel refuses one of the entries.
pub fn fill<K: Kernel>(kernel: &mut K, plan: &Plan, vm: &Vm<K>, loaded: &Loaded<K>) -> Result<()> {
    let slots = vm.map(vm_maps::PROGRAMS)?;
    for program in &plan.programs {
        if let Some(handle) = loaded.programs.get(&program.object.symbol) {
            kernel.set_program(slots, program.id.0, handle)?;
        }
    }
    for chain in &plan.chains {
        write_chain(kernel, chain, vm)?;
    }
    for entry in &plan.entries {
        write_entry(kernel, entry, loaded)?;
    }
    Ok(())
}

fn write_chain<K: Kernel>(kernel: &mut K, chain: &ChainPlan, vm: &Vm<K>) -> Result<()> {
    let key = chain.id.0.to_ne_bytes();
    let no_faults = [0; size_of::<FaultCounters>()];
    kernel.update(vm.map(vm_maps::FAULTS)?, &key, &no_faults)?;
    write_code(kernel, vm.map(vm_maps::CHAINS)?, chain.id, &chain.slots)
}

fn write_entry<K: Kernel>(kernel: &mut K, entry: &EntryPlan, loaded: &Loaded<K>) -> Result<()> {
    let key = (entry.package.clone(), entry.map.clone());
    match loaded.maps.get(&key) {
        Some(map) => kernel.update(map, &entry.key, &entry.value),
        // The plan has entries only for maps that one of its objects declares.
        None => Ok(()),
    }
}
