#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times pushes to and pulls from a docker-registry on loopback, and counts their requests.

The image has two platforms with ten layers each, 23 blobs, 700 MB that do not compress. Each
round has a registry of its own, empty, for each contender: the first push, the same again, a new
tag, and a pull into an empty layout. crane takes part where it is installed.
"""

import argparse
import multiprocessing
import os
import random
import shutil

from bench_layout import Layout
from measure import Registry, Table, measure

LAYERS = 10  # of each platform
PARTS = {"small": 1 << 20, "full": 35 << 20}  # bytes of a layer


def make_image(folder, size):
    layout = Layout(folder)
    source = random.Random(1)

    def image(architecture):
        layers = [layout.add_layer(source.randbytes(size)) for _ in range(LAYERS)]
        return layout.add_image(architecture, "1", layers)

    layout.finish([image("amd64"), image("arm64")])


class Contender:
    """How somebody pushes from a layout, gives a new tag, and pulls."""

    def __init__(self, name, layout, scratch):
        self.name, self.layout = name, layout
        self.pulled = os.path.join(scratch, "pulled")
        self.store = os.path.join(scratch, "store")

    def clear(self):
        for folder in (self.pulled, self.store):
            shutil.rmtree(folder, ignore_errors=True)


class Bale(Contender):
    """bale copy."""

    def __init__(self, program, layout, scratch):
        super().__init__("bale", layout, scratch)
        self.program = [program, "--store", self.store, "--progress", "none", "copy"]

    def push(self, name):
        return self.program + [f"oci:{self.layout}:v1", f"docker://{name}"]

    def pull(self, name):
        return self.program + [f"docker://{name}", f"oci:{self.pulled}:v1"]


class Skopeo(Contender):
    """skopeo copy --all."""

    def push(self, name):
        return ["skopeo", "copy", "-q", "--all", "--dest-tls-verify=false", f"oci:{self.layout}:v1",
                f"docker://{name}"]

    def pull(self, name):
        return ["skopeo", "copy", "-q", "--all", "--src-tls-verify=false", f"docker://{name}",
                f"oci:{self.pulled}:v1"]


class Crane(Contender):
    """crane push and pull."""

    def push(self, name):
        return ["crane", "push", "--insecure", "--index", self.layout, name]

    def pull(self, name):
        return ["crane", "pull", "--insecure", "--format", "oci", name, self.pulled]


def run(contender, folder, table, requests):
    contender.clear()
    registry = Registry(folder)
    with registry as host:
        def step(row, command):
            before = registry.requests()
            table.add(row, contender.name, measure(command))
            requests[row, contender.name] = registry.requests() - before

        step("first push", contender.push(f"{host}/team/app:v1"))
        step("the same again", contender.push(f"{host}/team/app:v1"))
        step("a new tag", contender.push(f"{host}/team/app:v2"))
        step("pull", contender.pull(f"{host}/team/app:v1"))
    shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bale", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--scale", choices=PARTS, default="full")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    layout = os.path.join(options.scratch, "layout")
    # In a process of its own: what it takes of memory would count as the contenders'.
    maker = multiprocessing.Process(target=make_image, args=(layout, PARTS[options.scale]))
    maker.start()
    maker.join()
    contenders = [Bale(options.bale, layout, options.scratch),
                  Skopeo("skopeo", layout, options.scratch)]
    if shutil.which("crane"):
        contenders.append(Crane("crane", layout, options.scratch))
    table, requests = Table(), {}
    for number in range(options.rounds):
        for contender in contenders:
            run(contender, os.path.join(options.scratch, f"registry-{number}"), table, requests)
    table.print()
    print("\nrequests")
    for (row, name), count in requests.items():
        print(f"  {name:8} {row:16} {count:4}")


if __name__ == "__main__":
    main()
