//! The commands that need only an [`ApiClient`]. The composition root decides whether that is a running server or
//! the data directory, and runs the other commands itself.

use std::fs::File;
use std::io::BufRead;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use http::Method;
use serde_json::Value;
use sheet::{FieldMap, SheetKind, SheetOptions};

use super::{DeadLetters, ExportProducts, ImportSheet, Replay, output};
use crate::api_client::ApiClient;
use crate::import::{self, ImportError, ImportKind, ImportRecord, Options, SHOWN_ROWS};
use crate::progress::Progress;

/// Exit code: some rows were rejected, the rest were imported.
const ROWS_REJECTED: u8 = 2;
/// Exit code: stopped by Ctrl-C, as programs that the signal ends have it.
const INTERRUPTED: u8 = 130;

/// # Errors
/// When the import could not run to its end.
pub async fn import_sheet(
    kind: &'static ImportKind,
    args: &ImportSheet,
    client: &ApiClient,
) -> anyhow::Result<ExitCode> {
    let file = File::open(&args.file).with_context(|| format!("{} cannot be opened", args.file.display()))?;
    let map = args.map.as_deref().map(|path| read_map(path, kind.sheet)).transpose()?;
    keep_inputs(args)?;
    let options = Options {
        kind,
        owner: args.owner.clone(),
        sheet: SheetOptions { map, preset: args.preset.clone() },
        check: args.check,
        from_line: args.from_line,
    };
    let progress = Progress::on_standard_error("rows");
    let mut record = ImportRecord::new(args.report.clone());
    let stop = async {
        // Without the signal, the import ends with its last row.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        progress.note("stopping: the rows under way are finished first");
    };
    let done = import::run(client, file, &options, (&progress, &mut record), stop).await;
    tell_rejected(args, &record);
    if let Err(ImportError::Stopped { summary, .. }) = &done {
        output::line(&summary.text());
    }
    let summary = done?;
    output::line(&summary.text());
    for note in &summary.notes {
        output::note(note);
    }
    if summary.counts.updated + summary.counts.unchanged > 0 {
        let thing = kind.sheet.thing;
        output::note(&format!("{thing}s whose rows are gone from the sheet are left as they are"));
    }
    if let Some(path) = &args.report {
        output::line(&format!("report: {}", path.display()));
    }
    if let Some(line) = summary.next_line {
        output::note(&format!(
            "stopped; what is told above is done. Repeat the command with --from-line {line} to go on from there, or \
             without it: what is imported stays as it is"
        ));
        return Ok(ExitCode::from(INTERRUPTED));
    }
    Ok(if summary.counts.rejected > 0 { ExitCode::from(ROWS_REJECTED) } else { ExitCode::SUCCESS })
}

/// A report must not be written over what it is about.
fn keep_inputs(args: &ImportSheet) -> anyhow::Result<()> {
    // A report that is not there yet is no other file.
    let Some(report) = args.report.as_deref().and_then(|report| report.canonicalize().ok()) else {
        return Ok(());
    };
    for input in [Some(&args.file), args.map.as_ref()].into_iter().flatten() {
        if input.canonicalize().is_ok_and(|input| input == report) {
            bail!("the report would be written over {}: name another file with --report", input.display());
        }
    }
    Ok(())
}

fn read_map(path: &Path, kind: &'static SheetKind) -> anyhow::Result<FieldMap> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    FieldMap::read(&text, kind).with_context(|| path.display().to_string())
}

fn tell_rejected(args: &ImportSheet, record: &ImportRecord) {
    for row in &record.rejected {
        output::line(&format!("{}:{}: {}", args.file.display(), row.line, row.reason));
    }
    if record.rejected.len() == SHOWN_ROWS {
        output::line("… there may be more rejected rows; --report FILE.csv has them all");
    }
}

/// Writes products to standard output as they come.
///
/// # Errors
/// When the server cannot be reached or refuses, or the output ends before the products do.
pub async fn export_products(args: &ExportProducts, client: &ApiClient) -> anyhow::Result<ExitCode> {
    if let Some(owner) = &args.owner {
        import::account_of(client, owner).await?;
    }
    let path = format!("/api/v1/products/export?format={}", args.format.word());
    client.download(&path, &mut |piece| output::bytes(piece)).await?;
    Ok(ExitCode::SUCCESS)
}

