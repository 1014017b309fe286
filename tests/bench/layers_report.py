# SPDX-License-Identifier: Apache-2.0
"""Writes what run_layers.py measured: tables for people, and a chart."""

import os
import platform
import subprocess
from xml.sax.saxutils import escape

BAR_HEIGHT, GAP, LEFT, WIDTH = 18, 6, 190, 420


def command_output(*command):
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    return outcome.stdout.strip() or outcome.stderr.strip()


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def versions():
    asked = {"buildah": ["--version"], "umoci": ["--version"], "pigz": ["--version"],
             "igzip": ["--version"], "zstd": ["--version"], "tar": ["--version"]}
    for tool, words in asked.items():
        try:
            yield command_output(tool, *words).splitlines()[0]
        except (FileNotFoundError, IndexError):
            yield f"{tool}: not installed"


def machine(arguments):
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    commit = command_output("git", "-C", os.path.dirname(os.path.abspath(__file__)), "rev-parse",
                            "--short", "HEAD")
    return [f"- {os.cpu_count()} cores of {processor()}, {memory:.0f} GiB; {platform.system()} "
            f"{platform.release()}",
            f"- bale of commit {commit}; {arguments.rounds} rounds, scale {arguments.scale}"
            ] + [f"- {version}" for version in versions()]


def markdown_table(row, table, sizes):
    best, best_size = table.seconds(row, "bale"), sizes[row, "bale"]
    lines = ["| | time of bale's | seconds | size of bale's | MB | peak MiB |",
             "|---|---|---|---|---|---|"]
    for name in table.cells[row]:
        seconds, size = table.seconds(row, name), sizes[row, name]
        lines.append(f"| {name} | {seconds / best:.2f} | {seconds:.2f} | {size / best_size:.3f} "
                     f"| {size / 1e6:.1f} | {table.peak(row, name):.0f} |")
    return lines


def memory_table(table):
    lines = ["| | peak MiB | seconds |", "|---|---|---|"]
    for name in table.cells["memory"]:
        lines.append(f"| {name} | {table.peak('memory', name):.0f} "
                     f"| {table.seconds('memory', name):.1f} |")
    return lines


def chart(row, table):
    """Bars of the time each takes, bale's first level as the measure."""
    names = list(table.cells[row])
    slowest = max(table.seconds(row, name) for name in names)
    height = (BAR_HEIGHT + GAP) * len(names) + 30
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 90}" '
             f'height="{height}" font-family="sans-serif" font-size="12">',
             f'<rect width="100%" height="{height}" fill="#fff"/>',
             '<text x="8" y="16">Folder to layer: times of bale\'s (shorter is better)</text>']
    for index, name in enumerate(names):
        y = 26 + index * (BAR_HEIGHT + GAP)
        seconds = table.seconds(row, name)
        length = max(1, WIDTH * seconds / slowest)
        color = "#2a7f62" if name.startswith("bale") else "#9aa5ad"
        parts += [f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>',
                  f'<rect x="{LEFT}" y="{y}" width="{length:.0f}" height="{BAR_HEIGHT}" '
                  f'fill="{color}"/>',
                  f'<text x="{LEFT + length + 6:.0f}" y="{y + 13}">'
                  f'{seconds / table.seconds(row, "bale"):.2f}</text>']
    return "\n".join(parts + ["</svg>"]) + "\n"


def write_report(folder, table, sizes, arguments):
    lines = ["# Performance", "",
             "Written by `tests/bench/run_layers.sh`. All contenders ran in turn in one run; what "
             "counts are", "the ratios of medians, since seconds belong to the machine.", "",
             *machine(arguments), "", "## A folder of real files to a layer", "",
             "![Times beside bale's](performance.svg)", "",
             "The pipes hash with `sha256sum` before and after packing, as a layer needs it; `zstd` "
             "of a tar", "reads no folder and hashes nothing: it is a limit, not a peer.", "",
             *markdown_table("tree", table, sizes), "", "## Small files", "",
             *markdown_table("small files", table, sizes), "", "## The same COPY for two platforms",
             "", *markdown_table("platforms", table, sizes), "", "## Memory", "",
             *memory_table(table)]
    with open(os.path.join(folder, "performance.md"), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    with open(os.path.join(folder, "performance.svg"), "w", encoding="utf-8") as file:
        file.write(chart("tree", table))
