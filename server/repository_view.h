// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/document_links.h"
#include "server/served_images.h"

namespace bale::server {

/// One repository as it was when this was made. One thread at a time.
class RepositoryView {
 public:
  /// Both must outlive this.
  RepositoryView(ServedImages& images, DocumentLinksCache& links, const std::string& repository);

  /// Whether there is anything under the name.
  bool exists() const { return !images_.empty(); }
  /// In the order of the specification: as words are in a list, whatever their case.
  std::vector<std::string> tags() const;
  std::optional<oci::Descriptor> find_tag(const std::string& tag) const;
  /// An image, or a manifest in an index.
  std::optional<oci::Descriptor> find(const oci::Digest& digest) const;
  /// Whether an index of the repository holds the manifest.
  bool is_in_index(const oci::Digest& digest) const;
  /// Descriptors of all manifests whose subject is `subject`, as the referrers API gives them.
  std::vector<oci::Descriptor> referrers(const oci::Digest& subject) const;

 private:
  /// Calls `visit` for what is below the images' indexes, each once, until it returns false.
  void for_each_below(const std::function<bool(const oci::Descriptor&)>& visit) const;

  const oci::BlobProvider& blobs_;
  DocumentLinksCache& links_;
  const std::vector<ServedImage> images_;
};

/// Before `b` in a list of tags: by letters whatever their case, then by bytes.
bool tag_less(const std::string& a, const std::string& b);

}  // namespace bale::server
