// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace bale::oci {

/// What a layer's path says beyond itself (image-spec, layer.md, "Whiteouts").
struct Whiteout {
  enum class Kind {
    kNone,      ///< an ordinary path
    kHides,     ///< `.wh.NAME`: the path beside it, of the layers below
    kOpaque,    ///< `.wh..wh..opq`: everything in its folder, of the layers below
    kReserved,  ///< another `.wh..wh.*`: left by aufs, means nothing
  };
  Kind kind = Kind::kNone;
  /// What is hidden: the path of kHides, the folder of kOpaque.
  std::string target = {};
};

/// Throws kCorrupt for `.wh.` that names nothing, "." or "..".
Whiteout parse_whiteout(std::string_view path);

}  // namespace bale::oci
