// SPDX-License-Identifier: Apache-2.0
#include "server/layout_images.h"

#include <algorithm>
#include <set>
#include <utility>

#include "oci/error.h"
#include "oci/layout_index.h"
#include "oci/reference.h"
#include "server/completeness.h"

namespace bale::server {

namespace {

/// "" where the name has no tag in it.
std::string tag_of(const oci::Descriptor& entry) {
  const std::string name = oci::ref_name(entry);
  if (name.empty() || oci::is_valid_tag(name)) return name;
  try {
    return oci::Reference::parse(name).tag.value_or("");
  } catch (const oci::Error&) {
    return "";
  }
}

bool release_tag(oci::Index& index, const std::string& tag) {
  bool found = false;
  for (auto& entry : index.manifests) {
    if (tag.empty() || tag_of(entry) != tag) continue;
    entry.annotations.erase(oci::kRefName);
    found = true;
  }
  return found;
}

/// Drops entries without a name for images that another entry stands for.
void drop_redundant(oci::Index& index) {
  std::set<oci::Digest> known;
  for (const auto& entry : index.manifests) {
    if (!oci::ref_name(entry).empty()) known.insert(entry.digest);
  }
  std::erase_if(index.manifests, [&](const oci::Descriptor& entry) {
    return oci::ref_name(entry).empty() && !known.insert(entry.digest).second;
  });
}

}  // namespace

LayoutImages::LayoutImages(oci::ImageLayout layout, std::string repository)
    : layout_(std::move(layout)), repository_(std::move(repository)) {}

std::vector<ServedImage> LayoutImages::images(const std::string& repository) const {
  if (repository != repository_) return {};
  std::vector<ServedImage> images;
  std::set<std::string> tags;
  for (auto& entry : layout_.index().manifests) {
    std::string tag = tag_of(entry);
    if (!tag.empty() && !tags.insert(tag).second) tag.clear();  // the first counts, as elsewhere
    images.push_back({std::move(tag), std::move(entry)});
  }
  return images;
}

std::vector<oci::Descriptor> LayoutImages::roots() const { return layout_.index().manifests; }

void LayoutImages::put(const std::string&, const std::optional<std::string>& tag,
                       const oci::Descriptor& root) {
  layout_.update([&](oci::Index& index) {
    if (!missing_blobs(layout_, root).empty()) {
      throw oci::Error(oci::ErrorCode::kNotFound, "blobs were removed meanwhile");
    }
    oci::Descriptor entry = root;
    if (tag) {
      release_tag(index, *tag);
      entry.annotations[oci::kRefName] = *tag;
    }
    index.manifests.push_back(std::move(entry));
    drop_redundant(index);
  });
}

bool LayoutImages::remove_tag(const std::string&, const std::string& tag) {
  bool found = false;
  layout_.update([&](oci::Index& index) {
    found = release_tag(index, tag);
    drop_redundant(index);
  });
  return found;
}

bool LayoutImages::remove(const std::string&, const oci::Digest& root) {
  bool found = false;
  layout_.update([&](oci::Index& index) {
    found =
        std::erase_if(index.manifests, [&](const auto& entry) { return entry.digest == root; }) > 0;
  });
  return found;
}

}  // namespace bale::server
