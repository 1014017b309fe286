// SPDX-License-Identifier: Apache-2.0
// Uploads of blobs (distribution-spec, "Pushing blobs"): at once, in chunks, mounted.
#include <utility>

#include "server/byte_range.h"
#include "server/service_parts.h"

namespace bale::server {

namespace {

std::string location_of(const Route& route, const std::string& session) {
  return "/v2/" + route.repository + "/blobs/uploads/" + session;
}

HttpResponse created(const Route& route, const oci::Digest& digest) {
  return {201,
          {{"Location", "/v2/" + route.repository + "/blobs/" + digest.to_string()},
           {"Docker-Content-Digest", digest.to_string()}}};
}

/// Where an upload stands. An upload of nothing has the range `0-0` too, as all registries say.
HttpResponse standing(int status, const Route& route, std::uint64_t size) {
  const std::uint64_t last = size == 0 ? 0 : size - 1;
  return {status,
          {{"Location", location_of(route, route.reference)},
           {"Range", "0-" + std::to_string(last)},
           {"Docker-Upload-UUID", route.reference}}};
}

HttpResponse wrong_digest(const oci::Digest& digest) {
  return error_response(ApiErrorCode::kDigestInvalid,
                        "what arrived does not have the digest " + digest.to_string());
}

/// The digest of the query; an error where it is missing or none.
std::variant<oci::Digest, HttpResponse> digest_parameter(const HttpRequest& request) {
  const auto text = request.parameter("digest");
  const auto digest = text ? oci::Digest::try_parse(*text) : std::nullopt;
  if (digest) return *digest;
  return error_response(ApiErrorCode::kDigestInvalid,
                        text ? "\"" + *text + "\" is no digest" : "no digest is given");
}

/// A whole blob in one request.
class WholeBlob final : public BodyReceiver {
 public:
  WholeBlob(ServiceParts& parts, Route route, oci::Digest digest)
      : route_(std::move(route)),
        digest_(std::move(digest)),
        upload_(parts.images.blobs(), digest_.algorithm()) {}

  void write(oci::Bytes bytes) override { upload_.write(bytes); }
  HttpResponse finish() override {
    return upload_.finish(digest_) ? created(route_, digest_) : wrong_digest(digest_);
  }

 private:
  const Route route_;
  const oci::Digest digest_;
  Upload upload_;
};

/// A part of a blob, at the end of what is there. What arrives before a connection breaks is kept.
class Chunk final : public BodyReceiver {
 public:
  Chunk(Route route, UploadSessions::Lease lease)
      : route_(std::move(route)), lease_(std::move(lease)) {}

  void write(oci::Bytes bytes) override { lease_.upload().write(bytes); }
  HttpResponse finish() override { return standing(202, route_, lease_.upload().size()); }

 private:
  const Route route_;
  UploadSessions::Lease lease_;
};

/// The last part, which may be empty, and the end of its session, however it goes.
class LastChunk final : public BodyReceiver {
 public:
  LastChunk(ServiceParts& parts, Route route, UploadSessions::Lease lease, oci::Digest digest)
      : uploads_(parts.uploads),
        route_(std::move(route)),
        lease_(std::move(lease)),
        digest_(std::move(digest)) {}

  void write(oci::Bytes bytes) override { lease_.upload().write(bytes); }
  HttpResponse finish() override {
    uploads_.drop(route_.reference);
    return lease_.upload().finish(digest_) ? created(route_, digest_) : wrong_digest(digest_);
  }

 private:
  UploadSessions& uploads_;
  const Route route_;
  UploadSessions::Lease lease_;
  const oci::Digest digest_;
};

HttpResponse start_session(ServiceParts& parts, const Route& route) {
  const auto session = parts.uploads.start(route.repository);
  if (!session) {
    return error_response(ApiErrorCode::kTooManyRequests, "too many uploads have begun");
  }
  return standing(202, {route.endpoint, route.repository, *session}, 0);
}

Answer post_upload(ServiceParts& parts, const HttpRequest& request, const Route& route) {
  if (!parts.images.accepts(route.repository)) {
    return error_response(ApiErrorCode::kNameUnknown, "nothing can be pushed to this name");
  }
  if (const auto mount = request.parameter("mount")) {
    // From wherever it is; where that is nowhere, or nonsense, the client uploads.
    const auto digest = oci::Digest::try_parse(*mount);
    if (digest && parts.images.blobs().size(*digest)) return created(route, *digest);
  } else if (request.parameter("digest")) {
    auto digest = digest_parameter(request);
    if (auto* error = std::get_if<HttpResponse>(&digest)) return std::move(*error);
    return std::make_unique<WholeBlob>(parts, route, std::get<oci::Digest>(digest));
  }
  return start_session(parts, route);
}

HttpResponse refusal(UploadSessions::Refusal why) {
  switch (why) {
    case UploadSessions::Refusal::kUnknown:
      return error_response(ApiErrorCode::kBlobUploadUnknown, "no such upload, or not any more");
    case UploadSessions::Refusal::kBusy:
      return error_response(409, ApiErrorCode::kBlobUploadInvalid,
                            "another request is at this upload");
  }
  return error_response(ApiErrorCode::kUnknown, "no such refusal");
}

/// Whether the chunk follows what is there, as far as the client says where it belongs.
bool follows(const HttpRequest& request, const Upload& upload) {
  const auto text = request.header("Content-Range");
  if (!text) return true;
  const auto range = parse_chunk_range(*text);
  const auto length = request.content_length();
  return range && range->offset == upload.size() && (!length || range->size == *length);
}

Answer patch_upload(const HttpRequest& request, const Route& route, UploadSessions::Lease lease) {
  if (!follows(request, lease.upload())) return standing(416, route, lease.upload().size());
  return std::make_unique<Chunk>(route, std::move(lease));
}

Answer put_upload(ServiceParts& parts, const HttpRequest& request, const Route& route,
                  UploadSessions::Lease lease) {
  auto digest = digest_parameter(request);
  if (auto* error = std::get_if<HttpResponse>(&digest)) return std::move(*error);
  if (!follows(request, lease.upload())) return standing(416, route, lease.upload().size());
  return std::make_unique<LastChunk>(parts, route, std::move(lease),
                                     std::get<oci::Digest>(std::move(digest)));
}

}  // namespace

Answer answer_uploads(ServiceParts& parts, const HttpRequest& request, const Route& route) {
  if (request.method == "POST") return post_upload(parts, request, route);
  return method_not_allowed("POST");
}

Answer answer_upload(ServiceParts& parts, const HttpRequest& request, const Route& route) {
  auto taken = parts.uploads.take(route.repository, route.reference);
  if (const auto* why = std::get_if<UploadSessions::Refusal>(&taken)) return refusal(*why);
  auto& lease = std::get<UploadSessions::Lease>(taken);
  if (request.method == "PATCH") return patch_upload(request, route, std::move(lease));
  if (request.method == "PUT") return put_upload(parts, request, route, std::move(lease));
  if (is_read(request)) return standing(204, route, lease.upload().size());
  if (request.method == "DELETE") {
    parts.uploads.drop(route.reference);
    return HttpResponse{204};
  }
  return method_not_allowed("GET, HEAD, PATCH, PUT, DELETE");
}

}  // namespace bale::server
