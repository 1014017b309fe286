// SPDX-License-Identifier: Apache-2.0
#include "tools/web_fetcher.h"

#include <utility>

#include "oci/error.h"
#include "registry/http_client.h"

namespace bale::tools {

namespace {

constexpr int kNotModified = 304;

registry::Request request_for(const std::string& url, const builder::HttpValidators& known) {
  registry::Request request{.url = registry::Url::parse(url)};
  request.traffic = registry::Traffic::kBulk;
  if (!known.etag.empty()) request.headers.add("If-None-Match", known.etag);
  if (!known.last_modified.empty()) request.headers.add("If-Modified-Since", known.last_modified);
  return request;
}

oci::ErrorCode code_of(int status) {
  if (status == 401 || status == 403) return oci::ErrorCode::kDenied;
  if (status == 404 || status == 410) return oci::ErrorCode::kNotFound;
  return status >= 500 ? oci::ErrorCode::kUnavailable : oci::ErrorCode::kFailed;
}

}  // namespace

builder::HttpAnswer WebFetcher::get(const std::string& url, const builder::HttpValidators& known,
                                    const std::stop_token& stop) {
  auto response = program_.http_client().open(request_for(url, known), stop);
  const registry::ResponseHead& head = response.head;
  if (!known.empty() && head.status == kNotModified) return {known, nullptr};
  if (!head.ok()) {
    throw oci::Error(code_of(head.status),
                     "the server answered with status " + std::to_string(head.status));
  }
  return {{head.headers.find("ETag").value_or(""), head.headers.find("Last-Modified").value_or("")},
          std::move(response.body)};
}

}  // namespace bale::tools
