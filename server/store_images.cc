// SPDX-License-Identifier: Apache-2.0
#include "server/store_images.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "oci/error.h"
#include "oci/image_walk.h"
#include "server/served_name.h"

namespace bale::server {

namespace {

/// The reference of an image; nothing where it has no name, or one that other tools made up.
std::optional<oci::Reference> reference_of(const oci::StoredImage& image) {
  if (image.name.empty()) return std::nullopt;
  try {
    return oci::Reference::parse(image.name);
  } catch (const oci::Error&) {
    return std::nullopt;
  }
}

std::optional<int> precedence_of(const oci::StoredImage& image, const std::string& repository) {
  if (image.name.empty()) return 0;
  const auto reference = reference_of(image);
  return reference ? precedence(*reference, repository) : std::nullopt;
}

std::string tag_of(const oci::StoredImage& image) {
  const auto reference = reference_of(image);
  return reference ? reference->tag.value_or("") : "";
}

}  // namespace

StoreImages::StoreImages(oci::Store& store, std::shared_ptr<const oci::BlobProvider> origins)
    : store_(store) {
  if (origins) {
    origins_ = std::make_unique<oci::CompletingProvider>(store.blobs(), std::move(origins));
  }
}

std::vector<oci::StoredImage> StoreImages::served_images() const {
  auto images = store_.list();
  if (!origins_) std::erase_if(images, [](const auto& image) { return image.remote_layers; });
  return images;
}

void StoreImages::complete(const oci::Digest& digest) {
  if (!origins_ || store_.blobs().size(digest)) return;
  const auto size = origins_->size(digest);
  if (!size) return;
  origins_->complete({.media_type = {}, .digest = digest, .size = *size});
  note_complete_images();
}

void StoreImages::note_complete_images() {
  for (const auto& image : store_.list()) {
    if (!image.remote_layers || !store_.missing_blobs(image.root).empty()) continue;
    store_.keep(image.root);  // and so under all its names
  }
}

std::vector<std::string> StoreImages::repositories() const {
  std::set<std::string> names;
  for (const auto& image : served_images()) {
    if (const auto reference = reference_of(image)) names.insert(repository_of(*reference));
  }
  return {names.begin(), names.end()};
}

std::vector<ServedImage> StoreImages::images(const std::string& repository) const {
  struct Found {
    int precedence;
    ServedImage image;
  };
  std::vector<Found> found;
  bool has_name = false;
  for (const auto& image : served_images()) {
    const auto rank = precedence_of(image, repository);
    if (!rank) continue;
    has_name |= !image.name.empty();
    found.push_back({*rank, {tag_of(image), image.root}});
  }
  if (!has_name) return {};
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.precedence < b.precedence; });
  std::vector<ServedImage> images;
  std::set<std::string> tags;
  for (auto& [rank, image] : found) {
    if (!image.tag.empty() && !tags.insert(image.tag).second) image.tag.clear();
    images.push_back(std::move(image));
  }
  return images;
}

std::vector<oci::Descriptor> StoreImages::roots() const {
  std::vector<oci::Descriptor> roots;
  for (auto& image : served_images()) roots.push_back(std::move(image.root));
  return roots;
}

void StoreImages::put(const std::string& repository, const std::optional<std::string>& tag,
                      const oci::Descriptor& root) {
  const oci::Reference name = stored_name_of(repository);
  if (tag) {
    store_.tag(name.with_tag(*tag), root);
  } else {
    store_.pin(name, root);
  }
  if (tag || root.media_type.is_index()) drop_needless_pins(name, root, tag.has_value());
}

/// The manifests of an index come before it, each known by its digest alone; from now on the index
/// stands for them, and a tag for the image that has it.
void StoreImages::drop_needless_pins(const oci::Reference& name, const oci::Descriptor& root,
                                     bool is_tagged) {
  std::vector<oci::Reference> pins;
  for (const auto& image : store_.list()) {
    const auto reference = reference_of(image);
    const bool pinned = reference && reference->digest && reference->name() == name.name();
    if (pinned) pins.push_back(*reference);
  }
  if (pins.empty()) return;
  std::set<oci::Digest> below;
  oci::for_each_blob(store_.blobs(), root, [&](const oci::WalkedBlob& blob) {
    if (blob.descriptor.digest != root.digest || is_tagged) below.insert(blob.descriptor.digest);
  });
  for (const auto& pin : pins) {
    if (below.contains(*pin.digest)) store_.unpin(pin);
  }
}

bool StoreImages::remove_tag(const std::string& repository, const std::string& tag) {
  bool found = false;
  for (const auto& image : served_images()) {
    const auto reference = reference_of(image);
    const bool named = reference && reference->tag == tag && precedence(*reference, repository);
    if (!named) continue;
    // Without a name, an image that is not complete is reachable by its digest all the same.
    if (!image.remote_layers) store_.pin(*reference, image.root);
    found |= store_.untag(*reference);
  }
  return found;
}

bool StoreImages::remove(const std::string& repository, const oci::Digest& root) {
  bool found = false;
  bool elsewhere = false;
  for (const auto& image : served_images()) {
    if (image.root.digest != root) continue;
    const bool here = precedence_of(image, repository).has_value();
    found |= here;
    elsewhere |= !here;
    if (!here || image.name.empty()) continue;
    const auto reference = reference_of(image);
    if (reference->tag) store_.remove(*reference);
    if (reference->digest) store_.unpin(*reference);
  }
  // What is left of it now has no name.
  if (found && !elsewhere) store_.remove(root);
  return found;
}

}  // namespace bale::server
