"""Each kind of fault is refused with its file, its line and the way out."""

import pytest

from pipeline.errors import AnchorspendError
from pipeline.registry.check import check_registry, unsaid_sentences
from pipeline.registry.load import load_registry, load_registry_leniently, publisher_ids

SOUND_PUBLISHER = """\
name: Anytown Council
kind: unitary_authority
discovery: {rule: drop_folder, instructions: Ask the council.}
publishes: files
publishes_evidence: a page
verified: false
"""
ANCHOR = "anchors:\n  - town: preston\n    basis: named\n    evidence: a list\n"
NEXT_LINE = SOUND_PUBLISHER.count("\n") + 1

FAULTS = {
    "unknown key": (
        SOUND_PUBLISHER + "treshold_gbp: 500\n",
        NEXT_LINE,
        "unknown key 'treshold_gbp'; allowed here: name, kind, ons_code,",
    ),
    "unknown key of an anchor is told the anchor's keys": (
        SOUND_PUBLISHER + ANCHOR + "    valid_from: 2020-01-01\n",
        NEXT_LINE + 4,
        "unknown key 'valid_from'; allowed here: town, basis, from, to, evidence",
    ),
    "unknown key of a rule is told the rule's keys": (
        SOUND_PUBLISHER.replace("council.}", "council., folder: x}"),
        3,
        "unknown key 'folder'; allowed here: rule, instructions",
    ),
    "id is the file's name": (SOUND_PUBLISHER + "id: other\n", NEXT_LINE, "unknown key 'id'"),
    "missing key": (SOUND_PUBLISHER.replace("name: ", "licence: "), 1, "'name' is missing"),
    "missing key of a rule": (
        SOUND_PUBLISHER.replace(", instructions: Ask the council.", ""),
        3,
        "'discovery.instructions' is missing",
    ),
    "rule not known": (
        SOUND_PUBLISHER.replace("drop_folder", "guess"),
        3,
        "discovery: rule 'guess' is none of 'links_on_page', 'links_on_subpages', 'form_post',",
    ),
    "no rule": (
        SOUND_PUBLISHER.replace("rule: drop_folder, ", ""),
        3,
        "'discovery.rule' is missing",
    ),
    "key without a value": (
        SOUND_PUBLISHER.replace("kind: unitary_authority", "kind:"),
        2,
        "'kind' has no value: say 'county_council', 'district_council',",
    ),
    "text without a value": (
        SOUND_PUBLISHER.replace("name: Anytown Council", "name:  # say it"),
        1,
        "'name' has no value",
    ),
    "kind not known": (
        SOUND_PUBLISHER.replace("unitary_authority", "council"),
        2,
        "kind: 'council' is none of 'county_council', 'district_council',",
    ),
    "key twice": (SOUND_PUBLISHER + "name: Other\n", NEXT_LINE, "key 'name' stands here a second"),
    "alias": ("name: &a X\nkind: *a\n", 2, "uses a YAML alias (*name): write the value out"),
    "tag": (
        SOUND_PUBLISHER + 'licence: !!python/object/apply:os.system ["true"]\n',
        NEXT_LINE,
        "uses a YAML tag (!): leave it out",
    ),
    "merge key": (SOUND_PUBLISHER + "<<: {licence: x}\n", NEXT_LINE, "unknown key '<<'"),
    "deep nesting": (
        SOUND_PUBLISHER + "formats: " + "[" * 3000 + "]" * 3000 + "\n",
        NEXT_LINE,
        "is nested over 12 deep",
    ),
    "too large": (SOUND_PUBLISHER + "# " + "x" * 300_000, 1, "is larger than 256 kB"),
    "not YAML": ("name: X\n\tkind: y\n", 2, "is not YAML: found a tab character"),
    "control character": ('name: "a\x01"\n', 1, "is not YAML: unacceptable character"),
    "empty file": ("", 1, "holds no keys"),
    "list instead of keys": ("- a\n", 1, "holds no keys"),
    "second document": (SOUND_PUBLISHER + "---\na: b\n", NEXT_LINE, "is not YAML"),
    "key that is no text": ("? [a]\n: b\n", 1, "a key must be plain text"),
    "list expected": (
        SOUND_PUBLISHER + "anchors: preston\n",
        NEXT_LINE,
        "anchors: must be a list: write `- ` before each entry",
    ),
    "impossible date": (
        SOUND_PUBLISHER + ANCHOR + "    from: 2022-02-30\n",
        NEXT_LINE + 4,
        "anchors.0.from: is not a date: write it as 2022-06-30",
    ),
    "ends before it begins": (
        SOUND_PUBLISHER + ANCHOR + "    from: 2022-03-01\n    to: 2021-01-01\n",
        NEXT_LINE + 1,
        "ends on 2021-01-01, before it begins on 2022-03-01",
    ),
    "anchor of a town twice": (
        SOUND_PUBLISHER + ANCHOR + ANCHOR.removeprefix("anchors:\n"),
        1,
        "is an anchor of preston twice: its money would count twice",
    ),
    "unknown town": (
        SOUND_PUBLISHER + ANCHOR.replace("preston", "atlantis"),
        NEXT_LINE + 1,
        "there is no sound town 'atlantis'; known towns: blackpool, exeter, isle_of_wight,",
    ),
    "unknown area": (
        SOUND_PUBLISHER + "service_area: atlantis\n",
        NEXT_LINE,
        "there is no sound area 'atlantis'; known areas: devon_10,",
    ),
    "code that is none": (
        SOUND_PUBLISHER + "service_area:\n  - E06000027\n  - torbay\n",
        NEXT_LINE + 2,
        "'torbay' is not a GSS code: a letter and eight digits, such as E07000123",
    ),
    "code twice": (
        SOUND_PUBLISHER + "service_area: [E06000027, E06000027]\n",
        NEXT_LINE,
        "service_area: stands twice in the list: E06000027",
    ),
    "unknown predecessor": (
        SOUND_PUBLISHER + "succeeds: [nobody]\n",
        NEXT_LINE,
        "succeeds 'nobody', which is no other publisher of the registry",
    ),
    "its own predecessor": (
        SOUND_PUBLISHER + "succeeds: [anytown]\n",
        NEXT_LINE,
        "succeeds 'anytown', which is no other publisher of the registry",
    ),
    "basis without evidence": (
        SOUND_PUBLISHER + "amount_basis: net\n",
        1,
        "amount_basis net needs amount_basis_evidence",
    ),
    "heading read as no known column": (
        SOUND_PUBLISHER + "headers:\n  Amt: amuont\n",
        NEXT_LINE + 1,
        "'amuont' is no column; known columns: amount,",
    ),
    "address of a local file": (
        SOUND_PUBLISHER + 'landing_pages: ["file:///etc/passwd"]\n',
        NEXT_LINE,
        "landing_pages.0: not a web address",
    ),
    "broken pattern": (
        SOUND_PUBLISHER.replace(
            "{rule: drop_folder, instructions: Ask the council.}",
            '{rule: links_on_page, landing_page: "https://a.uk/", href_matches: "("}',
        ),
        3,
        "discovery.href_matches: not a regular expression",
    ),
    "yes in quotes is no boolean": (
        SOUND_PUBLISHER.replace("verified: false", 'verified: "perhaps"'),
        6,
        "verified: must be true or false",
    ),
    "amount in words": (
        SOUND_PUBLISHER + "threshold_gbp: five hundred\n",
        NEXT_LINE,
        "threshold_gbp: Input should be a valid decimal",
    ),
    "number of 6,000 digits": (
        SOUND_PUBLISHER + f"threshold_gbp: {'9' * 6000}\n",
        NEXT_LINE,
        "threshold_gbp: Decimal input should have no more than",
    ),
    "month that is none": (
        SOUND_PUBLISHER + "expect: {first_month: 2020-13}\n",
        NEXT_LINE,
        "expect.first_month: not a month: write it as 2024-04",
    ),
    "fewest above most": (
        SOUND_PUBLISHER + "expect: {rows_per_file: {min: 5, max: 2}}\n",
        NEXT_LINE,
        "expect.rows_per_file: min 5 is above max 2",
    ),
}


