// SPDX-License-Identifier: Apache-2.0
#include "tools/store_image_resolver.h"

#include <memory>
#include <utility>

#include "oci/completing_provider.h"
#include "oci/error.h"
#include "oci/image.h"

namespace bale::tools {

namespace {

using Access = registry::Repository::Access;

/// What `root` is for the platform of `image`. A single-platform image for another one would build
/// an image that says one thing and holds another, so it is refused.
oci::Descriptor manifest_for(const oci::BlobProvider& blobs, const oci::Descriptor& root,
                             const builder::BaseImage& image) {
  const auto chosen = oci::select_image(blobs, root, image.platform);
  const auto config = oci::read_image(blobs, chosen).config.value;
  if (!oci::matches(config.platform, image.platform)) {
    throw oci::Error(oci::ErrorCode::kNotFound,
                     image.reference.to_string() + " is for " + config.platform.to_string() +
                         ", not for " + image.platform.to_string(),
                     "name a base image for this platform, or write FROM --platform=" +
                         config.platform.to_string());
  }
  return chosen;
}

builder::ResolvedImage resolved(const oci::BlobProvider& documents, const oci::Descriptor& manifest,
                                std::shared_ptr<const oci::BlobProvider> layers) {
  oci::Image image = oci::read_image(documents, manifest);
  return {std::move(image.manifest), std::move(image.config), std::move(layers)};
}

}  // namespace

PullPolicy parse_pull_policy(std::string_view word) {
  if (word == "missing") return PullPolicy::kMissing;
  if (word == "always" || word == "true") return PullPolicy::kAlways;
  if (word == "newer") return PullPolicy::kNewer;
  if (word == "never" || word == "false") return PullPolicy::kNever;
  throw oci::Error(oci::ErrorCode::kInvalid, "unknown --pull=" + std::string(word),
                   "one of always, missing, newer, never");
}

builder::ResolvedImage StoreImageResolver::resolve(const builder::BaseImage& image,
                                                   std::stop_token stop) {
  // One at a time: two platforms mostly ask for the same name, and the second finds it here.
  const std::lock_guard lock(mutex_);
  const auto known = resolved_.find(image);
  if (known != resolved_.end()) return known->second;
  const auto failed = failed_.find(image);
  if (failed != failed_.end()) throw failed->second;
  try {
    return resolved_.emplace(image, find(image, stop)).first->second;
  } catch (const oci::Error& error) {
    failed_.emplace(image, error);
    throw;
  }
}

bool StoreImageResolver::is_local(const builder::BaseImage& image) {
  if (elsewhere_.contains(image.reference)) return true;
  if (policy_ == PullPolicy::kAlways) return false;
  const std::lock_guard lock(mutex_);
  return resolved_.contains(image) || find_here(image).has_value();
}

void StoreImageResolver::add(const oci::Reference& reference, OpenedImage image) {
  elsewhere_.insert_or_assign(reference, std::move(image));
}

oci::BlobOrigins StoreImageResolver::origins() const {
  const std::lock_guard lock(mutex_);
  oci::BlobOrigins origins;
  for (const auto& [image, found] : resolved_) {
    if (elsewhere_.contains(image.reference)) continue;
    for (const auto& layer : found.manifest.value.layers) {
      origins.emplace(layer.digest, image.reference.name());
    }
  }
  return origins;
}

builder::ResolvedImage StoreImageResolver::find(const builder::BaseImage& image,
                                                const std::stop_token& stop) {
  if (const auto known = elsewhere_.find(image.reference); known != elsewhere_.end()) {
    const auto& [name, root, blobs] = known->second;
    return resolved(*blobs, manifest_for(*blobs, root, image), blobs);
  }
  const bool in_store_only = policy_ == PullPolicy::kNever || image.reference.host == "localhost";
  if (policy_ == PullPolicy::kMissing || in_store_only) {
    if (auto here = find_here(image)) return *std::move(here);
  }
  if (in_store_only) {
    throw oci::Error(oci::ErrorCode::kNotFound,
                     "no image " + image.reference.to_string() + " for " +
                         image.platform.to_string() + " in the store",
                     "build or pull it first");
  }
  try {
    return pull(image, stop);
  } catch (const oci::Error& error) {
    auto here = policy_ == PullPolicy::kNewer && error.code() == oci::ErrorCode::kUnavailable
                    ? find_here(image)
                    : std::nullopt;
    if (!here) throw;
    return *std::move(here);
  }
}

std::shared_ptr<const oci::BlobProvider> StoreImageResolver::blobs_of(
    const builder::BaseImage& image, const std::stop_token& stop) {
  if (program_.options().offline || image.reference.host == "localhost") {
    // The store outlives the build, so nobody needs to own it.
    return {std::shared_ptr<void>(), &program_.store().blobs()};
  }
  return std::make_shared<const oci::CompletingProvider>(
      program_.store().blobs(),
      std::make_shared<const registry::Repository>(
          program_.repository(image.reference, Access::kPull).with_stop(stop)));
}

std::optional<builder::ResolvedImage> StoreImageResolver::find_here(
    const builder::BaseImage& image) {
  const oci::BlobProvider& documents = program_.store().blobs();
  try {
    if (const auto stored = program_.store().find(image.reference)) {
      return resolved(documents, manifest_for(documents, stored->root, image), blobs_of(image, {}));
    }
    if (const auto manifest = records_.find(image)) {
      return resolved(documents, *manifest, blobs_of(image, {}));
    }
  } catch (const oci::Error& error) {
    if (error.code() != oci::ErrorCode::kNotFound) throw;
  }
  return std::nullopt;
}

builder::ResolvedImage StoreImageResolver::pull(const builder::BaseImage& image,
                                                const std::stop_token& stop) {
  const auto repository = program_.repository(image.reference, Access::kPull).with_stop(stop);
  const auto root = repository.head_manifest(image.reference.manifest_reference());
  if (!root) {
    throw oci::Error(oci::ErrorCode::kNotFound,
                     "no image " + image.reference.to_string() + " in its registry",
                     "check the name and the tag");
  }
  const auto blobs = blobs_of(image, stop);
  const auto manifest = manifest_for(*blobs, *root, image);
  auto found = resolved(*blobs, manifest, blobs);
  records_.put(image, manifest);
  return found;
}

}  // namespace bale::tools
