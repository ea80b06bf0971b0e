"""Says which supplier names are withheld rather than names."""

import polars as pl

# Seen: "REDACTED UNDER DP ACT", "REDACTED PERSONAL DATA", "Redacted Commercial Data", "[Redacted]",
# "THIRD PARTY SUPPLIER" (Lancashire police), "Name withheld", "Private Individual", "****0969".
_WITHHELD = (
    r"(?i)(?:\b|_)redact(?:ed|ion|ions)?(?:\b|_)"
    r"|\breda?c?t+ed\b"
    r"|\bpersonal\s+(?:data|information|details)\b"
    r"|^third\s+party\b"
    r"|\b(?:names?|data|details|information|supplier|identity)\s+(?:is\s+)?(?:withh?eld|removed"
    r"|suppressed)\b"
    r"|^\W?(?:withh?eld|suppressed)(?: (?:under|for|due|by|as per|in line)\b.*|\W)?$"
    r"|^(?:confidential|sensitive)(?: (?:data|information|supplier|payee|name|payments?))?$"
    r"|^commercial(?:ly)? (?:sensitiv\w+|confidential\w*|in confidence)(?: (?:data|information))?$"
    r"|^payments? to (?:an |private )?individuals?$|^private\W+individuals?$|^individual'?s'? name$"
    r"|^not (?:for publication|published|disclosed|for disclosure)$|^(?:gdpr )?restricted$"
    r"|^(?:anonymi[sz]ed|exempt|(?:private |named )?individuals?|private person"
    r"|data protect(?:ion|ed)(?: act.*)?|gdpr"
    r"|foster(?:ing)? (?:carer|parent|payment)s?|individual\s*/.*|x{3,}|\*{3,})$"
    r"|^\*{3,}\d*$"
    r"|\bexempt(?:ion)? (?:under )?(?:s(?:ection)?\.? ?\d+|foi)\b"
)
# "REDACTIVE EVENTS LTD" never matches; these would: firms whose trade is data protection or hire.
_BEYOND_DOUBT = r"(?i)(?:\b|_)redact(?:ed|ion|ions)?(?:\b|_)|^third\s+party\b"
_COMPANY_ENDING = r"(?i)\b(?:ltd|limited|plc|llp|cic|inc)\b\.?$"


# A part of every wording above: most names are let go by these alone.
REDACTION_HINTS = [
    "red", "person", "third", "withh", "withe", "removed", "suppress", "confiden", "commercial",
    "sensitive", "anonymi", "exempt", "disclos", "not for", "not publ", "restricted",
    "individual", "data", "gdpr", "foster", "xxx", "***",
]  # fmt: skip


def withheld(names: pl.Series) -> pl.Series:
    """Which of the names are withheld; false for blank ones."""
    hint = pl.col(names.name).str.contains_any(REDACTION_HINTS, ascii_case_insensitive=True)
    hinted = names.to_frame().select(hint.fill_null(value=False)).to_series()
    if not hinted.any():
        return hinted
    candidates = names.filter(hinted).unique()
    says_so = candidates.str.contains(_WITHHELD)
    beyond_doubt = candidates.str.contains(_BEYOND_DOUBT)
    found = candidates.filter(says_so & (beyond_doubt | ~candidates.str.contains(_COMPANY_ENDING)))
    return names.is_in(found.implode()).fill_null(value=False)
