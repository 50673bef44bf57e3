//! Lies on the wire.

use std::io::Read as _;
use std::time::{Duration, Instant};

use mock_idp::fault::WIRE;
use mock_idp::trace::Endpoint;

use super::stage::Stage;

#[tokio::test]
async fn hanging_up_leaves_the_client_without_an_answer() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let url = format!("{}/jwks", stage.provider.base_url());
    let lie = tenant.arm(vec![WIRE.at(Endpoint::Jwks).hang_up().first()]).unwrap();

    assert!(stage.http.get(&url).send().await.is_err());
    assert_eq!(stage.get(&url).await.status, 200);

    let trace = tenant.trace().snapshot();
    assert!(trace[0].response.is_none() && trace[1].response.is_some());
    assert_eq!((lie.report()[0].fired, lie.report()[0].changed), (1, 1));
}

#[tokio::test]
async fn a_truncated_body_is_announced_whole_and_breaks_off() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let url = format!("{}/jwks", stage.provider.base_url());
    let _lie = tenant.arm(vec![WIRE.at(Endpoint::Jwks).truncate(10)]).unwrap();

    let mut response = stage.http.get(&url).send().await.unwrap();

    assert!(response.content_length().unwrap() > 100);
    assert_eq!(response.chunk().await.unwrap().unwrap(), "{\"keys\":[{");
    assert!(response.chunk().await.is_err());
    assert_eq!(tenant.trace().snapshot()[0].response.as_ref().unwrap().body, "{\"keys\":[{");
}

#[tokio::test]
async fn a_compressed_body_is_the_same_once_unpacked_and_says_that_it_is_compressed() {
    let stage = Stage::new().await;
    let url = format!("{}/jwks", stage.provider.base_url());
    let honest = stage.http.get(&url).send().await.unwrap().bytes().await.unwrap();
    let lie = stage.tenant().arm(vec![WIRE.at(Endpoint::Jwks).gzip()]).unwrap();

    let got = stage.http.get(&url).send().await.unwrap();

    assert_eq!(got.headers()["content-encoding"], "gzip");
    let (length, packed) = (got.content_length().unwrap(), got.bytes().await.unwrap());
    assert_eq!(length, packed.len() as u64);
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, honest);
    assert_eq!((lie.report()[0].fired, lie.report()[0].changed), (1, 1));
}

#[tokio::test]
async fn a_bomb_is_a_thousandth_of_what_it_unpacks_to() {
    let stage = Stage::new().await;
    let url = format!("{}/jwks", stage.provider.base_url());
    let jwks = WIRE.at(Endpoint::Jwks);
    let _lie = stage.tenant().arm(vec![jwks.body(" ".repeat(10 << 20)), jwks.gzip()]).unwrap();

    let packed = stage.http.get(&url).send().await.unwrap().bytes().await.unwrap();

    assert!(packed.len() < 11_000, "{}", packed.len());
}

#[tokio::test]
async fn what_comes_before_a_body_is_announced_with_it() {
    let stage = Stage::new().await;
    let url = format!("{}/healthz", stage.provider.base_url());
    let _lie = stage.tenant().arm(vec![WIRE.at(Endpoint::Health).prepend("\u{feff}")]).unwrap();

    let got = stage.http.get(&url).send().await.unwrap().bytes().await.unwrap();

    assert_eq!(got, "\u{feff}ok\n");
}

#[tokio::test]
async fn a_slow_body_arrives_whole_and_late() {
    let stage = Stage::new().await;
    let url = format!("{}/healthz", stage.provider.base_url());
    let _lie = stage
        .tenant()
        .arm(vec![WIRE.at(Endpoint::Health).body("0123456789"), WIRE.at(Endpoint::Health).drip(50)])
        .unwrap();
    let start = Instant::now();

    let got = stage.get(&url).await;

    assert_eq!(got.body, "0123456789");
    assert!(start.elapsed() >= Duration::from_millis(90), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_delay_is_waited_for_and_the_exchange_is_written_down_before_it() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let url = format!("{}/healthz", stage.provider.base_url());
    let _lie = tenant.arm(vec![WIRE.at(Endpoint::Health).delay(60_000)]).unwrap();

    let waited = stage.http.get(&url).timeout(Duration::from_millis(300)).send().await;

    assert!(waited.unwrap_err().is_timeout());
    assert_eq!(tenant.trace().count(Endpoint::Health), 1);
}

#[tokio::test]
async fn status_body_type_and_redirect_are_as_told() {
    let stage = Stage::new().await;
    let tenant = stage.tenant();
    let url = format!("{}/jwks", stage.provider.base_url());
    let jwks = WIRE.at(Endpoint::Jwks);

    let lie = tenant.arm(vec![jwks.status(503)]).unwrap();
    assert_eq!(stage.get(&url).await.status, 503);
    drop(lie);
    let lie = tenant.arm(vec![jwks.body("nonsense"), jwks.content_type("text/html")]).unwrap();
    let got = stage.get(&url).await;
    assert_eq!((got.header("content-type"), got.body.as_str()), ("text/html", "nonsense"));
    drop(lie);
    let lie = tenant.arm(vec![jwks.header("cache-control", "no-store"), jwks.header("x-a", "b")]).unwrap();
    let got = stage.get(&url).await;
    assert_eq!((got.header("cache-control"), got.header("x-a")), ("no-store", "b"));
    drop(lie);
    let _lie = tenant.arm(vec![jwks.redirect("http://localhost:1/")]).unwrap();
    assert_eq!(stage.get(&url).await.header("location"), "http://localhost:1/");
}

#[tokio::test]
async fn dropping_the_provider_closes_its_port_and_its_connections() {
    let stage = Stage::new().await;
    let url = format!("{}/healthz", stage.provider.base_url());
    let _lie = stage.tenant().arm(vec![WIRE.at(Endpoint::Health).delay(60_000)]).unwrap();
    let http = stage.http.clone();
    let waiting = tokio::spawn({
        let url = url.clone();
        async move { http.get(&url).send().await.is_err() }
    });
    while stage.tenant().trace().snapshot().is_empty() {
        tokio::task::yield_now().await;
    }

    drop(stage.provider);

    let broken = tokio::time::timeout(Duration::from_secs(5), waiting).await;
    assert!(broken.unwrap().unwrap());
    assert!(super::stage::client().get(&url).send().await.is_err());
}
