// SPDX-License-Identifier: Apache-2.0
#include "server/api_error.h"

#include "oci/json_writer.h"

namespace bale::server {

namespace {

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

void write_members(oci::JsonWriter& json, ApiErrorCode code, const std::string& message) {
  json.member("code", meaning_of(code).name);
  json.member("message", message);
}

/// `write_errors(json)` writes the elements of the one member.
template <typename Body>
HttpResponse response_of(int status, const Body& write_errors) {
  const std::string text = oci::json_object(
      [&](oci::JsonWriter& json) { json.array("errors", [&] { write_errors(json); }); });
  return {status, {{"Content-Type", "application/json"}}, text + "\n"};
}

}  // namespace

HttpResponse error_response(ApiErrorCode code, const std::string& message) {
  return error_response(meaning_of(code).status, code, message);
}

HttpResponse error_response(int status, ApiErrorCode code, const std::string& message) {
  return response_of(status, [&](oci::JsonWriter& json) {
    json.object([&] { write_members(json, code, message); });
  });
}

HttpResponse missing_blobs_response(const std::vector<oci::Digest>& missing) {
  constexpr auto kCode = ApiErrorCode::kManifestBlobUnknown;
  return response_of(meaning_of(kCode).status, [&](oci::JsonWriter& json) {
    for (const auto& digest : missing) {
      json.object([&] {
        write_members(json, kCode, "the manifest refers to what is not here");
        json.object("detail", [&] { json.member("digest", digest.to_string()); });
      });
    }
  });
}

}  // namespace bale::server
