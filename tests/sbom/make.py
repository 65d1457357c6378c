#!/usr/bin/env python3
"""Writes FOLDER/<function>.cdx.json, a CycloneDX SBOM, for each deployed function: `make.py FOLDER TARGET`.

TARGET is the triple that the functions are built for. What a function is made of is what `cargo tree` resolves for that
function alone; docs/supply-chain.md says why no other program is asked. A crate that is linked is "required"; a procedural
macro, and what only macros need, runs during the build and is "excluded". The same sources have the same SBOM but for the
time in it, which SOURCE_DATE_EPOCH sets.
"""

import os
import subprocess
import sys
import tomllib
import uuid
from datetime import datetime, timezone
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.contrib.this.builders import this_component
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.tool import ToolRepository
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = sorted(path.name for path in (ROOT / "functions").iterdir())

# A package: its name and its version.
Package = tuple[str, str]


def run(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def cargo_tree(function: str, target: str, edges: str, *options: str) -> str:
    return run("cargo", "tree", "--locked", "--package", function, "--target", target, "--edges", edges, *options)


def package(text: str) -> Package:
    """Of `serde v1.0.229`, which a path or the word proc-macro may follow."""
    name, version = text.split()[:2]
    return name, version.removeprefix("v")


def checksums() -> dict[Package, str]:
    """The SHA-256 of the file that the registry has of each package; our own crates have none."""
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    return {(it["name"], it["version"]): it["checksum"] for it in lock["package"] if "checksum" in it}


class Tree:
    """The packages of one function, the function first, with their licences and what each is made of."""

    def __init__(self, function: str, target: str):
        self.licenses: dict[Package, str] = {}
        self.edges: dict[Package, set[Package]] = {}
        self.macros: set[Package] = set()
        path: list[Package] = []
        for line in cargo_tree(function, target, "normal", "--prefix", "depth", "--format", "|{p}|{l}|").splitlines():
            depth, told, license_, _ = line.split("|")
            found = package(told)
            path[int(depth):] = [found]
            # A slash is how older crates say OR.
            self.licenses[found] = " ".join(license_.replace("/", " OR ").split())
            self.edges.setdefault(found, set())
            if len(path) > 1:
                self.edges[path[-2]].add(found)
            if told.endswith("(proc-macro)"):
                self.macros.add(found)
        self.root = path[0]

    def linked(self) -> set[Package]:
        """What is reached from the function without a procedural macro in between."""
        reached, open_ = set(), [self.root]
        while open_:
            found = open_.pop()
            if found not in reached and found not in self.macros:
                reached.add(found)
                open_.extend(self.edges[found])
        return reached


def component(found: Package, tree: Tree, linked: set[Package], sums: dict[Package, str]) -> Component:
    name, version = found
    # Our own crates are in no registry, where another may have their name.
    kind, namespace = ("cargo", None) if found in sums else ("generic", "readmit")
    purl = PackageURL(kind, namespace, name, version)
    license_ = LicenseFactory().make_from_string(tree.licenses[found])
    return Component(
        type=ComponentType.APPLICATION if found == tree.root else ComponentType.LIBRARY,
        name=name,
        version=version,
        purl=purl,
        bom_ref=str(purl),
        licenses=[license_],
        scope=ComponentScope.REQUIRED if found in linked else ComponentScope.EXCLUDED,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sums[found])] if found in sums else [],
    )


def bill(function: str, target: str, sums: dict[Package, str], rustc: str) -> Bom:
    tree = Tree(function, target)
    linked = tree.linked()
    components = {found: component(found, tree, linked, sums) for found in tree.edges}
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    bom = Bom(
        # The same packages for the same target have the same number.
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{target} {rustc} {tree.root} {sorted(tree.edges)}"),
        components=[it for found, it in components.items() if found != tree.root],
        metadata=BomMetaData(
            component=components[tree.root],
            tools=ToolRepository(components=[this_component()]),
            timestamp=datetime.fromtimestamp(int(epoch), timezone.utc) if epoch else None,
            properties=[
                Property(name="cdx:rustc:sbom:target:triple", value=target),
                Property(name="readmit:rustc", value=rustc),
            ],
        ),
    )
    for found, used in tree.edges.items():
        bom.register_dependency(components[found], [components[it] for it in used])
    return bom


def main(folder: str, target: str) -> None:
    bills = Path(folder)
    bills.mkdir(parents=True, exist_ok=True)
    for old in bills.glob("*.cdx.json"):
        old.unlink()
    sums, rustc = checksums(), run("rustc", "--version").strip()
    for function in FUNCTIONS:
        written = JsonV1Dot6(bill(function, target, sums, rustc)).output_as_string(indent=2)
        (bills / f"{function}.cdx.json").write_text(f"{written}\n")
    print(f"sbom: {len(FUNCTIONS)} functions for {target}, in {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
