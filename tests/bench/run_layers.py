#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the making of layers with bale and with the tools that are installed beside it.

Every round runs every contender once, one after another, so that a machine that gets
slower gets slower for all; what counts are medians and their ratios. The outcome goes to
performance.md and performance.svg. run_layers.sh does the set-up.
"""

import argparse
import glob
import os
import random
import shutil
import subprocess

from layers_report import write_report
from measure import Table, measure

SCALES = {  # bytes of the real tree, small files, bytes of the one file, empty files
    "small": (30_000_000, 500, 200_000_000, 10_000),
    "full": (1_000_000_000, 20_000, 4 << 30, 1_000_000),
}
TREE, SMALL, PLATFORMS, MEMORY = "tree", "small files", "platforms", "memory"


def copy_real_files(folder, wanted):
    """Programs, libraries and documents of this machine, always in the same order."""
    copied = 0
    for source in ("/usr/bin", "/usr/lib", "/usr/share", "/usr/include", "/usr/sbin"):
        for root, folders, files in os.walk(source):
            folders.sort()
            target = folder + root
            os.makedirs(target, exist_ok=True)
            for name in sorted(files):
                path = os.path.join(root, name)
                if copied >= wanted:
                    return
                if os.path.isfile(path) and not os.path.islink(path):
                    shutil.copy2(path, target)
                    copied += os.path.getsize(path)


def make_small_files(folder, count):
    """1 to 4 KiB each, the same bytes in every run."""
    source = random.Random(20_240_601)
    words = ["".join(source.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(4000)]
    for number in range(count):
        path = os.path.join(folder, f"d{number % 100}")
        os.makedirs(path, exist_ok=True)
        text = " ".join(source.choices(words, k=source.randint(128, 512)))
        with open(os.path.join(path, f"f{number}"), "w", encoding="ascii") as file:
            file.write(text)


def make_large_file(folder, size):
    block = random.Random(1).randbytes(1 << 19) + b"half of it is text. " * 26_214
    with open(os.path.join(folder, "large"), "wb") as file:
        for _ in range(size // len(block)):
            file.write(block)


def make_empty_files(folder, count):
    for number in range(count):
        if number % 1000 == 0:
            path = os.path.join(folder, f"d{number // 1000}")
            os.makedirs(path)
        with open(os.path.join(path, f"f{number}"), "w", encoding="ascii"):
            pass


class Contender:
    """Something that makes a layer of a folder: what it is called, and how it is run.

    `prepare` is not timed; `commands` are, one after another; `size` is the layer's."""

    def __init__(self, name, commands, prepare, size):
        self.name, self.commands, self.prepare, self.size = name, commands, prepare, size


