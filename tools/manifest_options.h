// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oci/image_format.h"

namespace bale::tools {

/// What `manifest add` and `manifest annotate` set in an entry, as it was typed.
struct EntryOptions {
  std::string os;
  std::string architecture;
  std::string variant;
  std::string os_version;
  std::vector<std::string> os_features;
  std::vector<std::string> annotations;
  std::vector<std::string> unset_annotations;
};

/// The options of `bale manifest` and its commands as they were typed; each uses some.
struct ManifestOptions {
  std::string name;
  std::vector<std::string> tags;     ///< further names of `create`
  std::vector<std::string> members;  ///< sources, or entries that the index has
  EntryOptions entry;
  std::string subject;
  std::string artifact_type;
  std::string expected_platforms;
  std::string destination;
  std::string digest_file;
  std::optional<oci::ImageFormat> format;
  bool all = false;
  bool amend = false;
  bool dry_run = false;
  bool force = false;
  bool of_index = false;
  bool raw = false;
  bool remove_after = false;
};

}  // namespace bale::tools
