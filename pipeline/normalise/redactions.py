"""Says which supplier names are withheld rather than names."""

import polars as pl

# Seen: "REDACTED UNDER DP ACT", "REDACTED PERSONAL DATA", "Redacted Commercial Data", "[Redacted]",
# "THIRD PARTY SUPPLIER" (Lancashire police), "Name withheld", "Private Individual", "****0969".
_WITHHELD = (
    r"(?i)(?:\b|_)redact(?:ed|ion|ions)?(?:\b|_)"
    r"|\breda?c?t+ed\b"
    r"|\bpersonal\s+(?:data|information|details)\b"
    r"|^third\s+party\b"
    r"|\b(?:name|data|details|information|supplier)\s+(?:is\s+)?(?:withh?eld|removed|suppressed)\b"
    r"|^(?:withh?eld|confidential|commercially? (?:sensitive|confidential|in confidence)|suppressed"
    r"|sensitive(?: data| information| supplier)?|anonymi[sz]ed|exempt|not disclosed"
    r"|(?:private |named )?individuals?|private person|data protect(?:ion|ed)(?: act.*)?|gdpr"
    r"|foster(?:ing)? (?:carer|parent|payment)s?|individual\s*/.*|x{3,}|\*{3,})$"
    r"|^\*{3,}\d*$"
    r"|\bexempt(?:ion)? (?:under )?(?:s(?:ection)?\.? ?\d+|foi)\b"
)
# "REDACTIVE EVENTS LTD" never matches; these would: firms whose trade is data protection or hire.
_COMPANY_ENDING = r"(?i)\b(?:ltd|limited|plc|llp|cic|inc)\b\.?$"


def is_withheld(name: pl.Expr) -> pl.Expr:
    """Whether a supplier's name is withheld; false for blank names."""
    says_so = name.str.contains(_WITHHELD)
    beyond_doubt = name.str.contains(r"(?i)(?:\b|_)redact(?:ed|ion|ions)?(?:\b|_)|^third\s+party\b")
    return (says_so & (beyond_doubt | ~name.str.contains(_COMPANY_ENDING))).fill_null(value=False)
