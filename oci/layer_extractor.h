// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "oci/blob_store.h"
#include "oci/digest.h"

namespace bale::oci {

/// What whiteouts of a layer become on disk.
enum class WhiteoutStyle {
  kApply,    ///< delete what the layer hides: one tree from all layers
  kOverlay,  ///< overlayfs whiteouts and opaque marks: one folder per layer, as overlayfs lower
  kKeep,     ///< nothing: they are files as any other, as in a tar that is no layer
};

/// How an overlay mount marks opaque folders: as root, or in a user namespace (`userxattr`).
enum class OverlayMarks { kTrusted, kUser };

struct ExtractOptions {
  WhiteoutStyle whiteouts = WhiteoutStyle::kApply;
  OverlayMarks overlay_marks = OverlayMarks::kTrusted;
  /// Throws kCorrupt past it: bytes on disk, and 1000 times the blob's size past 64 MiB.
  std::uint64_t max_unpacked = std::uint64_t{1} << 40;
  /// Needs root. Without it everything belongs to the caller, and device nodes are left out.
  bool keep_ownership = true;
};

/// Unpacks one layer into `root`, an existing folder, checking its DiffId where one is given. No
/// entry can leave the root, by name, link or race; nothing is written through an existing link;
/// setuid, xattrs and device nodes are kept as root; of xattrs only `user.`, `trusted.`,
/// `security.capability` and ACLs, and none of overlayfs. Throws kCorrupt for a hostile or broken
/// layer; what was unpacked by then stays, so callers unpack into a folder of their own and rename
/// it. Folders' times are set last. Needs Linux 5.6.
void extract_layer(const BlobProvider& blobs, const Descriptor& layer,
                   const std::optional<DiffId>& expected, const std::filesystem::path& root,
                   const ExtractOptions& options);

/// The same for the plain bytes of any tar. Throws kCorrupt past `options.max_unpacked`.
void extract_tar(Source& tar, const std::filesystem::path& root, const ExtractOptions& options);

}  // namespace bale::oci
