//! The mailbox of a rival: mails arrive by SMTP on localhost, or as lines of the server's output.

use std::collections::HashMap;
use std::io;
use std::net::Ipv4Addr;
use std::process::ChildStdout;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::Failure;

/// The longest time to wait for a mail.
const PATIENCE: Duration = Duration::from_secs(30);

/// The newest mail to each address.
#[derive(Clone, Default)]
pub struct Mailbox {
    mails: Arc<Mutex<HashMap<String, String>>>,
    news: Arc<Notify>,
}

impl Mailbox {
    /// A mailbox that receives mails by SMTP, and its port on localhost.
    pub async fn with_smtp() -> Result<(Self, u16), Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let mailbox = Self::default();
        tokio::spawn(accept(listener, mailbox.clone()));
        Ok((mailbox, port))
    }

    /// A mailbox of a server's output: a line `{"to": …, "text": …}` is a mail, other lines are ignored.
    pub fn of_lines(stdout: ChildStdout) -> Self {
        let mailbox = Self::default();
        let taken = mailbox.clone();
        // The thread ends with the server's output.
        std::thread::spawn(move || {
            for line in io::BufRead::lines(io::BufReader::new(stdout)).map_while(Result::ok) {
                let mail: Value = serde_json::from_str(&line).unwrap_or_default();
                if let (Some(to), Some(text)) = (mail["to"].as_str(), mail["text"].as_str()) {
                    taken.put(to, text);
                }
            }
        });
        mailbox
    }

    /// Removes and returns the newest mail to an address. Waits if there is none yet.
    pub async fn take(&self, to: &str) -> Result<String, Failure> {
        let arrives = async {
            loop {
                let news = self.news.notified();
                if let Some(text) = self.mails.lock().unwrap_or_else(PoisonError::into_inner).remove(to) {
                    return text;
                }
                news.await;
            }
        };
        Ok(tokio::time::timeout(PATIENCE, arrives).await.map_err(|_| format!("no mail to {to}"))?)
    }

    fn put(&self, to: &str, text: &str) {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).insert(to.to_owned(), text.to_owned());
        self.news.notify_waiters();
    }
}

async fn accept(listener: TcpListener, mailbox: Mailbox) {
    while let Ok((stream, _)) = listener.accept().await {
        let mailbox = mailbox.clone();
        // A server can be killed in the middle of a mail.
        tokio::spawn(async move { converse(stream, &mailbox).await });
    }
}

/// The part of RFC 5321 that is needed to receive a mail.
async fn converse(stream: TcpStream, mailbox: &Mailbox) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut to = String::new();
    write.write_all(b"220 bench\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                write.write_all(b"250 ok\r\n").await?;
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    text.push_str(&line);
                    text.push('\n');
                }
                mailbox.put(&to, &text);
                write.write_all(b"250 ok\r\n").await?;
            }
            "QUIT" => return write.write_all(b"221 bye\r\n").await,
            _ => write.write_all(b"250 ok\r\n").await?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mail_that_is_sent_can_be_taken_once() {
        let (mailbox, port) = Mailbox::with_smtp().await.unwrap();
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        let said = "EHLO here\r\nMAIL FROM:<a@bench.example>\r\nrcpt to:<mike@bench.example>\r\nDATA\r\n\
                    Subject: x\r\n\r\ncode: 1\r\n.\r\nQUIT\r\n";
        stream.write_all(said.as_bytes()).await.unwrap();
        assert_eq!(mailbox.take("mike@bench.example").await.unwrap(), "Subject: x\n\ncode: 1\n");
        assert!(mailbox.mails.lock().unwrap().is_empty());
    }
}
