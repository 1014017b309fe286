// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "oci/digest.h"
#include "oci/reference.h"

namespace bale::oci {

/// Where an image is kept, as the prefix of its name says (containers-transports(5)).
enum class Transport {
  kStore,          ///< no prefix: the local store
  kRegistry,       ///< docker://
  kOciLayout,      ///< oci:
  kOciArchive,     ///< oci-archive:
  kDockerArchive,  ///< docker-archive:
  kStandardIo,     ///< -: an archive
};

/// An image's name as it is typed on the command line.
struct ImageName {
  Transport transport = Transport::kStore;
  std::optional<Reference> reference;  ///< store, registry; docker-archive where it names one
  std::optional<Digest> digest;        ///< `sha256:…` alone in the store, `oci:DIR@DIGEST`
  /// oci:, oci-archive:, docker-archive:; of an archive `-` is standard input or output, and a file
  /// of that name `./-`.
  std::string path;
  std::string tag;  ///< oci:, oci-archive:; "" where none was named

  /// Throws kInvalid; an unknown prefix is named with the nearest known one.
  static ImageName parse(std::string_view text);
  std::string to_string() const;

  friend bool operator==(const ImageName&, const ImageName&) = default;
};

}  // namespace bale::oci
