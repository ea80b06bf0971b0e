"""Kind of a publication: spend, purchase card, or another register that is no spend at all."""

import re

from pipeline.collect.attempts import Kind
from pipeline.collect.labels import clean_label, folders_and_name

_CARD = re.compile(
    r"(?:purchas\w*|procurement|corporate|credit|debit|payment|charge|government|business|visa|"
    r"barclay)[\s_-]*cards?\b|\bp[\s_-]?cards?\b|\bgpc\b|\bcards?[\s_-]*(?:payment|transaction|"
    r"spend|expenditure|purchase|data|statement)"
)
# A file of all payments may say that the cards are in it, or that they are not.
_CARD_AS_PART = re.compile(
    r"(?:incl\w*|excl\w*|with|without|and|plus|&|not)[\s_-]+(?:[a-z]+[\s_-]+){0,2}?"
    r"(?:purchas\w*|procurement|corporate|credit|payment|government|p)[\s_-]*cards?\b"
)
_SPEND = re.compile(
    r"(?:spend\w*|expenditure|payments?|invoices?|transactions?)[\s_-]*(?:data[\s_-]*)?"
    r"(?:over|above|exceeding|greater|more|in[\s_-]excess|to[\s_-]suppliers|of|£)|"
    r"supplier[\s_-]*(?:payments?|spend)|spend\w*[\s_-]*data"
)
# Says nothing of contracts: "Contracts over £25,000" are a register.
_THRESHOLD = re.compile(r"(?:over|exceeding|above)[\s_-]*£?[\s_-]*(?:250|500|25)")
# Publication duties beside spending (Local Government Transparency Code 2015) and the papers
# that explain them: files of their own, found under the same landing pages.
_OTHER = re.compile(
    r"contracts?[\s_-]*(?:register|list|database|award|over|finder)|register[\s_-]of[\s_-]contracts|"
    r"(?:payment|invoice)s?[\s_-]*(?:performance|practice|statistics|times?\b|policy)|"
    r"prompt[\s_-]*pay|late[\s_-]*payment|paid[\s_-]within|\b30[\s_-]days\b|"
    r"senior[\s_-]*(?:salar|staff|officer|pay)|salar(?:y|ies)|pay[\s_-]*(?:multiple|policy|gap)|"
    r"organisation\w*[\s_-]*(?:chart|structure)|trade[\s_-]*union|facility[\s_-]*time|"
    r"parking[\s_-]*(?:account|income|revenue|space)|land[\s_-]*(?:and|&)[\s_-]*|asset[\s_-]*register|"
    r"asset[\s_-]*list|social[\s_-]*housing[\s_-]*asset|members?[\s_-]*allowance|"
    r"councillors?[\s_-]*allowance|gifts?[\s_-]*(?:and|&)[\s_-]*hospitality|\btenders?\b|"
    r"statement[\s_-]*of[\s_-]*accounts|\bbudget[\s_-]*(?:book|report)|fraud|constitution|"
    r"guidance|explanatory|privacy|data[\s_-]*dictionary|\bnotes?[\s_-]*(?:on|for|to)\b|"
    r"business[\s_-]*rates|grants?[\s_-]*(?:register|to[\s_-]*voluntary)|waste[\s_-]*contract"
)


def kind_of(label: str, url: str, heading: str | None = None) -> Kind:
    """The kind by label, then file name, then the heading above; "spend" where nothing speaks.

    A heading speaks only where it names one kind: many stand above spend and cards together.
    """
    folders, name = folders_and_name(url)
    own = [clean_label(text).lower() for text in (label, name)]
    if any(_OTHER.search(text) and not _SPEND.search(text) for text in own):
        return "other"
    if any(_is_card(text) for text in own):
        return "purchase_card"
    if any(_SPEND.search(text) or _THRESHOLD.search(text) for text in own):
        return "spend"
    for text in (clean_label(heading or "").lower(), *(folder.lower() for folder in folders[::-1])):
        if _is_card(text):
            return "purchase_card"
        if _OTHER.search(text) and not _SPEND.search(text) and text == (heading or "").lower():
            return "other"
    return "spend"


def _is_card(text: str) -> bool:
    return bool(_CARD.search(text)) and not _CARD_AS_PART.search(text)


def names_spend(text: str) -> bool:
    """Whether a text speaks of payments in general."""
    return bool(_SPEND.search(clean_label(text).lower()))
