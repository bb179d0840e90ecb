# Needs Python >= 3.11 with pip, git and make. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
LOCK := requirements/dev.txt

# Stable output in notebooks, whatever the machine.
export PYTHONHASHSEED := 0
export TZ := UTC
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export JUPYTER_PLATFORM_DIRS := 1

.DEFAULT_GOAL := help
.PHONY: help setup report test check lab notebooks data truth bench coverage calibrate lock clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## Make the environment with pinned packages

$(STAMP): $(LOCK) pyproject.toml requirements/jupyterlab.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cxstats needs Python >= 3.11; got $$($(PYTHON) --version). Name another: make PYTHON=python3.12"; exit 1; }
	@echo "setting up $(VENV): about a minute and a half the first time"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv --without-pip $(VENV)
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes --only-binary :all: -r $(LOCK) && \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .; \
	else \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet --no-deps --require-hashes --only-binary :all: -r $(LOCK) && \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet --no-deps --no-build-isolation -e .; \
	fi
	@mkdir -p $(VENV)/etc/jupyter/labconfig
	@cp requirements/jupyterlab.json $(VENV)/etc/jupyter/labconfig/default_setting_overrides.json
	@touch $@

report: $(STAMP) ## Run the notebooks over the sample exports and write pages under reports/
	@$(BIN)/cxstats report --out reports
	@$(BIN)/cxstats report data/checkout_survey_qualtrics.csv --notebook who-answered --name 01-who-answered-checkout \
		--set answered=StartDate --set "duration=Duration (in seconds)" --out reports --set "ratings={'ces': 'ces-2.0', \
		'csat': 'csat-5', 'nps': 'nps', 'ease_find': 'ces-ease-5', 'ease_details': 'ces-ease-5', 'ease_pay': 'ces-ease-5', \
		'ease_delivery': 'ces-ease-5'}"
	@$(BIN)/cxstats report data/checkout_survey_qualtrics.csv --notebook how-easy-are-we --set by=device \
		--name 02-how-easy-is-checkout --out reports

test: $(STAMP) ## Run all tests: unit, property, doctests, notebooks
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest
	@$(BIN)/python -m pytest --nbval-lax --nbval-cell-timeout=300 --nbval-sanitize-with=tests/nbval_sanitize.cfg notebooks

check: $(STAMP) ## Static checks: ruff, pyright strict, the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports

lab: $(STAMP) ## Open JupyterLab on the notebooks
	@$(BIN)/jupyter lab --notebook-dir=. notebooks/01-who-answered.ipynb

notebooks: $(STAMP) ## Run the stored notebooks again and keep their outputs
	@$(BIN)/jupyter nbconvert --execute --inplace --ExecutePreprocessor.record_timing=False \
		--ExecutePreprocessor.store_widget_state=False notebooks/*.ipynb

data: $(STAMP) ## Write the sample exports again
	@$(BIN)/python -m cxstats.responses.simulate

truth: $(STAMP) ## Compute again what is true of the simulated customers
	@$(BIN)/python -m cxstats.responses.simulate truth

bench: $(STAMP) ## Measure against what a user would pick instead
	@$(BIN)/python benchmarks/tally_and_score.py
	@$(BIN)/python benchmarks/bootstrap.py
	@$(BIN)/python benchmarks/joining.py
	@$(BIN)/python benchmarks/reading.py
	@$(BIN)/python benchmarks/scanning.py
	@$(BIN)/python benchmarks/daily.py
	@$(BIN)/python benchmarks/drivers.py
	@$(BIN)/python benchmarks/importance.py
	@$(BIN)/python benchmarks/segments.py
	@$(BIN)/python benchmarks/raking.py
	@$(BIN)/python benchmarks/differences.py

coverage: $(STAMP) ## Compute the tables and the figure of coverage
	@$(BIN)/python benchmarks/exact_coverage.py
	@$(BIN)/python benchmarks/design_coverage.py

calibrate: $(STAMP) ## Check every claim about coverage and error rates by simulation
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/calibration.py

lock: ## Resolve the pinned packages again (needs uv)
	@uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --upgrade --quiet --custom-compile-command "make lock" -o $(LOCK)

clean: ## Remove the environment and the pages
	@rm -rf $(VENV) reports
