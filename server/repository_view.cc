// SPDX-License-Identifier: Apache-2.0
#include "server/repository_view.h"

#include <algorithm>
#include <set>
#include <utility>

#include "server/text.h"

namespace bale::server {

RepositoryView::RepositoryView(ServedImages& images, DocumentLinksCache& links,
                               const std::string& repository)
    : blobs_(images.blobs()), links_(links), images_(images.images(repository)) {}

std::vector<std::string> RepositoryView::tags() const {
  std::vector<std::string> tags;
  for (const auto& image : images_) {
    if (!image.tag.empty()) tags.push_back(image.tag);
  }
  std::sort(tags.begin(), tags.end(), tag_less);
  return tags;
}

std::optional<oci::Descriptor> RepositoryView::find_tag(const std::string& tag) const {
  for (const auto& image : images_) {
    if (!image.tag.empty() && image.tag == tag) return image.root;
  }
  return std::nullopt;
}

std::optional<oci::Descriptor> RepositoryView::find(const oci::Digest& digest) const {
  for (const auto& image : images_) {
    if (image.root.digest == digest) return image.root;
  }
  std::optional<oci::Descriptor> found;
  for_each_below([&](const oci::Descriptor& document) {
    if (document.digest == digest) found = document;
    return !found;
  });
  return found;
}

bool RepositoryView::is_in_index(const oci::Digest& digest) const {
  bool found = false;
  for_each_below([&](const oci::Descriptor& document) {
    found = document.digest == digest;
    return !found;
  });
  return found;
}

std::vector<oci::Descriptor> RepositoryView::referrers(const oci::Digest& subject) const {
  std::vector<oci::Descriptor> found;
  std::set<oci::Digest> seen;
  const auto take = [&](const oci::Descriptor& document) {
    const auto links = links_.read(blobs_, document);
    if (links->subject == subject && seen.insert(document.digest).second) {
      found.push_back({.media_type = document.media_type,
                       .digest = document.digest,
                       .size = document.size,
                       .annotations = links->annotations,
                       .artifact_type = links->artifact_type});
    }
    return true;
  };
  for (const auto& image : images_) take(image.root);
  for_each_below(take);
  return found;
}

void RepositoryView::for_each_below(
    const std::function<bool(const oci::Descriptor&)>& visit) const {
  std::set<oci::Digest> opened;
  std::vector<oci::Descriptor> indexes;
  const auto open_later = [&](const oci::Descriptor& document) {
    if (document.media_type.is_index() && opened.insert(document.digest).second) {
      indexes.push_back(document);
    }
  };
  for (const auto& image : images_) open_later(image.root);
  while (!indexes.empty()) {
    const oci::Descriptor index = std::move(indexes.back());
    indexes.pop_back();
    const auto links = links_.read(blobs_, index);
    for (const auto& entry : links->manifests) {
      if (!visit(entry)) return;
      open_later(entry);
    }
  }
}

bool tag_less(const std::string& a, const std::string& b) {
  return std::pair(lower_case(a), std::string_view(a)) <
         std::pair(lower_case(b), std::string_view(b));
}

}  // namespace bale::server
