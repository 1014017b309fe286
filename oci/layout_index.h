// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/manifest.h"

namespace bale::oci {

/// The annotation that names an entry of a layout's index (image-spec, annotations.md).
inline constexpr const char* kRefName = "org.opencontainers.image.ref.name";

/// The version of layouts (image-spec, image-layout.md).
inline constexpr const char* kLayoutVersion = "1.0.0";

/// The name of an entry, or "".
std::string ref_name(const Descriptor& entry);

/// The first entry of that name, as other tools take it; of "", the first image without one.
std::optional<Descriptor> find_entry(const Index& index, std::string_view name);

/// Whether an entry may be called so: words of letters, digits and `-._:@+`, between slashes
/// (image-spec, annotations.md).
bool is_ref_name(std::string_view name);

/// Throws kInvalid where an entry may not be called so; "" is no name, and passes.
void check_ref_name(std::string_view name);

/// Gives `name`, or none where it is "", to the image: whatever had it loses it, and its entry with
/// it; an image that has a name needs no entry without one. Throws as check_ref_name does.
void set_entry(Index& index, std::string_view name, Descriptor image);

/// False where nothing has the name.
bool remove_entry(Index& index, std::string_view name);

/// The entry that `oci:PLACE[:NAME]` means: without a name, the only one, or the only one that is
/// no artifact. Throws kNotFound, or kInvalid where a name is needed, with what there is; `place`
/// is named in the message.
Descriptor resolve_entry(const Index& index, std::string_view name, const std::string& place);

/// The text of an index.json, which reads as `before`, with these entries in place of its own: what
/// it had already stays as it is written there, entries and all else, with members that we do not
/// know.
std::string with_entries(std::string_view index_json, const Index& before,
                         const std::vector<Descriptor>& entries);

/// The content of a layout's `oci-layout`; the check throws kCorrupt for another version.
std::string layout_version_json();
void check_layout_version(std::string_view json, const std::string& place);

}  // namespace bale::oci
