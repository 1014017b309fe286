// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <filesystem>
#include <functional>
#include <utility>

#include "oci/error.h"

namespace bale::builder {

/// Calls `body`; what std::filesystem throws in it becomes an oci::Error that names the path.
template <typename Body>
auto with_oci_errors(Body&& body) {
  try {
    return std::invoke(std::forward<Body>(body));
  } catch (const std::filesystem::filesystem_error& error) {
    errno = error.code().value();
    throw oci::errno_error("working on " + error.path1().string());
  }
}

}  // namespace bale::builder
