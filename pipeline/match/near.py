"""Registered names that differ from a supplier's in one word, or of which it names a branch."""

import functools
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipeline.knowledge import read_knowledge
from pipeline.registers.common_words import LONGEST_NAME
from pipeline.registers.schema import table_path

NEAR_PATH = Path(__file__).with_name("near.yml")
MATCHING_MEMORY = "2GB"
# What must remain of a name beside the word that differs, and be there where the order differs.
SHORTEST_REST = 5
SHORTEST_SHUFFLED = 10
# How much rarer a misspelt or cut word is than the right one: ASHFIELD and EASTFIELD are two words.
MISSPELT_RATIO = 20
# What it costs to leave out or add a small word or the name's own initials.
WORD_MORE_OR_LESS = 0.2
# Branches are taken for bodies with at most so many other names that begin like theirs: Age UK has
# 259 in the sample register, each a charity of its own; Nuffield Health has 3.
LARGEST_FAMILY = 6
LONGEST_BRANCH = 4
# A name that goes on in one registered name only: at least so many words and letters of it.
FEWEST_WORDS_CUT = 3
SHORTEST_CUT = 14
SHORTEST_BEGUN = 15
# The widths at which ledgers cut names (Manchester 35, Devon 32, Lancashire 30, the NHS 40), less a
# blank that was stripped.
CUT_WIDTHS = (29, 30, 31, 32, 34, 35, 39, 40)
NEAR_NAMES = pl.Schema(
    {
        "supplier_id": pl.String,
        "rank": pl.Int8,
        "reading": pl.String,
        "legal_form": pl.String,
        "register": pl.String,
        "number": pl.String,
        "name_kind": pl.String,
        "registered_form": pl.String,
        "cost": pl.Float64,
        "difference": pl.String,
    }
)


@dataclass(frozen=True)
class NearWords:
    """The knowledge of near.yml."""

    small_words: tuple[str, ...]
    short_words: dict[str, str]
    other_body_words: tuple[str, ...]
    other_endings: tuple[str, ...]


@functools.cache
def near_words() -> NearWords:
    """What near.yml knows about words."""
    document = read_knowledge(NEAR_PATH)
    return NearWords(
        tuple(document["small_words"]),
        dict(document["short_words"]),
        tuple(document["other_body_words"]),
        tuple(document["other_endings"]),
    )


def near_names(spellings: pl.DataFrame, registers_dir: Path) -> pl.DataFrame:
    """The register names near to spellings, with what the difference costs (0 none, 1 much).

    The answer has the columns of NEAR_NAMES, one row per supplier and name.
    """
    looked_for = spellings.filter(pl.col("name_words").str.contains(" "))
    if looked_for.is_empty() or not table_path(registers_dir, "organisation_names").is_file():
        return NEAR_NAMES.to_frame()
    with tempfile.TemporaryDirectory(prefix="anchorspend-") as folder, duckdb.connect() as sql:
        asked, found = Path(folder) / "asked.parquet", Path(folder) / "found.parquet"
        looked_for.write_parquet(asked)
        sql.execute(f"set memory_limit = '{MATCHING_MEMORY}'")
        sql.execute(f"set temp_directory = '{folder}'")
        _prepare(sql, asked, registers_dir)
        sql.execute(NEIGHBOURS)
        sql.execute(ONE_WORD_APART)
        sql.execute(OTHER_ORDER)
        sql.execute(BRANCHES)
        sql.execute(CUT_SHORT)
        sql.execute(f"copy ({FOUND}) to '{found}' (format parquet)")
        return pl.read_parquet(found).match_to_schema(NEAR_NAMES)


