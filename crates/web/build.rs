//! Lists the built islands for `src/islands.rs`: their names change with their content.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("assets/islands");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut names = Vec::new();
    // Without the folder, pages come without islands.
    if folder.is_dir() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "js") {
                let name = path.file_name().and_then(|name| name.to_str());
                names.push(name.ok_or("an island has a name that is no text")?.to_owned());
            }
        }
    }
    names.sort();
    let mut list = String::from("const EMBEDDED: &[(&str, &[u8])] = &[\n");
    for name in names {
        let path = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/assets/islands/{name}\")");
        writeln!(list, "    (\"{name}\", include_bytes!({path})),")?;
    }
    list.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("islands.rs"), list)?;
    Ok(())
}
