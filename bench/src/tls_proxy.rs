//! A TLS proxy for the local AWS services, with certificates like Amazon's: RSA with 2,048 bits, root, intermediate, leaf.

use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::Failure;

/// The certificates of one run, in their own folder.
pub struct Certificates {
    folder: PathBuf,
}

impl Certificates {
    /// Creates them with the program openssl.
    pub fn make(folder: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("intermediate.ext"), "basicConstraints=critical,CA:TRUE\n")?;
        fs::write(folder.join("leaf.ext"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n")?;
        let openssl = |arguments: &str| -> Result<(), Failure> {
            let ended =
                Command::new("openssl").args(arguments.split(' ')).current_dir(folder).stderr(Stdio::null()).status();
            match ended {
                Ok(status) if status.success() => Ok(()),
                Ok(status) => Err(format!("openssl {arguments}: {status}").into()),
                Err(error) => Err(format!("the program openssl, which makes the certificates: {error}").into()),
            }
        };
        openssl("req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 2 -subj /CN=bench-root")?;
        for (name, issuer) in [("intermediate", "root"), ("leaf", "intermediate")] {
            openssl(&format!("req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /CN=bench-{name}"))?;
            openssl(&format!(
                "x509 -req -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key -CAcreateserial -days 2 -extfile {name}.ext -out {name}.pem"
            ))?;
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// The root certificate in PEM, for `AWS_CA_BUNDLE`.
    pub fn root(&self) -> PathBuf {
        self.folder.join("root.pem")
    }

    fn acceptor(&self) -> Result<TlsAcceptor, Failure> {
        let read = |name: &str| CertificateDer::from_pem_file(self.folder.join(name));
        let chain = vec![read("leaf.pem")?, read("intermediate.pem")?];
        let key = PrivateKeyDer::from_pem_file(self.folder.join("leaf.key"))?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// A listener on localhost that accepts TLS and passes requests on without TLS.
pub struct TlsProxy {
    url: String,
    upstream: Arc<OnceLock<String>>,
}

impl TlsProxy {
    /// Listens. [`Self::leads_to`] sets the target.
    pub async fn start(certificates: &Certificates) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("https://127.0.0.1:{}", listener.local_addr()?.port());
        let upstream = Arc::new(OnceLock::new());
        tokio::spawn(accept(listener, certificates.acceptor()?, Arc::clone(&upstream)));
        Ok(Self { url, upstream })
    }

    /// The address on which it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sets the target, such as `http://127.0.0.1:1234`.
    pub fn leads_to(&self, upstream: &str) {
        // Only the first call has an effect.
        let _ = self.upstream.set(upstream.trim_start_matches("http://").to_owned());
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, upstream: Arc<OnceLock<String>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, upstream) = (acceptor.clone(), upstream.get().cloned().unwrap_or_default());
        // Functions can be killed in the middle of a request.
        tokio::spawn(async move { pass_on(acceptor, stream, &upstream).await });
    }
}

async fn pass_on(acceptor: TlsAcceptor, stream: TcpStream, upstream: &str) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut outside = acceptor.accept(stream).await?;
    let mut inside = TcpStream::connect(upstream).await?;
    inside.set_nodelay(true)?;
    copy_bidirectional(&mut outside, &mut inside).await?;
    Ok(())
}
