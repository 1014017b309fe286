// SPDX-License-Identifier: Apache-2.0
#include "oci/validate.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include <fcntl.h>

#include "oci/document.h"
#include "oci/document_rules.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "oci/image.h"
#include "oci/image_layout.h"
#include "oci/image_walk.h"
#include "oci/layer_toc.h"

namespace bale::oci {

namespace fs = std::filesystem;

namespace {

class NullSink final : public Sink {
 public:
  void write(Bytes) override {}
};

/// Walks documents from a root and writes down what is wrong. Each blob is read once, whatever
/// number of descriptors point at it.
class Validation {
 public:
  Validation(const BlobProvider& blobs, ValidateDepth depth) : blobs_(blobs), depth_(depth) {}

  void root(const Descriptor& descriptor) { link({descriptor, descriptor.digest.to_string()}, 0); }

  /// The entries of a layout's own index.
  void layout_index(std::string_view text, const std::string& document) {
    const auto json = parse(text, document);
    if (!json) return;
    for (const auto& entry : check_index(CheckedObject(json->root(), document, "", faults_), {})) {
      check_name(entry);
      link(entry, 0);
    }
  }

  /// A blob that nothing may point at: only its digest can be checked.
  void lone_blob(const Digest& digest) {
    if (checked_.contains(digest)) return;
    const auto size = blobs_.size(digest);
    if (!size) return fault(digest.to_string(), "is no regular file, nor a link that leads to one");
    content({{.media_type = {}, .digest = digest, .size = *size}, digest.to_string()});
  }

  void fault(std::string place, std::string message) {
    faults_.push_back({std::move(place), std::move(message)});
  }

  std::optional<JsonDocument> parse(std::string_view text, const std::string& document) {
    try {
      JsonDocument json(text, "JSON");
      if (json.root().is_object()) return json;
      fault(document, "expected an object");
    } catch (const Error& error) {
      fault(document, error.what());
    }
    return std::nullopt;
  }

  std::vector<Fault> take() { return std::move(faults_); }

 private:
  void link(const Link& link, std::size_t depth) {
    const MediaType& type = link.descriptor.media_type;
    if (type.is_index()) {
      index(link, depth);
    } else if (type.is_manifest()) {
      manifest(link);
    } else {
      content(link);
    }
  }

  void index(const Link& link, std::size_t depth) {
    if (depth >= kMaxIndexDepth) {
      return fault(link.place, "indexes nested deeper than " + std::to_string(kMaxIndexDepth));
    }
    const auto json = document(link, kMaxManifestSize);
    if (!json) return;
    const CheckedObject object(json->root(), link.descriptor.digest.to_string(), "", faults_);
    for (const auto& entry : check_index(object, link.descriptor.media_type)) {
      this->link(entry, depth + 1);
    }
  }

  void manifest(const Link& link) {
    const auto json = document(link, kMaxManifestSize);
    if (!json) return compare_platform(link);
    const CheckedObject object(json->root(), link.descriptor.digest.to_string(), "", faults_);
    const ManifestLinks links = check_manifest(object, link.descriptor.media_type);
    const bool image = links.config && links.config->descriptor.media_type.is_image_config() &&
                       !is_attestation(link.descriptor) &&
                       !(link.descriptor.platform && link.descriptor.platform->is_unknown());
    ConfigFacts facts;
    if (image) {
      facts = config(*links.config, links.layer_count);
      platforms_.emplace(link.descriptor.digest, facts.platform);
      compare_platform(link);
    } else if (links.config) {
      content(*links.config);
    }
    layers(links, image, facts);
  }

  void layers(const ManifestLinks& links, bool image, const ConfigFacts& facts) {
    const bool paired = facts.diff_ids && facts.diff_ids->size() == links.layers.size();
    for (std::size_t i = 0; i < links.layers.size(); ++i) {
      const Link& layer = links.layers[i];
      const MediaType& type = layer.descriptor.media_type;
      const bool typed = type.is_layer();
      // Any other type may be one that we do not know (manifest.md), but no document.
      if (image && (type.is_index() || type.is_manifest() || type.is_image_config())) {
        fault(layer.place + ".mediaType", "not a layer's type: " + type.to_string());
      }
      if (image && typed && depth_ == ValidateDepth::kLayers) {
        unpack(layer, paired ? std::optional((*facts.diff_ids)[i]) : std::nullopt);
      } else {
        content(layer);
      }
    }
  }

