"""Fetching is polite, stays where it may go, and says how it ended."""

import gzip
import re
import time

import pytest

from pipeline.collect.answers import FetchFailure
from pipeline.collect.archive import Archive
from pipeline.collect.http import Manners, PoliteSession
from pipeline.errors import AnchorspendError
from tests.collect.served import answer, in_turn

HOSTS = ["127.0.0.1"]
CSV = b"Supplier,Amount\nAcme,12.00\n"
CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"


def fetch(web, site, archive: Archive, path: str = "/may.csv", hosts=HOSTS, **stamps):
    with archive.part_file() as part:
        got = web.fetch_file(site.root + path, hosts, part, **stamps)
        return got, part.head(1 << 20)


def failure(web, site, archive, path: str = "/may.csv", hosts=HOSTS) -> FetchFailure:
    with pytest.raises(FetchFailure) as caught:
        fetch(web, site, archive, path, hosts)
    return caught.value


def test_a_file_comes_with_its_bytes_and_stamps(web, site, archive):
    site.answers["/may.csv"] = answer(CSV, headers={"ETag": '"1"'})
    got, body = fetch(web, site, archive)
    assert (got.status, got.headers["etag"], body) == (200, '"1"', CSV)


def test_we_say_who_we_are_and_never_pose_as_a_browser(web, site, archive):
    site.answers["/may.csv"] = answer(CSV)
    fetch(web, site, archive)
    agent = site.requests["/may.csv"][0]["user-agent"]
    assert re.fullmatch(r"anchorspend/\d[\w.]* \(\+mail@example\.org\)", agent)


def test_a_contact_that_would_break_the_header_is_refused():
    with pytest.raises(AnchorspendError, match="ANCHORSPEND_CONTACT"):
        PoliteSession("me\r\nX-Evil: 1")


def test_stamps_are_sent_and_304_keeps_what_we_hold(web, site, archive):
    site.answers["/may.csv"] = answer(status=304)
    got, body = fetch(web, site, archive, etag='"1"', last_modified="Tue, 01 Apr 2025 10:00:00 GMT")
    asked = site.requests["/may.csv"][0]
    assert asked["if-none-match"] == '"1"'
    assert asked["if-modified-since"] == "Tue, 01 Apr 2025 10:00:00 GMT"
    assert got.is_unchanged
    assert body == b""


def test_304_without_stamps_is_an_error_and_no_empty_file(web, site, archive):
    site.answers["/may.csv"] = answer(status=304)
    assert failure(web, site, archive).outcome == "error"


@pytest.mark.parametrize("status", [404, 410])
def test_an_absent_file_is_not_published_and_not_asked_for_again(web, site, archive, status):
    site.answers["/may.csv"] = answer(b"gone", status)
    assert failure(web, site, archive).outcome == "not_published"
    assert site.asked("/may.csv") == 1


def test_403_is_blocked_and_not_asked_for_again(web, site, archive):
    site.answers["/may.csv"] = answer(b"no", 403)
    assert failure(web, site, archive).outcome == "blocked"
    assert site.asked("/may.csv") == 1


def test_a_challenge_page_with_status_200_is_blocked(web, site, archive):
    site.answers["/may.csv"] = answer(CHALLENGE)
    assert failure(web, site, archive).outcome == "blocked"


def test_a_challenge_with_status_503_is_not_asked_for_again(web, site, archive):
    site.answers["/may.csv"] = answer(CHALLENGE, 503, {"cf-mitigated": "challenge"})
    assert failure(web, site, archive).outcome == "blocked"
    assert site.asked("/may.csv") == 1


def test_a_challenge_instead_of_a_landing_page_is_blocked(web, site):
    site.answers["/spending"] = answer(CHALLENGE)
    with pytest.raises(FetchFailure) as caught:
        web.fetch_page(site.root + "/spending", HOSTS)
    assert caught.value.outcome == "blocked"


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><body>Page not found</body></html>",
        b"\xef\xbb\xbf\n<!-- cms -->\n<HTML><body>Sorry</body></HTML>",
    ],
)
def test_a_page_where_a_file_was_expected_is_html_instead(web, site, archive, body):
    site.answers["/may.csv"] = answer(body, headers={"Content-Type": "text/csv"})
    assert failure(web, site, archive).outcome == "html_instead"


