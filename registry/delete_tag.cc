// SPDX-License-Identifier: Apache-2.0
#include "registry/delete_tag.h"

#include <random>
#include <utility>

#include "oci/document.h"
#include "oci/error.h"

namespace bale::registry {

namespace {

constexpr std::string_view kEmptyConfig = "{}";

oci::Descriptor empty_config() {
  return {.media_type = oci::media_type::kOciEmpty,
          .digest = oci::Digest::of(oci::as_bytes(kEmptyConfig)),
          .size = kEmptyConfig.size()};
}

/// A manifest that nothing else names, so that deleting it takes nothing away.
oci::Document<oci::Manifest> unique_manifest() {
  std::random_device random;
  const std::string salt = std::to_string(random()) + std::to_string(random());
  return oci::make_document(oci::Manifest{.artifact_type = oci::media_type::kOciEmpty,
                                          .config = empty_config(),
                                          .layers = {empty_config()},  // some registries want one
                                          .annotations = {{"bale.deleted-tag", salt}}});
}

void put_empty_config(const Repository& repository) {
  const oci::Descriptor config = empty_config();
  if (repository.head_blob(config.digest)) return;
  const PartAnswer answer =
      repository.put_upload(repository.start_upload(), config, Body::of(std::string(kEmptyConfig)));
  if (answer.error) throw *answer.error;
}

/// Puts a manifest of its own under `reference` and deletes it.
void put_and_delete(const Repository& repository, const std::string& reference) {
  const auto manifest = unique_manifest();
  const std::string digest = manifest.descriptor.digest.to_string();
  repository.put_manifest(reference.empty() ? digest : reference, manifest.descriptor,
                          manifest.bytes);
  repository.delete_manifest(digest);
}

void delete_by_way_of_another_manifest(const Repository& repository, const std::string& tag) {
  put_empty_config(repository);
  put_and_delete(repository, {});
  const FetchedManifest before = repository.get_manifest(tag);
  try {
    put_and_delete(repository, tag);
  } catch (const oci::Error&) {
    repository.put_manifest(tag, before.descriptor, before.bytes);
    throw;
  }
}

}  // namespace

void delete_tag(const Repository& repository, const std::string& tag) {
  if (!repository.head_manifest(tag)) {
    throw oci::Error(oci::ErrorCode::kNotFound, "no tag " + repository.name() + ":" + tag);
  }
  try {
    return repository.delete_manifest(tag);
  } catch (const oci::Error& error) {
    if (error.code() == oci::ErrorCode::kDenied || error.code() == oci::ErrorCode::kUnavailable ||
        error.code() == oci::ErrorCode::kInterrupted) {
      throw error.in("deleting the tag " + repository.name() + ":" + tag);
    }
  }
  try {
    delete_by_way_of_another_manifest(repository, tag);
  } catch (const oci::Error& error) {
    throw error.in("deleting the tag " + repository.name() + ":" + tag);
  }
}

}  // namespace bale::registry
