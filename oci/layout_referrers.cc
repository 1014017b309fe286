// SPDX-License-Identifier: Apache-2.0
#include "oci/layout_referrers.h"

#include <algorithm>
#include <set>
#include <utility>

#include "oci/copy_image.h"
#include "oci/document.h"
#include "oci/layout_index.h"
#include "oci/manifest.h"

namespace bale::oci {

LayoutReferrers::BySubject LayoutReferrers::read_all() const {
  BySubject found;
  std::set<Digest> seen;
  std::vector<Descriptor> waiting = layout_.index().manifests;
  while (!waiting.empty()) {
    const Descriptor document = std::move(waiting.back());
    waiting.pop_back();
    const bool readable = document.media_type.is_manifest() || document.media_type.is_index();
    if (!readable || !seen.insert(document.digest).second) continue;
    if (!layout_.size(document.digest)) continue;  // a layout may have some platforms alone
    const std::string bytes = read_blob(layout_, document, kMaxManifestSize);
    if (auto referrer = as_referrer(document, bytes)) {
      found.emplace(std::move(referrer->subject), std::move(referrer->entry));
    }
    if (!document.media_type.is_index()) continue;
    for (auto& entry : parse_index(bytes).manifests) waiting.push_back(std::move(entry));
  }
  return found;
}

std::vector<Descriptor> LayoutReferrers::referrers(const Digest& subject) const {
  if (!by_subject_) by_subject_ = read_all();
  std::vector<Descriptor> found;
  const auto [begin, end] = by_subject_->equal_range(subject);
  for (auto at = begin; at != end; ++at) found.push_back(at->second);
  return found;
}

std::optional<Descriptor> LayoutReferrers::find_tag(const std::string& tag) const {
  return layout_.find(tag);
}

void LayoutReferrers::put(const BlobProvider& from, const Descriptor& referrer,
                          const std::string& tag) {
  copy_image(from, referrer, layout_);
  Descriptor entry = referrer;
  entry.annotations.erase(kRefName);  // nobody names images of this layout by what he attaches
  // What has no type would be an image without a name.
  if (entry.artifact_type.empty()) entry.artifact_type = referrer.media_type.to_string();
  layout_.update([&](Index& index) {
    if (!tag.empty()) return set_entry(index, tag, referrer);
    const bool known = std::any_of(index.manifests.begin(), index.manifests.end(),
                                   [&](const Descriptor& e) { return e.digest == entry.digest; });
    if (!known) index.manifests.push_back(entry);
  });
}

}  // namespace bale::oci
