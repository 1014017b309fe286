// SPDX-License-Identifier: Apache-2.0
#include "oci/inspect.h"

#include <algorithm>
#include <set>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image.h"
#include "oci/image_walk.h"

namespace bale::oci {

namespace {

constexpr const char* kPredicateType = "in-toto.io/predicate-type";
constexpr std::size_t kEntriesPerTask = 64;
constexpr const char* kUncompressedSize = "io.containers.estargz.uncompressed-size";

/// The lines of the history that made layers. Images that were squashed or written by careless
/// tools have fewer or more of them than layers; then nothing can be told.
std::vector<const History*> layer_history(const ImageConfig& config, std::size_t layers) {
  static const History kUnknown;
  std::vector<const History*> lines;
  lines.reserve(config.history.size());
  for (const History& line : config.history) {
    if (!line.empty_layer) lines.push_back(&line);
  }
  if (lines.size() != layers) lines.assign(layers, &kUnknown);
  return lines;
}

std::optional<std::uint64_t> annotated_size(const Descriptor& layer) {
  const auto found = layer.annotations.find(kUncompressedSize);
  if (found == layer.annotations.end()) return std::nullopt;
  const std::string& text = found->second;
  const bool digits = !text.empty() && text.size() < 19 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) return std::nullopt;
  return std::stoull(text);
}

class Inspection {
 public:
  Inspection(const BlobProvider& blobs, const InspectOptions& options, const Descriptor& root,
             std::string name)
      : blobs_(blobs), options_(options), report_{.name = std::move(name), .root = root} {}

  ImageReport run() {
    const Descriptor& root = report_.root;
    if (root.media_type.is_index()) {
      Index index = read_index(blobs_, root).value;
      report_.annotations = std::move(index.annotations);
      report_.subject = std::move(index.subject);
      add_entries(std::move(index.manifests), 1);
      read_entries();
    } else {
      read_entry(report_.manifests.emplace_back(ManifestReport{.descriptor = root}));
    }
    add_totals();
    return std::move(report_);
  }

 private:
  /// Lists what there is to read; indexes on the way are read at once.
  void add_entries(std::vector<Descriptor> entries, std::size_t depth) {
    report_.manifests.reserve(report_.manifests.size() + entries.size());
    for (auto& entry : entries) {
      if (report_.manifests.size() >= kMaxDescriptors) {
        throw Error(ErrorCode::kCorrupt,
                    "more than " + std::to_string(kMaxDescriptors) + " manifests under one image");
      }
      if (entry.media_type.is_index()) {
        add_index(entry, depth);
      } else {
        report_.manifests.push_back({.kind = ManifestKind::kOther, .descriptor = std::move(entry)});
      }
    }
  }

  void add_index(const Descriptor& entry, std::size_t depth) {
    if (depth >= kMaxIndexDepth) {
      throw Error(ErrorCode::kCorrupt, entry.digest.to_string() + ": indexes nested deeper than " +
                                           std::to_string(kMaxIndexDepth));
    }
    ManifestReport nested{.kind = ManifestKind::kMissing, .descriptor = entry};
    std::vector<Descriptor> entries;
    try {
      Index index = read_index(blobs_, entry).value;
      nested.kind = ManifestKind::kIndex;
      nested.annotations = std::move(index.annotations);
      nested.subject = std::move(index.subject);
      entries = std::move(index.manifests);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kNotFound) throw;
    }
    report_.manifests.push_back(std::move(nested));
    add_entries(std::move(entries), depth + 1);
  }

  void read_entries() {
    in_pieces(options_.pool, report_.manifests.size(), kEntriesPerTask,
              [this](std::size_t begin, std::size_t end) {
                read_entries(std::span(report_.manifests).subspan(begin, end - begin));
              });
  }

