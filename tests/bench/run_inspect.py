#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the commands that only look, and the join of two pushed images under three tags.

A small image is looked at beside /bin/true, which shows what starting a program costs, and
`skopeo inspect`; an index of 10,000 images shows what each of them costs. Printed are medians
over the rounds and the fastest round, in milliseconds. Where strace is installed, it is shown that looking opens no
socket and no file for writing.
"""

import argparse
import os
import re
import shutil
import subprocess

from bench_layout import Layout
from measure import Registry, Table, measure

def make_layout(folder, images):
    """Half of them for each of two architectures, with one layer."""
    layout = Layout(folder)
    layer = layout.add_layer(b"\0" * 1024)
    return layout.finish([layout.add_image(("amd64", "arm64")[number % 2], f"1.{number // 2}", [layer])
                          for number in range(images)])


def show(table, row):
    print(f"\n{row}")
    for column in table.cells[row]:
        fastest = min(run.seconds for run in table.cells[row][column])
        print(f"  {column:24} {table.seconds(row, column) * 1000:8.1f} ms, {fastest * 1000:6.1f} at best")


def look(table, row, rounds, commands):
    for _ in range(rounds):
        for name, command in commands.items():
            table.add(row, name, measure(command))
    show(table, row)


def join(table, bale, layout, scratch, rounds):
    """Two images that were pushed become an index under three tags: no blob moves."""
    row = "join of two images, three tags"
    with Registry(os.path.join(scratch, "registry")) as registry:
        name = f"docker://{registry}/team/app"
        for architecture in ("amd64", "arm64"):
            measure(bale + ["copy", "--platform", f"linux/{architecture}", layout, f"{name}:{architecture}"])
        for number in range(rounds):
            tags = [f"{name}:{tag}-{number}" for tag in ("v1", "sha", "latest")]
            table.add(row, "bale", measure(bale + ["manifest", "create", tags[0], "-t", tags[1], "-t", tags[2],
                                                   f"{name}:amd64", f"{name}:arm64"]))
    show(table, row)


def check_calls(command, scratch):
    """Neither a socket nor a file that is written, whatever the thread."""
    log = os.path.join(scratch, "calls")
    subprocess.run(["strace", "-f", "-o", log, "-e", "trace=socket,connect,open,openat,creat,rename,mkdir,unlink"]
                   + command, check=True, stdout=subprocess.DEVNULL)
    with open(log, encoding="utf-8") as file:
        wrong = [line for line in file
                 if re.search(r"(socket|connect|creat|rename|mkdir|unlink)\(|O_(WRONLY|RDWR|CREAT)", line)]
    print(f"  {command[-2]}: " + ("".join(wrong) or "no socket, nothing opened for writing"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bale", required=True)
    parser.add_argument("--scratch", required=True)
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    bale = [options.bale, "--store", os.path.join(options.scratch, "store"), "--progress", "none"]
    small = make_layout(os.path.join(options.scratch, "small"), 2)
    many = make_layout(os.path.join(options.scratch, "many"), 10_000)
    table = Table()
    commands = {"bale inspect": ["inspect"], "bale inspect --json": ["inspect", "--json"],
                "bale manifest inspect": ["manifest", "inspect"], "bale digest": ["digest"]}
    look(table, "two platforms", options.rounds,
         {"/bin/true": ["/bin/true"]}
         | {name: bale + words + [small] for name, words in commands.items()}
         | {"skopeo inspect": ["skopeo", "inspect", small]})
    commands |= {"bale inspect --raw": ["inspect", "--raw"]}
    look(table, "10,000 images", options.rounds,
         {name: bale + words + [many] for name, words in commands.items()})
    join(table, bale, small, options.scratch, options.rounds)
    if shutil.which("strace"):
        print("\nsystem calls")
        for words in (["inspect"], ["manifest", "inspect"], ["digest"]):
            check_calls(bale + words + [small], options.scratch)


main()
