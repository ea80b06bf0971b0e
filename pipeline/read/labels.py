"""The words of rows that are no payments: totals, counts, means, balances."""

import re

# The name before "Total", or what comes before "count", may end at any of its letters: longer cells
# are not looked at.
LONGEST_LABEL = 200
# Whole cells that announce a sum. No word may be empty, or a row of hyphens parts in too many ways
# to be tried. "TOTAL GAS & POWER" and "Total Fitness" are suppliers.
_SUM_WORDS = (
    r"grand|sub|overall|report|page|sheet|final|month(?:ly)?|year(?:ly)?|quarter(?:ly)?|net|gross|"
    r"running|column|file|invoices?|spend|payments?|cumulative|combined|control|amount|value|paid|"
    r"expenditure|records?|rows|lines|transactions|cost|suppliers?|all|and|to|date|over|excl?\.?|"
    r"inc\.?|vat|\(?gbp\)?|sum|ytd|period|q[1-4]|jan\w*|feb\w*|mar(?:ch)?|apr\w*|may|june?|july?|aug\w*|"
    r"sep\w*|oct\w*|nov\w*|dec\w*|\(?(?:£[\d,./]*k?|[\d,./]+k?|k)\)?"
)
TOTAL_LABEL = re.compile(
    rf"[*= -]*(?:(?:{_SUM_WORDS})[\s-]+)*(?:(?:grand|sub)-?)?(?:totals?|sum|count|cyfanswm)"
    rf"(?:[\s-]+(?:{_SUM_WORDS})|\s+\(\d+ \w+\)|\s*/\s*totals?)*(?:\s+(?:for|of|in)\b(?s:.*))?"
    r"[\s:=.*-]*"
    r"|(?:overall )?result"
    r"|(?:total\s+)?(?:number|no\.?|count)\s+of\s+(?:payments|transactions|invoices|records|rows|lines"
    r"|items|entries|suppliers)\b.*"
    r"|(?:balance\s+)?(?:brought|carried)\s+(?:forward|down)|[bc]/f(?:wd)?",
    re.IGNORECASE,
)
# What Excel's Subtotal prints below a group: "Acme Ltd Total".
CLOSES_GROUP = re.compile(r"(.+?)[\s-]+(?:sub-?)?total:?", re.IGNORECASE)
COUNT_LABEL = re.compile(r"(?:.*\b)?(?:count|number|no\.?\s+of)\b.*", re.IGNORECASE)
# What spreadsheets offer beside the sum.
STATISTIC_LABEL = re.compile(
    r"(?:average|mean|median|mode|highest|lowest|largest|smallest|max(?:imum)?|min(?:imum)?)"
    r"(?:\s+(?:payment|amount|value|spend|transaction|invoice)s?){0,2}:?",
    re.IGNORECASE,
)
BALANCE_LABEL = re.compile(r"(?:(?:opening|closing|outstanding|final) )?balance:?", re.IGNORECASE)
# Of a page, its cells put together: pdfs print it as wide as a row.
PAGE_NUMBER = re.compile(r"page:? *\d+(?: *(?:of|/) *\d+)?", re.IGNORECASE)
NAMES_TOTAL = re.compile(r"\b(?:sub-?)?totals?\b", re.IGNORECASE)
MAY_BE_LABEL = (
    r"(?i)total|cyfanswm|\bresult\b|\bsum\b|\bcount\b|\bnumber\b|\bno\.? of\b|\bforward\b"
    r"|\bcarried\b|^page\b|\b[bc]/f|\bbalance\b|^(?:average|mean|median|mode|highest|lowest|largest|smallest|max|min)"
)
# A part of whatever that expression finds: most names are let go by these alone.
LABEL_HINTS = [
    "total", "cyfanswm", "result", "sum", "count", "number", "no of", "no. of", "forward",
    "carried", "b/f", "c/f", "balance", "average", "mean", "median", "mode", "highest", "lowest",
    "largest", "smallest", "max", "min", "page",
]  # fmt: skip