class Scratch:
    """A folder whose parts are made anew before each run."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def clear(self, *names):
        for name in names:
            for path in glob.glob(self.path(name)):
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)


def largest_blob(folder):
    """The layer: everything else in such a layout is small."""
    return max(os.path.getsize(path) for path in glob.glob(folder + "/blobs/sha256/*"))


def bale(program, scratch, context, label, options):
    dockerfile = scratch.path("Dockerfile")
    with open(dockerfile, "w", encoding="utf-8") as file:
        file.write("FROM scratch\nCOPY . /\n")
    command = [program, "--store", scratch.path("store"), "build", "--progress", "none", "-f",
               dockerfile, "-t", "localhost/bench:v1", *options, context]
    return Contender(label, [command], lambda: scratch.clear("store"),
                     lambda: largest_blob(scratch.path("store")))


def pipe(scratch, context, label, packer):
    """What a shell script would do: tar, hash, pack, hash."""
    blob = scratch.path("blob")
    script = (f"tar -C {context} --sort=name -cf - . | tee >(sha256sum >/dev/null) | {packer}"
              f" | tee >(sha256sum >/dev/null) >{blob}")
    return Contender(label, [["bash", "-o", "pipefail", "-c", script]],
                     lambda: scratch.clear("blob"), lambda: os.path.getsize(blob))


def zstd_of_tar(scratch, context):
    """A limit rather than a peer: the tar is there already, and nothing is hashed."""
    tar, blob = scratch.path("tar"), scratch.path("blob")

    def prepare():
        scratch.clear("blob")
        if not os.path.exists(tar):
            subprocess.run(["tar", "-C", context, "--sort=name", "-cf", tar, "."], check=True)

    return Contender("zstd -3 -T2 of a tar", [["zstd", "-q", "-3", "-T2", "-f", tar, "-o", blob]],
                     prepare, lambda: os.path.getsize(blob))


class Buildah:
    """buildah, with a storage that is thrown away before each run."""

    def __init__(self, scratch, context):
        self.scratch, self.context = scratch, context
        root = scratch.path("buildah")
        self.words = ["buildah", "--root", root, "--runroot", root + "-run",
                      "--storage-driver", "overlay"]
        self.add = [*self.words, "copy", "-q", "bench", context, "/"]
        # It packs for registries, and for a layout only where it is asked to.
        self.commit = [*self.words, "commit", "-q", "--disable-compression=false", "bench",
                       f"oci:{scratch.path('layout')}:v1"]

    def start(self):
        overlay = os.path.join(self.scratch.path("buildah"), "overlay")
        subprocess.run(["umount", overlay], check=False, stderr=subprocess.DEVNULL)
        self.scratch.clear("buildah", "buildah-run", "layout")
        subprocess.run([*self.words, "from", "--name", "bench", "scratch"], check=True,
                       capture_output=True)

    def start_with_copy(self):
        self.start()
        subprocess.run(self.add, check=True, capture_output=True)

    def contenders(self):
        def size():
            return largest_blob(self.scratch.path("layout"))

        return [Contender("buildah copy + commit", [self.add, self.commit], self.start, size),
                Contender("buildah commit", [self.commit], self.start_with_copy, size)]


def umoci(scratch, context):
    layout = scratch.path("umoci")

    def prepare():
        scratch.clear("umoci")
        subprocess.run(["umoci", "init", "--layout", layout], check=True)
        subprocess.run(["umoci", "new", "--image", layout + ":v1"], check=True)

    return Contender("umoci insert", [["umoci", "insert", "--image", layout + ":v1", context, "/"]],
                     prepare, lambda: largest_blob(layout))


def tree_contenders(program, scratch, context):
    all_of_them = [
        bale(program, scratch, context, "bale", []),
        bale(program, scratch, context, "bale, small", ["--compression-level", "small"]),
        bale(program, scratch, context, "bale, fast", ["--compression-level", "fast"]),
        bale(program, scratch, context, "bale, zstd", ["--compression", "zstd"]),
        bale(program, scratch, context, "bale, zstd:chunked", ["--compression", "zstd:chunked"]),
        pipe(scratch, context, "tar, pigz -6 -p2", "pigz -6 -p2"),
        pipe(scratch, context, "tar, igzip -1", "igzip -1 -c"),
        pipe(scratch, context, "tar, zstd -3 -T2", "zstd -q -3 -T2 -c"),
        zstd_of_tar(scratch, context), *Buildah(scratch, context).contenders(),
        umoci(scratch, context)]
    needed = {"tar, pigz -6 -p2": "pigz", "tar, igzip -1": "igzip", "umoci insert": "umoci",
              "buildah copy + commit": "buildah", "buildah commit": "buildah",
              "tar, zstd -3 -T2": "zstd", "zstd -3 -T2 of a tar": "zstd"}
    return [each for each in all_of_them if shutil.which(needed.get(each.name, "true"))]


def small_contenders(program, scratch, context):
    chosen = [bale(program, scratch, context, "bale", [])]
    return chosen + (Buildah(scratch, context).contenders()[:1] if shutil.which("buildah") else [])


def platform_contenders(program, scratch, context):
    return [bale(program, scratch, context, "bale", ["--platform", "linux/amd64"]),
            bale(program, scratch, context, "bale, two platforms",
                 ["--platform", "linux/amd64,linux/arm64"])]


def run(row, contenders, rounds, table, sizes):
    for _ in range(rounds):
        for contender in contenders:
            contender.prepare()
            runs = [measure(command) for command in contender.commands]
            whole = runs[0]
            whole.seconds = sum(each.seconds for each in runs)
            whole.peak = max(each.peak for each in runs)
            table.add(row, contender.name, whole)
            sizes[row, contender.name] = contender.size()


def made(scratch, name, make, *arguments):
    folder = scratch.path(name)
    os.makedirs(folder)
    make(folder, *arguments)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bale", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--output", required=True, help="the folder of the report")
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    scratch, table, sizes = Scratch(arguments.scratch), Table(), {}
    tree_size, small_count, large_size, empty_count = SCALES[arguments.scale]
    tree = made(scratch, "real", copy_real_files, tree_size)
    run(TREE, tree_contenders(arguments.bale, scratch, tree), arguments.rounds, table, sizes)
    run(PLATFORMS, platform_contenders(arguments.bale, scratch, tree), arguments.rounds, table,
        sizes)
    scratch.clear("real", "tar", "blob")
    small = made(scratch, "small", make_small_files, small_count)
    run(SMALL, small_contenders(arguments.bale, scratch, small), arguments.rounds, table, sizes)
    for name, make, amount in (("one large file", make_large_file, large_size),
                               ("empty files", make_empty_files, empty_count)):
        folder = made(scratch, "amount", make, amount)
        contender = bale(arguments.bale, scratch, folder, f"{name} ({amount:,})", [])
        run(MEMORY, [contender], 1, table, sizes)
        scratch.clear("amount", "store")
    write_report(arguments.output, table, sizes, arguments)


if __name__ == "__main__":
    main()
