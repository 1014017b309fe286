// SPDX-License-Identifier: Apache-2.0
#include "oci/index_edit.h"

#include <algorithm>

#include "oci/error.h"
#include "oci/image.h"

namespace bale::oci {

namespace {

bool is_image_for(const Descriptor& entry, const Platform& platform) {
  return !is_attestation(entry) && entry.platform &&
         normalized(*entry.platform) == normalized(platform);
}

void refuse_two_images_of_one_platform(const std::vector<Descriptor>& entries) {
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    if (!entry->platform || is_attestation(*entry)) continue;
    const auto other = std::find_if(entries.begin(), entry, [&](const Descriptor& earlier) {
      return is_image_for(earlier, *entry->platform) && earlier.digest != entry->digest;
    });
    if (other == entry) continue;
    throw Error(ErrorCode::kInvalid, "two images for " + entry->platform->to_string() + ": " +
                                         other->digest.to_string() + " and " +
                                         entry->digest.to_string());
  }
}

/// An attestation without what it attests is of no use to anybody.
void drop_orphans(Index& index) {
  std::set<Digest> present;
  for (const auto& entry : index.manifests) present.insert(entry.digest);
  std::erase_if(index.manifests, [&](const Descriptor& entry) {
    if (!is_attestation(entry)) return false;
    const auto subject = attested_digest(entry);
    return !subject || !present.contains(*subject);
  });
}

void put_entry(Index& index, Descriptor entry) {
  std::erase_if(index.manifests, [&](Descriptor& old) {
    const bool same = old.digest == entry.digest && old.platform == entry.platform;
    if (same) entry.annotations.merge(old.annotations);
    return same || (entry.platform && !is_attestation(entry) && is_image_for(old, *entry.platform));
  });
  index.manifests.push_back(std::move(entry));
}

Platform edited_platform(Platform platform, const EntryEdit& edit) {
  platform.os = edit.os.value_or(platform.os.empty() ? "linux" : platform.os);
  platform.architecture = edit.architecture.value_or(platform.architecture);
  // The variant is one of the architecture that it came with.
  platform.variant = edit.variant.value_or(edit.architecture ? "" : platform.variant);
  Platform known = Platform::parse(platform.to_string());
  known.os_version = edit.os_version.value_or(platform.os_version);
  known.os_features = edit.os_features.empty() ? platform.os_features : edit.os_features;
  return known;
}

std::string list_of(const std::vector<Platform>& platforms) {
  std::string text;
  for (const auto& platform : platforms) {
    text += (text.empty() ? "" : ", ") + platform.to_string();
  }
  return text;
}

/// Those of `some` that match none of `others`.
std::vector<Platform> without(const std::vector<Platform>& some,
                              const std::vector<Platform>& others) {
  std::vector<Platform> rest;
  std::copy_if(some.begin(), some.end(), std::back_inserter(rest), [&](const Platform& platform) {
    return std::none_of(others.begin(), others.end(), [&](const Platform& other) {
      return matches(platform, other) || matches(other, platform);
    });
  });
  return rest;
}

}  // namespace

Descriptor edited(Descriptor entry, const EntryEdit& edit) {
  if (edit.changes_platform()) {
    entry.platform = edited_platform(entry.platform.value_or(Platform{}), edit);
  }
  for (const auto& key : edit.unset_annotations) entry.annotations.erase(key);
  for (const auto& [key, value] : edit.annotations) entry.annotations[key] = value;
  return entry;
}

void put_entries(Index& index, const std::vector<Descriptor>& entries) {
  refuse_two_images_of_one_platform(entries);
  for (const auto& entry : entries) put_entry(index, entry);
  drop_orphans(index);
  index.manifests = canonical_order(std::move(index.manifests));
}

bool remove_entries(Index& index, const Digest& digest) {
  const auto removed = std::erase_if(
      index.manifests, [&](const Descriptor& entry) { return entry.digest == digest; });
  drop_orphans(index);
  return removed > 0;
}

bool edit_entries(Index& index, const Digest& digest, const EntryEdit& edit) {
  bool found = false;
  for (auto& entry : index.manifests) {
    if (entry.digest != digest) continue;
    entry = edited(std::move(entry), edit);
    found = true;
  }
  index.manifests = canonical_order(std::move(index.manifests));
  return found;
}

std::vector<Platform> platforms_of(const Index& index) {
  std::vector<Platform> platforms;
  for (const auto& entry : index.manifests) {
    if (!entry.platform || is_attestation(entry) || entry.platform->is_unknown()) continue;
    if (std::find(platforms.begin(), platforms.end(), *entry.platform) == platforms.end()) {
      platforms.push_back(*entry.platform);
    }
  }
  return platforms;
}

void expect_platforms(const std::vector<Platform>& present, const std::vector<Platform>& expected) {
  const auto missing = without(expected, present);
  const auto surplus = without(present, expected);
  if (missing.empty() && surplus.empty()) return;
  std::string message = "the platforms are not those expected:";
  if (!missing.empty()) message += " missing " + list_of(missing);
  if (!missing.empty() && !surplus.empty()) message += ";";
  if (!surplus.empty()) message += " not expected " + list_of(surplus);
  throw Error(ErrorCode::kCorrupt, message);
}

}  // namespace bale::oci
