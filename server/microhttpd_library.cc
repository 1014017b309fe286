// SPDX-License-Identifier: Apache-2.0
#include "server/microhttpd_library.h"

namespace bale::server {

const MicrohttpdLibrary& microhttpd() {
  static const MicrohttpdLibrary library;
  return library;
}

}  // namespace bale::server