def _prepare(sql: duckdb.DuckDBPyConnection, asked: Path, registers_dir: Path) -> None:
    """Makes the tables that the statements below read, and the words they know, as macros."""
    words = near_words()
    small, bodies, endings = (
        "[" + ", ".join(f"'{word}'" for word in chosen) + "]"
        for chosen in (
            words.small_words,
            words.other_body_words,
            words.other_body_words + words.other_endings,
        )
    )
    spelt_out = "map {" + ", ".join(f"'{k}': '{v}'" for k, v in words.short_words.items()) + "}"
    sql.execute(f"create macro small_words() as {small}")
    sql.execute("create macro is_small(word) as list_contains(small_words(), word)")
    sql.execute(f"create macro is_other_body(word) as list_contains({bodies}, word)")
    sql.execute(f"create macro is_other_ending(word) as list_contains({endings}, word)")
    sql.execute(f"create macro spelt_out(word) as {spelt_out}[word]")
    sql.execute(MACROS)
    for view, table in (
        ("register_names", "organisation_names"),
        ("word_counts", "word_counts"),
        ("crowded_rests", "crowded_rests"),
    ):
        sql.execute(
            f"create view {view} as from read_parquet('{table_path(registers_dir, table)}')"
        )
    sql.execute(
        "create view names as select *, string_split(name_words, ' ') as words"
        " from register_names where name_words is not null"
    )
    sql.execute(
        "create table asked as select row_number() over () as asked_id, * exclude (words),"
        f" string_split(name_words, ' ') as words from read_parquet('{asked}')"
    )


MACROS = """
create macro without(words, i) as list_concat(words[1:i - 1], words[i + 1:]);
create macro each_rest(words) as
    list_transform(range(1, len(words) + 1), lambda i: without(words, i));
create macro sorted_words(words) as array_to_string(list_sort(words), ' ');
create macro one_letter_less(word) as list_prepend(word, list_transform(
    range(1, length(word) + 1), lambda i: left(word, i - 1) || substr(word, i + 1)));
create macro acronym(words) as
    array_to_string([left(word, 1) for word in words if not is_small(word)], '');
-- "PROF" for "PROFESSIONAL", "PAEDS" for "PAEDIATRICS".
create macro is_cut(a, b) as length(b) >= length(a) + 2 and (
    length(a) >= 3 and starts_with(b, a)
    or length(a) >= 5 and ends_with(a, 'S') and starts_with(b, left(a, -1))
);
-- What it costs to take one word for another; null where they are two words.
create macro word_cost(a, b) as case
    when regexp_matches(a, '[0-9]') or regexp_matches(b, '[0-9]') then null
    when least(length(a), length(b)) >= 3 and (a = b || 'S' or b = a || 'S') then 0.3
    when spelt_out(a) = b or spelt_out(b) = a then 0.3
    when is_cut(a, b) then 0.5
    when least(length(a), length(b)) >= 5 and left(a, 1) = left(b, 1)
        and damerau_levenshtein(a, b) = 1 then 0.5
    when least(length(a), length(b)) >= 8 and left(a, 3) = left(b, 3)
        and damerau_levenshtein(a, b) = 2 then 0.8
end;
"""

# The words of the register that a word of an asked name can stand for. Words that begin alike and
# words that share what remains when one letter of each is left out are compared, no others.
NEIGHBOURS = f"""
create table asked_words as
select asked_id, i, words, words[i] as word, without(words, i) as rest
from asked, unnest(range(1, len(words) + 1)) as u(i)
where len(words) <= {LONGEST_NAME} and length(name_key) - length(words[i]) >= {SHORTEST_REST};

create table asked_vocabulary as
select word, coalesce(names_with_word, 0) as names_with_word
from (select distinct word from asked_words) left join word_counts using (word);

create table neighbours as
with alike as (
    select a.word as asked_word, n.word as name_word
    from asked_vocabulary as a join word_counts as n on left(a.word, 3) = left(n.word, 3)
    where length(n.word) >= length(a.word) - 2 and (
        a.names_with_word * {MISSPELT_RATIO} <= n.names_with_word
        or a.word = n.word || 'S' or n.word = a.word || 'S'
    )
    union
    select a.word, n.word
    from (select word, unnest(one_letter_less(word)) as less from asked_vocabulary
        where length(word) >= 5) as a
    join (select word, unnest(one_letter_less(word)) as less from word_counts
        where length(word) >= 5) as n using (less)
    union
    select a.word, n.word
    from asked_vocabulary as a join word_counts as n on n.word = spelt_out(a.word)
    union
    select a.word, n.word
    from asked_vocabulary as a
    join word_counts as n on length(n.word) <= 2 and spelt_out(n.word) = a.word
),
priced as (
    select asked_word, name_word, word_cost(asked_word, name_word) as cost,
        a.names_with_word * {MISSPELT_RATIO} <= n.names_with_word as is_rarer
    from alike
    join asked_vocabulary as a on a.word = asked_word
    join word_counts as n on n.word = name_word
)
select * from priced where cost <= 0.3 or is_rarer and cost is not null;
"""

