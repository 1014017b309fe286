// SPDX-License-Identifier: Apache-2.0
#include "builder/layer_cache.h"

#include "oci/error.h"
#include "oci/fd.h"
#include "oci/json_object.h"
#include "oci/json_writer.h"
#include "oci/new_file.h"

namespace bale::builder {

namespace {

constexpr std::size_t kMaxRecordSize = std::size_t{64} * 1024;

std::string to_json(const CachedStep& step) {
  return oci::json_object([&](oci::JsonWriter& json) {
    json.member("created", step.created);
    if (!step.layer) return;
    json.member("descriptor", step.layer->descriptor);
    json.member("diff_id", step.layer->diff_id.to_string());
  });
}

CachedStep parse_step(std::string_view text) {
  const oci::JsonDocument document(text, "cache record");
  const oci::JsonObject object(document);
  CachedStep step;
  step.created = object.string_or_empty("created");
  if (const auto descriptor = object.optional_object("descriptor")) {
    step.layer = StageLayer{oci::parse_descriptor(*descriptor),
                            oci::DiffId(oci::Digest::parse(object.required_string("diff_id")))};
  }
  return step;
}

}  // namespace

LayerCache::LayerCache(std::filesystem::path folder, const oci::BlobProvider& blobs)
    : folder_(std::move(folder)), blobs_(blobs) {}

std::filesystem::path LayerCache::path_of(const CacheKey& key) const {
  return folder_ / std::string(key.hex().substr(0, 2)) / std::string(key.hex().substr(2));
}

std::optional<std::string> LayerCache::read(const CacheKey& key) const {
  try {
    return oci::read_file(path_of(key), kMaxRecordSize);
  } catch (const oci::Error&) {
    return std::nullopt;  // a cache that cannot be read is an empty cache
  }
}

void LayerCache::write(const CacheKey& key, std::string_view record) {
  const auto path = path_of(key);
  std::filesystem::create_directories(path.parent_path());
  oci::write_file_atomically(path, record);
}

std::optional<CachedStep> LayerCache::find(const CacheKey& key) const {
  const auto record = read(key);
  if (!record) return std::nullopt;
  try {
    CachedStep step = parse_step(*record);
    const bool there =
        !step.layer || blobs_.size(step.layer->descriptor.digest) == step.layer->descriptor.size;
    return there ? std::optional(std::move(step)) : std::nullopt;
  } catch (const oci::Error&) {
    return std::nullopt;
  }
}

void LayerCache::put(const CacheKey& key, const CachedStep& step) { write(key, to_json(step)); }

std::optional<std::string> LayerCache::find_time(const CacheKey& key) const { return read(key); }

void LayerCache::put_time(const CacheKey& key, const std::string& created) { write(key, created); }

}  // namespace bale::builder
