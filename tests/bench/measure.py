# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: measuring commands, medians, and registries on loopback."""

import os
import re
import statistics
import subprocess
import sys
import time


class Measured:
    """One run of a command: seconds, and the peak of its processes in MiB."""

    def __init__(self, seconds, peak):
        self.seconds, self.peak = seconds, peak


def measure(command):
    """Runs a command to its end; what it says is shown only where it fails."""
    os.sync()  # nobody pays for what the one before has left to write
    with open(os.devnull, "r+b") as nothing:
        begin = time.monotonic()
        process = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=subprocess.PIPE)
        message = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}\nfailed: {message.decode(errors='replace')[-2000:]}")
    return Measured(seconds, usage.ru_maxrss / 1024)


class Table:
    """What was measured: row (what was done) by column (who did it)."""

    def __init__(self):
        self.cells = {}

    def add(self, row, column, measured):
        self.cells.setdefault(row, {}).setdefault(column, []).append(measured)

    def seconds(self, row, column):
        return statistics.median(run.seconds for run in self.cells[row][column])

    def peak(self, row, column):
        return max(run.peak for run in self.cells[row][column])

    def print(self):
        for row, columns in self.cells.items():
            print(f"\n{row}")
            best = self.seconds(row, "bale")
            for column in columns:
                seconds = self.seconds(row, column)
                print(f"  {column:8} {seconds:8.3f} s  {seconds / best:7.1f} x"
                      f"  {self.peak(row, column):7.0f} MiB")


class Registry:
    """A docker-registry of its own that holds nothing yet; use it in a `with`."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        os.makedirs(self.folder)
        config = os.path.join(self.folder, "config.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'version: 0.1\nstorage: {{filesystem: {{rootdirectory: "{self.folder}"}}}}\n'
                       'http: {addr: "127.0.0.1:0"}\n')
        log = os.path.join(self.folder, "log")
        with open(log, "w", encoding="utf-8") as file:
            self.process = subprocess.Popen(["docker-registry", "serve", config], stdout=file,
                                            stderr=file)
        while self.process.poll() is None:
            if found := re.search(r"listening on (127\.0\.0\.1:\d+)", self.log()):
                return found.group(1)
            time.sleep(0.01)
        sys.exit("docker-registry does not start")

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8") as file:
            return file.read()

    def requests(self):
        """How many it has answered so far."""
        return len(re.findall(r'^[^ ]+ - - \[', self.log(), re.MULTILINE))

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
