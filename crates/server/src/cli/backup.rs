//! `hyderabadinfra backup`, `hyderabadinfra restore`, `hyderabadinfra doctor --backup`

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use domain::Clock;

use super::{Backup, Restore, output, run};
use crate::api_client::ApiClient;
use crate::backup::{self, BackupError, BackupProgress, RestoreRequest, Restored, Shelf, Verified};
use crate::progress::Progress;
use crate::settings::Settings;

const UNIT: &str = "events and files";

/// # Errors
/// When the command line names a place for a running server to write to, or when no place for the backup is
/// named.
pub fn must_name_a_place(verb: &Backup, settings: &Settings, server_runs: bool) -> anyhow::Result<()> {
    if server_runs && (verb.directory.is_some() || verb.keys_to.is_some()) {
        bail!(
            "a server runs, and writes where its settings backup.directory and backup.keys_directory say; leave DIR and \
             --keys-to out"
        );
    }
    if !server_runs && settings.backup.directory.is_none() {
        bail!("say where it goes: hyderabadinfra backup DIR --keys-to KEYS");
    }
    Ok(())
}

/// # Errors
/// When the server cannot be reached or refuses, or the backup fails.
pub async fn back_up(client: &ApiClient) -> anyhow::Result<ExitCode> {
    let told = run::job(client, "/api/v1/admin/backups", UNIT).await?;
    if told["status"] != "SUCCEEDED" {
        let why = told["error"].as_str().unwrap_or("the server does not say why");
        bail!("no backup was made: {why}; those before it are what they were");
    }
    let made = |name: &str| told["result"][name].to_string();
    output::line(&format!(
        "backup {} is complete: up to fact {} and activity {}, {} files of {} bytes written",
        made("number"),
        made("facts"),
        made("activity"),
        made("files"),
        made("bytes")
    ));
    Ok(ExitCode::SUCCESS)
}

fn shown(progress: &Progress) -> impl FnMut(BackupProgress) -> Result<(), BackupError> {
    |at| {
        progress.set(at.done, at.total);
        Ok(())
    }
}

/// # Errors
/// When the backup is not complete, the data directory is not empty, or it cannot be written.
pub fn restore(verb: &Restore, settings: &Settings) -> anyhow::Result<ExitCode> {
    let asked = RestoreRequest {
        directory: verb.directory.clone(),
        number: verb.number,
        keys: verb.keys_from.clone(),
        master: settings.master_key_file.clone(),
        data_dir: settings.data_dir.clone(),
        keep_sessions: verb.keep_sessions,
        compare: verb.compare.clone(),
    };
    let progress = Progress::on_standard_error(UNIT);
    let restored = backup::restore(&asked, &Clock::System, &mut shown(&progress));
    progress.stop();
    tell(&restored?, &asked);
    Ok(ExitCode::SUCCESS)
}

fn tell(restored: &Restored, asked: &RestoreRequest) {
    let Restored { number, made_at, epoch, facts, activity, .. } = restored;
    output::line(&format!(
        "backup {number} is restored into {}: what was there at {made_at}, up to fact {facts} and activity {activity}",
        asked.data_dir.display()
    ));
    output::line(&format!("its history is {epoch}; what was written after the backup is lost"));
    if let Some([facts, activity]) = &restored.beyond {
        let since = [facts.since, activity.since].into_iter().flatten().min();
        let since = since.map(|since| format!(", since {since}")).unwrap_or_default();
        let lost = format!("{} facts and {} events of activity", facts.events, activity.events);
        output::line(&format!("the former server had {lost} beyond it{since}"));
    }
    match restored.sessions_ended {
        Some(ended) => output::line(&format!("{ended} sessions are ended: people sign in again")),
        None => output::line("sessions are kept: who signed out after the backup is signed in again"),
    }
    if restored.in_doubt > 0 {
        let many = restored.in_doubt;
        output::line(&format!(
            "{many} deliveries were under way and are looked up: see hyderabadinfra dead-letters list"
        ));
    }
    if restored.erased_again > 0 {
        output::line(&format!("{} people who had left were erased again", restored.erased_again));
    }
    for (tenant, who) in &restored.left_since {
        output::line(&format!("{who} of {tenant} left after the backup: close the account again"));
    }
    output::line("the first start makes the read models again before it answers");
}

/// # Errors
/// When a backup is not complete, or its keys do not fit.
pub fn examine(directory: &Path, keys: Option<&Path>, settings: &Settings) -> anyhow::Result<ExitCode> {
    let shelf = Shelf::open(directory)?.up_to(None)?;
    let borrowed = keys.map(|keys| backup::borrowed(keys, settings.master_key_file.as_deref()));
    let borrowed = borrowed.transpose()?;
    let progress = Progress::on_standard_error(UNIT);
    let verified = backup::verify(shelf, borrowed.as_ref().map(|(ring, _)| ring), &mut shown(&progress));
    progress.stop();
    let Verified { shelf, facts, activity, files, bytes } = verified?;
    for manifest in shelf.manifests() {
        output::line(&format!(
            "ok   backup {} of {}: up to fact {} and activity {}",
            manifest.number, manifest.made_at, manifest.facts.position, manifest.activity.position
        ));
    }
    output::line(&format!("ok   {files} files of {bytes} bytes are as they were written"));
    output::line(&format!(
        "ok   {} facts and {} events of activity in {} streams, {} unique names",
        facts.events,
        activity.events,
        facts.streams + activity.streams,
        facts.unique_keys
    ));
    match borrowed {
        Some(_) => output::line(&format!("ok   the keys fit {} people", facts.people.max(activity.people))),
        None => output::line("     --keys-from KEYS checks the keys, too"),
    }
    Ok(ExitCode::SUCCESS)
}