@pytest.fixture
def write(tmp_path):
    """Writes a file into an extra registry folder and gives back that folder."""

    def write_file(name, text):
        path = tmp_path / "extra" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return tmp_path / "extra"

    return write_file


@pytest.mark.parametrize(("text", "line", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_a_faulty_publisher_is_refused_with_line_and_reason(write, text, line, message):
    extra = write("publishers/anytown.yml", text)

    problems = check_registry(extra)

    assert [(problem.file, problem.line) for problem in problems] == [
        (extra / "publishers/anytown.yml", line)
    ]
    assert message in problems[0].message


def test_text_that_is_not_utf_8_is_refused_with_the_line_of_the_first_bad_byte(write):
    extra = write("publishers/anytown.yml", SOUND_PUBLISHER)
    path = extra / "publishers/anytown.yml"
    path.write_bytes(path.read_bytes() + "licence: Düsseldorf\n".encode("cp1252"))

    [problem] = check_registry(extra)

    assert problem.line == NEXT_LINE
    assert "save it again as UTF-8" in problem.message


@pytest.mark.parametrize("name", ["Any Town", "anytown-council", "1town", "CON.aux"])
def test_a_file_name_that_cannot_be_an_id_is_refused(write, name):
    extra = write(f"publishers/{name}.yml", SOUND_PUBLISHER)

    [problem] = check_registry(extra)

    assert f"'{name}' is not an id" in problem.message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("publishers/anytown.yaml", "is not read: name it anytown.yml"),
        ("town.yml", "is not read: a registry folder has towns.yml, areas.yml and publishers/"),
        ("anytown.yml", "is not read: a registry folder has towns.yml, areas.yml and publishers/"),
    ],
)
def test_a_file_that_would_be_overlooked_is_a_problem(write, name, message):
    extra = write(name, SOUND_PUBLISHER)

    [problem] = check_registry(extra)

    assert problem.file == extra / name
    assert problem.message.startswith(message)


