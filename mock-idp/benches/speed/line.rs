//! A connection that stays open, with as little of a client as possible.

use std::io;

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer: its head as it came, and its body.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Line {
    pub(crate) async fn to(base_url: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(base_url.trim_start_matches("http://")).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Answer> {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &str) -> anyhow::Result<Answer> {
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await
    }

    async fn ask(&mut self, request: &str) -> anyhow::Result<Answer> {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the connection ended");
            let text = std::str::from_utf8(&self.buffer)?;
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.context("no content-length")?.parse()?;
            if body.len() >= length {
                return Ok(Answer { head: head.to_owned(), body: body.to_owned() });
            }
        }
    }
}
