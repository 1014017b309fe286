#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds every Dockerfile of cases/ with bale and with buildah, and compares the images.

A case is a folder: Dockerfile, why.txt (the one reason that the case has), setup.sh
where it needs files (run in the context), options where both commands get some, fails
where both builds must fail (the words that bale's error must hold).
Differences that are meant stand in expected-differences.toml, each with its reason; one
that is listed and does not occur is a failure too.
"""

import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tomllib

import builders

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = os.path.join(HERE, "cases")
NOTHING = "-"


class Case:
    def __init__(self, name):
        self.name = name
        self.folder = os.path.join(CASES, name)
        self.options = self.read("options").split()

    def read(self, name):
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as file:
            return file.read()

    def make_context(self, folder):
        """The same files for both builds, made twice: neither sees what the other did."""
        os.makedirs(folder)
        shutil.copyfile(os.path.join(self.folder, "Dockerfile"), os.path.join(folder, "Dockerfile"))
        setup = os.path.join(self.folder, "setup.sh")
        if os.path.exists(setup):
            subprocess.run(["sh", "-e", setup], cwd=folder, check=True, umask=0o022)
        return folder


def show(value):
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return str(value)


def differences(what, ours, theirs):
    """A line for each key whose values differ: 'tree etc/x: OURS | THEIRS'."""
    return [f"{what} {key}: {show(ours.get(key, NOTHING))} | {show(theirs.get(key, NOTHING))}"
            for key in sorted(ours.keys() | theirs.keys()) if ours.get(key) != theirs.get(key)]


def attempt(builder, case, scratch):
    """The image, or the text of the failure."""
    context = case.make_context(os.path.join(scratch, "context", case.name, builder.name))
    try:
        return builder.build(case, context), None
    except builders.BuildFailed as failure:
        return None, str(failure)


def compare(case, bale, buildah, scratch):
    ours, our_failure = attempt(bale, case, scratch)
    theirs, their_failure = attempt(buildah, case, scratch)
    if our_failure or their_failure:
        return compare_failures(case.read("fails").strip(), our_failure, their_failure)
    return (differences("config", ours.config, theirs.config)
            + differences("tree", ours.tree, theirs.tree))


def compare_failures(words, ours, theirs):
    """Both should fail only where the case says so, and bale with the words it names."""
    if words and ours and theirs and words in ours:
        return []
    return [f"build: {ours or 'done'} | {theirs or 'done'}"]


class Expected:
    """expected-differences.toml: patterns of difference lines, for all cases and for one."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.tables = tomllib.load(file)
        self.everywhere = self.tables.pop("everywhere")["differences"]

    def judge(self, name, found):
        """(listed, unlisted, missing) for a case."""
        wanted = self.tables.get(name, {}).get("differences", [])
        listed = [line for line in found if any(line.startswith(begin) for begin in wanted)]
        ignored = [line for line in found if any(line.startswith(b) for b in self.everywhere)]
        unlisted = [line for line in found if line not in listed and line not in ignored]
        missing = [begin for begin in wanted if not any(line.startswith(begin) for line in found)]
        return listed, unlisted, missing

    def reason(self, name):
        return self.tables[name]["reason"]

    def unknown_cases(self, names):
        return sorted(set(self.tables) - set(names))


def report(case, expected, found):
    """Prints what became of a case. Returns 'ok', 'listed' or 'failed'."""
    listed, unlisted, missing = expected.judge(case.name, found)
    if unlisted or missing:
        print(f"FAILED {case.name}: {case.read('why.txt').strip()}")
        for line in unlisted:
            print(f"    bale | buildah: {line}")
        for begin in missing:
            print(f"    listed, but not seen: {begin}")
        return "failed"
    print(f"ok     {case.name}" + (f" (differs: {expected.reason(case.name)})" if listed else ""))
    return "listed" if listed else "ok"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bale", required=True, help="the program under test")
    parser.add_argument("--scratch", required=True, help="a folder for all that is made")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("cases", nargs="*", help="default: all")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    names = sorted(os.listdir(CASES))
    expected = Expected(os.path.join(HERE, "expected-differences.toml"))
    if expected.unknown_cases(names):
        sys.exit(f"expected-differences.toml names no cases: {expected.unknown_cases(names)}")
    bale = builders.Bale(arguments.bale, arguments.scratch)
    buildah = builders.Buildah(arguments.scratch)
    cases = [Case(name) for name in arguments.cases or names]
    counts = {"ok": 0, "listed": 0, "failed": 0}
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        found = pool.map(lambda case: compare(case, bale, buildah, arguments.scratch), cases)
        for case, differing in zip(cases, found):
            counts[report(case, expected, differing)] += 1
    print(f"{len(cases)} cases: {counts['ok']} agree, {counts['listed']} differ as listed, "
          f"{counts['failed']} failed")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
