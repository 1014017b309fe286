// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include "oci/shared_library.h"

namespace bale::registry {

/// What of libcurl is used, under its own names without `curl_`. Loaded when the first connection
/// is made: libcurl and the thirty libraries behind it take longer than an inspection of an image.
struct CurlLibrary {
  oci::SharedLibrary library{"libcurl.so.4", "libcurl4"};

  decltype(&curl_global_init) global_init = library["curl_global_init"];
  decltype(&curl_easy_init) easy_init = library["curl_easy_init"];
  decltype(&curl_easy_setopt) easy_setopt = library["curl_easy_setopt"];
  decltype(&curl_easy_getinfo) easy_getinfo = library["curl_easy_getinfo"];
  decltype(&curl_easy_pause) easy_pause = library["curl_easy_pause"];
  decltype(&curl_easy_strerror) easy_strerror = library["curl_easy_strerror"];
  decltype(&curl_easy_cleanup) easy_cleanup = library["curl_easy_cleanup"];
  decltype(&curl_slist_append) slist_append = library["curl_slist_append"];
  decltype(&curl_slist_free_all) slist_free_all = library["curl_slist_free_all"];
  decltype(&curl_multi_init) multi_init = library["curl_multi_init"];
  decltype(&curl_multi_add_handle) multi_add_handle = library["curl_multi_add_handle"];
  decltype(&curl_multi_remove_handle) multi_remove_handle = library["curl_multi_remove_handle"];
  decltype(&curl_multi_perform) multi_perform = library["curl_multi_perform"];
  decltype(&curl_multi_poll) multi_poll = library["curl_multi_poll"];
  decltype(&curl_multi_wakeup) multi_wakeup = library["curl_multi_wakeup"];
  decltype(&curl_multi_info_read) multi_info_read = library["curl_multi_info_read"];
  decltype(&curl_multi_cleanup) multi_cleanup = library["curl_multi_cleanup"];
};

/// Loaded and set up. Throws kFailed where libcurl is not installed or does not start. Thread-safe.
const CurlLibrary& curl();

}  // namespace bale::registry