def test_a_web_page_that_excel_opens_as_a_workbook_is_a_file(web, site, archive):
    body = b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table></table></html>'
    site.answers["/may.csv"] = answer(body)
    assert fetch(web, site, archive)[1] == body


def test_a_file_that_announces_too_many_bytes_is_not_read(web, site, archive):
    site.answers["/may.csv"] = answer(b"x" * 10, length=200_000)
    assert failure(web, site, archive).outcome == "too_big"


def test_a_file_that_grows_too_big_when_unpacked_is_stopped(web, site, archive):
    bomb = gzip.compress(b"0" * 5_000_000)
    assert len(bomb) < 100_000
    site.answers["/may.csv"] = answer(bomb, headers={"Content-Encoding": "gzip"})
    assert failure(web, site, archive).outcome == "too_big"


def test_an_empty_file_is_an_error(web, site, archive):
    site.answers["/may.csv"] = answer(b"")
    assert failure(web, site, archive).outcome == "error"


def test_a_body_cut_short_is_asked_for_again_and_never_kept_in_part(web, site, archive):
    site.answers["/may.csv"] = in_turn(answer(CSV[:5], length=len(CSV)), answer(CSV))
    assert fetch(web, site, archive)[1] == CSV
    assert site.asked("/may.csv") == 2


def test_a_body_that_stays_cut_short_is_an_error(web, site, archive):
    site.answers["/may.csv"] = answer(CSV[:5], length=len(CSV))
    assert failure(web, site, archive).outcome == "error"
    assert site.asked("/may.csv") == 3


def test_503_is_tried_again(web, site, archive):
    site.answers["/may.csv"] = in_turn(answer(b"busy", 503), answer(CSV))
    assert fetch(web, site, archive)[1] == CSV


def test_429_waits_as_long_as_the_site_asks(web, site, archive):
    site.answers["/may.csv"] = in_turn(answer(b"", 429, {"Retry-After": "1"}), answer(CSV))
    start = time.monotonic()
    assert fetch(web, site, archive)[1] == CSV
    assert time.monotonic() - start >= 0.9


def test_503_for_ever_is_an_error_after_three_tries(web, site, archive):
    site.answers["/may.csv"] = answer(b"busy", 503)
    found = failure(web, site, archive)
    assert (found.outcome, found.status, site.asked("/may.csv")) == ("error", 503, 3)


def test_a_slow_drip_ends_at_the_time_limit(site, archive):
    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    def quiet_drip(handler):
        try:
            drip(handler)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True

    site.answers["/may.csv"] = quiet_drip
    manners = Manners(
        delay_seconds=0, seconds_per_file=0.3, loopback_hosts=site.manners.loopback_hosts
    )
    start = time.monotonic()
    with PoliteSession(None, manners) as web:
        found = failure(web, site, archive)
    assert found.outcome == "error"
    assert "not complete" in found.reason
    assert time.monotonic() - start < 2


def test_a_redirect_within_the_host_is_followed(web, site, archive):
    site.answers["/may.csv"] = answer(status=302, headers={"Location": "/media/may.csv"})
    site.answers["/media/may.csv"] = answer(CSV)
    assert fetch(web, site, archive)[1] == CSV


def test_a_redirect_to_another_host_is_refused_and_not_followed(site, archive):
    target = f"http://localhost:{site.port}/elsewhere.csv"
    site.answers["/may.csv"] = answer(status=302, headers={"Location": target})
    site.answers["/elsewhere.csv"] = answer(CSV)
    both = site.manners.loopback_hosts | {f"localhost:{site.port}"}
    with PoliteSession(None, Manners(delay_seconds=0, loopback_hosts=both)) as web:
        found = failure(web, site, archive)
        assert found.outcome == "refused"
        assert "localhost" in found.reason
        assert site.asked("/elsewhere.csv") == 0
        assert fetch(web, site, archive, hosts=["127.0.0.1", "localhost"])[1] == CSV


def test_a_redirect_away_from_encryption_is_refused(web):
    with pytest.raises(FetchFailure, match="without encryption"):
        web._check_address("http://x.example/a", "https://x.example/a", ["x.example"])


