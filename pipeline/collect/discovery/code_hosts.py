"""Files in a folder of a public GitHub repository, such as Devon County Council's."""

from collections.abc import Collection
from urllib.parse import quote

from pipeline.collect.answers import FetchFailure
from pipeline.collect.discovery.found import Candidate, Discovery, FetchPage, without_repeats
from pipeline.collect.discovery.listings import entries, fetched_json, text, words
from pipeline.collect.discovery.sorting import sorted_links
from pipeline.registry.rules import GithubFolder

# GitHub's listing of a folder ends here without saying so.
_LONGEST_LISTING = 1_000


def github_folder(
    publisher_id: str, rule: GithubFolder, fetch: FetchPage, hosts: Collection[str]
) -> Discovery:
    """The files of the folder at their raw addresses; raises FetchFailure where there is none."""
    path = quote(rule.folder.strip("/"))
    url = f"{rule.api.rstrip('/')}/repos/{rule.repository}/contents/{path}"
    url = f"{url}?ref={quote(rule.branch, safe='')}"
    listing = fetched_json(fetch, url)
    if not isinstance(listing, list):
        raise FetchFailure("error", f"{url} does not answer with the listing of a folder")
    found = list(entries(listing))
    problems = []
    if len(found) >= _LONGEST_LISTING:
        problems.append(f"{url} lists {_LONGEST_LISTING} files, and leaves out any others")
    candidates = [
        Candidate(
            url=text(one.get("download_url")),
            label=words(one.get("name")),
            found_on=url,
        )
        for one in found
        if one.get("type") == "file"
    ]
    return without_repeats(sorted_links(publisher_id, rule, candidates, hosts), problems)
