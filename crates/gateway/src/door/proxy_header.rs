//! The PROXY protocol, version 2: a TCP proxy states the source address of a connection in a header.

use std::io;
use std::net::SocketAddr;

use ppp::v2::{Addresses, Command, Header, PROTOCOL_PREFIX};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The length of the fixed part before the addresses: signature, command, family, and length of the rest.
const FIRST: usize = 16;
/// The longest accepted variable part. Addresses take at most 216 bytes; the rest is for extensions that proxies add.
const LONGEST: usize = 2048;

/// Reads the header and not a byte more. Returns `None` when the proxy speaks for itself, as in its health checks.
///
/// # Errors
/// When the connection does not begin with a valid header: then it does not come from a proxy.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<SocketAddr>> {
    let mut bytes = vec![0; FIRST];
    stream.read_exact(&mut bytes).await?;
    let length = usize::from(u16::from_be_bytes([bytes[14], bytes[15]]));
    if !bytes.starts_with(PROTOCOL_PREFIX) || length > LONGEST {
        return Err(wrong("it does not begin with a header of the PROXY protocol, version 2"));
    }
    bytes.resize(FIRST + length, 0);
    stream.read_exact(&mut bytes[FIRST..]).await?;
    let header = Header::try_from(bytes.as_slice()).map_err(|error| wrong(&error.to_string()))?;
    Ok(match (header.command, header.addresses) {
        (Command::Local, _) | (_, Addresses::Unspecified | Addresses::Unix(_)) => None,
        (Command::Proxy, Addresses::IPv4(v4)) => Some((v4.source_address, v4.source_port).into()),
        (Command::Proxy, Addresses::IPv6(v6)) => Some((v6.source_address, v6.source_port).into()),
    })
}

fn wrong(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

#[cfg(test)]
mod tests {
    use ppp::v2::{Builder, Protocol, Version};

    use super::*;

    fn header(command: Command, source: &str, destination: &str) -> Vec<u8> {
        let addresses: (SocketAddr, SocketAddr) = (source.parse().unwrap(), destination.parse().unwrap());
        Builder::with_addresses(Version::Two | command, Protocol::Stream, addresses).build().unwrap()
    }

    async fn told(bytes: &[u8]) -> io::Result<Option<String>> {
        let mut stream = bytes;
        Ok(read(&mut stream).await?.map(|source| format!("{source} {}", stream.len())))
    }

    #[tokio::test]
    async fn the_source_is_told_and_nothing_after_the_header_is_taken() {
        let mut v4 = header(Command::Proxy, "203.0.113.7:5000", "192.0.2.1:443");
        v4.extend(b"GET /");
        assert_eq!(told(&v4).await.unwrap().as_deref(), Some("203.0.113.7:5000 5"));
        let v6 = header(Command::Proxy, "[2001:db8::7]:5000", "[2001:db8::1]:443");
        assert_eq!(told(&v6).await.unwrap().as_deref(), Some("[2001:db8::7]:5000 0"));
        let local = header(Command::Local, "203.0.113.7:5000", "192.0.2.1:443");
        assert_eq!(told(&local).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_is_no_header_is_no_connection() {
        let right = header(Command::Proxy, "203.0.113.7:5000", "192.0.2.1:443");
        let with = |at: usize, byte: u8| {
            let mut bytes = right.clone();
            bytes[at] = byte;
            bytes
        };
        let mut long = with(14, 0xff);
        long.resize(70_000, 0);
        let all = [
            Vec::new(),
            right[..20].to_vec(),
            b"GET / HTTP/1.1\r\nHost: b.test\r\n\r\n".to_vec(),
            b"PROXY TCP4 203.0.113.7 192.0.2.1 5000 443\r\n".to_vec(),
            with(0, 0),
            with(12, 0x11), // version 1
            with(12, 0x2f), // no such command
            with(13, 0x41), // no such family
            with(15, 4),    // shorter than its addresses
            long,
        ];
        for bytes in all {
            assert!(told(&bytes).await.is_err(), "{:?}", &bytes[..bytes.len().min(20)]);
        }
    }
}
