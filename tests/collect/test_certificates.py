"""https is always verified; a certificate that a site leaves out can be named for that site."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.collect.answers import FetchFailure
from pipeline.collect.http import Manners, PoliteSession
from pipeline.errors import AnchorspendError
from pipeline.registry.check import check_registry
from pipeline.registry.load import load_registry

CERTIFICATES = Path(__file__).parent / "certificates"
ROOT, MIDDLE = CERTIFICATES / "root.pem", CERTIFICATES / "middle.pem"


@pytest.fixture
def port(monkeypatch):
    """A site that leaves out the intermediate certificate, as Blackburn's did."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/may.csv" else 404)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            pass

    class QuietServer(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    server = QuietServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "leaf.pem", CERTIFICATES / "leaf.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(ROOT))
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(host: str, port: int, **certificates: tuple[Path, ...]) -> bytes:
    named = {name.replace("_", "."): paths for name, paths in certificates.items()}
    named = {name.removeprefix("ip."): paths for name, paths in named.items()}
    manners = Manners(delay_seconds=0, tries=1, loopback_hosts=frozenset({f"{host}:{port}"}))
    with PoliteSession(None, manners, named) as web:
        return web.fetch_page(f"https://{host}:{port}/may.csv", [host]).content


def test_a_chain_with_a_gap_is_refused_and_the_remedy_named(port):
    with pytest.raises(FetchFailure, match="extra_certificates") as caught:
        fetched("127.0.0.1", port)
    assert caught.value.outcome == "error"


def test_the_missing_certificate_closes_the_gap_for_its_host(port):
    assert fetched("127.0.0.1", port, ip_127_0_0_1=(MIDDLE,)) == b"ok"


def test_it_closes_no_gap_for_another_host(port):
    with pytest.raises(FetchFailure, match="cannot be verified"):
        fetched("localhost", port, ip_127_0_0_1=(MIDDLE,))


def test_it_is_for_every_address_of_its_host_and_for_no_longer_name():
    with PoliteSession(None, None, {"a.example": (MIDDLE,)}) as web:
        named = web._session.get_adapter("https://a.example:8443/x")
        assert web._session.get_adapter("https://a.example/x")._certificates == (MIDDLE,)
        assert named._certificates == (MIDDLE,)
        for other in (
            "https://a.example.evil.example/x",
            "https://b.example/",
            "http://a.example/",
        ):
            assert web._session.get_adapter(other)._certificates == ()


def test_an_intermediate_alone_is_no_authority(port, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(FetchFailure, match="cannot be verified"):
        fetched("127.0.0.1", port, ip_127_0_0_1=(MIDDLE,))


def test_a_certificate_that_is_none_is_named(tmp_path):
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nx\n")
    with pytest.raises(AnchorspendError, match=r"broken\.pem"):
        PoliteSession(None, None, {"a.example": (broken,)})


YAML = """name: Ashford
kind: other
discovery: {rule: links_on_page, landing_page: "https://ashford.example/", href_matches: csv}
publishes: files
publishes_evidence: a page
verified: false
extra_certificates: {ashford.example: ashford.pem}
"""


def test_the_registry_gives_the_certificates_of_its_folder_by_host(tmp_path):
    (tmp_path / "publishers").mkdir()
    (tmp_path / "certificates").mkdir()
    (tmp_path / "publishers" / "ashford.yml").write_text(YAML)
    missing = check_registry(tmp_path)
    assert [problem.line for problem in missing] == [7]
    assert "ashford.pem cannot be read" in missing[0].message
    file = tmp_path / "certificates" / "ashford.pem"
    file.write_text("no certificate")
    assert "save it as PEM" in check_registry(tmp_path)[0].message
    file.write_bytes(MIDDLE.read_bytes())
    assert load_registry(tmp_path).certificates["ashford.example"] == (file,)


def test_a_certificate_is_named_and_never_a_path(tmp_path):
    (tmp_path / "publishers").mkdir()
    wrong = YAML.replace("ashford.pem", "../../x.pem")
    (tmp_path / "publishers" / "ashford.yml").write_text(wrong)
    assert "is not the name of a file" in check_registry(tmp_path)[0].message
