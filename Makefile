# `make help` lists the targets. Every target sets up .venv by itself and writes nothing outside
# this directory, but for `make real`, which keeps what it builds in the user's cache.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.SUFFIXES:

# The interpreter to build .venv with. Empty: the newest usable one (tools/setup-venv).
PYTHON ?=
# The scenario of `make world`.
SCENARIO ?= eks
# How often `make interrupts` ends the playbook; JOBS: how many runs at a time (four).
TIMES ?= 200

export PYTHON
python := .venv/bin/python
run := $(python) -m ansible_collections.nodeops.rotator.tests

# No target may reach a real account or cluster by accident, so the settings of the caller's shell
# are not passed on.
unexport AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
unexport AWS_REGION AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE
unexport KUBECONFIG K8S_AUTH_KUBECONFIG K8S_AUTH_CONTEXT K8S_AUTH_HOST K8S_AUTH_API_KEY
unexport K8S_AUTH_VERIFY_SSL K8S_AUTH_SSL_CA_CERT
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
export AWS_EC2_METADATA_DISABLED := true
# The caller's Ansible settings and collections are not used either.
export ANSIBLE_CONFIG := $(CURDIR)/.venv/ansible.cfg
export ANSIBLE_HOME := $(CURDIR)/.venv/ansible
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.venv/collections
export PATH := $(CURDIR)/.venv/bin:$(PATH)
unexport PYTHONPATH PYTHONHOME
# Without its cache of compiled files, Python takes half as long again to start a module.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' \
		$(firstword $(MAKEFILE_LIST))

.PHONY: venv
venv: ## set up .venv (every other target does so if needed)
	@tools/setup-venv

.PHONY: demo
demo: venv ## rotate a simulated cluster with the real playbook, twice, live on the screen
	@$(python) tests/demo/run.py $(SCENARIO)

.PHONY: world
world: venv ## serve a simulated account and cluster in the foreground (SCENARIO=eks)
	@$(run).simulation.serve --scenario $(SCENARIO)

.PHONY: test
test: venv ## run all tests, stage by stage
	@$(python) tools/run_tests.py

.PHONY: unit
unit: venv ## run the unit tests: no Ansible, no network, no sleep
	@$(python) tools/run_tests.py unit

.PHONY: rotation
rotation: venv ## run whole rotations on the simulation, in virtual time
	@$(python) tools/run_tests.py rotation

.PHONY: golden
golden: venv ## write what people see of fixed worlds to tests/rotation/golden, to be reviewed
	@$(run).rotation.screens

# A real API server is used only if the command line names it. KUBECONFIG of the environment is
# never used.
.PHONY: contract
contract: venv ## compare the simulation with independent servers (KUBECONFIG=... adds a real one)
	@CONTRACT_KUBECONFIG="$(if $(findstring command line,$(origin KUBECONFIG)),$(KUBECONFIG))" \
		$(python) tools/run_tests.py contract

.PHONY: integration
integration: venv ## run the real modules and playbooks against the simulation on the wire
	@$(python) tools/run_tests.py integration

.PHONY: lowest
lowest: venv ## run all tests with the oldest libraries that requirements.txt allows
	@rm -rf build/lowest
	@$(python) -m pip install --quiet --no-compile --disable-pip-version-check \
		--target build/lowest -r requirements/lowest.txt
	@PYTHONPATH=$(CURDIR)/build/lowest $(python) tools/run_tests.py

# SEED, WORLDS, FIRST (the least number of a world), KIND (control-plane, managed, self-managed); to
# look at one world: WORLD, and KEEP and SIZE to make it smaller.
.PHONY: simulate
simulate: venv ## try random worlds with random faults (WORLDS=300 SEED=1 KIND=; WORLD=, KEEP=, SIZE=)
	@$(run).simulate $(if $(WORLDS),--worlds $(WORLDS)) $(if $(SEED),--seed $(SEED)) \
		$(if $(FIRST),--first $(FIRST)) $(if $(KIND),--kind $(KIND)) \
		$(if $(WORLD),--world $(WORLD)) $(if $(KEEP),--keep $(KEEP)) $(if $(SIZE),--size $(SIZE))

# WORKFLOWS: nodes, failing, plane, bastions; all four. KINDS=1: only the first and the last write of each kind.
.PHONY: kops-deaths
kops-deaths: venv ## kill the playbook rotate_kops before each of its writes, and start it again
	@$(run).integration.kops_deaths $(WORKFLOWS) $(if $(KINDS),--kinds)

.PHONY: real
real: venv ## hold all against a real Kubernetes control plane, built with Go into the user's cache
	@$(python) tools/run_real.py

.PHONY: extensions
extensions: venv ## run the extensions for AWX, GitLab, GitHub and EDA
	@$(python) tools/run_extensions.py

# CHROMIUM: the browser, if it is not found by a usual name.
.PHONY: browser
browser: venv ## look at report.html and at the site of `make docs` in a headless Chromium
	@$(python) tools/run_browser.py

.PHONY: mutations
mutations: venv ## plant faults one by one and see that the named test of each fails
	@$(run).mutations

.PHONY: bench-drain
bench-drain: venv ## compare node_drain with kubectl drain and kubernetes.core.k8s_drain
	@$(run).bench.drain

.PHONY: bench-peers
bench-peers: venv ## compare the playbook with what others use to rotate a node group
	@$(run).bench.peers

.PHONY: bench-world
bench-world: venv ## measure the processor time of rotations in virtual time
	@$(run).bench.world

.PHONY: bench-looks
bench-looks: venv ## measure what the heartbeats of other nodes cost a rotation
	@$(run).bench.looks

.PHONY: bench-engine
bench-engine: venv ## compare rotations of 100 nodes with the ideal, and count AWS calls (SEEDS=20)
	@$(run).bench.engine $(if $(SEEDS),--seeds $(SEEDS))

.PHONY: bench-fleet
bench-fleet: venv ## rotate 200 clusters in three rings in virtual time
	@$(run).bench.fleet

.PHONY: bench-scale
bench-scale: venv ## measure the engine itself with 1,000 nodes and 30,000 pods
	@$(run).bench.scale

.PHONY: interrupts
interrupts: venv ## end the real playbook at random moments and see that nothing goes on (TIMES=200)
	@$(run).integration.interrupts --times $(TIMES) $(if $(JOBS),--jobs $(JOBS))

.PHONY: check
check: venv ## run every linter and build check
	@$(python) tools/run_checks.py

.PHONY: build
build: venv ## build the collection's archive into build/
	@$(python) tools/run_checks.py build

.PHONY: docs
docs: venv ## build one HTML site of guides and plugins into build/docs/build/html
	@$(python) tools/run_checks.py docs-build

.PHONY: changelog
changelog: venv ## collect the fragments into CHANGELOG.md under the version of galaxy.yml
	@.venv/bin/antsibull-changelog release --update-existing --refresh-fragments without-archives

.PHONY: clean
clean: ## remove everything that make has created, .venv included
	rm -rf .venv build .ansible .mypy_cache .pytest_cache tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
