// SPDX-License-Identifier: Apache-2.0
#include "oci/error.h"

#include <cerrno>
#include <system_error>
#include <utility>

namespace bale::oci {

Error::Error(ErrorCode code, const std::string& message, std::string hint, std::string detail)
    : std::runtime_error(message),
      code_(code),
      hint_(std::move(hint)),
      detail_(std::move(detail)) {}

Error Error::in(std::string_view context) const {
  return Error(code_, std::string(context) + ": " + what(), hint_, detail_);
}

namespace {

ErrorCode code_of(int number) {
  switch (number) {
    case ENOENT:
      return ErrorCode::kNotFound;
    case EACCES:
    case EPERM:
      return ErrorCode::kDenied;
    default:
      return ErrorCode::kFailed;
  }
}

}  // namespace

Error errno_error(std::string_view action) {
  const int number = errno;
  std::string hint = number == ENOSPC || number == EDQUOT
                         ? "free some space, or name another place with --store"
                         : "";
  return Error(code_of(number),
               std::string(action) + ": " + std::generic_category().message(number),
               std::move(hint));
}

void throw_if_stopped(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Error(ErrorCode::kInterrupted, "interrupted");
}

}  // namespace bale::oci