# Each asked name is written as the names that it may stand for: one word replaced, gained or lost,
# or all words in another order (no cost). They are looked up by their sorted words, in one reading
# of the register; then what remains is compared in its own order.
ONE_WORD_APART = f"""
create table meant as
select asked_id, rest, cost, not is_rarer as must_be_rare, false as is_rest,
    sorted_words(list_append(rest, name_word)) as sorted_words
from asked_words join neighbours on word = asked_word
union all
select asked_id, words, {WORD_MORE_OR_LESS}, false, false, sorted_words(list_append(words, gained))
from asked, unnest(list_append(small_words(), acronym(words))) as u(gained)
where len(words) < {LONGEST_NAME} and length(name_key) >= {SHORTEST_REST} and gained != ''
union all
select asked_id, rest, {WORD_MORE_OR_LESS}, false, true, sorted_words(rest)
from asked_words where len(words) >= 4 and (is_small(word) or word = acronym(rest))
union all
select asked_id, words, null, false, true, sorted_words(words)
from asked where len(words) <= {LONGEST_NAME} and length(name_key) >= {SHORTEST_SHUFFLED};

create table sought as select distinct sorted_words from meant;

create table hits as
select sorted_words, name_words, register, number, name_kind, legal_form as registered_form
from register_names semi join sought using (sorted_words);

create table found as
select meant.*, string_split(name_words, ' ') as name_list, register, number, name_kind,
    registered_form,
    case when is_rest then name_list = rest else list_contains(each_rest(name_list), rest) end
        as is_in_order
from hits join meant using (sorted_words);

create table one_word_apart as
select asked_id, register, number, name_kind, registered_form, cost
from found left join crowded_rests as crowd on crowd.rest = sorted_words(found.rest)
where cost is not null and not (must_be_rare and crowd.rest is not null) and is_in_order;
"""

# "GRIFFITHS ALUN (CONTRACTORS)": a surname first, or any other order of the same words, with a
# small word more or less ("MARLOW HOSPITAL LEAGUE OF FRIENDS" beside LEAGUE OF FRIENDS OF ...).
OTHER_ORDER = f"""
create table other_order as
select asked_id, register, number, name_kind, registered_form,
    case
        when len(rest) >= 3 and rest[1] = name_list[2] and rest[2] = name_list[1]
            and rest[3:] = name_list[3:] and least(length(rest[1]), length(rest[2])) >= 3
            and not is_other_body(rest[1]) and not is_other_body(rest[2])
        then 'surname' else 'reordered'
    end as difference
from found where cost is null and rest != name_list
union all
select asked_id, register, number, name_kind, registered_form, 'reordered'
from found where cost = {WORD_MORE_OR_LESS} and not is_in_order
    and length(array_to_string(rest, '')) >= {SHORTEST_SHUFFLED};
"""

