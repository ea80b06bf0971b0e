"""How the bytes of one publication are had: asked for, posted for, or put together from pages."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from io import StringIO
from urllib.parse import urlencode

from pipeline.collect.answers import Answer, FetchFailure, Page, Sink, check_body
from pipeline.collect.attempts import Publication
from pipeline.collect.content import HEAD_BYTES, is_page
from pipeline.collect.discovery import source_hosts
from pipeline.collect.discovery.found import FetchPage
from pipeline.collect.discovery.listings import entries, fetched_json, mapping, words
from pipeline.collect.discovery.reports import export_request
from pipeline.collect.discovery.tables import layer_fields
from pipeline.collect.http import PoliteSession
from pipeline.registry.models import Publisher
from pipeline.registry.rules import Arcgis, ReportExport, Socrata

_MOST_PAGES = 2_000
_OK = 200


def fetch_publication(
    publisher: Publisher,
    publication: Publication,
    session: PoliteSession,
    sink: Sink,
    etag: str | None = None,
    last_modified: str | None = None,
) -> Answer:
    """Write a publication's bytes to the sink, unless it is as it was when it had these stamps.

    Raises FetchFailure; what the sink holds then is of no use.
    """
    hosts = source_hosts(publisher)

    def fetch(url: str) -> Page:
        return session.fetch_page(url, hosts)

    match publisher.discovery:
        case ReportExport() as rule:
            address, form = export_request(rule, publication, fetch)
            return session.fetch_file(address, hosts, sink, form=form)
        case Socrata() as rule:
            most = session.manners.max_bytes
            return fetch_table(fetch, publication.url, rule.rows_per_request, sink, most)
        case Arcgis() as rule if publication.url in {layer.address for layer in rule.layers}:
            return fetch_layer(fetch, publication.url, sink, session.manners.max_bytes)
    if publication.form is not None:
        posted = (*publication.visit_form, *publication.form)
        return session.fetch_file(publication.url, hosts, sink, form=posted)
    return session.fetch_file(publication.url, hosts, sink, etag, last_modified)


def fetch_table(fetch: FetchPage, url: str, rows: int, sink: Sink, max_bytes: int) -> Answer:
    """A CSV that comes in pages of so many rows ($limit, $offset), the header once.

    Raises FetchFailure: "not_published" where there is no row, "error" where the header changes
    from one page to the next.
    """
    header = b""
    size = 0
    for number in range(_MOST_PAGES):
        page = fetch(f"{url}&{urlencode({'$limit': rows, '$offset': number * rows})}")
        if is_page(page.content[:HEAD_BYTES]):
            raise FetchFailure("html_instead", "a web page came instead of rows", _OK)
        first, _, body = page.content.partition(b"\n")
        if number == 0:
            header = first
            sink.write(first + b"\n")
        elif first != header:
            raise FetchFailure("error", f"page {number + 1} has other columns than the first")
        if body:
            sink.write(body if body.endswith(b"\n") else body + b"\n")
        size += len(page.content)
        _check_size(size, max_bytes)
        count = _records(body)
        if count == 0 and number == 0:
            raise FetchFailure("not_published", "the table holds no row of this month", _OK)
        if count < rows:
            return _whole(sink)
    raise FetchFailure("too_big", f"more than {_MOST_PAGES} pages", _OK)


def fetch_layer(fetch: FetchPage, layer: str, sink: Sink, max_bytes: int) -> Answer:
    """All rows of an ArcGIS layer as CSV under the headings (aliases) of its fields.

    A service gives no more than its maxRecordCount at once, often 2,000. Moments come as
    milliseconds and are written in UTC, without a time where it is midnight.
    Raises FetchFailure.
    """
    id_field, fields, most = layer_fields(fetch, layer)
    headings = [heading for heading, _ in fields.values()]
    size = _write_row(sink, headings if len(set(headings)) == len(headings) else fields)
    offset = 0
    for _ in range(_MOST_PAGES):
        query = {
            "where": "1=1",
            "outFields": "*",
            "returnGeometry": "false",
            "orderByFields": id_field,
            "resultOffset": offset,
            "resultRecordCount": most,
            "f": "json",
        }
        url = f"{layer.rstrip('/')}/query?{urlencode(query)}"
        answer = mapping(fetched_json(fetch, url))
        if "features" not in answer:
            said = words(mapping(answer.get("error")).get("message")) or "no features"
            raise FetchFailure("error", f"the layer does not answer with rows ({said})", _OK)
        count = 0
        for feature in entries(answer["features"]):
            row = mapping(feature.get("attributes"))
            size += _write_row(
                sink, [_shown(row.get(name), kind) for name, (_, kind) in fields.items()]
            )
            count += 1
        _check_size(size, max_bytes)
        offset += count
        if count == 0 or (count < most and answer.get("exceededTransferLimit") is not True):
            break
    else:
        raise FetchFailure("too_big", f"more than {_MOST_PAGES} pages", _OK)
    if offset == 0:
        raise FetchFailure("not_published", "the layer holds no row", _OK)
    return _whole(sink)


def _whole(sink: Sink) -> Answer:
    answer = Answer(_OK, {"content-type": "text/csv"})
    check_body(answer, sink)
    return answer


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise FetchFailure("too_big", f"more than {max_bytes} bytes", _OK)


def _records(body: bytes) -> int:
    """How many rows there are; a line break within quotes ends none."""
    text = StringIO(body.decode("utf-8", "replace"), newline="")
    try:
        return sum(1 for row in csv.reader(text) if row)
    except csv.Error as error:
        raise FetchFailure("error", f"the rows are no CSV ({error})", _OK) from error


def _write_row(sink: Sink, cells: Iterable[object]) -> int:
    line = StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    content = line.getvalue().encode()
    sink.write(content)
    return len(content)


def _shown(value: object, kind: str) -> object:
    """A value as a person would write it in a CSV."""
    if kind != "esriFieldTypeDate" or not isinstance(value, int):
        return value
    try:
        moment = datetime.fromtimestamp(value / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return value
    is_midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return f"{moment:%Y-%m-%d}" if is_midnight else f"{moment:%Y-%m-%d %H:%M:%S}"
