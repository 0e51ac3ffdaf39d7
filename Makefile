# Two commands do all the set-up: `make demo` and `make test`. Both need Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?=
WORKSPACE ?= workspace
READY := $(VENV)/.ready

.PHONY: demo test flow check laws faults lock clean

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

demo: $(READY)  ## the whole flow on a synthetic city; on a delivery: make demo DATA=<folder>
ifeq ($(DATA),)
	$(BIN)/kexin demo --workspace $(WORKSPACE)
else
	$(BIN)/kexin demo --data $(DATA) --mapping data/mappings/cumcm2020c.toml \
	  --policy data/samples/cumcm2020c/policy.toml --as-of 2020-01-31 --workspace $(WORKSPACE)
endif

test: $(READY)  ## all tests but those of `make flow`; the Spark cluster's needs Java 17 or 21
	$(BIN)/pytest -q -rs -n 2 --dist loadfile --no-loadscope-reorder -m "not flow"

flow: $(READY)  ## the demonstration of a smaller city; all of a city's values from their evidence
	$(BIN)/pytest -q -m flow

check: $(READY)  ## lint, types, layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check src
	$(BIN)/mypy
	$(BIN)/lint-imports

faults: $(READY)  ## seed faults, one at a time: each must make a law or a spec fail
	$(BIN)/python tests/faults.py

lock:  ## write requirements.lock anew; needs uv
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --extra dev --extra notebooks pyproject.toml -o requirements.lock

clean:  ## remove the environment and the demonstration's workspace
	rm -rf $(VENV) $(WORKSPACE)
