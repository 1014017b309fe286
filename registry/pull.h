// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "oci/platform.h"
#include "oci/progress.h"
#include "registry/partial_blobs.h"
#include "registry/repository.h"

namespace bale::registry {

struct PullOptions {
  /// Empty: all. One: that image's own manifest. Several: a smaller index of these.
  std::vector<oci::Platform> platforms = {};
  /// Blobs on their way at once.
  std::size_t jobs = 8;
  /// Keeps what has come of a blob for a later run; null: nobody does. Must outlive the call.
  PartialBlobs* partial = nullptr;
};

/// What a tag or digest means for the platforms asked for. The smaller index for several of them is
/// a document of our own making and is written to `to`; nothing else is. Throws kNotFound for a
/// platform that is not there.
oci::Descriptor resolve_image(const Repository& from, std::string_view reference,
                              const std::vector<oci::Platform>& platforms, oci::BlobStore& to);

/// Fetches a tag or digest into a store: blobs in parallel, each verified while it is written, and
/// documents after what they name. What the store has is not fetched. Returns what is to be tagged.
/// Throws kNotFound for an image or platform that is not there, kCorrupt, and what Repository
/// throws; blobs that are complete by then stay. Waits for its threads in any case.
oci::Descriptor pull_image(const Repository& from, std::string_view reference, oci::BlobStore& to,
                           const PullOptions& options = {},
                           oci::Progress& progress = oci::no_progress(),
                           const std::stop_token& stop = {});

/// Fetches blobs of one repository in parallel, each verified; what the store has is left alone. Of
/// the options the platforms do not count.
void pull_blobs(const Repository& from, const std::vector<oci::Descriptor>& blobs,
                oci::BlobStore& to, const PullOptions& options = {},
                oci::Progress& progress = oci::no_progress(), const std::stop_token& stop = {});

}  // namespace bale::registry
