// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/blob_store.h"
#include "oci/image_config.h"
#include "oci/manifest.h"
#include "oci/thread_pool.h"

namespace bale::oci {

/// A layer, and the line of the history that made it.
struct LayerReport {
  Descriptor descriptor;
  std::optional<DiffId> diff_id = {};
  std::optional<std::uint64_t> uncompressed_size = {};  ///< bytes of the tar, where that is known
  std::string created = {};
  std::string created_by = {};
  std::size_t platforms = 1;  ///< how many images of the index have this layer
};

enum class ManifestKind {
  kImage,
  kAttestation,  ///< BuildKit's, about another entry
  kArtifact,     ///< a manifest without an image config
  kIndex,        ///< an index inside the index; its entries follow it
  kOther,        ///< an entry of a type that is no manifest's
  kMissing,      ///< named, but not here
};

/// What is told of one entry of an index, or of a manifest that stands alone.
struct ManifestReport {
  ManifestKind kind = ManifestKind::kOther;
  Descriptor descriptor;         ///< with platform and artifact type of the image where it has none
  Annotations annotations = {};  ///< of the manifest itself, not of the descriptor
  std::optional<Digest> attests = {};        ///< kAttestation: the manifest that it speaks of
  std::vector<std::string> predicates = {};  ///< kAttestation: in-toto predicate types
  std::optional<Descriptor> subject = {};
  std::optional<Descriptor> config_descriptor = {};
  std::shared_ptr<const ImageConfig> config = {};  ///< kImage, else null
  std::vector<LayerReport> layers = {};            ///< blobs of any type
  /// What moves when this is pulled alone: manifest, config and each different layer.
  std::uint64_t compressed_size = 0;
  /// The sum over the layers, where it is known of all.
  std::optional<std::uint64_t> uncompressed_size = {};
};

/// What is in an image, told from its documents alone.
struct ImageReport {
  std::string name;
  Descriptor root;
  Annotations annotations = {};  ///< of the index
  std::optional<Descriptor> subject = {};
  std::vector<ManifestReport> manifests = {};
  std::size_t platforms = 0;
  /// The sum over the images, attestations and artifacts left out.
  std::uint64_t compressed_size = 0;
  /// Of that, layers that more than one image has, each counted once.
  std::uint64_t shared_size = 0;
  /// Each different blob once, documents and attestations included: what a registry keeps.
  std::uint64_t unique_size = 0;
  /// The latest of the images' times, RFC 3339, or "".
  std::string created = {};
};

/// Knows the uncompressed size of some layers.
using UncompressedSize =
    std::function<std::optional<std::uint64_t>(const Descriptor& layer, const DiffId& diff_id)>;

struct InspectOptions {
  UncompressedSize uncompressed_size = {};  ///< called from any thread
  /// Where the documents under an index are read; null: in the calling thread.
  ThreadPool* pool = nullptr;
};

/// Reads manifests and configs under `root`, no layer. What an index names and `blobs` does not
/// have is reported as kMissing; a missing root throws kNotFound. Throws kCorrupt as the readers of
/// the documents do.
ImageReport inspect_image(const BlobProvider& blobs, const Descriptor& root, std::string name,
                          const InspectOptions& options = {});

/// One JSON object (docs/formats/inspect.md), indented.
std::string to_json(const ImageReport& report);

/// The same for a report of any length: made in the calling thread or on the pool, then given to
/// `write` in pieces, one after the other, in the calling thread.
void write_json(const ImageReport& report, const std::function<void(std::string_view)>& write,
                ThreadPool* pool = nullptr);

/// A tree for people, lines of any length that end in a newline; text from the image is made safe
/// for a terminal.
std::string render_tree(const ImageReport& report);

/// The same in pieces, as `write_json` gives them.
void render_tree(const ImageReport& report, const std::function<void(std::string_view)>& write,
                 ThreadPool* pool = nullptr);

}  // namespace bale::oci
