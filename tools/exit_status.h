// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oci/error.h"

namespace bale::tools {

/// The program's exit statuses; docs/man has the table.
namespace exit_status {
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kPartial = 3;
inline constexpr int kDenied = 4;
inline constexpr int kNotFound = 5;
inline constexpr int kUnavailable = 6;
inline constexpr int kVerification = 7;
inline constexpr int kStepFailed = 8;
inline constexpr int kInterrupted = 130;
}  // namespace exit_status

inline int exit_status_of(oci::ErrorCode code) {
  switch (code) {
    case oci::ErrorCode::kFailed:
      return exit_status::kFailed;
    case oci::ErrorCode::kInvalid:
      return exit_status::kUsage;
    case oci::ErrorCode::kDenied:
      return exit_status::kDenied;
    case oci::ErrorCode::kNotFound:
      return exit_status::kNotFound;
    case oci::ErrorCode::kUnavailable:
      return exit_status::kUnavailable;
    case oci::ErrorCode::kCorrupt:
      return exit_status::kVerification;
    case oci::ErrorCode::kStepFailed:
      return exit_status::kStepFailed;
    case oci::ErrorCode::kInterrupted:
      return exit_status::kInterrupted;
  }
  return exit_status::kFailed;
}

}  // namespace bale::tools
