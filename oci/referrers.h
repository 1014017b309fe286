// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/blob_store.h"
#include "oci/descriptor.h"

namespace bale::oci {

/// A manifest or index that has a subject.
struct Referrer {
  Digest subject;
  /// What a list of referrers says of it (distribution-spec, "Listing Referrers").
  Descriptor entry;
};

/// Nothing for what has no subject. Throws kCorrupt.
std::optional<Referrer> as_referrer(const Descriptor& descriptor, std::string_view bytes);

/// The tag that a list of referrers has where there is no API for it (distribution-spec, "Referrers
/// Tag Schema"), and that cosign's tags begin with.
std::string referrers_tag(const Digest& subject);

/// A place that has images and what refers to them.
class ReferrersSource {
 public:
  virtual ~ReferrersSource() = default;
  virtual std::vector<Descriptor> referrers(const Digest& subject) const = 0;
  virtual std::optional<Descriptor> find_tag(const std::string& tag) const = 0;
  virtual const BlobProvider& blobs() const = 0;

 protected:
  ReferrersSource() = default;
  ReferrersSource(const ReferrersSource&) = default;
  ReferrersSource& operator=(const ReferrersSource&) = default;
};

/// A place that what refers to an image is brought to.
class ReferrersTarget {
 public:
  virtual ~ReferrersTarget() = default;
  /// With everything under it; under a tag, or "" for none.
  virtual void put(const BlobProvider& from, const Descriptor& referrer,
                   const std::string& tag) = 0;

 protected:
  ReferrersTarget() = default;
  ReferrersTarget(const ReferrersTarget&) = default;
  ReferrersTarget& operator=(const ReferrersTarget&) = default;
};

/// Copies what refers to an image and to the images inside an index, and what refers to that in
/// turn: referrers, and the tags that cosign uses (`sha256-HEX.sig`, `.att`, `.sbom`). `image` has
/// the documents under `root`. Returns how many manifests were copied. Throws as the places do.
std::size_t copy_referrers(const ReferrersSource& from, const BlobProvider& image,
                           const Descriptor& root, ReferrersTarget& to);

}  // namespace bale::oci
