// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <utility>

#include "oci/error.h"
#include "registry/redirect.h"
#include "registry/repository.h"
#include "registry/repository_state.h"

namespace bale::registry {

namespace {

constexpr const char* kContentType = "application/octet-stream";
/// A registry may have to copy the blob to its place before it answers.
constexpr std::chrono::minutes kPatience{5};

/// The number of bytes that `Range: 0-LAST` speaks of. Registries write `0-0` for none, which by
/// the letter is one: `expected` decides.
std::optional<std::uint64_t> received_bytes(const Headers& headers, std::uint64_t expected) {
  const std::string range = headers.find("Range").value_or("");
  const std::size_t dash = range.find('-');
  if (dash == std::string::npos) return std::nullopt;
  std::uint64_t last = 0;
  const char* end = range.data() + range.size();
  const auto [stop, error] = std::from_chars(range.data() + dash + 1, end, last);
  if (error != std::errc() || stop != end || last == UINT64_MAX) return std::nullopt;
  if (last == 0 && expected != 1) return 0;
  return last + 1;
}

/// Where the upload that a response tells of goes on; `before` is how it stood.
Upload upload_of(const Exchange<Response>& exchange, const Upload& before) {
  Upload next = before;
  const Headers& headers = exchange.head().headers;
  if (const auto location = headers.find("Location")) {
    next.location = exchange.head().url.resolve(*location);
    check_forwarding(exchange.request.url, next.location);
  }
  next.chunk_minimum = headers.number("OCI-Chunk-Min-Length").value_or(before.chunk_minimum);
  return next;
}

Upload opened_upload(const Exchange<Response>& exchange) {
  if (!exchange.head().headers.find("Location")) {
    throw oci::Error(oci::ErrorCode::kFailed,
                     describe(exchange.request) + ": the registry names no place for the upload");
  }
  return upload_of(exchange, {exchange.request.url});
}

PartAnswer::Verdict verdict_of(int status) {
  switch (status) {
    case 413:
      return PartAnswer::Verdict::kTooLarge;
    case 416:
      return PartAnswer::Verdict::kMisplaced;
    default:
      return PartAnswer::Verdict::kRefused;
  }
}

/// Throws what is no judgement of the content: refused credentials, lost uploads, passing failures.
PartAnswer refusal(const Exchange<Response>& exchange, const Upload& upload) {
  const oci::Error error = exchange.error();
  const bool too_large = exchange.head().status == 413;
  if (error.code() != oci::ErrorCode::kFailed && !too_large) throw error;
  return {verdict_of(exchange.head().status), upload, error};
}

}  // namespace

UploadLimits& Repository::upload_limits() const {
  return state_->registry_route().host->upload_limits();
}

Upload Repository::start_upload(Clock::time_point not_before) const {
  const auto exchange =
      state_->send({.method = "POST", .path = "/blobs/uploads/", .not_before = not_before},
                   State::Purpose::kWrite);
  if (exchange.head().status != 202) throw exchange.error();
  return opened_upload(exchange);
}

std::optional<Upload> Repository::mount_blob(const oci::Digest& digest,
                                             const Repository& from) const {
  const std::string& source = from.state_->registry_route().repository;
  const auto exchange = state_->send({.method = "POST",
                                      .path = "/blobs/uploads/",
                                      .queries = {{"mount", digest.to_string()}, {"from", source}},
                                      .further_scopes = Scopes::repository(source, {"pull"})},
                                     State::Purpose::kWrite);
  const auto note = [&](UploadLimits::SelfMounts seen) {
    if (source == state_->registry_route().repository) upload_limits().note_self_mounts(seen);
  };
  if (exchange.head().status == 201) {
    note(UploadLimits::SelfMounts::kDone);
    return std::nullopt;
  }
  if (exchange.head().status == 202) return opened_upload(exchange);
  // Whatever a registry has against mounting (some answer 401 or 404 for a repository that they do
  // not want to show): the content can always be sent.
  note(UploadLimits::SelfMounts::kRefused);
  return start_upload();
}

PartAnswer Repository::patch_upload(const Upload& upload, Body part) const {
  const std::uint64_t end = upload.offset + part.size;
  const auto exchange =
      state_->send_to(upload.location,
                      {.method = "PATCH",
                       .headers = {{"Content-Type", kContentType},
                                   {"Content-Range",
                                    std::to_string(upload.offset) + "-" + std::to_string(end - 1)}},
                       .body = std::move(part),
                       .traffic = Traffic::kBulk},
                      state_->scopes_of(state_->registry_route()));
  const int status = exchange.head().status;
  if (status != 202 && status != 201 && status != 204) return refusal(exchange, upload);
  Upload next = upload_of(exchange, upload);
  next.offset = received_bytes(exchange.head().headers, end).value_or(end);
  return {PartAnswer::Verdict::kTaken, std::move(next)};
}

std::optional<Upload> Repository::upload_status(const Upload& upload,
                                                Clock::time_point not_before) const {
  const auto exchange =
      state_->send_to(upload.location, {.method = "GET", .not_before = not_before},
                      state_->scopes_of(state_->registry_route()));
  const auto received = received_bytes(exchange.head().headers, upload.offset);
  if (exchange.head().ok() && received) {
    Upload known = upload_of(exchange, upload);
    known.offset = *received;
    return known;
  }
  const oci::Error error = exchange.error();
  if (error.code() == oci::ErrorCode::kDenied) throw error;
  return std::nullopt;
}

void Repository::cancel_upload(const Upload& upload) const {
  try {
    (void)state_->send_to(upload.location, {.method = "DELETE"},
                          state_->scopes_of(state_->registry_route()));
  } catch (const oci::Error&) {  // registries purge what nobody finishes
  }
}

PartAnswer Repository::put_upload(const Upload& upload, const oci::Descriptor& descriptor,
                                  Body content) const {
  const Url url = upload.location.with_query("digest", descriptor.digest.to_string());
  const Traffic traffic = traffic_of(content.size);
  const auto exchange = state_->send_to(url,
                                        {.method = "PUT",
                                         .headers = {{"Content-Type", kContentType}},
                                         .body = std::move(content),
                                         .traffic = traffic,
                                         .patience = kPatience},
                                        state_->scopes_of(state_->registry_route()));
  const int status = exchange.head().status;
  if (status == 201 || status == 204) return {PartAnswer::Verdict::kTaken, upload};
  return refusal(exchange, upload);
}

}  // namespace bale::registry
