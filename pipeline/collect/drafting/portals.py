"""The rule that asks a portal, where a page's address says that it belongs to one."""

import re

_PORTALS = {
    "govuk_content_api": r"https://www\.gov\.uk/government/(?:publications|collections)/[^?#]+",
    "ckan": r"https://(?:www\.)?data\.gov\.uk/dataset/([0-9a-f-]{36})",
    "github_folder": (
        r"https://github\.com/([\w.-]+/[\w.-]+)(?:/tree/([\w.-]+)(?:/([\w. /-]+))?)?/?$"
    ),
    "datapress": r"(https://(?:datamillnorth\.org|data\.london\.gov\.uk))/dataset/([\w-]+)",
    "opendatasoft": r"(https://[^/]+)/explore/(?:dataset|assets)/([\w-]+)",
}


def portal_rule(url: str) -> dict[str, object] | None:
    """The content of the rule for the data set at this address, or None where it is no portal's."""
    for rule, pattern in _PORTALS.items():
        if found := re.match(pattern, url):
            return {"rule": rule, **_fields(rule, found)}
    return None


def _fields(rule: str, found: re.Match[str]) -> dict[str, object]:
    match rule:
        case "govuk_content_api":
            return {"pages": [found[0]]}
        case "ckan":
            # data.gov.uk shows what this portal holds; its own /api only redirects there.
            portal = "https://ckan.publishing.service.gov.uk"
            return {"portal": portal, "packages": [found[1]]}
        case "github_folder":
            branch, folder = found[2] or "master", found[3] or ""
            return {"repository": found[1], "branch": branch, "folder": folder}
        case "datapress":
            return {"portal": found[1], "dataset_matches": f"^{re.escape(found[2])}$"}
    return {"portal": found[1], "datasets": [found[2]]}
