// SPDX-License-Identifier: Apache-2.0
#include "oci/inspect.h"

#include <algorithm>
#include <set>
#include <span>
#include <string_view>
#include <unordered_map>
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
      // All the room there may be: reports that tasks fill in stay where they are.
      if (options_.pool != nullptr) report_.manifests.reserve(kMaxDescriptors);
      add_entries(std::move(index.manifests), 1);
      read_added();
    } else {
      read_entry(report_.manifests.emplace_back(ManifestReport{.descriptor = root}));
      pieces_.push_back({.entries = report_.manifests});
    }
    add_totals();
    return std::move(report_);
  }

 private:
  /// Entries of the report that one task reads.
  struct Piece {
    std::span<ManifestReport> entries;
    std::unique_ptr<TaskGroup> reading = nullptr;  // null without a pool: read at once
  };

  /// Lists what there is to read, and begins to; indexes on the way are read at once.
  void add_entries(std::vector<Descriptor> entries, std::size_t depth) {
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
      const std::size_t added = report_.manifests.size() - entries_in_pieces_;
      if (options_.pool != nullptr && added >= kEntriesPerTask) read_added();
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

  /// Has the entries read that were added since the last time.
  void read_added() {
    const auto entries = std::span(report_.manifests).subspan(entries_in_pieces_);
    entries_in_pieces_ += entries.size();
    Piece& piece = pieces_.emplace_back(Piece{.entries = entries});
    if (options_.pool != nullptr) {
      piece.reading = std::make_unique<TaskGroup>(*options_.pool);
      piece.reading->run([this, entries] { read_entries(entries); });
    } else {
      read_entries(entries);
    }
  }

  void read_entries(std::span<ManifestReport> reports) const {
    for (auto& report : reports) {
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
    if (report.kind == ManifestKind::kImage) {
      report.config =
          std::make_shared<ImageConfig>(read_image_config(blobs_, manifest.config).value);
      if (!entry.platform) report.descriptor.platform = report.config->platform;
    }
    if (entry.artifact_type.empty()) {
      report.descriptor.artifact_type = std::move(manifest.artifact_type);
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

  /// What is known of a blob over the whole report.
  struct Share {
    std::size_t platforms = 0;  ///< different images that have it as a layer
    bool is_image = false;      ///< the manifest of an image that was counted
  };

  /// Counts each piece once it is read, while those behind it are being read.
  void add_totals() {
    shares_.reserve(1 + 3 * report_.manifests.size());
    if (report_.root.media_type.is_index()) count(report_.root);
    for (const auto& piece : pieces_) {
      if (piece.reading) piece.reading->wait();
      for (const auto& manifest : piece.entries) add_sums(manifest);
    }
    in_pieces(options_.pool, report_.manifests.size(), kEntriesPerTask,
              [this](std::size_t begin, std::size_t end) {
                const std::span all(report_.manifests);
                for (auto& manifest : all.subspan(begin, end - begin)) add_platforms(manifest);
              });
  }

  void add_sums(const ManifestReport& manifest) {
    if (manifest.kind == ManifestKind::kIndex) count(manifest.descriptor);
    if (manifest.config_descriptor) count_blobs(manifest);
    if (manifest.kind != ManifestKind::kImage) return;
    ++report_.platforms;
    report_.compressed_size += manifest.compressed_size;
    report_.created = std::max(report_.created, manifest.config->created);
  }

  void add_platforms(ManifestReport& manifest) const {
    if (manifest.kind != ManifestKind::kImage) return;
    for (auto& layer : manifest.layers) {
      layer.platforms = shares_.at(layer.descriptor.digest.to_string()).platforms;
    }
  }

  void count_blobs(const ManifestReport& manifest) {
    Share& itself = count(manifest.descriptor);
    // An image that stands in the index twice has its layers once.
    const bool newly = manifest.kind == ManifestKind::kImage && !itself.is_image;
    itself.is_image = itself.is_image || newly;
    count(*manifest.config_descriptor);
    std::set<std::string_view> different;
    for (const auto& layer : manifest.layers) {
      const Descriptor& blob = layer.descriptor;
      Share& share = count(blob);
      if (!newly || !different.insert(blob.digest.to_string()).second) continue;
      if (++share.platforms == 2) report_.shared_size += blob.size;
    }
  }

  Share& count(const Descriptor& blob) {
    const auto [share, newly] = shares_.try_emplace(blob.digest.to_string());
    if (newly) report_.unique_size += blob.size;
    return share->second;
  }

  const BlobProvider& blobs_;
  const InspectOptions& options_;
  ImageReport report_;
  std::unordered_map<std::string_view, Share> shares_;  // by digests of the report
  std::size_t entries_in_pieces_ = 0;
  std::vector<Piece> pieces_;  // last: the tasks of reading use the rest
};

}  // namespace

ImageReport inspect_image(const BlobProvider& blobs, const Descriptor& root, std::string name,
                          const InspectOptions& options) {
  return Inspection(blobs, options, root, std::move(name)).run();
}

}  // namespace bale::oci
