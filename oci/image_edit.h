// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "oci/document_cache.h"
#include "oci/image_draft.h"
#include "oci/image_format.h"
#include "oci/index_edit.h"

namespace bale::oci {

/// What becomes of attestations whose image becomes another: they speak of bytes that are no more,
/// and are left out, or stay as they are and go on to name the image that was.
enum class StaleAttestations { kDrop, kKeep };

/// What is to be changed in images; the rest stays as it is.
struct ImageEdit {
  /// Changes one image: called for each, with its platform filled in.
  std::function<void(ImageDraft& draft)> image = {};
  Annotations manifest_annotations = {};
  Annotations index_annotations = {};
  Annotations descriptor_annotations = {};
  std::set<std::string> unset_annotations = {};  ///< wherever they are
  /// Of the platform, in the config and where an index says it.
  EntryEdit platform = {};
  std::optional<ImageFormat> format = std::nullopt;
  StaleAttestations attestations = StaleAttestations::kDrop;
};

struct EditedImage {
  Descriptor root;
  /// Attestations that spoke of images that are others now, and were left out.
  std::vector<Descriptor> dropped_attestations = {};
  /// Attestations that speak of images that are others now, and were to be kept.
  std::vector<Descriptor> kept_attestations = {};
  /// Entries that Docker's lists do not know, and that were left out.
  std::vector<Descriptor> dropped_entries = {};
  /// What Docker's format does not know, and was left out: keys of annotations, and `subject`.
  std::set<std::string> dropped_fields = {};
};

/// Edits every image under `root`, or those for the platforms named, and leaves the other entries
/// of an index as they are. New documents go into `documents`, which is then what the edited image
/// is read from; only documents are read. Where nothing changes, the root is the old one. Throws
/// kNotFound for a platform that is not there, kInvalid for an index inside an index, for
/// annotations of a Docker manifest, for those of an index where there is none, for one platform
/// given to several images, and for an artifact to be in Docker's format, kCorrupt.
EditedImage edit_image(DocumentCache& documents, const Descriptor& root, const ImageEdit& edit,
                       const std::vector<Platform>& platforms = {});

}  // namespace bale::oci
