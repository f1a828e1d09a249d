# Everything a person needs, with nothing installed but Python 3.11 and make. `make help` lists it.
# The environment is .venv, filled from the hashed locks in requirements/ and touched only when a lock has changed.

UV_VERSION := 0.13.8
PY := .venv/bin/python
MANAGE := $(PY) manage.py
ARGS ?=

# Where a machine forbids Python to keep what it has compiled, every start would compile TensorFlow anew: 8 s instead of 3.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install up test check format lint types imports migrations deployment schema schema-check locks lock upgrade worker-env dev-env

help:  ## list what make can do
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

install: dev-env  ## set .venv up with everything, tools included

up: worker-env  ## start the site: PORT (8000) and DOODLE_DATA (var/) may be set; Ctrl-C stops it
	@exec $(PY) -m doodle_site.up

test: dev-env  ## run the tests, e.g. make test ARGS="-k history"
	@$(PY) -m pytest $(ARGS)

check: lint types imports migrations deployment schema-check locks  ## all checks that are no tests
	@echo "All checks passed."

# ---- the environment ---------------------------------------------------------------------------------------------------

.venv/bin/python:
	@for python in $(PYTHON) python3.11 python3 python; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then \
	    if $$python -m venv --without-pip .venv; then exit 0; fi; \
	    echo "$$python cannot make virtual environments: install its venv module (Debian, Ubuntu: apt install python3.11-venv)." >&2; exit 1; \
	  fi; \
	done; \
	echo "Python 3.11 was not found: install it, or name it with make PYTHON=/path/to/python3.11." >&2; exit 1

# Sets the shell variable uv: the environment's own, else the one on PATH, else the pinned one, installed into the environment.
FIND_UV = if [ -x .venv/bin/uv ]; then uv=.venv/bin/uv; elif uv --version >/dev/null 2>&1; then uv=uv; else \
	uv=.venv/bin/uv; \
	$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null 2>&1 || \
	  { echo "Neither uv nor pip can be found: install uv, or Python's ensurepip (Debian, Ubuntu: apt install python3.11-venv)." >&2; exit 1; }; \
	$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) || exit 1; \
	fi

# $(call SYNC,worker) installs requirements/worker.txt, unless that very text was installed last.
SYNC = @cmp -s requirements/$(1).txt .venv/$(1).lock || { $(FIND_UV); echo "Installing requirements/$(1).txt into .venv"; \
	$$uv pip install --quiet --python $(PY) --require-hashes --requirements requirements/$(1).txt && cp requirements/$(1).txt .venv/$(1).lock; }

worker-env: .venv/bin/python
	$(call SYNC,worker)

dev-env: worker-env
	$(call SYNC,dev)

fuzz-env: .venv/bin/python  ## set up what benchmarks.fuzz_api runs, in an environment of its own
	@cmp -s requirements/fuzz.txt .venv/fuzz/lock || { $(FIND_UV); echo "Installing requirements/fuzz.txt into .venv/fuzz"; \
	$$uv venv --quiet --allow-existing --python $(PY) .venv/fuzz && \
	$$uv pip install --quiet --python .venv/fuzz/bin/python --require-hashes --requirements requirements/fuzz.txt && \
	cp requirements/fuzz.txt .venv/fuzz/lock; }

# The product is resolved first; the web side is a part of it and the tools are laid upon it, so all three agree on every version.
RESOLVE = $$uv pip compile --quiet --python-version 3.11 --python-platform linux --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --annotation-style line $(UPGRADE)
COMPILE = $(RESOLVE) pyproject.toml

lock: .venv/bin/python  ## renew requirements/*.txt after a change in pyproject.toml
	@$(FIND_UV); set -e; \
	$(COMPILE) --extra worker --output-file requirements/worker.txt; \
	$(COMPILE) --constraints requirements/worker.txt --output-file requirements/web.txt; \
	$(COMPILE) --constraints requirements/worker.txt --extra worker --extra dev --output-file requirements/dev.txt; \
	$(RESOLVE) --group fuzz --output-file requirements/fuzz.txt

upgrade:  ## renew requirements/*.txt with the newest versions
	@$(MAKE) --no-print-directory lock UPGRADE=--upgrade

# ---- the checks --------------------------------------------------------------------------------------------------------

format: dev-env  ## put imports and layout in order
	@$(PY) -m ruff check --quiet --fix-only .
	@$(PY) -m ruff format .

lint: dev-env
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@.venv/bin/hadolint Dockerfile

types: dev-env
	@$(PY) -m mypy .

imports: dev-env
	@.venv/bin/lint-imports --no-cache # the cache overlooks a module that is new

migrations: dev-env
	@$(MANAGE) makemigrations --check --dry-run

# As on a server behind HTTPS, with a data folder and a key that live as long as the check.
deployment: dev-env
	@data=$$(mktemp -d); trap 'rm -rf "$$data"' EXIT; \
	CELERY_BROKER_URL=redis://redis.example/0 REDIS_URL=redis://redis.example/1 DOODLE_DATA="$$data" DJANGO_SECURE=1 DJANGO_DEBUG=0 \
	DJANGO_ALLOWED_HOSTS=doodles.example DJANGO_CSRF_TRUSTED_ORIGINS=https://doodles.example \
	DJANGO_SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	$(MANAGE) check --deploy --fail-level WARNING

schema: dev-env  ## write the OpenAPI description to tests/schema.yml
	@$(MANAGE) spectacular --validate --fail-on-warn --file tests/schema.yml

schema-check: dev-env
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(MANAGE) spectacular --validate --fail-on-warn --file "$$folder/schema.yml" && \
	{ diff -u tests/schema.yml "$$folder/schema.yml" || { echo "The API has changed: run make schema and look at the difference." >&2; exit 1; }; }

define LOCK_CHECK
import re, sys, tomllib
from pathlib import Path
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pyproject = tomllib.loads(Path("pyproject.toml").read_text())
web, extras = pyproject["project"]["dependencies"], pyproject["project"]["optional-dependencies"]
wanted = {"web": web, "worker": web + extras["worker"], "dev": web + extras["worker"] + extras["dev"]}
wrong, seen = [], {}
for lock, lines in [*wanted.items(), *pyproject["dependency-groups"].items()]:
    text = Path(f"requirements/{lock}.txt").read_text()
    pins = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.M))
    for line in lines:
        requirement = Requirement(line)
        version = pins.get(canonicalize_name(requirement.name))
        if version is None or version not in requirement.specifier:
            wrong.append(f"requirements/{lock}.txt has {version}, but pyproject.toml asks for {line}")
    wrong += [f"requirements/{lock}.txt disagrees on {name}" for name, pin in pins.items() if lock in wanted and seen.setdefault(name, pin) != pin]
    wrong += [f"requirements/{lock}.txt holds an address: {line}" for line in text.splitlines() if "://" in line or " @ " in line]
sys.exit("\n".join([*wrong, "Run make lock."]) if wrong else 0)
endef
export LOCK_CHECK

locks: dev-env
	@$(PY) -c "$$LOCK_CHECK"