def test_a_redirect_to_an_internal_address_is_refused_even_where_its_host_is_listed(
    web, site, archive
):
    target = "http://169.254.169.254/latest/meta-data"
    site.answers["/may.csv"] = answer(status=302, headers={"Location": target})
    found = failure(web, site, archive, hosts=["127.0.0.1", "169.254.169.254"])
    assert found.outcome == "refused"
    assert "not public" in found.reason


def test_loopback_is_refused_without_the_stated_exception(site, archive):
    site.answers["/may.csv"] = answer(CSV)
    with PoliteSession(None, Manners(delay_seconds=0)) as web:
        found = failure(web, site, archive)
    assert found.outcome == "refused"
    assert site.asked("/may.csv") == site.asked("/robots.txt") == 0


def test_a_name_that_leads_to_loopback_is_refused(web, site, archive):
    with archive.part_file() as part, pytest.raises(FetchFailure) as caught:
        web.fetch_file(f"http://localhost:{site.port}/may.csv", ["localhost"], part)
    assert caught.value.outcome == "refused"


def test_a_redirect_loop_ends(web, site, archive):
    site.answers["/may.csv"] = answer(status=302, headers={"Location": "/may.csv"})
    assert failure(web, site, archive).outcome == "error"
    assert site.asked("/may.csv") == 6


def test_robots_txt_is_obeyed_with_its_wildcards_and_read_once(web, site, archive):
    site.answers["/robots.txt"] = answer(b"User-agent: *\nDisallow: /private/*.csv\n")
    site.answers["/may.csv"] = answer(CSV)
    site.answers["/private/may.csv"] = answer(CSV)
    assert failure(web, site, archive, "/private/may.csv").outcome == "blocked"
    assert site.asked("/private/may.csv") == 0
    fetch(web, site, archive)
    assert site.asked("/robots.txt") == 1


def test_a_site_whose_robots_txt_fails_is_left_alone(web, site, archive):
    site.answers["/robots.txt"] = answer(b"", 500)
    site.answers["/may.csv"] = answer(CSV)
    assert failure(web, site, archive).outcome == "error"
    assert failure(web, site, archive).outcome == "error"
    assert site.asked("/may.csv") == 0
    assert site.asked("/robots.txt") == 3


FORM = (("action", "export"), ("field", "amount"), ("field", "supplier & date"))


def test_a_form_is_posted_with_its_repeated_fields_in_order(web, site, archive):
    site.answers["/export"] = answer(CSV)
    with archive.part_file() as part:
        web.fetch_file(site.root + "/export", HOSTS, part, form=FORM)
        assert part.head(100) == CSV
    assert site.forms["/export"] == [list(FORM)]


def test_a_form_whose_answer_lies_elsewhere_is_not_posted_again(web, site):
    site.answers["/export"] = answer(status=303, headers={"Location": "/answer"})
    site.answers["/answer"] = answer(CSV)
    assert web.fetch_page(site.root + "/export", HOSTS, FORM).content == CSV
    assert (len(site.forms["/export"]), site.forms["/answer"]) == (1, [])


def test_a_form_that_has_moved_is_posted_where_it_is_now(web, site):
    site.answers["/export"] = answer(status=307, headers={"Location": "/new"})
    site.answers["/new"] = answer(CSV)
    web.fetch_page(site.root + "/export", HOSTS, FORM)
    assert site.forms["/new"] == [list(FORM)]


def test_a_form_that_meets_503_is_posted_again(web, site):
    site.answers["/export"] = in_turn(answer(b"busy", 503), answer(CSV))
    assert web.fetch_page(site.root + "/export", HOSTS, FORM).content == CSV
    assert site.forms["/export"] == [list(FORM)] * 2


def test_requests_to_one_host_keep_the_delay(site, archive):
    site.answers["/may.csv"] = answer(CSV)
    manners = Manners(delay_seconds=0.2, loopback_hosts=site.manners.loopback_hosts)
    with PoliteSession(None, manners) as web:
        start = time.monotonic()
        fetch(web, site, archive)
        fetch(web, site, archive)
    # robots.txt and two files: two delays between three requests.
    assert 0.4 <= time.monotonic() - start < 1


def test_an_unreachable_site_is_an_error(web, site, archive):
    with archive.part_file() as part, pytest.raises(FetchFailure) as caught:
        web.fetch_file("http://no-such-host.invalid/may.csv", ["no-such-host.invalid"], part)
    assert caught.value.outcome == "error"