# "NUFFIELD HEALTH PLYMOUTH": the first words are the whole name of a body that is no private firm.
BRANCHES = f"""
create table heads as
select asked_id, array_to_string(words[1:k], ' ') as head, words[1] as first_word, k
from asked, unnest(range(2, len(words))) as u(k)
where len(words) - k <= {LONGEST_BRANCH} and legal_form is null
    and length(array_to_string(words[1:k], '')) >= 8
    and len([word for word in words[k + 1:] if is_other_body(word)]) = 0
    and not is_small(words[k + 1]);

create table headed as
select heads.*, names.register, names.number, names.name_kind,
    names.legal_form as registered_form
from heads
join names on names.name_words = heads.head
where names.legal_form is null and names.name_kind in ('current', 'working');

create table families as
with wanted as (select distinct head, first_word from headed)
select wanted.head, count(distinct names.name_words) as family
from names join wanted
    on names.words[1] = wanted.first_word and starts_with(names.name_words, wanted.head || ' ')
group by wanted.head;

create table branches as
select headed.* from headed left join families using (head)
where coalesce(family, 0) <= {LARGEST_FAMILY}
qualify k = max(k) over (partition by asked_id);
"""

# "RED ROSE RECOVERY" goes on in one registered name only (begun); so does a name that a ledger cut.
# A school's company is its ACADEMY TRUST, and a hospital's name its trust's (those are `cut` too).
CUT_SHORT = f"""
create table longer as
select asked_id, names.register, names.number, names.name_kind, names.name_words as longer_words,
    names.legal_form as registered_form, asked.words as asked_words, asked.length,
    not starts_with(names.name_words, asked.name_words || ' ') as is_within_word,
    names.words[len(asked.words) + 1:] as ending,
    len([word for word in asked.words if not is_small(word)]) as telling,
    length(asked.name_key) as letters
from asked
join names on names.words[1] = asked.words[1] and names.words[2] = asked.words[2]
    and starts_with(names.name_words, asked.name_words)
    and names.name_words != asked.name_words
where asked.reading = 'whole' and asked.legal_form is null
    and len(asked.words) >= {FEWEST_WORDS_CUT} and length(asked.name_words) >= {SHORTEST_CUT}
    and not regexp_matches(asked.name_words, '[0-9]');

create table cut_short as
with alone as (
    select *, len([word for word in ending if is_other_ending(word)]) > 0 as is_other
    from longer
    where len(asked_words) + len(ending) <= {LONGEST_NAME}
    qualify count(distinct longer_words) over (partition by asked_id) = 1
)
select *,
    case
        -- Many towns have a church and a school of one name.
        when asked_words[-1] in ('CHURCH', 'CHAPEL', 'SCHOOL') and not is_within_word
            and array_to_string(ending, ' ') not in ('TRUST', 'ACADEMY TRUST') then null
        when length in {CUT_WIDTHS} and (is_within_word or not is_other) then 'cut'
        when is_small(asked_words[-1]) and not is_other then 'cut'
        when array_to_string(ending, ' ') in ('TRUST', 'ACADEMY TRUST')
            and regexp_matches(array_to_string(asked_words, ' '), '\\b(ACADEMY|SCHOOL|COLLEGE)$')
            then 'cut'
        when register = 'ods' then 'begun'
        when not is_within_word and not is_other and telling >= {FEWEST_WORDS_CUT}
            and letters >= {SHORTEST_BEGUN} then 'begun'
    end as difference
from alone;
"""

FOUND = """
select asked.supplier_id, asked.rank, asked.reading, asked.legal_form, near.register, near.number,
    near.name_kind, near.registered_form, cast(near.cost as double) as cost, near.difference
from asked join (
    select asked_id, register, number, name_kind, registered_form, cost, 'near' as difference
    from one_word_apart
    union all
    select asked_id, register, number, name_kind, registered_form, 1.0, 'branch' from branches
    union all
    select asked_id, register, number, name_kind, registered_form, 0.4, difference from other_order
    union all
    select asked_id, register, number, name_kind, registered_form, 0.6, difference from cut_short
    where difference is not null
) as near using (asked_id)
order by all
"""
