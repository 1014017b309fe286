// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>

namespace bale::oci {

/// What a caller can do about an error; the program's exit status follows from it.
enum class ErrorCode {
  kFailed,       ///< it did not work, for a reason that only the message tells
  kInvalid,      ///< what the user wrote is wrong: command line, Dockerfile, reference, TOML
  kDenied,       ///< not logged in, or not allowed
  kNotFound,     ///< no such image, tag, path or blob
  kUnavailable,  ///< the other side cannot be reached, or keeps failing after retries
  kCorrupt,      ///< bytes are not what their digest, size or schema says
  kStepFailed,   ///< a RUN step ended with an error
  kInterrupted,  ///< the user asked to stop
};

/// The one exception type of bale. `what()` is one line: what was being done, to what, and why it
/// failed. `detail()` holds further lines that show the place (a marked source line, the last
/// output of a command), `hint()` the next thing to try; both may be empty. None of the three ever
/// contains a secret.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message, std::string hint = {}, std::string detail = {});

  ErrorCode code() const noexcept { return code_; }
  const std::string& hint() const noexcept { return hint_; }
  const std::string& detail() const noexcept { return detail_; }

  /// The same error as the caller one folder up tells it: "CONTEXT: MESSAGE".
  Error in(std::string_view context) const;

 private:
  ErrorCode code_;
  std::string hint_;
  std::string detail_;
};

/// An error made from errno: "ACTION: STRERROR". `kNotFound` for ENOENT, `kDenied` for EACCES and
/// EPERM, else `kFailed`; ENOSPC gets a hint. Reads errno first, so call it right after the
/// failure.
Error errno_error(std::string_view action);

/// Throws kInterrupted once somebody asked to stop: for loops that may take long.
void throw_if_stopped(const std::stop_token& stop);

}  // namespace bale::oci
