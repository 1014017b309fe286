// SPDX-License-Identifier: Apache-2.0
// GET, HEAD and DELETE of a blob (distribution-spec, "Pulling blobs", "Deleting Blobs").
#include <algorithm>
#include <mutex>

#include "oci/error.h"
#include "oci/image_walk.h"
#include "server/byte_range.h"
#include "server/service_parts.h"

namespace bale::server {

namespace {

HttpResponse unknown_blob(const oci::Digest& digest) {
  return error_response(ApiErrorCode::kBlobUnknown, "no blob " + digest.to_string());
}

Fields blob_headers(const oci::Digest& digest) {
  // A blob never changes: whoever has it may keep it.
  return {{"Content-Type", "application/octet-stream"},
          {"Docker-Content-Digest", digest.to_string()},
          {"ETag", entity_tag(digest)},
          {"Cache-Control", "max-age=31536000, immutable"},
          {"Accept-Ranges", "bytes"}};
}

/// The range that is asked for, unless If-Range says of another entity.
std::optional<std::variant<ByteRange, Unsatisfiable>> range_of(const HttpRequest& request,
                                                               const oci::Digest& digest,
                                                               std::uint64_t size) {
  const auto range = request.header("Range");
  const auto condition = request.header("If-Range");
  if (!range || request.method != "GET") return std::nullopt;
  if (condition && *condition != entity_tag(digest)) return std::nullopt;
  return parse_range(*range, size);
}

/// Why a blob that should be fetched cannot be; nothing where it is here, or nobody has it. Clients
/// are told that it is not here: who meant to push it then does so.
std::optional<HttpResponse> failure_to_complete(ServedImages& images, const oci::Digest& digest) {
  try {
    images.complete(digest);
    return std::nullopt;
  } catch (const oci::Error& error) {
    if (error.code() == oci::ErrorCode::kInterrupted) throw;
    return error_response(
        ApiErrorCode::kBlobUnknown,
        "blob " + digest.to_string() +
            " was left in another registry and is not to be had: " + error.what());
  }
}

HttpResponse get_blob(ServiceParts& parts, const HttpRequest& request, const oci::Digest& digest) {
  if (auto failure = failure_to_complete(parts.images, digest)) return *std::move(failure);
  const auto size = parts.images.blobs().size(digest);
  auto file = parts.images.blobs().open_file(digest);
  if (!size || !file) return unknown_blob(digest);
  auto headers = blob_headers(digest);
  const auto known = request.header("If-None-Match");
  if (known && names_entity(*known, digest)) return {304, std::move(headers), {}};
  const auto range = range_of(request, digest, *size);
  if (!range) return {200, std::move(headers), FileBody{*std::move(file), 0, *size}};
  const std::string total = "/" + std::to_string(*size);
  if (std::holds_alternative<Unsatisfiable>(*range)) {
    auto response = error_response(416, ApiErrorCode::kSizeInvalid, "the range is past the end");
    response.headers.emplace_back("Content-Range", "bytes *" + total);
    return response;
  }
  const auto& part = std::get<ByteRange>(*range);
  headers.emplace_back("Content-Range", "bytes " + std::to_string(part.offset) + "-" +
                                            std::to_string(part.offset + part.size - 1) + total);
  return {206, std::move(headers), FileBody{*std::move(file), part.offset, part.size}};
}

bool is_needed(ServiceParts& parts, const oci::Digest& digest) {
  bool needed = false;
  for (const auto& root : parts.images.roots()) {
    oci::for_each_blob(parts.images.blobs(), root, [&](const oci::WalkedBlob& blob) {
      needed |= blob.descriptor.digest == digest;
    });
    if (needed) return true;
  }
  return false;
}

HttpResponse delete_blob(ServiceParts& parts, const oci::Digest& digest) {
  const std::unique_lock alone(parts.naming);
  if (!parts.images.blobs().size(digest)) return unknown_blob(digest);
  if (is_needed(parts, digest)) {
    return error_response(405, ApiErrorCode::kDenied,
                          "an image needs blob " + digest.to_string() + ": delete that first");
  }
  parts.images.blobs().remove_blob(digest);
  return {202};
}

}  // namespace

Answer answer_blob(ServiceParts& parts, const HttpRequest& request, const Route& route) {
  const auto digest = oci::Digest::try_parse(route.reference);
  if (!digest) {
    return error_response(ApiErrorCode::kDigestInvalid, "\"" + route.reference + "\" is no digest");
  }
  if (is_read(request)) return get_blob(parts, request, *digest);
  if (request.method == "DELETE") return delete_blob(parts, *digest);
  return method_not_allowed("GET, HEAD, DELETE");
}

}  // namespace bale::server
