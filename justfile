# Short names for long commands; `just` alone lists them. Each also works typed by hand.

# List these.
default:
    @just --list --unsorted

# Format all code.
fmt:
    cargo fmt

# Everything clippy finds, as an error.
lint:
    cargo clippy --all-targets -- -D warnings

# The tests. Those that need ghz or grpcurl say so and pass where there is none.
test:
    cargo test

# The same, against the release binary, and failing where ghz or grpcurl is missing.
test-peers:
    cargo build --release && VERZET_REQUIRE_PEERS=1 VERZET_RELEASE_BIN="$PWD/target/release/verzet" cargo test

# Ten million questions against the slow literal evaluator, and every combination of a small world.
differential:
    VERZET_LONG=50 cargo test --release --test differential -- --nocapture

# One decision with its look-ups: time, allocations.
bench-decide:
    cargo bench --bench decide

# Durable checks against a bare echo; `just bench-serve closed`, `open`, or both.
bench-serve *ARGS:
    cargo bench --bench serve -- {{ARGS}}

# Half to three times the capacity: a table, and target/overload.svg.
bench-overload *ARGS:
    cargo bench --bench serve -- overload {{ARGS}}

# A million checks that must see what was acknowledged before.
next-check:
    NEXT_CHECK_TRIALS=1000000 cargo test --release --test next_check -- --nocapture

# Every fuzz target under libFuzzer, so many seconds each.
fuzz SECONDS="30":
    fuzz/run {{SECONDS}}

# Recording: rows a second, time of a commit.
bench-ledger:
    cargo bench --bench ledger

# Reading numbers, against the library used plainly.
bench-number:
    cargo bench --bench number

# Facts into the store and into memory; rows as arguments.
bench-store *ROWS:
    cargo bench --bench store -- {{ROWS}}

# A folder of CSV files in, and again with 1 % changed.
bench-import *ARGS:
    cargo bench --bench intake -- {{ARGS}}

# A day made again; decisions as an argument.
bench-replay *ARGS:
    cargo bench --bench replay -- {{ARGS}}

# Millions of facts: import, memory, start.
bench-scale *ARGS:
    cargo bench --bench scale -- {{ARGS}}

# Licences, bans and sources of dependencies (deny.toml).
deny:
    cargo deny check licenses bans sources

# Lint the wire contract (proto/buf.yaml).
proto:
    cd proto && buf lint

# All of it, as before a change is taken in.
ci:
    .ci/run

# Serve sample data on 127.0.0.1:50051.
sample:
    cargo run --release -- serve --sample
