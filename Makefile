# Everything a person or a machine runs is a target here; `.ci/run` calls the same ones.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# A folder of real published files and registers to develop against; the project works without it.
SHARED ?= ../shared
REAL := ANCHORSPEND_WAREHOUSE=warehouse/real ANCHORSPEND_REGISTERS=warehouse/real/register_files
LINK_PERIODS := $(SHARED)/publishers/link_period_pairs.csv
MATCH_FIGURES := dbt_like_sql/seeds/match_figures.csv

export DAGSTER_DISABLE_TELEMETRY := 1
# Where nothing compiled is kept, each process of Dagster and of the tests compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo report pictures test check check-types check-sql check-style check-registry check-definitions ui nights real corpus match-quality match-read bench bench-nights bench-warehouse collect-bench fuzz

setup: .venv/.installed

.venv/.installed: requirements.txt tests/report/requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "anchorspend needs Python 3.11 or newer: install it or set PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tests/report/requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	$(BIN)/anchorspend demo

report: setup
	$(BIN)/anchorspend report

# What README shows, of the invented world; wants Debian's chromium.
pictures: demo report
	@mkdir -p docs/pictures
	@for shot in front:index:1200:1500 front:index:360:1300 town:towns/saltmere:1200:2400 \
	    town:towns/saltmere:360:1300; do IFS=: read -r name page width height <<< $$shot; \
	    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars \
	    --user-data-dir=$$(mktemp -d) --window-size=$$width,$$height \
	    --screenshot=docs/pictures/$$name-$$width.png \
	    file://$(CURDIR)/warehouse/report/$$page.html 2>/dev/null || exit 1; done
	@ls -l docs/pictures

# The checks of Python's types and of the SQL take longest, each on one core.
check: setup
	@$(MAKE) --no-print-directory -j2 check-types check-sql check-style check-registry check-definitions

check-types:
	$(BIN)/mypy

check-sql:
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_like_sql

check-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

check-registry:
	$(BIN)/anchorspend registry check

check-definitions:
	$(BIN)/dagster definitions validate -w workspace.yaml

test: check
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

# Dagster's pages on this machine alone: over the demo, whose websites are served meanwhile ...
ui: setup
	$(BIN)/anchorspend demo --pages

# ... and over your own warehouse and registry, as a server would run them (see deploy/).
nights: setup
	@mkdir -p warehouse/dagster && cp deploy/dagster.yaml warehouse/dagster/
	DAGSTER_HOME=$(CURDIR)/warehouse/dagster $(BIN)/dagster dev -w workspace.yaml -h 127.0.0.1

real: setup
	@test -d $(SHARED)/spend/files || { echo "make real needs real files: set SHARED to their folder"; exit 1; }
	@rm -rf warehouse/real/register_files && mkdir -p warehouse/real/register_files
	@ln -s $(abspath $(SHARED))/registers/BasicCompanyData-sample.csv.gz \
	    $(abspath $(SHARED))/registers/publicextract.charity-sample.zip \
	    $(abspath $(SHARED))/registers/publicextract.charity_other_names.zip \
	    $(abspath $(SHARED))/geography/NSPL-sample.csv.gz warehouse/real/register_files/
	@$(BIN)/python -c 'import gzip, json, sys; print(json.dumps({"features": [area for path in \
	    sys.argv[1:] for area in json.load(gzip.open(path))["features"]]}))' \
	    $(SHARED)/geography/boundaries/*.geojson.gz \
	    > warehouse/real/register_files/Wards_December_2025.geojson
	@for pair in devon_county_council:devon-county-council \
	    lancashire_county_council:lancashire-county-council lancashire_police:lancashire-police \
	    lancashire_fire:lancashire-fire hyndburn_borough_council:hyndburn-borough-council \
	    blackpool_council:blackpool-council; do \
	    $(REAL) $(BIN)/anchorspend add $${pair%%:*} $(SHARED)/spend/files/$${pair#*:} || exit 1; done
	@$(REAL) $(BIN)/anchorspend run --offline
	@echo && $(REAL) $(BIN)/anchorspend sql "select publisher_id, files_selected as files, \
	    sum(file_rows) as rows, sum(f.payment_rows) as payments, sum(blank_rows) as blank, \
	    sum(total_rows) as totals, sum(header_rows) as headers, sum(note_rows) as notes, \
	    sum(f.rejected_rows) as rejected, sum(f.total_gbp)::decimal(18,2) as total_gbp \
	    from marts.files f join marts.publishers p using (publisher_id) where is_selected \
	    group by all order by 1"
	@echo && $(REAL) $(BIN)/anchorspend compare preston blackpool torbay

corpus: setup
	$(BIN)/python benchmarks/corpus.py $(SHARED)/spend/files warehouse/corpus.csv

collect-bench: setup
	@test ! -f $(LINK_PERIODS) || $(BIN)/python benchmarks/periods.py $(LINK_PERIODS)
	$(BIN)/python benchmarks/collect.py
	$(BIN)/python benchmarks/collect.py --changing 30

bench: setup
	$(BIN)/python benchmarks/reading.py

bench-nights: setup
	$(BIN)/python benchmarks/nights.py --publishers 300 2>/dev/null

bench-warehouse: setup
	$(BIN)/python benchmarks/warehouse.py

fuzz: setup
	$(BIN)/python benchmarks/fuzz.py --minutes 10

match-quality: setup
	$(BIN)/python benchmarks/match.py $(SHARED)/registers --out $(MATCH_FIGURES)

# After `make real`.
match-read: setup
	$(BIN)/python benchmarks/match_read.py warehouse/real --out $(MATCH_FIGURES)
