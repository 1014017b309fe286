#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packs file trees as an OCI image layout that holds one index.

usage: pack_image.py --debian|--busybox LAYOUT TREE...

Each TREE names TREE.tar, and ends in Debian's name of its architecture
("…/debian-arm64" is read from "…/debian-arm64.tar"). A layout that is newer than
all its trees is left as it is.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

BUSYBOX_FOLDERS = {"bin": 0o755, "etc": 0o755, "root": 0o700, "tmp": 0o1777, "usr": 0o755,
                   "usr/bin": 0o755, "var": 0o755, "var/tmp": 0o1777}
BUSYBOX_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n"
                  "daemon:x:1:1:daemon:/usr/sbin:/bin/false\n"
                  "web:x:1000:1001:web:/home/web:/bin/sh\n",
    "etc/group": "root:x:0:\ndaemon:x:1:\nwww:x:1001:\nlogs:x:1002:web\n",
}
BUSYBOX_APPLETS = """[ awk base64 basename cat chgrp chmod chown cmp cp cut date dd df diff dirname du
    echo env expr false find grep gzip head hostname id install ln ls md5sum mkdir mkfifo mknod
    mktemp mv od printf pwd readlink realpath rm rmdir sed seq sh sha256sum sleep sort stat sync
    tail tar tee test touch tr true truncate uname uniq unlink vi wc which xargs yes""".split()


class Layout:
    """An OCI image layout that is being written."""

    def __init__(self, folder):
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.join(folder, "blobs", "sha256"))

    def add(self, media_type, data, **more):
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(self.folder, "blobs", "sha256", digest), "wb") as blob:
            blob.write(data)
        return {"mediaType": media_type, "digest": "sha256:" + digest, "size": len(data), **more}

    def add_document(self, media_type, document, **more):
        return self.add(media_type, json.dumps(document).encode(), **more)

    def finish(self, descriptor):
        self.write("oci-layout", {"imageLayoutVersion": "1.0.0"})
        self.write("index.json", {"schemaVersion": 2, "manifests": [descriptor]})

    def write(self, name, document):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            json.dump(document, file)


def entry(name, kind, mode, **more):
    info = tarfile.TarInfo(name)
    info.type, info.mode = kind, mode
    for key, value in more.items():
        setattr(info, key, value)
    return info


def debian_layer(path):
    with open(path, "rb") as tar:
        return tar.read()


def busybox_layer(path):
    """The one program of Debian's package, its applets, and the users that tests name."""
    with tarfile.open(path) as package:
        program = package.extractfile("./bin/busybox").read()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, mode in BUSYBOX_FOLDERS.items():
            tar.addfile(entry(name, tarfile.DIRTYPE, mode))
        for name, text in BUSYBOX_FILES.items():
            data = text.encode()
            tar.addfile(entry(name, tarfile.REGTYPE, 0o644, size=len(data)), io.BytesIO(data))
        tar.addfile(entry("bin/busybox", tarfile.REGTYPE, 0o755, size=len(program)),
                    io.BytesIO(program))
        for applet in BUSYBOX_APPLETS:
            tar.addfile(entry("bin/" + applet, tarfile.SYMTYPE, 0o777, linkname="busybox"))
    return out.getvalue()


def add_image(layout, architecture, tar):
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {"Env": [PATH], "Cmd": ["/bin/sh"]},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest()]},
        "history": [{"created_by": "Debian's packages"}],
    }
    layer = layout.add(LAYER, gzip.compress(tar, compresslevel=1, mtime=0))
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": layout.add_document(CONFIG, config),
        "layers": [layer],
    }
    return layout.add_document(MANIFEST, manifest,
                               platform={"os": "linux", "architecture": architecture})


def is_current(folder, tars):
    done = os.path.join(folder, "index.json")
    return os.path.exists(done) and all(
        os.path.getmtime(tar) < os.path.getmtime(done) for tar in tars + [__file__])


def main():
    kind, folder, trees = sys.argv[1], sys.argv[2], sys.argv[3:]
    make_layer = {"--debian": debian_layer, "--busybox": busybox_layer}[kind]
    tars = [tree + ".tar" for tree in trees]
    if is_current(folder, tars):
        return
    layout = Layout(folder)
    images = [add_image(layout, tree.rpartition("-")[2], make_layer(tar))
              for tree, tar in zip(trees, tars)]
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": images}
    layout.finish(layout.add_document(INDEX, index))


if __name__ == "__main__":
    main()
