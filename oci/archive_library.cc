// SPDX-License-Identifier: Apache-2.0
#include "oci/archive_library.h"

namespace bale::oci {

const ArchiveLibrary& libarchive() {
  static const ArchiveLibrary library;
  return library;
}

}  // namespace bale::oci