TOWN = """\
anytown:
  name: Anytown
  lad_code: X99000001
  lad_vintage: 2026
  county_areas: [anyshire]
  region_code: X12000001
  region_name: Anywhere
  source: invented
"""
AREA = """\
anyshire:
  name: Anyshire
  lad_codes: [X99000001, X99000002]
  source: invented
"""


def test_an_extra_folder_adds_towns_areas_and_publishers(write):
    write("areas.yml", AREA)
    write("towns.yml", TOWN)
    extra = write(
        "publishers/anytown.yml",
        SOUND_PUBLISHER + ANCHOR.replace("preston", "anytown") + "service_area: anyshire\n",
    )

    registry = load_registry(extra)

    assert registry.towns["anytown"].county_area == "anyshire"
    assert registry.service_area_lads(registry.publishers["anytown"]) == ("X99000001", "X99000002")
    [(publisher, anchor)] = registry.anchors_of("anytown")
    assert (publisher.id, anchor.basis) == ("anytown", "named")
    assert "preston" in registry.towns


@pytest.mark.parametrize(
    ("file", "text", "line", "message"),
    [
        ("towns.yml", TOWN + "  lad: x\n", 9, "unknown key 'lad'; allowed here: name, lad_code,"),
        ("towns.yml", "anytown: here\n", 1, "'anytown' holds no keys"),
        ("towns.yml", TOWN, 5, "there is no sound area 'anyshire'"),
        (
            "towns.yml",
            TOWN.replace("[anyshire]", "\n    - devon_10"),
            6,
            "the county area 'devon_10' does not hold X99000001",
        ),
        ("towns.yml", TOWN.replace("2026", "later"), 4, "lad_vintage: Input should be a valid int"),
        ("towns.yml", TOWN.replace("anytown:", "Any Town:"), 1, "'Any Town' is not an id"),
        (
            "areas.yml",
            AREA.replace("[X99000001, X99000002]", "[]"),
            3,
            "lad_codes: is empty: it needs at least one entry",
        ),
        ("areas.yml", AREA.replace("anyshire", "devon_10"), 1, "the id 'devon_10' is taken by"),
        ("towns.yml", "towns", 1, "holds no keys"),
    ],
)
def test_a_faulty_town_or_area_is_refused_with_line_and_reason(write, file, text, line, message):
    extra = write(file, text)

    [problem] = check_registry(extra)

    assert (problem.file, problem.line) == (extra / file, line)
    assert message in problem.message


