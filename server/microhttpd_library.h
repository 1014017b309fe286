// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <microhttpd.h>

#include "oci/shared_library.h"

namespace bale::server {

/// What of libmicrohttpd is used, under its own names without `MHD_`. Loaded when the first server
/// starts: it brings GnuTLS, which no other command needs.
struct MicrohttpdLibrary {
  oci::SharedLibrary library{"libmicrohttpd.so.12", "libmicrohttpd12"};

  decltype(&MHD_start_daemon) start_daemon = library["MHD_start_daemon"];
  decltype(&MHD_quiesce_daemon) quiesce_daemon = library["MHD_quiesce_daemon"];
  decltype(&MHD_stop_daemon) stop_daemon = library["MHD_stop_daemon"];
  decltype(&MHD_is_feature_supported) is_feature_supported = library["MHD_is_feature_supported"];
  decltype(&MHD_get_connection_values) get_connection_values = library["MHD_get_connection_values"];
  decltype(&MHD_queue_response) queue_response = library["MHD_queue_response"];
  decltype(&MHD_create_response_from_buffer) create_response_from_buffer =
      library["MHD_create_response_from_buffer"];
  decltype(&MHD_create_response_from_callback) create_response_from_callback =
      library["MHD_create_response_from_callback"];
  decltype(&MHD_create_response_from_fd_at_offset64) create_response_from_fd_at_offset64 =
      library["MHD_create_response_from_fd_at_offset64"];
  decltype(&MHD_add_response_header) add_response_header = library["MHD_add_response_header"];
  decltype(&MHD_destroy_response) destroy_response = library["MHD_destroy_response"];
};

/// Loaded. Throws kFailed where libmicrohttpd is not installed. Thread-safe.
const MicrohttpdLibrary& microhttpd();

}  // namespace bale::server
