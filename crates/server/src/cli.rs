//! The command line: its commands and arguments, and the settings that flags stand for.

#![expect(clippy::doc_markdown, reason = "the comments are the help texts, where backticks would be noise")]

pub mod backup;
pub mod connect;
pub mod doctor;
pub mod output;
pub mod run;
pub mod serve;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::settings::Flag;

/// HyderabadInfra: buy, sell and rent homes; everything a person does is an event in one durable journal.
#[derive(Debug, Parser)]
#[command(name = "hyderabadinfra", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  hyderabadinfra serve --demo
      A portal with sample homes at http://127.0.0.1:8080; everything it keeps is under ./data
  HYD_TOKEN=… hyderabadinfra import listings homes.csv --owner you@example.com --server http://127.0.0.1:8080
      Every row of a sheet becomes a listing of yours; repeating it changes only what is new in the sheet
  hyderabadinfra doctor
      Checks settings, keys and disk before you rely on them

Settings come from built-in defaults, then --config FILE or HYD_CONFIG, then HYD_… variables, then flags.
`hyderabadinfra doctor --defaults` prints every setting with its meaning.";

const AFTER_IMPORT: &str = "\
The first line of the sheet names its columns, in any order: at least Price, Location and Property type.
`hyderabadinfra import template` prints a sheet with every column, `import template --fields` what each of them takes.
A map says which column is which field, for sheets with other columns:

  location = \"Village\"
  price = { column = \"Rate\", unit = \"lakh\" }
  area = { column = \"Extent\", unit = \"acre\" }
  listingType = { column = \"For\", words = { Let = \"RENT\", Sell = \"SALE\" } }
  propertyType = { value = \"PLOT\" }

A row that was imported before changes its listing, if it says something else now: rows are known again by their column
of ids or, without one, by what identifies a home, which the price does not. Listings whose rows are gone from the sheet
stay as they are. A bad row is told with its line, column and value, and stops no other. A stopped import is repeated.

Ends with 0 when no row was rejected, 2 when some were, 130 when Ctrl-C stopped it, 1 when it could not run.";

const AFTER_PRODUCTS: &str = "\
The first line of the sheet names its columns, in any order: at least Name, Categories, Price and SKU.
`hyderabadinfra import template products` prints a sheet with every column, and with --fields what each of them takes.
A map says which column is which field, for sheets with other columns:

  name = \"Item\"
  sku = { column = \"No\", prefix = \"AB-\" }
  categories = { columns = [\"Group\", \"Subgroup\"] }
  attributes = { columns = { \"Made by\" = \"brand\" } }
  currency = { value = \"INR\" }

A row whose SKU is in the catalogue changes that product, if it says something else. Products whose rows are gone from the
sheet stay as they are. The owner must be a seller or an administrator. Rows end as those of `import listings` do.";

const AFTER_BACKUP: &str = "\
With --server the server writes it where its settings backup.directory and backup.keys_directory say, and goes on
answering. Without, the data directory is opened, which works while no server holds it, and DIR and --keys-to say where.

The first backup of a directory holds everything, each later one what is new. One that is not finished is none, and
leaves those before it as they were. Keep the keys on another disk: without them nobody's personal data can be read.";

const AFTER_RESTORE: &str = "\
Everything is checked before anything is written. The restored server begins a new history: clients that come back are
told so. People have to sign in again, as nobody knows who signed out since. Letters that may have been sent since the
backup are not sent again by guessing; those that nobody can look up wait among the dead letters.";

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run the portal, its API and its event core in this process
    Serve(Serve),
    /// Bring data in from a file
    #[command(subcommand)]
    Import(Import),
    /// Write data out, to standard output
    #[command(subcommand)]
    Export(Export),
    /// Events that a consumer could not handle: look at them and hand them out again
    #[command(subcommand)]
    DeadLetters(DeadLetters),
    /// Make a read model again from the journal, beside the one in use
    Replay(Replay),
    /// Add a backup to those in a directory; a server may run meanwhile
    #[command(after_help = AFTER_BACKUP)]
    Backup(Backup),
    /// Restore a backup into an empty directory
    #[command(after_help = AFTER_RESTORE)]
    Restore(Restore),
    /// Accounts
    #[command(subcommand)]
    User(User),
    /// The keys that people's data is encrypted with
    #[command(subcommand)]
    Keys(Keys),
    /// Check settings, keys and disk, and say what to do about what is wrong
    Doctor(Doctor),
}

/// Which settings apply.
#[derive(Debug, Clone, Default, Args)]
pub struct SettingsArgs {
    /// A TOML file with the settings that differ from the defaults [env: HYD_CONFIG]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Where the server keeps everything [env: HYD_DATA_DIR] [default: data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<String>,
}

impl SettingsArgs {
    #[must_use]
    pub fn flags(&self) -> Vec<Flag> {
        let data_dir = self.data_dir.clone();
        data_dir.map(|value| Flag { name: "--data-dir", key: "data_dir", value }).into_iter().collect()
    }
}

/// Which server a verb talks to.
#[derive(Debug, Clone, Default, Args)]
pub struct Target {
    /// The running server; its access token is taken from HYD_TOKEN
    ///
    /// Without it the data directory is opened directly, which works while no server holds it.
    #[arg(long, value_name = "URL", env = "HYD_SERVER")]
    server: Option<String>,

    #[command(flatten)]
    pub place: SettingsArgs,
}

impl Target {
    /// The server's address. An empty address counts as not given.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        self.server.as_deref().filter(|server| !server.is_empty())
    }
}

#[derive(Debug, Args)]
pub struct Serve {
    /// IP address and port to serve at, such as 0.0.0.0:8080 [env: HYD_LISTEN] [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,

    /// Add fictional people and homes if there are no listings yet, and print how to sign in
    #[arg(long)]
    pub demo: bool,

    #[command(flatten)]
    pub place: SettingsArgs,
}

impl Serve {
    #[must_use]
    pub fn flags(&self) -> Vec<Flag> {
        let listen = self.listen.clone().map(|value| Flag { name: "--listen", key: "listen", value });
        let codes = Flag { name: "--demo", key: "mail.show_codes", value: "true".into() };
        listen.into_iter().chain(self.demo.then_some(codes)).chain(self.place.flags()).collect()
    }
}

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Every row of a CSV file of homes becomes a listing, or changes the one it became before
    #[command(after_help = AFTER_IMPORT)]
    Listings(ImportSheet),
    /// Every row of a CSV file of products becomes a product, or changes the one that has its SKU
    #[command(after_help = AFTER_PRODUCTS)]
    Products(ImportSheet),
    /// Print a sheet with every column that an import knows
    Template {
        /// What the sheet is about
        #[arg(value_enum, default_value_t)]
        kind: TemplateKind,

        /// Print what each column takes, and its other names
        #[arg(long)]
        fields: bool,
    },
}

/// What a template is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TemplateKind {
    #[default]
    Listings,
    Products,
}

#[derive(Debug, Subcommand)]
pub enum Export {
    /// A seller's products, or all of them, as a sheet that can be imported again
    Products(ExportProducts),
}

#[derive(Debug, Args)]
pub struct ExportProducts {
    /// A sheet, or a line of JSON for each product
    #[arg(long, value_enum, default_value_t)]
    pub format: ProductFormat,

    /// E-mail of the seller whose products are written; without it those that the token's account may export are, or all
    #[arg(long, value_name = "EMAIL")]
    pub owner: Option<String>,

    #[command(flatten)]
    pub target: Target,
}

/// The form of an export of products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ProductFormat {
    #[default]
    Csv,
    Jsonl,
}

impl ProductFormat {
    /// The word that the API takes.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

#[derive(Debug, Args)]
pub struct ImportSheet {
    /// The CSV file
    pub file: PathBuf,

    /// E-mail of the account that will own what is imported; it must exist and be the token's
    #[arg(long, value_name = "EMAIL")]
    pub owner: String,

    /// Which column is which field: a TOML file, see below
    #[arg(long, value_name = "FILE.toml", conflicts_with = "preset")]
    pub map: Option<PathBuf>,

    /// The map of a published set; it is recognised by its header without this
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,

    /// Write nothing, and say what an import would do
    #[arg(long)]
    pub check: bool,

    /// Write what became of every row to this CSV file
    #[arg(long, value_name = "FILE.csv")]
    pub report: Option<PathBuf>,

    /// Go on from this line of the file
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub from_line: u64,

    #[command(flatten)]
    pub target: Target,
}

#[derive(Debug, Subcommand)]
pub enum DeadLetters {
    /// One line each, oldest first
    List {
        #[command(flatten)]
        target: Target,
    },
    /// Everything about one: the event, the consumer and its error
    Show {
        /// As `list` shows it
        id: String,
        #[command(flatten)]
        target: Target,
    },
    /// Hand it, and what waits behind it, to its consumer again
    Redrive {
        /// As `list` shows it
        id: String,
        #[command(flatten)]
        target: Target,
    },
    /// Never apply the event that fails, and go on with those behind it
    Discard(Discard),
}

/// An event that is given up.
#[derive(Debug, Args)]
pub struct Discard {
    /// As `list` shows it
    pub id: String,

    /// Why: it stays in the audit trail
    #[arg(long)]
    pub reason: String,

    #[command(flatten)]
    pub target: Target,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// The consumer group, such as history-service-group
    pub group: String,

    #[command(flatten)]
    pub target: Target,
}

#[derive(Debug, Args)]
pub struct Backup {
    /// Where backups go, when no server is named
    #[arg(value_name = "DIR")]
    pub directory: Option<String>,

    /// Where the keys go, when no server is named: another disk
    #[arg(long, value_name = "KEYS")]
    pub keys_to: Option<String>,

    #[command(flatten)]
    pub target: Target,
}

impl Backup {
    #[must_use]
    pub fn flags(&self) -> Vec<Flag> {
        let directory =
            self.directory.clone().map(|value| Flag { name: "DIR", key: "backup.directory", value });
        let keys = self.keys_to.clone();
        let keys = keys.map(|value| Flag { name: "--keys-to", key: "backup.keys_directory", value });
        directory.into_iter().chain(keys).chain(self.target.place.flags()).collect()
    }
}

#[derive(Debug, Args)]
pub struct Restore {
    /// The directory of backups
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,

    /// The directory of their keys, the newest there are
    #[arg(long, value_name = "KEYS")]
    pub keys_from: PathBuf,

    /// This backup, and not the newest
    #[arg(long, value_name = "N")]
    pub number: Option<u32>,

    /// Leave everybody signed in, also those who signed out since the backup
    #[arg(long)]
    pub keep_sessions: bool,

    /// The data directory of the former server, if it can still be read: tells what it had beyond the backup
    #[arg(long, value_name = "OLD_DATA_DIR")]
    pub compare: Option<PathBuf>,

    #[command(flatten)]
    pub place: SettingsArgs,
}

#[derive(Debug, Subcommand)]
pub enum User {
    /// Make an administrator in the data directory, while no server holds it
    CreateAdmin(CreateAdmin),
    /// Vouch for a person's e-mail address, where no e-mails go out, while no server holds the data directory
    Confirm(Confirm),
}

#[derive(Debug, Args)]
pub struct Confirm {
    /// The address
    #[arg(long)]
    pub email: String,

    #[command(flatten)]
    pub place: SettingsArgs,
}

#[derive(Debug, Args)]
pub struct CreateAdmin {
    /// What the administrator signs in with
    #[arg(long)]
    pub email: String,

    /// 3 to 50 characters, taken by nobody else
    #[arg(long, value_name = "NAME")]
    pub username: String,

    /// Read the password from standard input instead of making one and printing it once
    #[arg(long)]
    pub password_stdin: bool,

    #[command(flatten)]
    pub place: SettingsArgs,
}

#[derive(Debug, Subcommand)]
pub enum Keys {
    /// List whose keys are lost, after the newest copy of keys/subjects.db was put back; with --yes, give them up
    AcceptLost(AcceptLost),
}

#[derive(Debug, Args)]
pub struct AcceptLost {
    /// Give them up for good: what is encrypted with them reads as erased, on record, even if the keys are found later
    #[arg(long)]
    pub yes: bool,

    #[command(flatten)]
    pub place: SettingsArgs,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// Only print every setting with its default and its meaning
    #[arg(long)]
    pub defaults: bool,

    /// Check the backups in this directory instead, without restoring them
    #[arg(long, value_name = "DIR")]
    pub backup: Option<PathBuf>,

    /// Their keys: whether they open what is in the backups
    #[arg(long, value_name = "KEYS", requires = "backup")]
    pub keys_from: Option<PathBuf>,

    #[command(flatten)]
    pub place: SettingsArgs,
}

impl Verb {
    /// The settings file and flags of the given command.
    #[must_use]
    pub fn place_and_flags(&self) -> (SettingsArgs, Vec<Flag>) {
        let place = match self {
            Self::Serve(serve) => return (serve.place.clone(), serve.flags()),
            Self::Backup(verb) => return (verb.target.place.clone(), verb.flags()),
            Self::Restore(verb) => &verb.place,
            Self::Import(Import::Listings(import) | Import::Products(import)) => &import.target.place,
            Self::Export(Export::Products(export)) => &export.target.place,
            Self::Import(Import::Template { .. }) => return <_>::default(),
            Self::DeadLetters(verb) => &verb.target().place,
            Self::Replay(verb) => &verb.target.place,
            Self::User(User::CreateAdmin(verb)) => &verb.place,
            Self::User(User::Confirm(verb)) => &verb.place,
            Self::Keys(Keys::AcceptLost(verb)) => &verb.place,
            Self::Doctor(verb) => &verb.place,
        };
        (place.clone(), place.flags())
    }
}

impl DeadLetters {
    #[must_use]
    pub fn target(&self) -> &Target {
        match self {
            Self::List { target } | Self::Show { target, .. } | Self::Redrive { target, .. } => target,
            Self::Discard(discard) => &discard.target,
        }
    }
}
