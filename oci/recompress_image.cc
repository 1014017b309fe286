// SPDX-License-Identifier: Apache-2.0
#include "oci/recompress_image.h"

#include <map>
#include <utility>

#include "oci/error.h"
#include "oci/image.h"
#include "oci/image_format.h"
#include "oci/image_walk.h"

namespace bale::oci {

namespace {

constexpr const char* kReferenceDigest = "vnd.docker.reference.digest";

class Recompression {
 public:
  Recompression(const BlobProvider& from, BlobStore& to, ThreadPool& pool,
                const LayerOptions& options, Recompress which)
      : from_(from), to_(to), layers_(from, to, pool, options, which) {}

  Descriptor document(const Descriptor& entry, std::size_t depth) {
    if (entry.media_type.is_index()) return index(entry, depth);
    if (entry.media_type.is_manifest()) return manifest(entry);
    return entry;
  }

 private:
  /// Each index once, however often indexes name it.
  Descriptor index(const Descriptor& entry, std::size_t depth) {
    if (depth >= kMaxIndexDepth) {
      throw Error(ErrorCode::kCorrupt, entry.digest.to_string() + ": indexes nested deeper than " +
                                           std::to_string(kMaxIndexDepth));
    }
    auto done = indexes_.find(entry.digest);
    if (done == indexes_.end()) {
      done = indexes_.emplace(entry.digest, repack_index(entry, depth)).first;
    }
    return done->second.digest == entry.digest ? entry : in_place_of(entry, done->second);
  }

  Descriptor repack_index(const Descriptor& entry, std::size_t depth) {
    const Document<Index> old = read_index(from_, entry);
    Index changed = old.value;
    std::map<std::string, std::string> replaced;
    bool docker = true;
    for (auto& child : changed.manifests) {
      const std::string before = child.digest.to_string();
      child = document(child, depth + 1);
      replaced[before] = child.digest.to_string();
      docker = docker && child.media_type.is_docker();
    }
    for (auto& child : changed.manifests) point_to_new(child, replaced);
    if (changed == old.value) return entry;
    if (!docker) changed.media_type = in_format(changed.media_type, ImageFormat::kOci);
    return write(entry, std::move(changed));
  }

  static void point_to_new(Descriptor& attestation,
                           const std::map<std::string, std::string>& replaced) {
    const auto subject = attestation.annotations.find(kReferenceDigest);
    if (subject == attestation.annotations.end()) return;
    const auto found = replaced.find(subject->second);
    if (found != replaced.end()) subject->second = found->second;
  }

  Descriptor manifest(const Descriptor& entry) {
    const Document<Manifest> old = read_manifest(from_, entry);
    if (!old.value.config.media_type.is_image_config()) return entry;
    Manifest changed = old.value;
    try {
      layers_.repack(changed, read_image_config(from_, changed.config).value.diff_ids);
    } catch (const Error& error) {
      throw error.in("image " + entry.digest.to_string());
    }
    if (changed == old.value) return entry;
    return in_place_of(entry, write(entry, std::move(changed)));
  }

  /// Some documents leave their type to the descriptor. What is written here says it.
  template <typename T>
  Descriptor write(const Descriptor& entry, T value) {
    if (value.media_type.empty()) value.media_type = entry.media_type;
    const auto made = make_document(std::move(value));
    write_blob(to_, made.descriptor, made.bytes);
    return made.descriptor;
  }

  const BlobProvider& from_;
  BlobStore& to_;
  LayerRepacker layers_;
  std::map<Digest, Descriptor> indexes_;
};

}  // namespace

Descriptor recompress_image(const BlobProvider& from, const Descriptor& root, BlobStore& to,
                            ThreadPool& pool, const LayerOptions& options, Recompress which) {
  return Recompression(from, to, pool, options, which).document(root, 0);
}

}  // namespace bale::oci