/// The interval at which a job's progress is polled.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// # Errors
/// When the server cannot be reached or refuses, or the rebuild fails.
pub async fn replay(verb: &Replay, client: &ApiClient) -> anyhow::Result<ExitCode> {
    let path = format!("/api/v1/admin/consumers/{}/rebuild", segment(&verb.group)?);
    let told = job(client, &path, "events").await?;
    if told["status"] != "SUCCEEDED" {
        let why = told["error"].as_str().unwrap_or("the server does not say why");
        bail!("{} was not rebuilt: {why}; the read model in use stays", verb.group);
    }
    let rows = if told["result"]["equalToTheOneBefore"] == true { "the same rows" } else { "other rows" };
    let events = &told["result"]["events"];
    output::line(&format!("{} is rebuilt from {events} events: {rows} as before", verb.group));
    Ok(ExitCode::SUCCESS)
}

/// Starts a job and waits for its end. Returns its final state.
pub(super) async fn job(client: &ApiClient, path: &str, unit: &'static str) -> anyhow::Result<Value> {
    let begun = client.call(Method::POST, path, None, &[]).await?.data()?;
    let job = format!("/api/jobs/{}", begun.get("jobId").and_then(Value::as_str).unwrap_or_default());
    let progress = Progress::on_standard_error(unit);
    let told = loop {
        let told = client.call(Method::GET, &job, None, &[]).await?.data()?;
        if told["status"] != "RUNNING" {
            break told;
        }
        let count = |name: &str| told["progress"][name].as_u64().unwrap_or_default();
        progress.set(count("done"), count("total"));
        tokio::time::sleep(LOOK_AGAIN).await;
    };
    progress.stop();
    Ok(told)
}

/// # Errors
/// When the server cannot be reached or refuses.
pub async fn dead_letters(verb: &DeadLetters, client: &ApiClient) -> anyhow::Result<ExitCode> {
    const PATH: &str = "/api/v1/admin/dead-letters";
    match verb {
        DeadLetters::List { .. } => list_dead_letters(PATH, client).await?,
        DeadLetters::Show { id, .. } => {
            let letter =
                client.call(Method::GET, &format!("{PATH}/{}", segment(id)?), None, &[]).await?.data()?;
            output::line(&format!("{letter:#}"));
        }
        DeadLetters::Discard(discard) => {
            let path = format!("{PATH}/{}/discard", segment(&discard.id)?);
            let body = serde_json::json!({"reason": discard.reason});
            client.call(Method::POST, &path, Some(body), &[]).await?.data()?;
            output::line(&format!("the event behind {} is given up; those behind it went on", discard.id));
        }
        DeadLetters::Redrive { id, .. } => {
            let path = format!("{PATH}/{}/redrive", segment(id)?);
            let answer = client.call(Method::POST, &path, None, &[]).await?;
            answer.data()?;
            output::line(&format!("{id} is handed out again"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list_dead_letters(path: &str, client: &ApiClient) -> anyhow::Result<()> {
    let mut shown = 0;
    for page in 0.. {
        let data =
            client.call(Method::GET, &format!("{path}?page={page}&size=100"), None, &[]).await?.data()?;
        for letter in data.get("content").and_then(Value::as_array).into_iter().flatten() {
            output::line(&dead_letter_line(letter));
            shown += 1;
        }
        if data.get("last").and_then(Value::as_bool).unwrap_or(true) {
            break;
        }
    }
    if shown == 0 {
        output::note("there are no dead letters");
    }
    Ok(())
}

/// Id, consumer group, key and error, separated by tabs. A missing value is shown as a dash.
pub(super) fn dead_letter_line(letter: &Value) -> String {
    let text = |field: &str| match letter.get(field) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.replace(['\t', '\n'], " "),
        Some(other) => other.to_string(),
    };
    ["id", "group", "key", "error"].map(text).join("\t")
}

/// Accepts an id as a path segment. Anything but letters, digits and hyphens could change the path.
pub(super) fn segment(id: &str) -> anyhow::Result<&str> {
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        bail!("{id:?} is no id or name: they are letters, digits and hyphens");
    }
    Ok(id)
}

/// The first line without its line end: what `--password-stdin` takes.
///
/// # Errors
/// When there is no line.
pub fn read_password(mut input: impl BufRead) -> anyhow::Result<String> {
    let mut line = String::new();
    input.read_line(&mut line).context("the password cannot be read from standard input")?;
    let password = line.trim_end_matches(['\n', '\r']);
    if password.is_empty() {
        bail!(
            "standard input holds no password; pipe one in, such as `echo … | hyderabadinfra user create-admin …`"
        );
    }
    Ok(password.to_owned())
}

/// The client for `--server`.
///
/// # Errors
/// When the address is invalid, or there is no token.
pub fn remote_client(server: &str, token: Option<&str>) -> anyhow::Result<ApiClient> {
    let Some(token) = token.map(str::trim).filter(|token| !token.is_empty()) else {
        bail!(
            "HYD_TOKEN is not set: sign in with POST {}/api/auth/login and put data.accessToken into it",
            server.trim_end_matches('/')
        );
    };
    Ok(ApiClient::remote(server, token)?)
}
