# The commands of the project. `make` alone lists them.

PHASES := setup lint test-clients test-rust test-ui docs
DASHBOARD := billing-server/dashboard
# Each feature that must build alone, as crate:feature; with no feature after the colon, the bare crate.
FEATURES := billing-server: billing-sqlx: billing-sqlx:postgres billing-sqlx:sqlite billing-testkit: billing-testkit:processes billing-testkit:simulators

.DEFAULT_GOAL := help
.PHONY: help setup run test test-clients test-rust test-ui smtp-server letters fmt lint docs bench soak check-all

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-12s %s\n' "$$name" "$$text"; \
	done

setup: ## check what this machine needs; as root on Debian, install it
	@scripts/setup.sh

run: ## start the sandbox: server, simulated Stripe and Fondy, demo users
	@scripts/setup.sh run
	cargo run -p billing-server -- sandbox

test: ## everything a change must pass: setup, lint, test-clients, test-rust, test-ui, docs
	@for phase in $(PHASES); do \
		start=$$(date +%s); \
		$(MAKE) --no-print-directory "$$phase" || exit 1; \
		echo "== $$phase: $$(($$(date +%s) - start)) s"; \
	done

# What was installed is kept beside it, so that nothing is fetched until the lockfile changes.
test-clients: ## the example clients in TypeScript and Python, against a stub; an identity provider for test-rust
	cd examples/preflight-typescript && { cmp -s package-lock.json node_modules/.installed-lock.json \
		|| { npm ci && cp package-lock.json node_modules/.installed-lock.json; }; } \
		&& npm run --silent build && npm test --silent
	cd examples/preflight-python && PYTHONDONTWRITEBYTECODE=1 python3 -m unittest test_preflight
	cd billing-server/tests/oidc && { cmp -s package-lock.json node_modules/.installed-lock.json \
		|| { npm ci && cp package-lock.json node_modules/.installed-lock.json; }; }

smtp-server: ## the mail server that tests talk to, in a Python environment of its own
	cd billing-email/tests/smtp && { cmp -s requirements.txt .venv/.installed-requirements.txt \
		|| { python3 -m venv --clear .venv \
			&& .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt \
			&& cp requirements.txt .venv/.installed-requirements.txt; }; }

# Many tests wait for a time-out or a restart most of the time: more of them at once than two cores could compute.
test-rust: export RUST_TEST_THREADS ?= 4
test-rust: smtp-server ## all tests, on a throw-away PostgreSQL
	scripts/postgres.sh run cargo test --workspace --all-features

# The build and the types are kept in the repository: whoever changes the dashboard commits them, and nobody else needs Node.js.
test-ui: ## the dashboard: checks, tests, the build that is kept, and journeys in Chromium (BROWSER=off leaves those out)
	cd $(DASHBOARD) && { cmp -s package-lock.json node_modules/.installed-lock.json \
		|| { npm ci && cp package-lock.json node_modules/.installed-lock.json; }; } \
		&& npm run --silent types && npm run --silent check && npm test --silent \
		&& npm run --silent build && npm run --silent size
	@git diff --exit-code --stat -- $(DASHBOARD)/dist $(DASHBOARD)/src/api/schema.gen.ts \
		&& test -z "$$(git status --porcelain -- $(DASHBOARD)/dist)" \
		|| { echo "the dashboard's build or types are not those of its source: commit what make test-ui has made" >&2; exit 1; }
	@cargo package -p billing-server --list --allow-dirty | grep -qx dashboard/dist/index.html \
		|| { echo "the package of billing-server lacks the dashboard" >&2; exit 1; }
ifneq ($(BROWSER),off)
	cargo build --workspace --all-features
	scripts/postgres.sh run sh -c 'cd $(DASHBOARD) && CI=1 npm run --silent e2e -- \
		$(addprefix --project=,$(or $(BROWSER_PROJECT),desktop postgres))'
endif

letters: ## each letter in both languages, and pictures of it, in target/letters; needs Chromium
	scripts/letters.sh

fmt: ## format the code
	cargo fmt --all

lint: ## formatting and clippy, warnings denied
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --all-features -- -D warnings

docs: ## the API documentation, warnings denied
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features

bench: ## the benchmarks, on a throw-away PostgreSQL
	scripts/postgres.sh run cargo bench --workspace --all-features

soak: export SOAK := 1
soak: test-rust ## all tests with their whole counts; takes long

check-all: test ## test, the journeys on a phone, each feature alone, dependencies, a dry run of publishing; needs the network
	$(MAKE) --no-print-directory test-ui BROWSER_PROJECT=phone
	@for pair in $(FEATURES); do \
		echo "feature alone: $$pair"; \
		cargo clippy -p "$${pair%%:*}" --no-default-features --features "$${pair#*:}" -- -D warnings || exit 1; \
	done
	@if cargo deny --version >/dev/null 2>&1; then \
		cargo deny check; \
	else \
		echo "cargo-deny is not installed, dependencies are not checked: cargo install --locked cargo-deny"; \
	fi
	cargo publish --workspace --dry-run --allow-dirty
