// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "oci/manifest.h"

namespace bale::oci {

/// What is to be set anew in an entry of an index; the rest stays as it is.
struct EntryEdit {
  std::optional<std::string> os = std::nullopt;
  std::optional<std::string> architecture = std::nullopt;
  std::optional<std::string> variant = std::nullopt;
  std::optional<std::string> os_version = std::nullopt;
  std::vector<std::string> os_features = {};  ///< none: they stay
  Annotations annotations = {};               ///< to be set
  std::set<std::string> unset_annotations = {};

  bool changes_platform() const {
    return os || architecture || variant || os_version || !os_features.empty();
  }
};

/// The entry with the edit made. A platform is held to what Platform::parse knows: throws kInvalid
/// for `linux/arm64` as an architecture.
Descriptor edited(Descriptor entry, const EntryEdit& edit);

/// Adds entries and brings the index into canonical order. An image takes the place of the one that
/// the index had for the same platform, whose attestations go with it; the same image for one
/// platform more is one entry more; the same entry again keeps its annotations. Throws kInvalid
/// where `entries` has two different images for one platform.
void put_entries(Index& index, const std::vector<Descriptor>& entries);

/// Takes out all entries of the digest, and attestations of it. False where there is none.
bool remove_entries(Index& index, const Digest& digest);

/// Edits all entries of the digest. False where there is none.
bool edit_entries(Index& index, const Digest& digest, const EntryEdit& edit);

/// The platforms of the index's images, in its order, each once.
std::vector<Platform> platforms_of(const Index& index);

/// Throws kCorrupt where the index has not exactly these platforms, and names those that are
/// missing and those that are too many.
void expect_platforms(const std::vector<Platform>& present, const std::vector<Platform>& expected);

}  // namespace bale::oci
