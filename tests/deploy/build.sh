#!/usr/bin/env bash
# What `sam build` makes of the template, for this machine's processor:
# `tests/deploy/build.sh SAM CARGO_LAMBDA BUILD_DIR [FUNCTION]`, all functions or that one.
#
# SAM is the SAM CLI, CARGO_LAMBDA the program cargo-lambda. CARGO_PROFILE_RELEASE_* choose another profile than the one that
# is deployed, CARGO_TARGET_DIR a folder outside the clone: both reach cargo through SAM and cargo-lambda.
set -euo pipefail

[ $# = 3 ] || [ $# = 4 ] || {
    echo "usage: $0 SAM CARGO_LAMBDA BUILD_DIR [FUNCTION]" >&2
    exit 2
}
sam=$(realpath -s "$1")
cargo_lambda=$(realpath -s "$2")
build=$(realpath -m "$3")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

case $(uname -m) in
    x86_64) architecture=x86_64 ;;
    aarch64) architecture=arm64 ;;
    *) echo "build: Lambda has no processor like $(uname -m)" >&2; exit 1 ;;
esac

PATH=$(dirname "$cargo_lambda"):$PATH SAM_CLI_TELEMETRY=0 AWS_EC2_METADATA_DISABLED=true AWS_REGION=eu-west-1 \
    "$sam" build ${4:+"$4"} --config-env dev --template template.yaml --build-dir "$build" \
    --parameter-overrides "Architecture=$architecture"
