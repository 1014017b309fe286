// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include "oci/error.h"
#include "oci/json_object.h"
#include "oci/manifest.h"
#include "oci/referrers.h"
#include "registry/repository.h"
#include "registry/repository_state.h"

namespace bale::registry {

namespace {

constexpr std::size_t kPageSize = 1000;
/// So many tags are more than any registry shows; a list that goes on is a trap.
constexpr std::size_t kMaxTags = 1'000'000;

std::vector<std::string> parse_tags(const Exchange<Response>& page) {
  const oci::JsonDocument document(page.response.body, "the list of tags");
  return oci::JsonObject(document).optional_strings("tags").value_or(std::vector<std::string>{});
}

void append_new(std::vector<oci::Descriptor>& all, std::vector<oci::Descriptor> more) {
  for (oci::Descriptor& descriptor : more) {
    const bool known = std::any_of(all.begin(), all.end(), [&](const oci::Descriptor& have) {
      return have.digest == descriptor.digest;
    });
    if (!known) all.push_back(std::move(descriptor));
  }
}

}  // namespace

std::vector<std::string> Repository::tags() const {
  try {
    return list_tags();
  } catch (const oci::Error& error) {
    throw error.in("listing the tags of " + name());
  }
}

std::vector<std::string> Repository::list_tags() const {
  std::vector<std::string> all;
  std::set<std::string> seen;
  Call call{.path = "/tags/list", .queries = {{"n", std::to_string(kPageSize)}}};
  while (true) {
    std::size_t last_page = 0;
    const std::size_t before = all.size();
    bool linked = false;
    state_->for_each_page(call, [&](const Exchange<Response>& page) {
      if (!page.head().ok()) throw page.error();
      const std::vector<std::string> tags = parse_tags(page);
      last_page = tags.size();
      linked = page.head().headers.find("Link").has_value();
      for (const std::string& tag : tags) {
        if (seen.insert(tag).second) all.push_back(tag);
      }
      if (all.size() > kMaxTags) {
        throw oci::Error(oci::ErrorCode::kCorrupt,
                         describe(page.request) + ": the list never ends");
      }
    });
    // A full page without a link may be a registry that forgets the link: ask for what follows.
    if (last_page != kPageSize || linked || all.size() == before) return all;
    call.queries = {{"n", std::to_string(kPageSize)}, {"last", all.back()}};
  }
}

std::vector<oci::Descriptor> Repository::referrers(const oci::Digest& subject) const {
  std::vector<oci::Descriptor> all;
  const auto host = state_->registry_route().host;
  if (host->offers(RegistryHost::Feature::kReferrers)) {
    const Call call{.path = "/referrers/" + subject.to_string(),
                    .headers = {{"Accept", oci::media_type::kOciIndex}}};
    state_->for_each_page(call, [&](const Exchange<Response>& page) {
      const bool index = page.head().ok() && page.response.body.substr(0, 1) == "{";
      if (index) {
        append_new(all, oci::parse_index(page.response.body).manifests);
      } else {
        host->does_not_offer(RegistryHost::Feature::kReferrers);
      }
    });
  }
  if (!all.empty()) return all;
  // Where the API answers with nothing, clients without it may have used the tag all the same.
  const std::string tag = oci::referrers_tag(subject);
  if (const auto index = head_manifest(tag); index && index->media_type.is_index()) {
    append_new(all, oci::parse_index(get_manifest(tag).bytes).manifests);
  }
  return all;
}

}  // namespace bale::registry
