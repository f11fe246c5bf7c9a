//! `hyderabadinfra doctor`: finds problems of the installation and says how to solve them.

use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use domain::{Clock, Timestamp};
use gateway::Certificates;
use http::Method;

use super::{connect, output};
use crate::api_client::ApiClient;
use crate::app::sign_ins;
use crate::settings::{OidcProvider, Settings};
use crate::weaknesses;

/// An earlier time means that the clock was never set. 2026-01-01.
const NOT_BEFORE: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

type Finding = Result<String, String>;

/// # Errors
/// Never. Problems are printed, and the exit code shows them.
pub async fn examine(settings: &Settings) -> anyhow::Result<ExitCode> {
    let data_dir = &settings.data_dir;
    let server = connect::running(data_dir)?;
    let mut findings = vec![
        ("settings", Ok("valid".to_owned())),
        ("data directory", writable(data_dir)),
        ("keys", Ok(keys(&data_dir.join("keys")))),
        ("clock", clock()),
    ];
    if let Some(server) = &server {
        findings.push(("server", health(server).await));
    } else {
        findings.push(("server", not_running(data_dir)));
        findings.push(("address", free(settings.listen, "listen (HYD_LISTEN)")));
        let management = free(settings.management_listen, "management_listen (HYD_MANAGEMENT_LISTEN)");
        findings.push(("management address", management));
    }
    findings.extend(settings.oidc.iter().map(|(name, of)| ("sign-in", provider(name, of))));
    if let (Some(certificate), Some(key)) =
        (&settings.server.tls.certificate_file, &settings.server.tls.key_file)
    {
        findings.push(("certificate", certificate_fits(certificate, key)));
    }
    findings.extend(weaknesses::all(settings).into_iter().map(|found| (found.about, Err(found.text))));
    let mut healthy = true;
    for (name, finding) in findings {
        let (mark, text) = match &finding {
            Ok(text) => ("ok  ", text),
            Err(text) => ("FAIL", text),
        };
        healthy &= finding.is_ok();
        output::line(&format!("{mark} {name}: {text}"));
    }
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn writable(data_dir: &Path) -> Finding {
    let shown = data_dir.display();
    if !data_dir.exists() {
        return Ok(format!("{shown} is made at the first start"));
    }
    let probe = data_dir.join("doctor.probe");
    let written = std::fs::write(&probe, "probe").and_then(|()| File::open(&probe)?.sync_all());
    let removed = std::fs::remove_file(&probe);
    match written.and(removed) {
        Ok(()) => Ok(format!("{shown} can be written and synced")),
        Err(error) => {
            Err(format!("{shown} cannot be written: {error}; give it to this user, or set data_dir"))
        }
    }
}

/// What the server that runs on the data directory says of itself.
async fn health(server: &ApiClient) -> Finding {
    let answer = server.call(Method::GET, "/actuator/health", None, &[]).await;
    let answer = answer.map_err(|error| format!("it does not answer: {error}"))?;
    match answer.body["status"].as_str() {
        Some("UP") => Ok("it runs on the data directory, and is UP".into()),
        Some(other) => {
            Err(format!("it is {other}; GET /actuator/health with an administrator's token says why"))
        }
        None => Err(format!("it answers {} to a question about its health", answer.status)),
    }
}

fn not_running(data_dir: &Path) -> Finding {
    match File::open(data_dir.join("lock")).map(|file| file.try_lock()) {
        Ok(Err(_)) => {
            Err("another process holds the data directory, and does not answer at its socket".into())
        }
        Ok(Ok(())) | Err(_) => Ok("none runs on the data directory".into()),
    }
}

fn free(address: SocketAddr, setting: &str) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Ok(format!("{address} is free")),
        Err(error) => Err(format!("{address} cannot be bound: {error}; set {setting}")),
    }
}

fn keys(directory: &Path) -> String {
    if !directory.exists() {
        return "made at the first start; keep a copy of keys/ apart from backups of the journal".into();
    }
    format!(
        "{}; to move them, copy the files elsewhere and set master_key_file and jwt_key_file",
        directory.display()
    )
}

fn certificate_fits(certificate: &Path, key: &Path) -> Finding {
    match Certificates::read(certificate.to_owned(), key.to_owned()) {
        Ok(_) => Ok(format!("{} and its key fit", certificate.display())),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether the provider's secret can be read, and its address accepts connections.
fn provider(name: &str, provider: &OidcProvider) -> Finding {
    sign_ins::secret(provider).map_err(|error| format!("[oidc.{name}]: {error:#}"))?;
    let unreachable = |why: String| format!("[oidc.{name}]: {} cannot be reached: {why}", provider.issuer);
    let url = reqwest::Url::parse(&provider.issuer).map_err(|error| unreachable(error.to_string()))?;
    let addresses = url.socket_addrs(|| None).map_err(|error| unreachable(error.to_string()))?;
    let patience = Duration::from_millis(provider.timeout_ms.get().into());
    let mut tries = addresses.iter().map(|address| TcpStream::connect_timeout(address, patience));
    match tries.find_map(Result::ok) {
        Some(_) => Ok(format!("[oidc.{name}] {} can be reached", provider.issuer)),
        None => Err(unreachable("nothing answers there".into())),
    }
}

fn clock() -> Finding {
    let now = Clock::System.now();
    if now < NOT_BEFORE {
        Err(format!("it is set to {now}; set the machine's clock"))
    } else {
        Ok(now.to_string())
    }
}
