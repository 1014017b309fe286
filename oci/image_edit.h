// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "oci/document_cache.h"
#include "oci/layer_writer.h"
#include "oci/platform.h"

namespace bale::oci {

/// What is to be changed in images; the rest stays as it is.
struct ImageEdit {
  std::vector<std::string> env = {};  ///< NAME=VALUE; a known name keeps its place
  std::map<std::string, std::string> labels = {};
  std::optional<std::vector<std::string>> entrypoint = std::nullopt;  ///< empty: taken away
  std::optional<std::vector<std::string>> cmd = std::nullopt;         ///< empty: taken away
  std::optional<std::string> user = std::nullopt;                     ///< "": taken away
  std::optional<std::string> working_dir = std::nullopt;              ///< "": taken away
  std::optional<std::string> stop_signal = std::nullopt;              ///< "": taken away
  std::set<std::string> exposed_ports = {};
  std::set<std::string> volumes = {};
  std::set<std::string> unset_env = {};
  std::set<std::string> unset_labels = {};
  std::set<std::string> unset_ports = {};
  std::set<std::string> unset_volumes = {};
  std::vector<LayerResult> append = {};

  Annotations manifest_annotations = {};
  Annotations index_annotations = {};
  Annotations descriptor_annotations = {};
  std::set<std::string> unset_annotations = {};  ///< wherever they are
};

/// The JSON of an image config with the edit made. Fields that the specification does not know
/// stay as they are. `type` is the manifest's: an appended layer gets a line of the history where
/// there is one. Throws kCorrupt for a config that cannot be edited.
std::string edited_config(std::string_view json, const ImageEdit& edit);

struct EditedImage {
  Descriptor root;
  /// Attestations that spoke of images that are others now, and were left out.
  std::vector<Descriptor> dropped_attestations = {};
};

/// Edits every image under `root`, or those for the platforms named, and leaves the other entries
/// of an index as they are. New documents go into `documents`, which is then what the edited image
/// is read from; only documents are read. Throws
/// kNotFound for a platform that is not there, kInvalid for an index inside an index, kCorrupt.
EditedImage edit_image(DocumentCache& documents, const Descriptor& root, const ImageEdit& edit,
                       const std::vector<Platform>& platforms = {});

}  // namespace bale::oci
