// SPDX-License-Identifier: Apache-2.0
#include "registry/repository.h"

#include <utility>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/manifest.h"
#include "registry/blob_download.h"
#include "registry/repository_state.h"

namespace bale::registry {

namespace {

Headers accept_manifests() { return {{"Accept", accepted_manifests()}}; }

/// The header must not make another kind of document of the same bytes (CVE-2021-41190).
oci::MediaType agreed_type(const std::string& where, const std::string& header,
                           std::string_view bytes) {
  const oci::MediaType from_header(header);
  const oci::MediaType declared = oci::sniff_document_type(bytes);
  if (!from_header.is_manifest() && !from_header.is_index()) return declared;
  if (declared.is_manifest() != from_header.is_manifest() && !declared.empty()) {
    throw oci::Error(oci::ErrorCode::kCorrupt, where + ": sent as " + header + ", but says " +
                                                   declared.to_string() + " of itself");
  }
  return from_header;
}

std::optional<oci::Digest> digest_header(const Headers& headers) {
  const auto text = headers.find("Docker-Content-Digest");
  return text ? oci::Digest::try_parse(*text) : std::nullopt;
}

Call put_call(std::string_view reference, const oci::Descriptor& descriptor, std::string_view bytes,
              Headers condition) {
  condition.add("Content-Type", descriptor.media_type.to_string());
  return {.method = "PUT",
          .path = "/manifests/" + std::string(reference),
          .headers = std::move(condition),
          .body = Body::of(std::string(bytes))};
}

/// A registry that made other bytes of a manifest would break every reference to it.
void check_stored(const Exchange<Response>& exchange, const oci::Descriptor& descriptor) {
  const auto stored = digest_header(exchange.head().headers);
  if (!stored || stored->algorithm() != descriptor.digest.algorithm()) return;
  if (*stored == descriptor.digest) return;
  throw oci::Error(
      oci::ErrorCode::kCorrupt,
      describe(exchange.request) + ": the registry stored it as " + stored->to_string());
}

PutAnswer answer_of(const Exchange<Response>& exchange, const oci::Descriptor& descriptor) {
  if (!exchange.head().ok()) throw exchange.error();
  check_stored(exchange, descriptor);
  return {exchange.head().headers.find("OCI-Subject").has_value()};
}

}  // namespace

const std::string& accepted_manifests() {
  static const std::string list =
      std::string(oci::media_type::kOciIndex) + ", " + oci::media_type::kOciManifest + ", " +
      oci::media_type::kDockerList + ", " + oci::media_type::kDockerManifest;
  return list;
}

Repository::Repository(std::string name, std::vector<Route> routes, Access access,
                       std::stop_token stop)
    : state_(std::make_shared<State>(std::move(name), std::move(routes), access, std::move(stop))) {
}
Repository::~Repository() = default;
Repository::Repository(const Repository&) = default;
Repository& Repository::operator=(const Repository&) = default;

const std::string& Repository::name() const { return state_->name; }

std::string Repository::name_of(std::string_view reference) const {
  const char* separator = oci::Digest::try_parse(reference) ? "@" : ":";
  return name() + separator + std::string(reference);
}

Repository Repository::with_stop(std::stop_token stop) const {
  Repository copy = *this;
  copy.state_ = std::make_shared<State>(*state_, std::move(stop));
  return copy;
}

bool Repository::shares_registry_with(const Repository& other) const {
  return state_->registry_route().host == other.state_->registry_route().host;
}

void Repository::ping() const {
  const auto exchange = state_->send({.scope = Call::Scope::kRegistry}, State::Purpose::kRead);
  if (!exchange.head().ok()) throw exchange.error();
}

FetchedManifest Repository::get_manifest(std::string_view reference) const {
  const auto exchange =
      state_->send({.path = "/manifests/" + std::string(reference), .headers = accept_manifests()},
                   State::Purpose::kRead);
  if (!exchange.head().ok()) throw exchange.error();
  const std::string& bytes = exchange.response.body;
  const std::string where = describe(exchange.request);
  const auto asked = oci::Digest::try_parse(reference);
  oci::Digest digest = oci::Digest::of(oci::as_bytes(bytes),
                                       asked ? asked->algorithm() : oci::DigestAlgorithm::kSha256);
  if (asked && digest != *asked) {
    throw oci::Error(oci::ErrorCode::kCorrupt,
                     where + ": the content has the digest " + digest.to_string());
  }
  const oci::MediaType type = agreed_type(where, media_type_of(exchange.head().headers), bytes);
  if (!type.is_manifest() && !type.is_index()) {
    throw oci::Error(oci::ErrorCode::kCorrupt, where + ": neither a manifest nor an index");
  }
  return {{.media_type = type, .digest = std::move(digest), .size = bytes.size()},
          bytes,
          exchange.head().headers.find("ETag").value_or("")};
}

std::optional<FetchedManifest> Repository::find_manifest(std::string_view reference) const {
  try {
    return get_manifest(reference);
  } catch (const oci::Error& error) {
    if (error.code() != oci::ErrorCode::kNotFound) throw;
    return std::nullopt;
  }
}

std::optional<oci::Descriptor> Repository::head_manifest(std::string_view reference) const {
  const auto exchange = state_->send({.method = "HEAD",
                                      .path = "/manifests/" + std::string(reference),
                                      .headers = accept_manifests()},
                                     State::Purpose::kRead);
  if (exchange.head().status == 404) return std::nullopt;
  if (!exchange.head().ok()) throw exchange.error();
  const Headers& headers = exchange.head().headers;
  const auto digest = digest_header(headers);
  const auto size = headers.number("Content-Length");
  const oci::MediaType type = media_type_of(headers);
  if (!digest || !size || (!type.is_manifest() && !type.is_index())) {
    return get_manifest(reference).descriptor;
  }
  return oci::Descriptor{.media_type = type, .digest = *digest, .size = *size};
}

PutAnswer Repository::put_manifest(std::string_view reference, const oci::Descriptor& descriptor,
                                   std::string_view bytes) const {
  const auto exchange = state_->put_manifest(put_call(reference, descriptor, bytes, {}));
  return answer_of(exchange, descriptor);
}

std::optional<PutAnswer> Repository::put_manifest_unless_changed(
    std::string_view tag, const std::optional<FetchedManifest>& seen,
    const oci::Descriptor& descriptor, std::string_view bytes) const {
  constexpr int kPreconditionFailed = 412;
  Headers condition;
  if (!seen) condition.add("If-None-Match", "*");
  // A weak tag never matches (RFC 9110, section 13.1.1).
  const bool strong = seen && !seen->etag.empty() && !seen->etag.starts_with("W/");
  if (strong) condition.add("If-Match", seen->etag);
  const auto exchange = state_->put_manifest(put_call(tag, descriptor, bytes, condition));
  if (exchange.head().status == kPreconditionFailed) return std::nullopt;
  return answer_of(exchange, descriptor);
}

void Repository::delete_manifest(std::string_view reference) const {
  const auto exchange = state_->send(
      {.method = "DELETE", .path = "/manifests/" + std::string(reference)}, State::Purpose::kWrite);
  if (!exchange.head().ok()) throw exchange.error();
}

std::optional<std::uint64_t> Repository::head_blob(const oci::Digest& digest) const {
  const auto exchange = state_->send({.method = "HEAD", .path = "/blobs/" + digest.to_string()},
                                     State::Purpose::kRead);
  if (exchange.head().status == 404) return std::nullopt;
  if (!exchange.head().ok()) throw exchange.error();
  return exchange.head().headers.number("Content-Length").value_or(0);
}

std::unique_ptr<oci::Source> Repository::get_blob(const oci::Descriptor& descriptor,
                                                  std::uint64_t begin) const {
  const auto open = [state = state_, descriptor](std::uint64_t offset,
                                                 Clock::time_point not_before) {
    Call call{.path = "/blobs/" + descriptor.digest.to_string(),
              .traffic = traffic_of(descriptor.size),
              .not_before = not_before};
    if (offset > 0) call.headers.add("Range", "bytes=" + std::to_string(offset) + "-");
    Exchange<StreamedResponse> exchange = state->open(call, State::Purpose::kRead);
    if (exchange.head().ok()) return std::move(exchange.response);
    Response refusal{exchange.head(),
                     oci::read_all(*exchange.response.body, HttpClient::kMaxDocument)};
    throw exchange.host->error_of(exchange.request, refusal);
  };
  return std::make_unique<BlobDownload>(open, descriptor, begin, state_->patience());
}

std::optional<std::uint64_t> Repository::size(const oci::Digest& digest) const {
  if (const auto blob = head_blob(digest)) return blob;
  // To most registries a manifest is no blob, and a digest does not tell which of the two it is of.
  const auto manifest = head_manifest(digest.to_string());
  return manifest ? std::optional(manifest->size) : std::nullopt;
}

std::unique_ptr<oci::Source> Repository::do_open(const oci::Descriptor& descriptor) const {
  if (!descriptor.media_type.is_manifest() && !descriptor.media_type.is_index()) {
    return get_blob(descriptor);
  }
  return Body::of(get_manifest(descriptor.digest.to_string()).bytes).open();
}

}  // namespace bale::registry