  void read_entries(std::span<ManifestReport> reports) const {
    for (auto& report : reports) {
      if (!report.descriptor.media_type.is_manifest()) continue;
      try {
        read_entry(report);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::kNotFound) throw;
        report = {.kind = ManifestKind::kMissing, .descriptor = std::move(report.descriptor)};
      }
    }
  }

  /// Fills in what the documents under the report's descriptor say.
  void read_entry(ManifestReport& report) const {
    const Descriptor& entry = report.descriptor;
    if (!entry.media_type.is_manifest()) return;
    Manifest manifest = read_manifest(blobs_, entry).value;
    report.kind = kind_of(entry, manifest);
    report.artifact_type = std::move(manifest.artifact_type);
    if (report.kind == ManifestKind::kImage) {
      report.config = read_image_config(blobs_, manifest.config).value;
      if (!entry.platform) report.descriptor.platform = report.config->platform;
    }
    report.config_descriptor = std::move(manifest.config);
    report.annotations = std::move(manifest.annotations);
    report.subject = std::move(manifest.subject);
    add_layers(report, std::move(manifest.layers));
    if (report.kind == ManifestKind::kAttestation) describe_attestation(report);
  }

  static ManifestKind kind_of(const Descriptor& entry, const Manifest& manifest) {
    if (is_attestation(entry)) return ManifestKind::kAttestation;
    const bool image = manifest.config.media_type.is_image_config();
    return image ? ManifestKind::kImage : ManifestKind::kArtifact;
  }

  static void describe_attestation(ManifestReport& report) {
    report.attests = attested_digest(report.descriptor);
    for (const auto& layer : report.layers) {
      const auto type = layer.descriptor.annotations.find(kPredicateType);
      if (type != layer.descriptor.annotations.end()) report.predicates.push_back(type->second);
    }
  }

  void add_layers(ManifestReport& report, std::vector<Descriptor> layers) const {
    static const ImageConfig kNone;
    const ImageConfig& config = report.config ? *report.config : kNone;
    const auto history = layer_history(config, layers.size());
    report.layers.reserve(layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i) {
      LayerReport layer{.descriptor = std::move(layers[i]),
                        .created = history[i]->created,
                        .created_by = history[i]->created_by};
      if (i < config.diff_ids.size()) layer.diff_id = config.diff_ids[i];
      layer.uncompressed_size = size_of(layer);
      report.layers.push_back(std::move(layer));
    }
    add_sizes(report);
  }

  std::optional<std::uint64_t> size_of(const LayerReport& layer) const {
    const Descriptor& blob = layer.descriptor;
    if (!blob.media_type.is_layer()) return std::nullopt;
    if (blob.media_type.layer_compression() == Compression::kNone) return blob.size;
    if (options_.uncompressed_size && layer.diff_id) {
      if (auto size = options_.uncompressed_size(blob, *layer.diff_id)) return size;
    }
    return annotated_size(blob);
  }

  static void add_sizes(ManifestReport& report) {
    report.compressed_size = report.descriptor.size + report.config_descriptor->size;
    report.uncompressed_size = 0;
    std::set<std::string_view> different;
    for (const auto& layer : report.layers) {
      if (!layer.uncompressed_size) {
        report.uncompressed_size.reset();
      } else if (report.uncompressed_size) {
        *report.uncompressed_size += *layer.uncompressed_size;
      }
      if (!different.insert(layer.descriptor.digest.to_string()).second) continue;
      report.compressed_size += layer.descriptor.size;
    }
  }

  /// Sums and shares are two tasks; neither writes what the other does.
  void add_totals() {
    if (options_.pool == nullptr) {
      add_sums();
      count_platforms();
      return;
    }
    TaskGroup group(*options_.pool);
    group.run([this] { count_platforms(); });
    add_sums();
    group.wait();
  }

  void add_sums() {
    counted_.reserve(1 + 3 * report_.manifests.size());
    if (report_.root.media_type.is_index()) count(report_.root);
    for (const auto& manifest : report_.manifests) {
      count_blobs(manifest);
      if (manifest.kind != ManifestKind::kImage) continue;
      ++report_.platforms;
      report_.compressed_size += manifest.compressed_size;
      report_.created = std::max(report_.created, manifest.config->created);
    }
  }

  void count_blobs(const ManifestReport& manifest) {
    const bool read = manifest.kind == ManifestKind::kIndex || manifest.config_descriptor;
    if (read) count(manifest.descriptor);
    if (manifest.config_descriptor) count(*manifest.config_descriptor);
    for (const auto& layer : manifest.layers) count(layer.descriptor);
  }

  void count(const Descriptor& blob) {
    if (counted_.insert(blob.digest.to_string()).second) report_.unique_size += blob.size;
  }

  /// Of each layer, how many different images have it.
  void count_platforms() {
    std::unordered_set<std::string_view> images;
    std::unordered_map<std::string_view, std::size_t> platforms;
    images.reserve(report_.manifests.size());
    for (const auto& image : report_.manifests) {
      if (image.kind != ManifestKind::kImage) continue;
      if (!images.insert(image.descriptor.digest.to_string()).second) continue;
      std::set<std::string_view> different;
      for (const auto& layer : image.layers) {
        const Descriptor& blob = layer.descriptor;
        const std::string_view digest = blob.digest.to_string();
        const bool newly = different.insert(digest).second;
        if (newly && ++platforms[digest] == 2) report_.shared_size += blob.size;
      }
    }
    for (auto& image : report_.manifests) {
      if (image.kind != ManifestKind::kImage) continue;
      for (auto& layer : image.layers) {
        layer.platforms = platforms.at(layer.descriptor.digest.to_string());
      }
    }
  }

  const BlobProvider& blobs_;
  const InspectOptions& options_;
  ImageReport report_;
  std::unordered_set<std::string_view> counted_;  // digests of the report
};

}  // namespace

ImageReport inspect_image(const BlobProvider& blobs, const Descriptor& root, std::string name,
                          const InspectOptions& options) {
  return Inspection(blobs, options, root, std::move(name)).run();
}

}  // namespace bale::oci
