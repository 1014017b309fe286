# SPDX-License-Identifier: Apache-2.0
"""The two programs that build: the one under test, and the one it is compared with."""

import os
import subprocess

import image_reader

TIME_LIMIT_SECONDS = 300


class BuildFailed(Exception):
    """The program said that it cannot build this; its last line says why."""


def run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", timeout=TIME_LIMIT_SECONDS, check=False)
    if done.returncode != 0:
        raise BuildFailed(f"exit status {done.returncode}: {error_line(done.stderr)}")
    return done.stdout


def error_line(text):
    """The line that says why: of bale it may be followed by a hint and a marked place."""
    lines = text.strip().splitlines() or ["(nothing was said)"]
    errors = [line for line in lines if "error: " in line.lower()]
    return errors[-1] if errors else lines[-1]


class Bale:
    name = "bale"

    def __init__(self, program, scratch):
        self.command = [program, "--store", os.path.join(scratch, "bale-store")]
        self.store = self.command[2]

    def build(self, case, context):
        out = run(self.command + ["build", "--progress", "none", "-t", "localhost/" + case.name]
                  + case.options + [context])
        return image_reader.read_layout(self.store, out.split()[-1])


class Buildah:
    """Isolation by chroot and one layer a build: the same files at less expense."""

    name = "buildah"

    def __init__(self, scratch):
        self.scratch = scratch
        self.command = ["buildah", "--root", os.path.join(scratch, "buildah"),
                        "--runroot", os.path.join(scratch, "buildah-run"),
                        "--storage-driver", "overlay"]

    def build(self, case, context):
        image = "localhost/" + case.name
        folder = os.path.join(self.scratch, "exported", case.name)
        os.makedirs(folder)
        run(self.command + ["bud", "--isolation", "chroot", "--layers=false", "--format", "docker",
                            "--network", "host", "-q", "-t", image] + case.options + [context])
        run(self.command + ["push", "-q", image, "dir:" + folder])
        return image_reader.read_dir(folder)
