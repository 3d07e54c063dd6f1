//! Packages of Debian and its relatives.

use std::sync::Mutex;

use crate::process::{command, find, output, quiet, step};

/// One installation at a time, and the lists only once.
static LISTS_ARE_FRESH: Mutex<bool> = Mutex::new(false);

/// Installs packages, as root or through `sudo` where that asks nothing.
pub fn install(packages: &[&str]) -> Result<(), String> {
    let names = packages.join(" ");
    if find("apt-get").is_none() {
        return Err(format!("there is no apt-get to install {names}"));
    }
    let root = output(command("id").arg("-u")).is_some_and(|id| id == "0");
    let sudo = !root && output(command("sudo").args(["-n", "true"])).is_some();
    if !root && !sudo {
        return Err(format!("please run: sudo apt-get install --no-install-recommends {names}"));
    }
    let mut fresh = LISTS_ARE_FRESH.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let apt = |name: &str, arguments: &[&str]| {
        let mut apt = command(if sudo { "sudo" } else { "apt-get" });
        if sudo {
            apt.args(["-n", "apt-get"]);
        }
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["-qq", "-y", "-o", "DPkg::Lock::Timeout=300"]);
        // xtask's own libraries are not for the system's programs.
        quiet(name, apt.env_remove("LD_LIBRARY_PATH").args(arguments)).map(|_| ())
    };
    step(format!("apt-get install {names}"), || {
        if !*fresh {
            apt("apt-get-update", &["update"])?;
            *fresh = true;
        }
        let mut arguments = vec!["install", "--no-install-recommends"];
        arguments.extend(packages);
        apt(&format!("apt-get-{}", packages.first().unwrap_or(&"")), &arguments)
    })
}