  /// Reads a layer as those do who unpack it, which checks its digest as well. Only of one that is
  /// wrong somewhere the digest is looked at alone, to tell which of the two it is.
  void unpack(const Link& layer, const std::optional<DiffId>& expected) {
    const std::string diff_id = expected ? expected->to_string() : "";
    if (!unpacked_.emplace(layer.descriptor.digest, diff_id).second) return;
    if (!is_there(layer)) return;
    std::string reason;
    NullSink toc;
    try {
      scan_layer(blobs_, layer.descriptor, expected, toc);
      checked_.emplace(layer.descriptor.digest, true);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kCorrupt) throw;
      reason = error.what();
    }
    if (!content(layer)) return;
    check_packing(layer);
    if (!reason.empty()) fault(layer.place, reason);
  }

  void check_packing(const Link& layer) {
    std::array<std::byte, 4> head{};
    const auto source = blobs_.open_unverified(layer.descriptor);
    const Compression actual = sniff_compression(Bytes(head).first(read_full(*source, head)));
    if (actual == layer.descriptor.media_type.layer_compression()) return;
    fault(layer.place + ".mediaType", "is " + layer.descriptor.media_type.to_string() +
                                          ", but the blob is " +
                                          oci_layer_type(actual).to_string());
  }

  /// Parsed for every manifest that has it: each has its own layers to compare.
  ConfigFacts config(const Link& link, std::size_t layers) {
    const std::string name = link.descriptor.digest.to_string();
    if (!fits(link, kMaxConfigSize) || !content(link)) return {};
    const auto json = parse(read_blob(blobs_, link.descriptor, kMaxConfigSize), name);
    if (!json) return {};
    return check_image_config(CheckedObject(json->root(), name, "", faults_), layers);
  }

  /// What the index says of a platform and what the image's own config says. Podman and BuildKit
  /// look at one each.
  void compare_platform(const Link& link) {
    const auto found = platforms_.find(link.descriptor.digest);
    if (found == platforms_.end() || !found->second || !link.descriptor.platform) return;
    const Platform listed = normalized(*link.descriptor.platform);
    const Platform own = normalized(*found->second);
    const bool variants_differ =
        !listed.variant.empty() && !own.variant.empty() && listed.variant != own.variant;
    if (listed.os == own.os && listed.architecture == own.architecture && !variants_differ) return;
    fault(link.place + ".platform",
          "says " + listed.to_string() + ", the image's config says " + own.to_string());
  }

  /// The parsed content of a document that was not looked at before.
  std::optional<JsonDocument> document(const Link& link, std::size_t limit) {
    const bool first = !checked_.contains(link.descriptor.digest);
    if (!fits(link, limit)) return std::nullopt;
    if (!content(link) || !first) return std::nullopt;
    return parse(read_blob(blobs_, link.descriptor, limit), link.descriptor.digest.to_string());
  }

  bool fits(const Link& link, std::size_t limit) {
    if (link.descriptor.size <= limit) return true;
    fault(link.place + ".size", "over the " + std::to_string(limit) + " bytes of a document");
    return false;
  }

  /// Whether the blob is there, with the size that the descriptor says.
  bool is_there(const Link& link) {
    const Descriptor& blob = link.descriptor;
    const auto size = blobs_.size(blob.digest);
    if (!size) {
      if (!is_foreign(blob)) fault(link.place, "blob " + blob.digest.to_string() + " is missing");
      return false;
    }
    if (*size != blob.size) {
      fault(link.place + ".size", "is " + std::to_string(blob.size) + ", but the blob has " +
                                      std::to_string(*size) + " bytes");
      return false;
    }
    return true;
  }

  /// Whether the blob is there, with the size and the digest that the descriptor says.
  bool content(const Link& link) {
    if (!is_there(link)) return false;
    const Descriptor& blob = link.descriptor;
    const auto [known, first] = checked_.emplace(blob.digest, true);
    if (first) known->second = has_its_digest(blob);
    return known->second;
  }

