// SPDX-License-Identifier: Apache-2.0
#include "builder/remote_source.h"

namespace bale::builder {

namespace {

bool is_http(std::string_view source) {
  return source.starts_with("http://") || source.starts_with("https://");
}

}  // namespace

bool is_remote_source(std::string_view source) { return is_http(source) || is_git_source(source); }

bool is_git_source(std::string_view source) {
  if (source.starts_with("git://") || source.starts_with("ssh://")) return true;
  if (source.starts_with("git@")) return source.find(':') != std::string_view::npos;
  return is_http(source) && source.substr(0, source.find_first_of("?#")).ends_with(".git");
}

}  // namespace bale::builder
