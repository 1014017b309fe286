// SPDX-License-Identifier: Apache-2.0
#include "registry/referrers.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/manifest.h"
#include "registry/push.h"

namespace bale::registry {

namespace {

/// How often the index of the fallback tag is written before another writer is given way to.
constexpr int kRounds = 5;

/// The index under the fallback tag; an empty one where there is none.
oci::Index index_of(const std::optional<FetchedManifest>& fallback) {
  return fallback ? oci::parse_index(fallback->bytes) : oci::Index{};
}

bool lists(const oci::Index& index, const oci::Digest& digest) {
  return std::any_of(index.manifests.begin(), index.manifests.end(),
                     [&](const oci::Descriptor& entry) { return entry.digest == digest; });
}

/// Changes the fallback index until it is found to be as wanted: the tag has no lock, and where the
/// registry knows no conditions the first of two writers loses its entry.
template <typename Done, typename Edit>
void edit_fallback(const Repository& repository, const std::string& tag, Done done, Edit edit) {
  for (int round = 0; round < kRounds; ++round) {
    const auto seen = repository.find_manifest(tag);
    oci::Index index = index_of(seen);
    if (done(index)) return;
    edit(index);
    const auto changed = oci::make_document(std::move(index));
    (void)repository.put_manifest_unless_changed(tag, seen, changed.descriptor, changed.bytes);
  }
  if (done(index_of(repository.find_manifest(tag)))) return;
  throw oci::Error(oci::ErrorCode::kFailed,
                   repository.name() + ":" + tag + " is being changed by others all the time");
}

}  // namespace

void put_manifest_with_subject(const Repository& to, std::string_view reference,
                               const oci::Descriptor& descriptor, std::string_view bytes) {
  list_under_subject(to, to.put_manifest(reference, descriptor, bytes), descriptor, bytes);
}

void list_under_subject(const Repository& in, const PutAnswer& answer,
                        const oci::Descriptor& descriptor, std::string_view bytes) {
  if (answer.lists_subject) return;
  const auto referrer = oci::as_referrer(descriptor, bytes);
  if (!referrer) return;
  edit_fallback(
      in, oci::referrers_tag(referrer->subject),
      [&](const oci::Index& index) { return lists(index, descriptor.digest); },
      [&](oci::Index& index) { index.manifests.push_back(referrer->entry); });
}

void delete_manifest_with_subject(const Repository& from, const oci::Digest& digest) {
  const FetchedManifest manifest = from.get_manifest(digest.to_string());
  from.delete_manifest(digest.to_string());
  const auto referrer = oci::as_referrer(manifest.descriptor, manifest.bytes);
  if (!referrer) return;
  edit_fallback(
      from, oci::referrers_tag(referrer->subject),
      [&](const oci::Index& index) { return !lists(index, digest); },
      [&](oci::Index& index) {
        std::erase_if(index.manifests,
                      [&](const oci::Descriptor& entry) { return entry.digest == digest; });
      });
}

std::vector<oci::Descriptor> RepositoryReferrers::referrers(const oci::Digest& subject) const {
  return from_.referrers(subject);
}

std::optional<oci::Descriptor> RepositoryReferrers::find_tag(const std::string& tag) const {
  return from_.head_manifest(tag);
}

const oci::BlobProvider& RepositoryReferrers::blobs() const { return from_; }

void PushedReferrers::put(const oci::BlobProvider& from, const oci::Descriptor& referrer,
                          const std::string& tag) {
  PushOptions options;
  if (!tag.empty()) options.tags = {tag};
  push_image(from, referrer, blobs_, options);
}

}  // namespace bale::registry
