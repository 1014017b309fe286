# SPDX-License-Identifier: Apache-2.0
"""Image layouts for the benchmarks, made by hand: what is timed has no part in them."""

import gzip
import hashlib
import json
import os
from typing import NamedTuple

IMAGE = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


class Layer(NamedTuple):
    """A layer as a manifest and as a config name it."""

    descriptor: dict
    diff_id: str


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    """An image layout in the making."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(os.path.join(folder, "blobs", "sha256"))

    def add(self, media_type, content):
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        digest = digest_of(data)
        with open(os.path.join(self.folder, "blobs", *digest.split(":")), "wb") as file:
            file.write(data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    def add_layer(self, content):
        """In gzip's clothes, but stored: a layer that is plain would be compressed by some."""
        packed = gzip.compress(content, compresslevel=0, mtime=0)
        return Layer(self.add(LAYER, packed), digest_of(content))

    def add_image(self, architecture, version, layers):
        config = self.add(CONFIG, {
            "os": "linux", "architecture": architecture, "os.version": version,
            "config": {"Env": ["PATH=/usr/bin:/bin"], "Labels": {"version": version}},
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
            "history": [{"created": "2024-01-01T00:00:00Z", "created_by": "COPY . /"}] * len(layers)})
        image = self.add(IMAGE, {"schemaVersion": 2, "mediaType": IMAGE, "config": config,
                                 "layers": [layer.descriptor for layer in layers]})
        platform = {"os": "linux", "architecture": architecture, "os.version": version}
        return image | {"platform": platform}

    def finish(self, images):
        root = self.add(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": images})
        root["annotations"] = {"org.opencontainers.image.ref.name": "v1"}
        self.write("index.json", {"schemaVersion": 2, "manifests": [root]})
        self.write("oci-layout", {"imageLayoutVersion": "1.0.0"})
        return f"oci:{self.folder}:v1"

    def write(self, name, document):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            json.dump(document, file)
