// SPDX-License-Identifier: Apache-2.0
#include "oci/image_walk.h"

#include <set>
#include <string>

#include "oci/document.h"
#include "oci/error.h"

namespace bale::oci {

namespace {

class Walk {
 public:
  Walk(const BlobProvider& blobs, const std::function<void(const WalkedBlob&)>& visit,
       Absent absent)
      : blobs_(blobs), visit_(visit), absent_(absent) {}

  void document(const Descriptor& descriptor, std::size_t depth) {
    if (descriptor.media_type.is_index()) {
      if (enter(descriptor, BlobRole::kIndex)) index(descriptor, depth);
    } else if (descriptor.media_type.is_manifest()) {
      if (enter(descriptor, BlobRole::kManifest)) manifest(descriptor);
    } else {
      enter(descriptor, BlobRole::kOther);
    }
  }

 private:
  /// False where this digest was visited before (each is looked at once, and cycles end), or is to
  /// be skipped.
  bool enter(const Descriptor& descriptor, BlobRole role) {
    if (!visited_.insert(descriptor.digest).second) return false;
    if (absent_ == Absent::kSkipped && !blobs_.size(descriptor.digest)) return false;
    if (visited_.size() > kMaxImageBlobs) {
      throw Error(ErrorCode::kCorrupt,
                  "more than " + std::to_string(kMaxImageBlobs) + " blobs under one image");
    }
    visit_({descriptor, role});
    return true;
  }

  void index(const Descriptor& descriptor, std::size_t depth) {
    if (depth >= kMaxIndexDepth) {
      throw Error(ErrorCode::kCorrupt, descriptor.digest.to_string() +
                                           ": indexes nested deeper than " +
                                           std::to_string(kMaxIndexDepth));
    }
    for (const auto& entry : read_index(blobs_, descriptor).value.manifests) {
      document(entry, depth + 1);
    }
  }

  void manifest(const Descriptor& descriptor) {
    const Manifest manifest = read_manifest(blobs_, descriptor).value;
    enter(manifest.config, BlobRole::kConfig);
    for (const auto& layer : manifest.layers) enter(layer, BlobRole::kLayer);
  }

  const BlobProvider& blobs_;
  const std::function<void(const WalkedBlob&)>& visit_;
  const Absent absent_;
  std::set<Digest> visited_;
};

}  // namespace

void for_each_blob(const BlobProvider& blobs, const Descriptor& root,
                   const std::function<void(const WalkedBlob& blob)>& visit, Absent absent) {
  Walk(blobs, visit, absent).document(root, 0);
}

std::vector<WalkedBlob> list_image_blobs(const BlobProvider& blobs, const Descriptor& root) {
  std::vector<WalkedBlob> found;
  for_each_blob(blobs, root, [&](const WalkedBlob& blob) { found.push_back(blob); });
  return found;
}

bool is_foreign(const Descriptor& layer) {
  const std::string& type = layer.media_type.to_string();
  return !layer.urls.empty() && (type.find("nondistributable") != std::string::npos ||
                                 type.find(".foreign.") != std::string::npos);
}

}  // namespace bale::oci
