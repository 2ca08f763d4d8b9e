.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench pictures lock clean
ONCE ?=
PYTEST_ARGS ?=

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: ## Install everything the project needs; a second run takes seconds
	@deploy/setup.sh

demo: setup ## Start everything, make one visit, stay up (ONCE=1: end after the visit)
	@.venv/bin/baidiao demo run $(if $(ONCE),--once)

test: setup ## Set up and run every test
	@.venv/bin/python -m pytest -n 3 --dist loadscope $(PYTEST_ARGS)

lint: setup ## Check style, types and who may import whom
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/mypy --config-file kiosk/firmware/mypy.ini
	@.venv/bin/lint-imports --no-cache

format: setup ## Format the code
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

bench: setup ## Measure and print JSON
	@.venv/bin/python -m bench

pictures: setup ## Make the README's pictures anew from the running system
	@.venv/bin/baidiao demo run --once --pictures docs/pictures

lock: setup ## Resolve the dependencies anew into requirements.lock
	@command -v uv >/dev/null || { echo "make lock needs the tool 'uv'" >&2; exit 1; }
	@uv pip compile --universal --generate-hashes --no-annotate --no-header --python-version 3.11 \
	  --group test --group lint --group build --group bench pyproject.toml -o requirements.lock

clean: ## Remove what the other targets made
	rm -rf .venv var build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
