//! Checks the platform's terms: no two types share a name, and the glossary of ARCHITECTURE.md has every name
//! that its crates export.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::{Attribute, Item, ItemEnum, ItemStruct, ItemTrait, ItemType, UseTree, Visibility};

const PLATFORM: [&str; 7] = ["supervisor", "domain", "journal", "bus", "projection", "http", "sheet"];
/// Words that say nothing about the thing they name.
const VAGUE: [&str; 10] =
    ["Standing", "Facts", "Told", "Wanted", "Known", "Asked", "Shown", "Place", "Letter", "Ledger"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    let of_tests = |attribute: &Attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|name| name == "test")
    };
    attributes.iter().any(of_tests)
}

/// The types that `items` define, including those in inner modules but not in tests.
fn types(items: &[Item], found: &mut Vec<String>) {
    for item in items {
        match item {
            Item::Struct(item) => found.push(item.ident.to_string()),
            Item::Enum(item) => found.push(item.ident.to_string()),
            Item::Trait(item) => found.push(item.ident.to_string()),
            Item::Type(item) => found.push(item.ident.to_string()),
            Item::Mod(item) if !is_test(&item.attrs) => {
                types(item.content.as_ref().map_or(&[], |(_, items)| items), found);
            }
            _ => {}
        }
    }
}

fn parsed(file: &Path) -> Vec<Item> {
    syn::parse_file(&std::fs::read_to_string(file).unwrap()).unwrap().items
}

/// Each type of a crate with its file. Files that contain only tests are left out.
fn types_of(name: &str) -> Vec<(String, PathBuf)> {
    let mut all = Vec::new();
    files(&root().join("crates").join(name).join("src"), &mut all);
    all.retain(|file| file.file_stem().is_some_and(|stem| stem != "tests"));
    let of_file = |file: PathBuf| {
        let mut found = Vec::new();
        types(&parsed(&file), &mut found);
        found.into_iter().map(move |name| (name, file.clone())).collect::<Vec<_>>()
    };
    all.into_iter().flat_map(of_file).collect()
}

fn is_public(item: &Item) -> bool {
    let (Item::Struct(ItemStruct { vis, .. })
    | Item::Enum(ItemEnum { vis, .. })
    | Item::Trait(ItemTrait { vis, .. })
    | Item::Type(ItemType { vis, .. })) = item
    else {
        return false;
    };
    matches!(vis, Visibility::Public(_))
}

fn leaves(tree: &UseTree, found: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => leaves(&path.tree, found),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, found)),
        UseTree::Name(name) => _ = found.insert(name.ident.to_string()),
        UseTree::Rename(renamed) => _ = found.insert(renamed.rename.to_string()),
        UseTree::Glob(_) => {}
    }
}

/// The types that a crate exports at its root.
fn exported(name: &str) -> BTreeSet<String> {
    let items = parsed(&root().join("crates").join(name).join("src/lib.rs"));
    let mut found = Vec::new();
    types(&items.iter().filter(|item| is_public(item)).cloned().collect::<Vec<_>>(), &mut found);
    let mut found: BTreeSet<String> = found.into_iter().collect();
    for item in &items {
        if let Item::Use(item) = item
            && matches!(item.vis, Visibility::Public(_))
        {
            leaves(&item.tree, &mut found);
        }
    }
    found.retain(|name| name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase));
    found
}

#[test]
fn no_two_types_of_the_platform_share_a_name() {
    let mut all: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (name, file) in PLATFORM.iter().flat_map(|name| types_of(name)) {
        all.entry(name).or_default().push(file);
    }
    all.retain(|_, files| files.len() > 1);
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn no_type_has_a_name_that_says_nothing() {
    let crates = std::fs::read_dir(root().join("crates")).unwrap();
    let names = crates.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let vague: Vec<_> =
        names.flat_map(|name| types_of(&name)).filter(|(name, _)| VAGUE.contains(&&**name)).collect();
    assert!(vague.is_empty(), "{vague:#?}");
}

#[test]
fn the_glossary_has_every_name_that_the_platform_exports() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let glossary = text.split("\n## ").find(|part| part.starts_with("Glossary\n")).unwrap();
    let rows = glossary.lines().filter(|line| line.starts_with("| "));
    // Only the last column names code.
    let names = rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit('|').next());
    let glossed: BTreeSet<String> = names
        .flat_map(|names| names.split('`').skip(1).step_by(2))
        .filter(|name| !name.contains("::"))
        .map(str::to_owned)
        .collect();
    let exported: BTreeSet<String> = PLATFORM.iter().flat_map(|name| exported(name)).collect();
    let missing: Vec<_> = exported.difference(&glossed).collect();
    assert!(missing.is_empty(), "the glossary does not have {missing:?}");
    let gone: Vec<_> = glossed.difference(&exported).collect();
    assert!(gone.is_empty(), "the glossary has {gone:?}, which nothing exports");
}
