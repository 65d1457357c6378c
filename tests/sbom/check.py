#!/usr/bin/env python3
"""Checks what make.py has written: `check.py FOLDER TARGET`. Exit status 1 if something is wrong.

Each SBOM keeps to CycloneDX's own schema, which comes with the validator. It has exactly the crates that `cargo tree` tells of
that function, and marks as required exactly those that are linked; each crate of the registry has a licence and the checksum
of Cargo.lock. At the end SBOMs are broken in several ways, and every one of them must be refused.
"""

import copy
import json
import sys
from collections.abc import Callable
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from make import FUNCTIONS, Package, cargo_tree, checksums, package

VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)


def told_by_cargo(function: str, target: str, edges: str) -> set[Package]:
    """What cargo itself counts, function included."""
    lines = cargo_tree(function, target, edges, "--prefix", "none", "--format", "{p}").splitlines()
    return {package(line) for line in lines}


def against_schema(bom: dict) -> list[str]:
    error = VALIDATOR.validate_str(json.dumps(bom))
    return [f"is not CycloneDX: {error.data.message}"] if error else []


def against_cargo(bom: dict, all_crates: set[Package], linked: set[Package]) -> list[str]:
    components = [bom["metadata"]["component"], *bom["components"]]
    listed = {(it["name"], it["version"]) for it in components}
    required = {(it["name"], it["version"]) for it in components if it["scope"] == "required"}
    differences = {
        "lacks": all_crates - listed,
        "has, and cargo has not": listed - all_crates,
        "does not require": linked - required,
        "requires, though it is not linked": required - linked,
    }
    return [f"{what}: {sorted(crates)}" for what, crates in differences.items() if crates]


def against_lock(bom: dict, sums: dict[Package, str]) -> list[str]:
    problems = []
    for it in bom["components"]:
        crate = it["name"], it["version"]
        hashes = [{"alg": "SHA-256", "content": sums[crate]}] if crate in sums else None
        kind = "cargo" if crate in sums else "generic/readmit"
        purl = f"pkg:{kind}/{it['name']}@{it['version']}".replace("+", "%2B")
        if it.get("hashes") != hashes:
            problems.append(f"has another checksum than Cargo.lock: {crate}")
        if it.get("purl") != purl:
            problems.append(f"has another purl than {purl}")
        if not it.get("licenses"):
            problems.append(f"has no licence: {crate}")
    return problems


def remove_a_crate(bom: dict) -> None:
    bom["components"].pop()


def add_a_crate(bom: dict) -> None:
    bom["components"].append(bom["components"][0] | {"name": "proptest", "bom-ref": "pkg:cargo/proptest@1.0.0"})


def require_a_macro(bom: dict) -> None:
    next(it for it in bom["components"] if it["scope"] == "excluded")["scope"] = "required"


def change_a_checksum(bom: dict) -> None:
    next(it for it in bom["components"] if "hashes" in it)["hashes"][0]["content"] = "0" * 64


def cut_a_checksum(bom: dict) -> None:
    next(it for it in bom["components"] if "hashes" in it)["hashes"][0]["content"] = "0" * 63


def drop_a_name(bom: dict) -> None:
    del bom["components"][0]["name"]


def invent_a_field(bom: dict) -> None:
    bom["components"][0]["colour"] = "green"


def drop_the_format(bom: dict) -> None:
    del bom["bomFormat"]


def unnoticed(bom: dict, all_crates: set[Package], linked: set[Package], sums: dict[Package, str]) -> list[str]:
    """Which kinds of harm to a good SBOM the checks do not see."""

    def is_good(harm: Callable[[dict], None]) -> bool:
        broken = copy.deepcopy(bom)
        harm(broken)
        if harm in (remove_a_crate, add_a_crate, require_a_macro):
            return not against_cargo(broken, all_crates, linked)
        if harm is change_a_checksum:
            return not against_lock(broken, sums)
        return not against_schema(broken)

    harms = [remove_a_crate, add_a_crate, require_a_macro, change_a_checksum]
    harms += [cut_a_checksum, drop_a_name, invent_a_field, drop_the_format]
    return [f"nobody noticed: {harm.__name__}" for harm in harms if is_good(harm)]


def main(folder: str, target: str) -> int:
    failures = []
    sums = checksums()
    paths = Path(folder).glob("*.cdx.json")
    written = {path.name.removesuffix(".cdx.json"): json.loads(path.read_text()) for path in paths}
    if sorted(written) != FUNCTIONS:
        failures.append(f"there are SBOMs for {sorted(written)}, and functions {FUNCTIONS}")
    print(f"{'function':<24}{'linked':>8}{'build only':>12}")
    for function, bom in sorted(written.items()):
        all_crates = told_by_cargo(function, target, "normal")
        linked = told_by_cargo(function, target, "normal,no-proc-macro")
        problems = against_schema(bom) + against_cargo(bom, all_crates, linked) + against_lock(bom, sums)
        if function == FUNCTIONS[0]:
            problems += unnoticed(bom, all_crates, linked, sums)
        failures += [f"{function} {problem}" for problem in problems]
        print(f"{function:<24}{len(linked):>8}{len(all_crates - linked):>12}")
    for failure in failures:
        print(f"sbom: {failure}", file=sys.stderr)
    return 1 if failures else 0


sys.exit(main(*sys.argv[1:]))
