//! The layer in an axum router behind a real server.
use std::{convert::Infallible, io, sync::Arc};

use axum::{Extension, Router, body::Body, routing::get};
use billing_tower::Meter;
use futures_util::stream;
use http::header;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::support::{TroubledLedger, World, acme, books, usd};

/// A router whose one route streams six bytes and says so in its head.
fn router(world: &World) -> Router {
    let pieces = || async {
        let pieces = ["one", "two"].map(Ok::<_, Infallible>);
        ([(header::CONTENT_LENGTH, "6")], Body::from_stream(stream::iter(pieces)))
    };
    let metered = |Extension(meter): Extension<Meter>| async move { meter.record(usd("0.25")) };
    Router::new().route("/call", get(pieces).post(metered)).layer(world.layer()).layer(Extension(acme()))
}

/// Serves until told to stop.
async fn serve(router: Router) -> (TcpStream, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = axum::serve(listener, router).with_graceful_shutdown(async {
        stopped.await.ok();
    });
    tokio::spawn(served.into_future());
    (TcpStream::connect(address).await.unwrap(), stop)
}

async fn ask(connection: &mut TcpStream, method: &str) {
    let request = format!("{method} /call HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn the_last_byte_of_an_announced_length_is_sent_after_the_capture() {
    let world = World::on(TroubledLedger::new(books()).with_captures_held_up(), 8).await;
    let (mut connection, stop) = serve(router(&world)).await;
    ask(&mut connection, "GET").await;
    world.ledger.capture_asked.notified().await;
    let mut received = Vec::new();
    while !received.ends_with(b"one") {
        assert!(connection.read_buf(&mut received).await.unwrap() > 0);
        assert!(!received.ends_with(b"two"));
    }
    let more = connection.try_read(&mut [0; 8]).unwrap_err();
    assert_eq!(more.kind(), io::ErrorKind::WouldBlock);

    world.ledger.captures.add_permits(1);
    connection.read_to_end(&mut received).await.unwrap();
    assert!(received.ends_with(b"\r\n\r\nonetwo"));
    assert_eq!(world.charges().await.len(), 1);
    drop(stop);
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test]
async fn an_answer_without_a_body_is_sent_after_the_capture() {
    let world = World::new().await;
    let (mut connection, stop) = serve(router(&world)).await;
    ask(&mut connection, "POST").await;
    let mut received = String::new();
    connection.read_to_string(&mut received).await.unwrap();
    assert!(received.starts_with("HTTP/1.1 200 OK") && received.contains("content-length: 0"), "{received}");
    assert_eq!(world.charges().await[0].amount, usd("0.25"));
    drop(stop);
    assert_eq!(world.settled().await.posted, usd("9.75"));
}

#[tokio::test]
async fn the_layer_and_its_service_are_shared_between_threads() {
    fn assert_shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    let world = World::new().await;
    assert_shared(&world.layer());
    assert_shared(&Arc::new(router(&world)));
}
