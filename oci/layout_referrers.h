// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oci/image_layout.h"
#include "oci/referrers.h"

namespace bale::oci {

/// A layout with what refers to its images: entries of its index, most without a name, and entries
/// of the indexes that it has. One thread at a time.
class LayoutReferrers final : public ReferrersSource, public ReferrersTarget {
 public:
  /// `layout` must outlive it.
  explicit LayoutReferrers(ImageLayout& layout) : layout_(layout) {}

  /// Reads all manifests that are there, once. Throws kCorrupt.
  std::vector<Descriptor> referrers(const Digest& subject) const override;
  std::optional<Descriptor> find_tag(const std::string& tag) const override;
  const BlobProvider& blobs() const override { return layout_; }
  void put(const BlobProvider& from, const Descriptor& referrer, const std::string& tag) override;

 private:
  using BySubject = std::multimap<Digest, Descriptor>;
  BySubject read_all() const;

  ImageLayout& layout_;
  mutable std::optional<BySubject> by_subject_;  // from the first question on
};

}  // namespace bale::oci
