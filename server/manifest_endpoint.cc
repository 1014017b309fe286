// SPDX-License-Identifier: Apache-2.0
// GET, HEAD, PUT and DELETE of manifests and indexes (distribution-spec, "Pulling manifests",
// "Pushing Manifests", "Deleting Manifests").
#include <mutex>
#include <utility>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/reference.h"
#include "server/completeness.h"
#include "server/service_parts.h"

namespace bale::server {

namespace {

/// The last part of the path: a digest or a tag.
struct ManifestName {
  std::optional<oci::Digest> digest;
  std::string tag;
};

/// Nothing for what can be neither.
std::optional<ManifestName> parse_name(const std::string& reference) {
  if (oci::is_valid_tag(reference)) return ManifestName{std::nullopt, reference};
  auto digest = oci::Digest::try_parse(reference);
  if (!digest) return std::nullopt;
  return ManifestName{*std::move(digest), ""};
}

std::optional<oci::Descriptor> find(const RepositoryView& view, const ManifestName& name) {
  return name.digest ? view.find(*name.digest) : view.find_tag(name.tag);
}

HttpResponse unknown_manifest(const Route& route) {
  return error_response(ApiErrorCode::kManifestUnknown,
                        "no manifest " + route.reference + " in " + route.repository);
}

HttpResponse invalid_manifest(const std::string& why) {
  return error_response(ApiErrorCode::kManifestInvalid, why);
}

HttpResponse invalid_reference(const Route& route) {
  if (route.reference.find(':') != std::string::npos) {
    return error_response(ApiErrorCode::kDigestInvalid, "\"" + route.reference + "\" is no digest");
  }
  return invalid_manifest("\"" + route.reference + "\" is no tag");
}

HttpResponse get_manifest(ServiceParts& parts, const HttpRequest& request, const Route& route,
                          const ManifestName& name) {
  const auto found = find(parts.view(route.repository), name);
  auto file = found ? parts.images.blobs().open_file(found->digest) : std::nullopt;
  if (!file) return unknown_manifest(route);
  Fields headers{{"Content-Type", found->media_type.to_string()},
                 {"Docker-Content-Digest", found->digest.to_string()},
                 {"ETag", entity_tag(found->digest)}};
  const auto known = request.header("If-None-Match");
  if (known && names_entity(*known, found->digest)) return {304, std::move(headers), {}};
  return {200, std::move(headers), FileBody{*std::move(file), 0, found->size}};
}

/// The conditions of a PUT or DELETE (RFC 9110, section 13.1): two that write one tag cannot lose
/// each other's work.
struct Conditions {
  std::optional<std::string> if_match;
  std::optional<std::string> if_none_match;

  explicit Conditions(const HttpRequest& request)
      : if_match(request.header("If-Match")), if_none_match(request.header("If-None-Match")) {}
  explicit operator bool() const { return if_match || if_none_match; }
  bool hold(const std::optional<oci::Descriptor>& now) const {
    if (if_match && !(now && names_entity(*if_match, now->digest))) return false;
    return !(if_none_match && now && names_entity(*if_none_match, now->digest));
  }
};

HttpResponse precondition_failed() {
  return error_response(412, ApiErrorCode::kDenied, "the manifest is not what it should be");
}

HttpResponse delete_manifest(ServiceParts& parts, const HttpRequest& request, const Route& route,
                             const ManifestName& name) {
  const std::unique_lock alone(parts.naming);
  const auto view = parts.view(route.repository);
  const auto found = find(view, name);
  if (!found) return unknown_manifest(route);
  if (name.digest && view.is_in_index(*name.digest)) {
    return error_response(405, ApiErrorCode::kDenied,
                          "an index holds " + name.digest->to_string() + ": delete that first");
  }
  // Last: what would be refused anyway is refused for its own reason (RFC 9110, section 13.2.1).
  if (!Conditions(request).hold(found)) return precondition_failed();
  const bool removed = name.digest ? parts.images.remove(route.repository, *name.digest)
                                   : parts.images.remove_tag(route.repository, name.tag);
  return removed ? HttpResponse{202} : unknown_manifest(route);
}

/// A manifest or index as it was pushed.
struct PushedDocument {
  oci::Descriptor descriptor;
  std::string bytes;
  std::vector<oci::Digest> missing;
  std::optional<oci::Digest> subject;
};

template <typename Document>
PushedDocument examine(const oci::BlobProvider& blobs, oci::Descriptor descriptor,
                       std::string bytes, const Document& document) {
  if (!document.media_type.empty() && document.media_type != descriptor.media_type) {
    throw oci::Error(oci::ErrorCode::kCorrupt,
                     "Content-Type is " + descriptor.media_type.to_string() + ", mediaType " +
                         document.media_type.to_string());
  }
  std::optional<oci::Digest> subject;
  if (document.subject) subject = document.subject->digest;
  return {std::move(descriptor), std::move(bytes), missing_blobs(blobs, document), subject};
}

/// Throws kCorrupt for what is neither manifest nor index.
PushedDocument parse_document(const oci::BlobProvider& blobs, oci::Descriptor descriptor,
                              std::string bytes) {
  if (descriptor.media_type.is_index()) {
    const auto index = oci::parse_index(bytes);
    return examine(blobs, std::move(descriptor), std::move(bytes), index);
  }
  if (descriptor.media_type.is_manifest()) {
    const auto manifest = oci::parse_manifest(bytes);
    return examine(blobs, std::move(descriptor), std::move(bytes), manifest);
  }
  throw oci::Error(oci::ErrorCode::kCorrupt,
                   "\"" + descriptor.media_type.to_string() + "\" is no type of manifests");
}

/// Without parameters; where the client gave none, what the document says of itself.
oci::MediaType content_type(const HttpRequest& request, const std::string& bytes) {
  std::string type = request.header("Content-Type").value_or("");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.pop_back();
  return type.empty() ? oci::sniff_document_type(bytes) : oci::MediaType(type);
}

class PushedManifest final : public BodyReceiver {
 public:
  PushedManifest(ServiceParts& parts, HttpRequest request, Route route, ManifestName name)
      : parts_(parts),
        request_(std::move(request)),
        route_(std::move(route)),
        name_(std::move(name)),
        conditions_(request_),
        memory_(parts.manifest_memory) {}

