// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace bale::builder {

/// What is kept out of a tree, by an ignore file or by --exclude. Both functions must be callable
/// from any thread; empty ones hide nothing.
struct TreeFilter {
  /// Whether the path is kept out, taken by itself.
  std::function<bool(const std::string& path)> hides;
  /// Whether anything below a folder that is kept out may be shown all the same.
  std::function<bool(const std::string& folder)> may_show_below;
};

}  // namespace bale::builder
