// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace bale::builder {

/// Whether a source of ADD is fetched: an http(s) URL or a git repository.
bool is_remote_source(std::string_view source);
/// Whether a remote source is a git repository: `https://HOST/PATH.git[?QUERY][#REF]`,
/// `git@HOST:PATH`, `git://`, `ssh://`.
bool is_git_source(std::string_view source);

}  // namespace bale::builder
