//! A function's start: the connections that it opens before the first event, and how long it may wait for them.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use readmit::domain::{CompanyId, EmployeeId};
use readmit::keyring::{KeyNeeds, RootSecret, TokenKind};
use readmit::{Clock, Environment, Random, Services};
use readmit_local::functions;
use readmit_tests::{Proxy, World};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The keys of a function that verifies tokens and makes cursors.
const KEYS: KeyNeeds = KeyNeeds { secrets: &[RootSecret::Cursors], verifies: &[TokenKind::Access] };

/// The requests of each connection.
type Heard = Arc<Mutex<Vec<Vec<String>>>>;

/// A store that answers every request with an empty object and records it.
async fn listening_store() -> (String, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (url, heard) = (format!("http://{}", listener.local_addr().unwrap()), Heard::default());
    let all = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            all.lock().unwrap().push(Vec::new());
            let number = all.lock().unwrap().len() - 1;
            tokio::spawn(answer_all(stream, Arc::clone(&all), number));
        }
    });
    (url, heard)
}

async fn answer_all(mut stream: TcpStream, heard: Heard, number: usize) {
    let mut buffer = vec![0; 65_536];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        let text = String::from_utf8_lossy(&buffer[..read]).to_lowercase();
        // A later part of a request is not a request of its own.
        if !text.starts_with("get /") && !text.starts_with("post /") {
            continue;
        }
        heard.lock().unwrap()[number].push(text);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
    }
}

fn services(world: &World, store: &str, secrets: &str, keys: KeyNeeds) -> Services {
    let told = world.stack.environment().variables();
    let environment: Environment = told.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let environment = environment.with("AWS_ENDPOINT_URL_DYNAMODB", store);
    let environment = environment.with("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets);
    let process = functions::process("AKID", &environment, &Clock::system(), &Random::system()).unwrap();
    Services::new(process, keys).unwrap()
}

#[tokio::test]
async fn a_start_opens_connections_by_unsigned_requests_and_later_requests_use_them() {
    let world = World::start().await;
    let (store, heard) = listening_store().await;
    let services = services(&world, &store, world.stack.secrets_and_mail(), KEYS);
    services.warm_up(2).await;
    {
        let heard = heard.lock().unwrap();
        assert_eq!(heard.len(), 2, "{heard:?}");
        // One connection reads the public keys first.
        let (keys, questions): (Vec<_>, Vec<_>) = heard.iter().partition(|asked| asked[0].contains("readmit-keys"));
        assert_eq!((keys.len(), questions.len()), (1, 1), "{heard:?}");
        for asked in questions {
            assert!(matches!(asked.as_slice(), [one] if one.starts_with("get / ")), "{asked:?}");
            assert!(!asked[0].contains("authorization") && !asked[0].contains("akid"), "{asked:?}");
        }
    }
    let nobody: (CompanyId, EmployeeId) =
        ("cmp_00000000000000000000000000".parse().unwrap(), "emp_00000000000000000000000000".parse().unwrap());
    let both = tokio::join!(services.store.employee(nobody.0, nobody.1), services.store.employee(nobody.0, nobody.1));
    assert!(both.0.unwrap().is_none() && both.1.unwrap().is_none());
    let heard = heard.lock().unwrap();
    assert_eq!(heard.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2], "no connection but those of the start");
}

#[tokio::test]
async fn a_start_waits_a_second_at_most_for_who_says_nothing() {
    let world = World::start().await;
    // The kernel accepts connections, and nobody reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let secrets = Proxy::start().await;
    secrets.leads_to(world.stack.secrets_and_mail());
    let store = format!("http://{}", silent.local_addr().unwrap());
    let services = services(&world, &store, secrets.url(), KeyNeeds { verifies: &[], ..KEYS });
    let started = Instant::now();
    services.warm_up(2).await;
    let took = started.elapsed();
    assert!((Duration::from_millis(900)..Duration::from_secs(15)).contains(&took), "{took:?}");
    // The keys did not wait for the store: they are loaded and are not requested again.
    assert_eq!(secrets.recorded().len(), 1);
    assert!(services.keyring().await.is_ok());
    assert_eq!(secrets.recorded().len(), 1);
}
