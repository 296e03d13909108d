//! Fused programs have no loop that the verifier of Linux 6.1 refuses for how it is laid out.
//! It is asked in an emulator, by `make kernels`; here a model of it is.

use hike_format::elf::Elf;
use hike_format::native::{self, Guard};
use hike_format::{Bundle, Symbol};
use hike_isa::{Slot, ops};
use hike_ld::fuse::FuseError;
use hike_tests::fuser::Fuser;
use hike_tests::meaning::compile::{Refused, compile};
use hike_tests::meaning::generate::{FIRST, Options, script};
use hike_tests::meaning::vm::KERNEL_PROGRAMS;
use hike_tests::old_verifier::{BackEdge, check};
use hike_tests::random::{Random, chains};
use hike_tests::scripts;
use hike_tests::tools::{build_command, run};

/// The code of a fused program in every form that it has.
fn forms(object: &[u8]) -> Vec<(Guard, Vec<Slot>)> {
    let elf = Elf::parse(object).expect("an object");
    let forms = Guard::ALL.iter().filter_map(|guard| {
        let (chunks, _) = elf.section(guard.section())?.data.as_chunks::<8>();
        Some((
            *guard,
            chunks.iter().map(|it| Slot::from_bytes(*it)).collect(),
        ))
    });
    forms.collect()
}

/// What is refused.
fn refused(name: &str, object: &[u8]) -> Vec<String> {
    let forms = forms(object);
    assert!(!forms.is_empty(), "{name} has no code");
    let refused = forms.iter().filter_map(|(guard, slots)| {
        let edge = check(slots).err()?;
        Some(format!("{name}, {guard:?}: {edge:?}"))
    });
    refused.collect()
}

fn loaders(bundle: &Bundle) -> Vec<Symbol> {
    let loaders = bundle.manifest().loaders.iter();
    loaders.map(|entry| entry.symbol.clone()).collect()
}

/// The fused programs of every example.
fn examples() -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("script.hike");
    let natives = scripts::all().into_iter().flat_map(|script| {
        run(&mut build_command(&script, &path));
        let bundle = Bundle::read(&std::fs::read(&path).expect("the bundle")).expect("a bundle");
        let natives = loaders(&bundle).into_iter().map(|loader| {
            let member = bundle.member(&native::path(&loader));
            (script.clone(), member.expect("a fused program").to_vec())
        });
        natives.collect::<Vec<_>>()
    });
    natives.collect()
}

#[test]
fn examples_have_no_loops_that_are_refused() {
    let natives = examples();
    let refused = natives
        .iter()
        .flat_map(|(name, object)| refused(name, object));
    let refused: Vec<String> = refused.collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    // Some are only taken for the jumps that close their loops.
    let needed = natives.iter().filter(|(_, object)| {
        let forms = forms(object);
        forms
            .iter()
            .any(|(_, slots)| check(&without_closing(slots)).is_err())
    });
    assert!(
        needed.count() > 1,
        "nothing shows that the model refuses loops"
    );
}

/// Other instructions in place of jumps to the next one.
fn without_closing(slots: &[Slot]) -> Vec<Slot> {
    let mut slots = slots.to_vec();
    for slot in &mut slots {
        if slot.opcode == ops::GOTO && slot.off == 0 {
            // `r0 = r0`
            slot.opcode = 0xbf;
        }
    }
    slots
}

#[test]
fn random_scripts_have_no_loops_that_are_refused() {
    let fuser = Fuser::with_programs(&KERNEL_PROGRAMS);
    let (mut wrong, mut fused) = (Vec::new(), 0);
    for seed in 0..200 {
        let size = 2 + (seed % 8) as u32;
        let programs = false;
        let compiled = match compile(&script(seed, Options { size, programs })) {
            Ok(compiled) => compiled,
            Err(Refused::TooBig(_)) => continue,
            Err(Refused::Wrong(problems)) => panic!("seed {seed}: {problems:#?}"),
        };
        match fuser.fuse(&compiled.bytecode(FIRST), false) {
            Ok(object) => {
                fused += 1;
                wrong.extend(refused(&format!("script {seed}"), &object));
            }
            Err(FuseError::TooLarge(_)) => {}
            Err(why) => panic!("seed {seed}: {why}"),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(fused > 100, "only {fused} scripts were fused");
}

#[test]
fn random_chains_have_no_loops_that_are_refused() {
    let fuser = Fuser::with_programs(&[]);
    let wrong = (0..200).flat_map(|seed| {
        let object = fuser.fuse(&chains(&mut Random::new(seed)), true);
        let object = object.unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        refused(&format!("chains {seed}"), &object)
    });
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What Linux 6.1 has been seen to say.
#[test]
fn the_model_says_what_the_verifier_says() {
    let says = |lines: &str| {
        let code = lines.lines().map(|line| {
            let insn: hike_isa::Insn = line.trim().parse().expect("an instruction");
            insn.encode().slots().to_vec()
        });
        check(&code.flatten().collect::<Vec<Slot>>())
    };
    let closed_by_a_jump = "r0 = 3
        r0 += -1
        if r0 != 0 goto -2
        exit";
    assert_eq!(says(closed_by_a_jump), Ok(()));
    let runs_on = "r0 = 3
        goto +1
        r0 += -1
        if r0 != 0 goto -2
        exit";
    assert_eq!(says(runs_on), Err(BackEdge { from: 2, to: 3 }));
    let ends_with_a_jump = "r0 = 3
        goto +2
        r0 += -1
        goto +0
        if r0 != 0 goto -3
        exit";
    assert_eq!(says(ends_with_a_jump), Ok(()));
}
