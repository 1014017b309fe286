// SPDX-License-Identifier: Apache-2.0
#include "tools/index_source.h"

#include <filesystem>
#include <utility>

#include "oci/build_metadata.h"
#include "oci/document.h"
#include "oci/document_cache.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "oci/image_walk.h"
#include "oci/layout_index.h"
#include "tools/open_image.h"

namespace bale::tools {

namespace {

constexpr std::size_t kMaxMetadata = std::size_t{16} << 20;

/// As an entry of an index: with the platform that the config tells, and without what only its
/// place there meant.
oci::Descriptor entry_of(const oci::BlobProvider& blobs, oci::Descriptor root) {
  root.annotations.erase(oci::kRefName);
  const oci::Manifest manifest = oci::read_manifest(blobs, root).value;
  root.artifact_type = manifest.artifact_type;
  if (!root.platform && manifest.config.media_type.is_image_config()) {
    root.platform = oci::normalized(oci::read_image_config(blobs, manifest.config).value.platform);
  }
  return root;
}

std::vector<oci::Descriptor> entries_of(const oci::BlobProvider& blobs,
                                        const oci::Descriptor& root) {
  if (root.media_type.is_index()) return oci::read_index(blobs, root).value.manifests;
  return {entry_of(blobs, root)};
}

IndexSource open_in_registry(Program& program, const oci::Reference& name) {
  const auto repository = std::make_shared<const registry::Repository>(
      program.repository(name, registry::Repository::Access::kPull));
  const auto fetched = repository->get_manifest(name.manifest_reference());
  auto documents = std::make_shared<oci::DocumentCache>(repository);
  documents->keep(fetched.descriptor, fetched.bytes);
  auto entries = entries_of(*documents, fetched.descriptor);
  return {std::move(entries), std::move(documents), repository};
}

IndexSource open_elsewhere(Program& program, const std::string& text) {
  const OpenedImage image = open_image(program, text);
  auto documents = std::make_shared<oci::DocumentCache>(image.blobs);
  auto entries = entries_of(*documents, image.root);
  return {std::move(entries), std::move(documents), {}};
}

/// A plain name is one of the store first.
bool is_in_registry(Program& program, const oci::ImageName& name) {
  if (name.transport == oci::Transport::kRegistry) return true;
  const bool may_be = name.transport == oci::Transport::kStore && name.reference &&
                      name.reference->host != "localhost" && !program.options().offline;
  return may_be && !find_in_store(program, name);
}

IndexSource open_name(Program& program, const oci::ImageName& name) {
  if (is_in_registry(program, name)) return open_in_registry(program, *name.reference);
  return open_elsewhere(program, name.to_string());
}

/// A digest alone: another job has pushed it to where the index goes, or it was built here.
IndexSource open_digest(Program& program, const oci::Digest& digest, const std::string& home) {
  if (!home.empty()) {
    try {
      return open_in_registry(program, oci::Reference::parse(home).with_digest(digest));
    } catch (const oci::Error& error) {
      if (error.code() != oci::ErrorCode::kNotFound || !program.store().find(digest)) throw;
    }
  }
  return open_elsewhere(program, digest.to_string());
}

IndexSource open_built(Program& program, const oci::BuiltImage& image, const std::string& home) {
  if (program.store().find(image.digest) || image.names.empty()) {
    return open_digest(program, image.digest, home);
  }
  return open_in_registry(program, image.names.front().with_digest(image.digest));
}

bool is_metadata_file(const std::string& text) {
  return text.ends_with(".json") && std::filesystem::is_regular_file(text);
}

}  // namespace

std::vector<IndexSource> open_sources(Program& program, const std::string& text,
                                      const std::string& home) {
  std::vector<IndexSource> sources;
  if (is_metadata_file(text)) {
    try {
      for (const auto& image : oci::parse_build_metadata(oci::read_file(text, kMaxMetadata))) {
        sources.push_back(open_built(program, image, home));
      }
    } catch (const oci::Error& error) {
      throw error.in("reading " + text);
    }
    return sources;
  }
  const auto name = oci::ImageName::parse(text);
  const bool only_digest = name.transport == oci::Transport::kStore && name.digest;
  sources.push_back(only_digest ? open_digest(program, *name.digest, home)
                                : open_name(program, name));
  return sources;
}

oci::BlobOrigins origins_of(const IndexSource& source) {
  oci::BlobOrigins origins;
  if (!source.repository) return origins;
  for (const auto& entry : source.entries) {
    oci::for_each_blob(*source.blobs, entry, [&](const oci::WalkedBlob& blob) {
      origins.emplace(blob.descriptor.digest, source.repository->name());
    });
  }
  return origins;
}

}  // namespace bale::tools
