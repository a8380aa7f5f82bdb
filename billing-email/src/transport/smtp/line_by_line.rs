use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

const LONGEST_READ_BYTES: usize = 4096;

/// A connection of which no read goes beyond the end of a line.
///
/// lettre keeps what it has read beyond the reply to STARTTLS, and takes it for what the server says afterwards under
/// encryption. Somebody in the middle could say in the open that a letter is taken. So nothing is read too early: what
/// comes behind that reply is read as TLS, which it is or fails to be.
#[derive(Debug)]
pub(super) struct LineByLine(TcpStream);

impl LineByLine {
    pub(super) async fn connect(server: (&str, u16)) -> io::Result<Self> {
        TcpStream::connect(server).await.map(Self)
    }
}

impl AsyncRead for LineByLine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut seen = [0; LONGEST_READ_BYTES];
        let most = buf.remaining().min(LONGEST_READ_BYTES);
        let mut seen = ReadBuf::new(&mut seen[..most]);
        let there = ready!(self.0.poll_peek(cx, &mut seen))?;
        let line = seen.filled().iter().position(|byte| *byte == b'\n').map_or(there, |end| end + 1);
        let mut line = ReadBuf::new(buf.initialize_unfilled_to(line));
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut line))?;
        let read = line.filled().len();
        buf.advance(read);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LineByLine {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for LineByLine {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn a_read_ends_with_the_line() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut lines = LineByLine::connect(("127.0.0.1", port)).await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        let long = "x".repeat(LONGEST_READ_BYTES);
        server.write_all(format!("220 a\r\n250-b\r\n250 c\n\n{long}").as_bytes()).await.unwrap();
        drop(server);
        let mut read = [0; 3 * LONGEST_READ_BYTES];
        for line in ["220 a\r\n", "250-b\r\n", "250 c\n", "\n"] {
            let count = lines.read(&mut read).await.unwrap();
            assert_eq!(&read[..count], line.as_bytes());
        }
        let mut rest = String::new();
        lines.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, long);
    }
}
