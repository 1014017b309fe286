// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "oci/referrers.h"
#include "registry/blob_pusher.h"
#include "registry/repository.h"

namespace bale::registry {

/// Puts a manifest, and if it has a subject makes sure that it is found from there: in a registry
/// without the referrers API by an entry in the index under the fallback tag, which others may be
/// changing at the same time. Throws as put_manifest, and kFailed where that race is lost for good.
void put_manifest_with_subject(const Repository& to, std::string_view reference,
                               const oci::Descriptor& descriptor, std::string_view bytes);

/// The second half of it, for a manifest that has been put.
void list_under_subject(const Repository& in, const PutAnswer& answer,
                        const oci::Descriptor& descriptor, std::string_view bytes);

/// Deletes a manifest by digest, and its entry in the fallback index where there is one.
void delete_manifest_with_subject(const Repository& from, const oci::Digest& digest);

/// What refers to the images of a repository.
class RepositoryReferrers final : public oci::ReferrersSource {
 public:
  /// `from` must outlive it.
  explicit RepositoryReferrers(const Repository& from) : from_(from) {}

  std::vector<oci::Descriptor> referrers(const oci::Digest& subject) const override;
  std::optional<oci::Descriptor> find_tag(const std::string& tag) const override;
  const oci::BlobProvider& blobs() const override;

 private:
  const Repository& from_;
};

/// Pushes what refers to images.
class PushedReferrers final : public oci::ReferrersTarget {
 public:
  /// `blobs` must outlive it.
  explicit PushedReferrers(BlobPusher& blobs) : blobs_(blobs) {}

  void put(const oci::BlobProvider& from, const oci::Descriptor& referrer,
           const std::string& tag) override;

 private:
  BlobPusher& blobs_;
};

}  // namespace bale::registry
