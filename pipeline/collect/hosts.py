"""Where a fetch may go: a source's own hosts, and never an address inside somebody's network."""

import ipaddress
import socket
import ssl
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from pipeline.errors import AnchorspendError


class PrivateAddressError(Exception):
    """A host that leads to a private, loopback or otherwise internal address."""


def host_of(url: str) -> str:
    """The host in lower case, "" where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_allowed_host(host: str, allowed: Collection[str]) -> bool:
    """Whether the host is one of the allowed; with and without "www." are the same site."""
    bare = host.removeprefix("www.")
    return any(bare == other.lower().removeprefix("www.") for other in allowed)


def is_public_address(address: str) -> bool:
    """Whether an IP address is one that the whole internet reaches."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_global and not found.is_multicast


class GuardedAdapter(HTTPAdapter):
    """Connects only to public addresses.

    The name is resolved and checked first, and the address at the other end of the socket is
    checked before a byte is sent, so that a name server that answers differently the second time
    gains nothing. `exceptions` are "host:port" of a demo or a test on this machine. Behind a proxy
    it is the proxy that resolves names.
    """

    def __init__(
        self,
        exceptions: Collection[str],
        certificates: Collection[Path] = (),
        **options: Any,  # noqa: ANN401
    ) -> None:
        """Trust `certificates` (PEM files) beside those that are trusted everywhere.

        Raises AnchorspendError where one of them cannot be read.
        """
        self._exceptions = frozenset(exceptions)
        self._certificates = tuple(certificates)
        super().__init__(**options)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        """Set up the pools as requests does, with connections that check where they lead."""
        if self._certificates:
            options["ssl_context"] = _context_with(self._certificates)
        super().init_poolmanager(*arguments, **options)
        exceptions = self._exceptions

        class GuardedHTTPConnection(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                check_host(self.host, self.port, exceptions)
                return checked_socket(super()._new_conn(), self.host, self.port, exceptions)

        class GuardedHTTPSConnection(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                check_host(self.host, self.port, exceptions)
                return checked_socket(super()._new_conn(), self.host, self.port, exceptions)

        class GuardedHTTPPool(HTTPConnectionPool):
            ConnectionCls = GuardedHTTPConnection

        class GuardedHTTPSPool(HTTPSConnectionPool):
            ConnectionCls = GuardedHTTPSConnection

        self.poolmanager.pool_classes_by_scheme = {
            "http": GuardedHTTPPool,
            "https": GuardedHTTPSPool,
        }


def _context_with(certificates: Collection[Path]) -> ssl.SSLContext:
    """A context that verifies; requests adds the usual authorities to it with each connection."""
    context = create_urllib3_context()
    for path in certificates:
        try:
            context.load_verify_locations(path)
        except OSError as error:
            raise AnchorspendError(
                f"The certificate {path} cannot be read ({error}): it must be a PEM file."
            ) from error
    return context


def check_host(host: str, port: int | None, exceptions: Collection[str]) -> None:
    """Raise PrivateAddressError where one of the host's addresses is not public.

    A name that cannot be resolved passes: connecting will say so.
    """
    if f"{host}:{port}" in exceptions:
        return
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return
    for *_, place in found:
        _check_address(host, str(place[0]))


def checked_socket(
    connection: socket.socket, host: str, port: int | None, exceptions: Collection[str]
) -> socket.socket:
    """The connected socket, or PrivateAddressError and the socket closed."""
    if f"{host}:{port}" not in exceptions:
        try:
            _check_address(host, str(connection.getpeername()[0]))
        except (OSError, PrivateAddressError):
            connection.close()
            raise
    return connection


def _check_address(host: str, address: str) -> None:
    if not is_public_address(address):
        raise PrivateAddressError(f"{host} leads to {address}, an address that is not public")
