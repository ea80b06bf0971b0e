"""How many names of the registers hold a word, and which words stand in many beside another."""

import tempfile
from pathlib import Path

import duckdb

from pipeline.registers.schema import table_path

LOADING_MEMORY = "2GB"
LONGEST_NAME = 12
# In how many names a rest may stand before the one word beside it is what tells them apart.
CROWDED_REST = 6

# How often each word stands in the names.
WORD_COUNTS = """
select word, count(*) as names_with_word
from (select unnest(string_split(name_words, ' ')) as word from names)
group by word order by word
"""

# The sorted words of names but one, where more than CROWDED_REST names have them.
CROWDED_RESTS = f"""
with split as (
    select string_split(sorted_words, ' ') as words from names where sorted_words is not null
),
rests as (
    select unnest(list_distinct(list_transform(
        range(1, len(words) + 1),
        lambda i: array_to_string(list_concat(words[1:i - 1], words[i + 1:]), ' ')
    ))) as rest
    from split where len(words) between 2 and {LONGEST_NAME}
)
select rest from rests group by rest having count(*) > {CROWDED_REST} order by rest
"""


def write_common_words(registers_dir: Path) -> None:
    """Writes word_counts and crowded_rests from the names that lie in a folder of registers."""
    with (
        tempfile.TemporaryDirectory(dir=registers_dir, prefix=".words-") as folder,
        duckdb.connect() as sql,
    ):
        sql.execute(f"set memory_limit = '{LOADING_MEMORY}'")
        sql.execute(f"set temp_directory = '{folder}'")
        names = table_path(registers_dir, "organisation_names")
        sql.execute(f"create view names as from read_parquet('{names}')")
        for table, query in (("word_counts", WORD_COUNTS), ("crowded_rests", CROWDED_RESTS)):
            beside = Path(folder) / f"{table}.parquet"
            sql.execute(f"copy ({query}) to '{beside}' (format parquet, compression zstd)")
            beside.replace(table_path(registers_dir, table))
