// SPDX-License-Identifier: Apache-2.0
#include "registry/curl_library.h"

#include "oci/error.h"

namespace bale::registry {

const CurlLibrary& curl() {
  static const CurlLibrary library = [] {
    CurlLibrary loaded;
    if (loaded.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) return loaded;
    throw oci::Error(oci::ErrorCode::kFailed, "libcurl does not start");
  }();
  return library;
}

}  // namespace bale::registry