  void write(oci::Bytes bytes) override;
  HttpResponse finish() override;

 private:
  void refuse(HttpResponse refusal);
  oci::Descriptor describe() const;
  HttpResponse store(const PushedDocument& document);
  HttpResponse created(const PushedDocument& document) const;

  ServiceParts& parts_;
  const HttpRequest request_;
  const Route route_;
  const ManifestName name_;
  const Conditions conditions_;
  std::string bytes_;
  MemoryBudget::Share memory_;  // for `bytes_`, and what they are parsed into
  std::optional<HttpResponse> refusal_;
};

HttpResponse out_of_memory() {
  auto response = error_response(ApiErrorCode::kTooManyRequests,
                                 "too many manifests are being pushed at this moment");
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

void PushedManifest::write(oci::Bytes bytes) {
  if (refusal_) return;
  if (bytes_.size() + bytes.size() > oci::kMaxManifestSize) {
    return refuse(error_response(ApiErrorCode::kSizeInvalid, "over 4 MiB"));
  }
  if (!memory_.try_grow(bytes.size())) return refuse(out_of_memory());
  bytes_ += oci::as_text(bytes);
}

/// The rest of the body is read and forgotten.
void PushedManifest::refuse(HttpResponse refusal) {
  refusal_ = std::move(refusal);
  std::string().swap(bytes_);
  memory_.give_back();
}

oci::Descriptor PushedManifest::describe() const {
  const auto algorithm = name_.digest ? name_.digest->algorithm() : oci::DigestAlgorithm::kSha256;
  return {.media_type = content_type(request_, bytes_),
          .digest = oci::Digest::of(oci::as_bytes(bytes_), algorithm),
          .size = bytes_.size()};
}

HttpResponse PushedManifest::finish() {
  if (refusal_) return *std::move(refusal_);
  oci::Descriptor descriptor = describe();
  if (name_.digest && *name_.digest != descriptor.digest) {
    return error_response(ApiErrorCode::kDigestInvalid,
                          "the manifest's digest is " + descriptor.digest.to_string());
  }
  try {
    const auto document =
        parse_document(parts_.images.blobs(), std::move(descriptor), std::move(bytes_));
    if (!document.missing.empty()) return missing_blobs_response(document.missing);
    return store(document);
  } catch (const oci::Error& error) {
    if (error.code() == oci::ErrorCode::kCorrupt) return invalid_manifest(error.what());
    if (error.code() != oci::ErrorCode::kNotFound) throw;
    return error_response(ApiErrorCode::kManifestBlobUnknown, error.what());
  }
}

HttpResponse PushedManifest::store(const PushedDocument& document) {
  std::shared_lock with_others(parts_.naming, std::defer_lock);
  std::unique_lock alone(parts_.naming, std::defer_lock);
  if (conditions_) {
    alone.lock();
    if (!conditions_.hold(find(parts_.view(route_.repository), name_))) {
      return precondition_failed();
    }
  } else {
    with_others.lock();
  }
  oci::write_blob(parts_.images.blobs(), document.descriptor, document.bytes);
  const auto tag = name_.digest ? std::nullopt : std::optional(name_.tag);
  parts_.images.put(route_.repository, tag, document.descriptor);
  return created(document);
}

HttpResponse PushedManifest::created(const PushedDocument& document) const {
  const std::string digest = document.descriptor.digest.to_string();
  HttpResponse response{201,
                        {{"Location", "/v2/" + route_.repository + "/manifests/" + digest},
                         {"Docker-Content-Digest", digest},
                         {"ETag", entity_tag(document.descriptor.digest)}}};
  if (document.subject) {
    response.headers.emplace_back("OCI-Subject", document.subject->to_string());
  }
  return response;
}

Answer put_manifest(ServiceParts& parts, const HttpRequest& request, const Route& route,
                    ManifestName name) {
  if (!parts.images.accepts(route.repository)) {
    return error_response(ApiErrorCode::kNameUnknown, "nothing can be pushed to this name");
  }
  return std::make_unique<PushedManifest>(parts, request, route, std::move(name));
}

}  // namespace

Answer answer_manifest(ServiceParts& parts, const HttpRequest& request, const Route& route) {
  auto name = parse_name(route.reference);
  if (is_read(request)) {
    // What cannot be a tag is not there, which says more than that it is wrong.
    return name ? get_manifest(parts, request, route, *name) : unknown_manifest(route);
  }
  if (!name) return invalid_reference(route);
  if (request.method == "PUT") return put_manifest(parts, request, route, *std::move(name));
  if (request.method == "DELETE") return delete_manifest(parts, request, route, *name);
  return method_not_allowed("GET, HEAD, PUT, DELETE");
}

}  // namespace bale::server
