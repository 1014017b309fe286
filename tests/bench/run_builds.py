#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times builds and pushes with bale, podman and buildah, and pushes with skopeo.

Every round does everything once, tool after tool, so that a machine that gets slower
gets slower for all. Printed are medians over the rounds, the ratio to bale, and the
largest resident size that a process of the command's tree had. run_builds.sh does the
set-up.
"""

import argparse
import json
import os
import random
import shutil
import subprocess

from measure import Registry, Table, measure

PLAIN = """FROM busybox
WORKDIR /app
COPY . /app
"""
STAGES = """FROM busybox AS builder
WORKDIR /src
COPY . .
RUN find . -type f | sort | xargs cat | sha256sum > /digest
RUN mkdir /out && cp -r d0 d1 d2 /digest /out
FROM busybox
COPY --from=builder /out /app
ENTRYPOINT ["/bin/cat", "/app/digest"]
"""
FILES = 10_000
TOTAL_BYTES = 200_000_000


def make_context(folder, dockerfile):
    """The same bytes in every run: a third words, a third numbers, a third noise."""
    source = random.Random(20_240_601)
    words = ["".join(source.choices("abcdefghijklmnopqrstuvwxyz", k=source.randint(2, 9)))
             for _ in range(4000)]
    makers = [lambda size: " ".join(source.choices(words, k=size // 6)).encode(),
              lambda size: "\n".join(str(source.random()) for _ in range(size // 19)).encode(),
              source.randbytes]
    for number in range(FILES):
        path = os.path.join(folder, f"d{number % 40}", f"e{number % 7}")
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, f"f{number}"), "wb") as file:
            file.write(makers[number % 3](int(source.expovariate(FILES / TOTAL_BYTES)) + 20))
    with open(os.path.join(folder, "Dockerfile"), "w", encoding="utf-8") as file:
        file.write(dockerfile)


class Bale:
    name = "bale"

    def __init__(self, program, scratch):
        self.program, self.store = program, os.path.join(scratch, "bale-store")

    def forget(self):
        shutil.rmtree(self.store, ignore_errors=True)

    def build(self, context):
        return [self.program, "--store", self.store, "build", "--progress", "none",
                "-t", "localhost/bench:v1", context]

    def push(self, target):
        return [self.program, "--store", self.store, "push", "--progress", "none",
                "localhost/bench:v1", "--to", target]


class Containers:
    """podman or buildah, with a storage that is thrown away for a cold build."""

    def __init__(self, name, build, scratch):
        self.name, self.build_words = name, build
        self.root = os.path.join(scratch, name)
        self.command = [name, "--root", self.root, "--runroot", self.root + "-run",
                        "--storage-driver", "overlay"]

    def forget(self):
        subprocess.run(["umount", os.path.join(self.root, "overlay")], check=False,
                       stderr=subprocess.DEVNULL)
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(self.root + "-run", ignore_errors=True)

    def build(self, context):
        return self.command + self.build_words + ["-q", "-t", "localhost/bench:v1", context]

    def push(self, target):
        return self.command + ["push", "-q", "--tls-verify=false", "localhost/bench:v1", "docker://" + target]


class Skopeo:
    """Pushes what bale built, from bale's store."""

    name = "skopeo"

    def __init__(self, bale):
        self.store = bale.store

    def push(self, target):
        return ["skopeo", "copy", "-q", "--dest-tls-verify=false",
                f"oci:{self.store}:localhost/bench:v1", "docker://" + target]


def layer_bytes(target):
    """What the layers of an image weigh in the registry."""
    command = ["skopeo", "inspect", "--tls-verify=false", "--raw", "docker://" + target]
    raw = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sum(layer["size"] for layer in json.loads(raw)["layers"])


def push_twice(workload, tool, scratch, table):
    """To a registry that has nothing: one that has the blobs in another repository may mount them.
    Returns what the layers weigh there."""
    with Registry(os.path.join(scratch, "empty-registry")) as registry:
        target = f"{registry}/bench/{workload}:v1"
        table.add(f"{workload}: push", tool.name, measure(tool.push(target)))
        table.add(f"{workload}: push again", tool.name, measure(tool.push(target)))
        size = layer_bytes(target)
    shutil.rmtree(os.path.join(scratch, "empty-registry"))
    return size


def run_round(workload, context, tools, skopeo, scratch, table, sizes):
    for tool in tools:
        tool.forget()
        table.add(f"{workload}: build, cold", tool.name, measure(tool.build(context)))
        table.add(f"{workload}: build, warm", tool.name, measure(tool.build(context)))
        sizes[workload, tool.name] = push_twice(workload, tool, scratch, table)
    push_twice(workload, skopeo, scratch, table)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bale", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()

    bale = Bale(arguments.bale, arguments.scratch)
    tools = [bale, Containers("podman", ["build"], arguments.scratch),
             Containers("buildah", ["bud", "--layers", "--isolation", "chroot"], arguments.scratch)]
    table, sizes = Table(), {}
    for workload, dockerfile in (("plain", PLAIN), ("stages", STAGES)):
        context = os.path.join(arguments.scratch, "context-" + workload)
        make_context(context, dockerfile)
        for _ in range(arguments.rounds):
            run_round(workload, context, tools, Skopeo(bale), arguments.scratch, table, sizes)
    table.print()
    print("\nlayers, MB")
    for (workload, name), size in sizes.items():
        print(f"  {workload:7} {name:8} {size / 1e6:8.1f}")


if __name__ == "__main__":
    main()