def test_a_built_in_publisher_is_not_replaced_from_outside(write):
    extra = write("publishers/torbay_council.yml", SOUND_PUBLISHER)

    registry, [problem] = load_registry_leniently(extra)

    assert "the id 'torbay_council' is taken by" in problem.message
    assert registry.publishers["torbay_council"].name == "Torbay Council"


def test_one_broken_publisher_does_not_stop_the_others(write):
    write("publishers/anytown.yml", "name: [\n")
    write("publishers/heir.yml", SOUND_PUBLISHER + "succeeds: [anytown]\n")
    extra = write("publishers/othertown.yml", SOUND_PUBLISHER)

    registry, problems = load_registry_leniently(extra)

    assert [problem.file.name for problem in problems] == ["anytown.yml"]
    assert "anytown" not in registry.publishers
    assert {"heir", "othertown", "torbay_council"} <= registry.publishers.keys()


def test_a_publisher_of_a_broken_town_is_left_out_with_both_reasons(write):
    write("areas.yml", AREA)
    write("towns.yml", TOWN + "  lad: x\n")
    extra = write("publishers/anytown.yml", SOUND_PUBLISHER + ANCHOR.replace("preston", "anytown"))

    registry, problems = load_registry_leniently(extra)

    assert "anytown" not in registry.publishers
    assert [problem.file.name for problem in problems] == ["towns.yml", "anytown.yml"]


def test_strict_loading_raises_the_first_problem_and_counts_the_rest(write):
    write("publishers/anytown.yml", SOUND_PUBLISHER + "colour: blue\n")
    extra = write("publishers/othertown.yml", SOUND_PUBLISHER + "colour: red\n")

    with pytest.raises(AnchorspendError) as raised:
        load_registry(extra)

    assert f"anytown.yml, line {NEXT_LINE}: unknown key 'colour'" in str(raised.value)
    assert "(1 more: see `anchorspend registry check`)" in str(raised.value)


def test_a_missing_extra_folder_is_one_sentence_with_the_way_out(tmp_path):
    with pytest.raises(AnchorspendError, match="correct ANCHORSPEND_REGISTRY or leave it unset"):
        load_registry(tmp_path / "nowhere")


def test_a_fault_is_shown_with_the_path_from_where_one_stands(write, monkeypatch):
    extra = write("publishers/anytown.yml", "")
    monkeypatch.chdir(extra.parent)

    [problem] = check_registry(extra)

    assert str(problem).startswith("extra/publishers/anytown.yml, line 1: ")


def test_what_a_sound_yaml_leaves_unsaid_is_told_but_is_no_fault(tmp_path):
    (tmp_path / "publishers").mkdir()
    (tmp_path / "publishers" / "anytown.yml").write_text(SOUND_PUBLISHER, encoding="utf-8")
    silent = SOUND_PUBLISHER.replace("files", "nothing_found") + ANCHOR
    (tmp_path / "publishers" / "silent.yml").write_text(silent, encoding="utf-8")

    assert check_registry(tmp_path) == []
    registry = load_registry(tmp_path, built_in=True)
    assert publisher_ids(tmp_path) == ["anytown", "silent"]
    assert list(unsaid_sentences(registry, publisher_ids(tmp_path))) == [
        "anytown does not say anchors, service_area, landing_pages, threshold_gbp, cadence, "
        "formats, amount_basis_evidence, expect.rows_per_file, expect.first_month, licence, "
        "attribution: say what is known.",
        "silent does not say service_area: say what is known.",
    ]
