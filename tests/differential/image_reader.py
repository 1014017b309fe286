# SPDX-License-Identifier: Apache-2.0
"""Reads images from the disk without the help of any of the tools that are compared."""

import gzip
import hashlib
import io
import json
import os
import posixpath
import tarfile

XATTR = "SCHILY.xattr."
WHITEOUT = ".wh."
OPAQUE = ".wh..wh..opq"
KINDS = {tarfile.REGTYPE: "file", tarfile.AREGTYPE: "file", tarfile.DIRTYPE: "folder",
         tarfile.SYMTYPE: "link", tarfile.FIFOTYPE: "pipe", tarfile.CHRTYPE: "char",
         tarfile.BLKTYPE: "block"}
IMPLIED_FOLDER = {"kind": "folder", "mode": "755", "owner": "0:0"}


class Image:
    """What two builds of one Dockerfile must have in common."""

    def __init__(self, config, tree):
        self.config = config
        self.tree = tree


def read_layout(folder, digest):
    """The image `digest` of an OCI image layout."""
    def blob(name):
        return os.path.join(folder, "blobs", *name.split(":"))
    return read_image(load(blob(digest)), blob)


def read_dir(folder):
    """The image in a folder of the `dir:` transport."""
    def blob(name):
        return os.path.join(folder, name.partition(":")[2])
    return read_image(load(os.path.join(folder, "manifest.json")), blob)


def read_image(manifest, blob):
    config = load(blob(manifest["config"]["digest"]))
    layers = Layers()
    for layer in manifest["layers"]:
        layers.apply(blob(layer["digest"]))
    return Image(comparable_config(config), layers.tree())


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def comparable_config(document):
    """The configuration as values that are equal if they mean the same."""
    config = document.get("config") or {}
    labels = dict(config.get("Labels") or {})
    labels.pop("io.buildah.version", None)
    result = {
        "platform": "/".join(filter(None, (document.get("os"), document.get("architecture"),
                                           document.get("variant")))),
        "author": document.get("author"),
        "Env": dict(item.split("=", 1) for item in config.get("Env") or []),
        "Labels": labels,
        "ExposedPorts": sorted(config.get("ExposedPorts") or {}),
        "Volumes": sorted(config.get("Volumes") or {}),
        "OnBuild": config.get("OnBuild"),
    }
    for key in ("Entrypoint", "Cmd", "Shell", "User", "WorkingDir", "StopSignal", "Healthcheck"):
        result[key] = config.get(key)
    if result["WorkingDir"] == "/":  # the root is where a command starts if nothing is said
        del result["WorkingDir"]
    return {key: value for key, value in result.items() if value}


class Layers:
    """A file tree that grows by layers, as the image specification says."""

    def __init__(self):
        self.entries = {}
        self.inodes = 0

    def apply(self, path):
        with open(path, "rb") as raw:
            data = raw.read()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            self.apply_members(tar)

    def apply_members(self, tar):
        made_here = set()
        for member in tar:
            name = posixpath.normpath(member.name).lstrip("/")
            if name in (".", ""):
                continue
            folder, base = posixpath.split(name)
            if base == OPAQUE:
                self.forget_below(folder, made_here)
            elif base.startswith(WHITEOUT):
                self.forget(posixpath.join(folder, base[len(WHITEOUT):]))
            else:
                self.add(name, member, tar)
                made_here.add(name)

    def add(self, name, member, tar):
        old = self.entries.get(name)
        if not (member.isdir() and old and old["kind"] == "folder"):
            self.forget(name)
        self.imply_parents(name)
        if member.islnk():
            target = posixpath.normpath(member.linkname).lstrip("/")
            self.entries[name] = self.entries[target]
            return
        self.entries[name] = self.describe(member, tar)

    def describe(self, member, tar):
        self.inodes += 1
        entry = {"kind": KINDS[member.type], "mode": f"{member.mode & 0o7777:o}",
                 "owner": f"{member.uid}:{member.gid}", "inode": self.inodes}
        if member.issym():
            entry.update(target=member.linkname, mode="777")
        if member.isreg():
            content = tar.extractfile(member).read()
            entry["content"] = f"{len(content)} bytes {hashlib.sha256(content).hexdigest()[:12]}"
        if member.ischr() or member.isblk():
            entry["device"] = f"{member.devmajor}:{member.devminor}"
        xattrs = {key[len(XATTR):]: value for key, value in member.pax_headers.items()
                  if key.startswith(XATTR)}
        if xattrs:
            entry["xattrs"] = xattrs
        return entry

    def imply_parents(self, name):
        folder = posixpath.dirname(name)
        while folder and folder not in self.entries:
            self.entries[folder] = dict(IMPLIED_FOLDER)
            folder = posixpath.dirname(folder)

    def forget(self, name):
        self.entries.pop(name, None)
        self.forget_below(name, set())

    def forget_below(self, name, kept):
        for path in [p for p in self.entries if p.startswith(name + "/") and p not in kept]:
            del self.entries[path]

    def tree(self):
        """Path to description; of files that are one, each names the others."""
        names = {}
        for path, entry in self.entries.items():
            names.setdefault(entry.get("inode"), []).append(path)
        return {path: describe_entry(path, entry, names) for path, entry in self.entries.items()}


def describe_entry(path, entry, names):
    result = {key: value for key, value in entry.items() if key != "inode"}
    others = sorted(set(names[entry.get("inode")]) - {path})
    if others and entry["kind"] != "folder":
        result["same file as"] = " ".join(others)
    return result

