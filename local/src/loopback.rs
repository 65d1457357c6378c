//! Listeners on 127.0.0.1, and servers that can be stopped.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long a server may finish what it is answering; a client that stays silent in the middle of a request must not
/// keep the process.
const PATIENCE: Duration = Duration::from_secs(3);

/// A port of 127.0.0.1 that is ours, with nobody answering yet.
pub struct Listener {
    listener: TcpListener,
    port: u16,
}

impl Listener {
    /// Takes `port`, or a free one for 0.
    pub async fn bind(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Answers by `router`, which is told each peer's address.
    pub fn serve(self, router: Router) -> Server {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        self.serve_by(|listener, stopped| async move {
            axum::serve(listener, service).with_graceful_shutdown(stopped.wait()).await.map_err(|e| e.to_string())
        })
    }

    /// Answers by what `serve` makes of the listener; it ends once it is told to stop.
    pub fn serve_by<F>(self, serve: impl FnOnce(TcpListener, Stopped) -> F) -> Server
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let (stop, stopped) = oneshot::channel();
        let serving = serve(self.listener, Stopped(stopped));
        let task = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "a listener has failed");
            }
        });
        Server { stop, task }
    }
}

/// Resolves when the server is to stop.
pub struct Stopped(oneshot::Receiver<()>);

impl Stopped {
    pub async fn wait(self) {
        // A server that is dropped stops too.
        let _ = self.0.await;
    }
}

/// A running server. It stops when it is dropped; `stop` also waits for the end.
pub struct Server {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Server {
    /// Accepts nothing more, finishes what is being answered, and closes.
    pub async fn stop(mut self) {
        let _ = self.stop.send(());
        if tokio::time::timeout(PATIENCE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}
