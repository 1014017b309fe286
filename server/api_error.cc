// SPDX-License-Identifier: Apache-2.0
#include "server/api_error.h"

#include <nlohmann/json.hpp>

namespace bale::server {

namespace {

using Json = nlohmann::ordered_json;

struct Meaning {
  const char* name;
  int status;
};

Meaning meaning_of(ApiErrorCode code) {
  switch (code) {
    case ApiErrorCode::kBlobUnknown:
      return {"BLOB_UNKNOWN", 404};
    case ApiErrorCode::kBlobUploadInvalid:
      return {"BLOB_UPLOAD_INVALID", 400};
    case ApiErrorCode::kBlobUploadUnknown:
      return {"BLOB_UPLOAD_UNKNOWN", 404};
    case ApiErrorCode::kDenied:
      return {"DENIED", 403};
    case ApiErrorCode::kDigestInvalid:
      return {"DIGEST_INVALID", 400};
    case ApiErrorCode::kManifestBlobUnknown:
      return {"MANIFEST_BLOB_UNKNOWN", 404};
    case ApiErrorCode::kManifestInvalid:
      return {"MANIFEST_INVALID", 400};
    case ApiErrorCode::kManifestUnknown:
      return {"MANIFEST_UNKNOWN", 404};
    case ApiErrorCode::kNameInvalid:
      return {"NAME_INVALID", 400};
    case ApiErrorCode::kNameUnknown:
      return {"NAME_UNKNOWN", 404};
    case ApiErrorCode::kPaginationInvalid:
      return {"PAGINATION_NUMBER_INVALID", 400};
    case ApiErrorCode::kSizeInvalid:
      return {"SIZE_INVALID", 413};
    case ApiErrorCode::kTooManyRequests:
      return {"TOOMANYREQUESTS", 429};
    case ApiErrorCode::kUnauthorized:
      return {"UNAUTHORIZED", 401};
    case ApiErrorCode::kUnknown:
      return {"UNKNOWN", 500};
    case ApiErrorCode::kUnsupported:
      return {"UNSUPPORTED", 405};
  }
  return {"UNKNOWN", 500};
}

HttpResponse response_of(int status, const Json& errors) {
  // A message may quote what a client sent, which need not be UTF-8.
  std::string body =
      Json{{"errors", errors}}.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

}  // namespace

HttpResponse error_response(ApiErrorCode code, const std::string& message) {
  return error_response(meaning_of(code).status, code, message);
}

HttpResponse error_response(int status, ApiErrorCode code, const std::string& message) {
  return response_of(status,
                     Json::array({{{"code", meaning_of(code).name}, {"message", message}}}));
}

HttpResponse missing_blobs_response(const std::vector<oci::Digest>& missing) {
  const Meaning meaning = meaning_of(ApiErrorCode::kManifestBlobUnknown);
  Json errors = Json::array();
  for (const auto& digest : missing) {
    errors.push_back({{"code", meaning.name},
                      {"message", "the manifest refers to what is not here"},
                      {"detail", {{"digest", digest.to_string()}}}});
  }
  return response_of(meaning.status, errors);
}

}  // namespace bale::server