  bool has_its_digest(const Descriptor& blob) {
    if (checked_.size() > kMaxImageBlobs) {
      throw Error(ErrorCode::kCorrupt,
                  "more than " + std::to_string(kMaxImageBlobs) + " blobs to validate");
    }
    Descriptor stored = blob;
    stored.data.reset();
    const auto source = blobs_.open_unverified(stored);
    Hasher hasher(blob.digest.algorithm());
    const auto buffer = std::make_unique_for_overwrite<std::byte[]>(kChunkSize);
    while (const std::size_t got = source->read({buffer.get(), kChunkSize})) {
      hasher.update({buffer.get(), got});
    }
    const Digest actual = hasher.finish();
    if (actual == blob.digest) return true;
    fault(blob.digest.to_string(), "has other content: its digest is " + actual.to_string());
    return false;
  }

  /// image-spec, annotations.md: the grammar of `org.opencontainers.image.ref.name`.
  void check_name(const Link& entry) {
    const auto& annotations = entry.descriptor.annotations;
    const auto found = annotations.find(kRefName);
    if (found == annotations.end()) return;
    const std::string& name = found->second;
    if (is_ref_name(name)) return;
    fault(entry.place + ".annotations." + kRefName, "not a name: \"" + name + "\"");
  }

  const BlobProvider& blobs_;
  ValidateDepth depth_;
  std::vector<Fault> faults_;
  std::map<Digest, bool> checked_;
  std::set<std::pair<Digest, std::string>> unpacked_;  // layers with the DiffIDs they were held to
  std::map<Digest, std::optional<Platform>> platforms_;  // of manifests, by their configs
};

/// A file of the layout that is no blob; nothing, and a fault, where it cannot be read.
std::optional<std::string> read_layout_file(const fs::path& layout, const std::string& name,
                                            std::size_t limit, Validation& validation) {
  if (!fs::exists(layout / name)) {
    validation.fault(name, "missing");
    return std::nullopt;
  }
  try {
    return read_regular_file(layout / name, limit);
  } catch (const Error& error) {
    validation.fault(name, error.what());
    return std::nullopt;
  }
}

void check_version(const std::string& text, Validation& validation) {
  const auto json = validation.parse(text, "oci-layout");
  if (!json) return;
  const auto told = JsonObject(*json).find("imageLayoutVersion");
  if (told && told->is_string() && told->text() == "1.0.0") return;
  validation.fault("oci-layout: imageLayoutVersion", "must be \"1.0.0\"");
}

/// What a folder has, links to folders told as folders; sorted, so that the report is the same
/// every time.
std::map<fs::path, bool> entries_of(const fs::path& folder) {
  std::map<fs::path, bool> entries;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::error_code nowhere;  // a link may lead there
    entries.emplace(entry.path().filename(), entry.is_directory(nowhere));
  }
  return entries;
}

/// Everything under blobs/ must be named by the digest of its content.
void check_blob_files(const fs::path& layout, Validation& validation) {
  const fs::path blobs = layout / "blobs";
  if (!fs::is_directory(blobs)) return;
  for (const auto& [algorithm, is_folder] : entries_of(blobs)) {
    const std::string place = "blobs/" + algorithm.string();
    if (!is_folder) {
      validation.fault(place, "not named by a digest");
      continue;
    }
    for (const auto& [name, is_nested] : entries_of(blobs / algorithm)) {
      const auto digest = Digest::try_parse(algorithm.string() + ":" + name.string());
      if (digest && !is_nested) {
        validation.lone_blob(*digest);
      } else {
        validation.fault(place + "/" + name.string(), "not named by a digest");
      }
    }
  }
}

}  // namespace

std::vector<Fault> validate_image(const BlobProvider& blobs, const Descriptor& root,
                                  ValidateDepth depth) {
  Validation validation(blobs, depth);
  validation.root(root);
  return validation.take();
}

std::vector<Fault> validate_layout(const fs::path& path, ValidateDepth depth) {
  // Not open(), which refuses a layout whose faults are to be told.
  const ImageLayout layout = ImageLayout::create(path);
  Validation validation(layout, depth);
  const auto version = read_layout_file(path, "oci-layout", 4096, validation);
  if (version) check_version(*version, validation);
  if (!fs::is_directory(path / "blobs")) validation.fault("blobs", "missing");
  const auto index = read_layout_file(path, "index.json", kMaxManifestSize, validation);
  if (index) validation.layout_index(*index, "index.json");
  check_blob_files(path, validation);
  return validation.take();
}

}  // namespace bale::oci
