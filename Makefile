# What a user calls. Everything is made below this folder; only Python 3.11 and Java 17 must be there.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= var/demo
MLFLOW_PORT ?= 5000
SNDS_SCHEMAS ?=
CDA ?=

.PHONY: demo examples mlflow setup test check verify bench generate clean conformance

demo: setup ## a simulated country, delivered for two nights and taken as far as the stages that exist
	rm -rf $(HOME_DIR)
	$(BIN)/p4dp simulate --home $(HOME_DIR) --patients 2000 --practices 8 --years 1 --nights 2 --seed 1 --snds-ratio 1
	$(BIN)/p4dp nightly --home $(HOME_DIR) --date 2026-01-05
	$(BIN)/p4dp nightly --home $(HOME_DIR) --set algorithms.nightly=true
	$(BIN)/p4dp status --home $(HOME_DIR)

examples: setup ## the scripts of docs/examples on the demonstration's home
	$(BIN)/python docs/examples/first_query.py $(HOME_DIR)
	$(BIN)/python docs/examples/found_on_both_sides.py $(HOME_DIR) diabetes
	$(BIN)/python docs/examples/weekly_reasons.py $(HOME_DIR) $(HOME_DIR)/weeks.svg
	$(BIN)/p4dp algorithms run gout --folder docs/examples/own_algorithm --home $(HOME_DIR)

mlflow: setup ## a tracking server of the home on 127.0.0.1: SQLite, artifacts by proxy; name it in mlflow.uri
	mkdir -p $(HOME_DIR)
	$(BIN)/mlflow server --host 127.0.0.1 --port $(MLFLOW_PORT) --workers 1 --backend-store-uri sqlite:///$(HOME_DIR)/mlflow.db \
	  --artifacts-destination $(HOME_DIR)/mlflow-artifacts

setup: $(VENV)/.done .jars/.done ## .venv with the p4dp command, and the two Delta jars

$(VENV)/.done: pyproject.toml constraints.txt
	@$(PYTHON) lib/p4dp/setup_java.py --java
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	@touch $@

.jars/.done: $(VENV)/.done jars.sha256
	$(BIN)/python lib/p4dp/setup_java.py --jars .jars jars.sha256
	@touch $@

test: setup ## some 15 minutes on 2 cores: a session keeps one of them busy, so two share the tests
	$(BIN)/python -m pytest tests -m "not verify" -n 2 $(if $(CDA),--cda $(CDA))

check: setup ## lint, types, layering, generated files, wheel
	$(BIN)/ruff check lib jobs tests bench docs
	$(BIN)/ruff format --check lib jobs tests bench docs
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m p4dp.artefacts.generate --check .
	sh tests/wheel.sh $(BIN)/python

generate: setup ## data dictionary and suites from the contracts
	$(BIN)/python -m p4dp.artefacts.generate .

verify: setup ## hours: seeds, kills, a restored night; results in bench/results
	$(BIN)/python -m pytest tests -m verify
	$(BIN)/python bench/verify.py
	$(BIN)/python bench/links.py --seeds 1,2,3,4,5,6,7 --patients 20000 --ratio 10 --practices 150 --regimes D,B,C,A --name links_large
	$(BIN)/python bench/links.py --seeds 1 --patients 20000 --ratio 10 --practices 150 --regimes C --without visits,drugs,analyses,place,birth_month --name links-without
	$(BIN)/python bench/links.py --seeds 1 --regimes D,B,C
	$(BIN)/python bench/links.py --seeds 1 --errors 2 --name links-errors
	$(BIN)/python bench/accuracy.py

conformance: setup ## contracts of the claims tables against the official schema: make conformance SNDS_SCHEMAS=DIR
	$(BIN)/python -m p4dp.artefacts.conformance $(SNDS_SCHEMAS) $(wildcard $(SNDS_SCHEMAS)/../nomenclatures)

bench: setup ## performance; results in bench/results
	$(BIN)/python bench/bench.py
	$(BIN)/python bench/claims.py
	$(BIN)/python bench/algorithms.py
	$(BIN)/python bench/links_growth.py

clean:
	rm -rf $(VENV) .jars var dist build
