//! Listeners on the loopback addresses of this machine, 127.0.0.1 and ::1, and servers that can be stopped.

use std::future::IntoFuture as _;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long a server may take to finish its answers, so that a silent client cannot block the end of the process.
const PATIENCE: Duration = Duration::from_secs(3);

/// How many free ports of 127.0.0.1 are tried until one is also free on ::1.
const MAX_PORTS: usize = 20;

/// A port that is reserved on 127.0.0.1 and, if the machine has it, on ::1, but does not answer yet.
pub struct Listener {
    sockets: Vec<TcpListener>,
    port: u16,
}

impl Listener {
    /// Reserves `port`, or a free one for 0. It must be free on both addresses: otherwise `localhost` could be another program.
    pub async fn bind(port: u16) -> io::Result<Self> {
        let mut tried = 1;
        loop {
            let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            let found = v4.local_addr()?.port();
            let sockets = match TcpListener::bind((Ipv6Addr::LOCALHOST, found)).await {
                Ok(v6) => vec![v4, v6],
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    if port != 0 || tried == MAX_PORTS {
                        return Err(error);
                    }
                    tried += 1;
                    continue;
                }
                // The machine has no IPv6.
                Err(_) => vec![v4],
            };
            return Ok(Self { sockets, port: found });
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL for people and for what they read, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The same as an address, for clients of this process. It needs no resolution of a name.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Answers with `router`, which gets the address of each client, until the server is stopped.
    pub fn serve(self, router: Router) -> Server {
        let address = self.address();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let (stop, stopped) = watch::channel(());
        let serve = |socket| {
            let mut stopped = stopped.clone();
            // A dropped server stops too.
            let stopped = async move { stopped.changed().await.unwrap_or_default() };
            let serving = axum::serve(socket, service.clone()).with_graceful_shutdown(stopped).into_future();
            tokio::spawn(async move {
                if let Err(error) = serving.await {
                    tracing::error!(%error, "listener failed");
                }
            })
        };
        Server { address, stop, tasks: self.sockets.into_iter().map(serve).collect() }
    }
}

/// A running server. It stops when it is dropped; `stop` also waits for its end.
pub struct Server {
    address: String,
    stop: watch::Sender<()>,
    /// One for each address.
    tasks: Vec<JoinHandle<()>>,
}

impl Server {
    /// [`Listener::address`].
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Accepts no more requests, finishes the current ones, and closes.
    pub async fn stop(self) {
        let Self { stop, mut tasks, .. } = self;
        drop(stop);
        let ended = async {
            for task in &mut tasks {
                let _ = task.await;
            }
        };
        if tokio::time::timeout(PATIENCE, ended).await.is_err() {
            tasks.iter().for_each(JoinHandle::abort);
        }
    }
}
