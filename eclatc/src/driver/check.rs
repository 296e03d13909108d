//! `eclatc check FILE...`

use super::cli::{CheckArgs, Cli, MessageFormat};
use super::report::Report;
use super::siblings::Siblings;
use super::unit::{Context, Unit, defines};
use super::{Exit, Failure, Output};
use crate::budget::{
    ChainBudget,
    report::{json_lines, table},
};
use crate::packages::folders::Folders;
use hike_format::PackagePath;

/// Reports everything that is wrong with every file.
///
/// # Errors
/// When the command line is wrong or the host cannot.
pub fn run(args: &CheckArgs, cli: &Cli) -> Result<Output, Failure> {
    let mut report = Report::new(cli)?;
    let mut units = Vec::new();
    // Read all files; one that cannot be read does not keep the others from being checked.
    for file in &args.files {
        match Unit::open(file, args.settings.package.as_deref()) {
            Ok(unit) => units.push(unit),
            Err(failure) if failure.exit == Exit::Input => report.failure(&failure),
            Err(failure) => return Err(failure),
        }
    }
    let path = PackagePath::from_env(&args.settings.packages);
    let folders = Folders::new(&path);
    let packages = Siblings::new(&units, &folders);
    let context = Context {
        defines: defines(&args.settings),
        packages: &packages,
    };
    let mut tables = String::new();
    for unit in &mut units {
        let budgets = check(unit, &context);
        report.add(&unit.problems, &unit.sources);
        if let Some(budgets) = budgets.filter(|budgets| args.budget && !budgets.is_empty()) {
            tables += &match cli.message_format {
                MessageFormat::Json => json_lines(&budgets),
                _ => table(&budgets),
            };
        }
    }
    Ok(report.output(tables.into_bytes()))
}

/// Analyses a script and, when it is sound, sees whether its chains fit into the machine.
fn check(unit: &mut Unit, context: &Context<'_>) -> Option<Vec<ChainBudget>> {
    let mut script = unit.analyse(context);
    let generated = match unit.is_sound() {
        true => unit.generate(&mut script),
        false => None,
    };
    generated.map(|(_, budgets)| budgets)
}
