"""Only a source's own hosts, and only addresses that the whole internet reaches."""

import socket

import pytest

from pipeline.collect.hosts import (
    PrivateAddressError,
    check_host,
    checked_socket,
    is_allowed_host,
    is_public_address,
)


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("151.101.1.6", True),
        ("2a04:4e42::6", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse, not to bind
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
    ],
)
def test_public_addresses(address, is_public):
    assert is_public_address(address) == is_public


def test_with_and_without_www_is_the_same_site_and_nothing_else_is():
    allowed = ["www.Ashford.example"]
    assert is_allowed_host("ashford.example", allowed)
    assert is_allowed_host("www.ashford.example", allowed)
    assert not is_allowed_host("files.ashford.example", allowed)
    assert not is_allowed_host("ashford.example.evil.example", allowed)
    assert not is_allowed_host("", allowed)


def test_a_connection_that_ended_at_an_internal_address_is_closed_before_a_byte_is_sent():
    # A name server may answer with a public address first and another one when we connect.
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        connection = socket.create_connection(("127.0.0.1", port))
        with pytest.raises(PrivateAddressError, match=r"127\.0\.0\.1"):
            checked_socket(connection, "files.example", port, frozenset())
        assert connection.fileno() == -1


def test_the_exception_holds_for_its_port_alone():
    check_host("127.0.0.1", 8000, {"127.0.0.1:8000"})
    with pytest.raises(PrivateAddressError):
        check_host("127.0.0.1", 8001, {"127.0.0.1:8000"})
