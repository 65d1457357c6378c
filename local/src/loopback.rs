//! Listeners on 127.0.0.1, and servers that can be stopped.

use std::future::IntoFuture as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long a server may take to finish its answers, so that a silent client cannot block the end of the process.
const PATIENCE: Duration = Duration::from_secs(3);

/// A port of 127.0.0.1 that is reserved but does not answer yet.
pub struct Listener {
    listener: TcpListener,
    port: u16,
}

impl Listener {
    /// Reserves `port`, or a free one for 0.
    pub async fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Answers with `router`, which gets the address of each client, until the server is stopped.
    pub fn serve(self, router: Router) -> Server {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let (stop, stopped) = oneshot::channel::<()>();
        // A dropped server stops too.
        let stopped = async { stopped.await.unwrap_or_default() };
        let serving = axum::serve(self.listener, service).with_graceful_shutdown(stopped).into_future();
        let task = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "listener failed");
            }
        });
        Server { stop, task }
    }
}

/// A running server. It stops when it is dropped; `stop` also waits for its end.
pub struct Server {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Server {
    /// Accepts no more requests, finishes the current ones, and closes.
    pub async fn stop(mut self) {
        let _ = self.stop.send(());
        if tokio::time::timeout(PATIENCE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}
