// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oci/descriptor.h"
#include "oci/image_layout.h"

namespace bale::server {

/// An image as a repository shows it.
struct ServedImage {
  std::string tag;  ///< "" where only its digest names it
  oci::Descriptor root;
};

/// What a registry serves: which images are in which repository. Blobs are in one place for all
/// repositories. Thread-safe, as its implementations' layouts are; what other processes change
/// meanwhile is seen.
class ServedImages {
 public:
  virtual ~ServedImages() = default;

  virtual oci::ImageLayout& blobs() = 0;
  /// Sees to it that a blob is in `blobs` which an image that is served here left in another
  /// registry; nothing happens for any other blob. Throws what fetching it throws.
  virtual void complete(const oci::Digest&) {}
  /// The names under which `images` finds something, in no order.
  virtual std::vector<std::string> repositories() const = 0;
  /// The images of a repository, each tag once; empty where there is no such repository.
  virtual std::vector<ServedImage> images(const std::string& repository) const = 0;
  /// All images there are, whatever their names.
  virtual std::vector<oci::Descriptor> roots() const = 0;

  /// Whether something may be pushed to the repository.
  virtual bool accepts(const std::string& repository) const = 0;
  /// Gives the tag to an image whose blobs are all there, or without a tag makes it known by its
  /// digest. What had the tag before stays, reachable by its digest. Throws kNotFound where a blob
  /// is not there (any more).
  virtual void put(const std::string& repository, const std::optional<std::string>& tag,
                   const oci::Descriptor& root) = 0;
  /// Takes the tag away; the image stays, reachable by its digest. False where nothing had the tag.
  virtual bool remove_tag(const std::string& repository, const std::string& tag) = 0;
  /// Forgets the image in this repository, with its tags. False where it was not there.
  virtual bool remove(const std::string& repository, const oci::Digest& root) = 0;

 protected:
  ServedImages() = default;
  ServedImages(const ServedImages&) = default;
  ServedImages& operator=(const ServedImages&) = default;
};

}  // namespace bale::server
