// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "oci/digest.h"
#include "server/http_message.h"

namespace bale::server {

/// The error codes of the distribution specification ("Error Codes"), and its status for each.
enum class ApiErrorCode {
  kBlobUnknown,
  kBlobUploadInvalid,
  kBlobUploadUnknown,
  kDenied,
  kDigestInvalid,
  kManifestBlobUnknown,
  kManifestInvalid,
  kManifestUnknown,
  kNameInvalid,
  kNameUnknown,
  kPaginationInvalid,
  kSizeInvalid,
  kTooManyRequests,
  kUnauthorized,
  kUnknown,
  kUnsupported,
};

/// A response that says what is wrong, to programs and to people.
HttpResponse error_response(ApiErrorCode code, const std::string& message);
/// The same with another status than the code's own.
HttpResponse error_response(int status, ApiErrorCode code, const std::string& message);
/// One error for each blob that a manifest lacks.
HttpResponse missing_blobs_response(const std::vector<oci::Digest>& missing);

}  // namespace bale::server
