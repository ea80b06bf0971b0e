"""The rules that tell the kind of owner, on classes and categories as registers print them."""

import duckdb
import pytest

from pipeline.settings import PROJECT_ROOT

RULES = PROJECT_ROOT / "dbt_like_sql/seeds/owner_kinds.csv"


@pytest.mark.parametrize(
    ("supplier_class", "category", "expected"),
    [
        ("company", "Private Limited Company", "private company"),
        ("company", "Public Limited Company", "public limited company"),
        ("company", "Limited Liability Partnership", "limited liability partnership"),
        ("company", "Community Interest Company", "community interest company"),
        (
            "company",
            "PRI/LTD BY GUAR/NSC (Private, limited by guarantee, no share capital)",
            "company limited by guarantee",
        ),
        ("mutual", "Registered Society", "co-operative or mutual"),
        ("company", "Industrial and Provident Society", "co-operative or mutual"),
        ("charity", "Private Limited Company", "charity"),
        ("public_body", "central", "public body"),
        ("company", "Overseas Entity", "other company"),
        # Samples of the register leave the category out.
        ("company", "", "company of unknown kind"),
        ("person", "", "individual"),
        ("redacted", "", "withheld"),
        ("unknown", "", None),
    ],
)
def test_class_and_category_tell_the_kind_of_owner(supplier_class, category, expected):
    row = duckdb.execute(
        "select arg_min(owner_kind, rule_order) from read_csv($rules) where regexp_matches("
        "case looks_in when 'category' then $category else $class end, pattern, 'i')",
        {"rules": str(RULES), "category": category, "class": supplier_class},
    ).fetchone()
    assert row[0] == expected
