// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "oci/io.h"

namespace bale::builder {

/// What a server says of a file's state: headers as they came, "" for none.
struct HttpValidators {
  std::string etag;
  std::string last_modified;

  bool empty() const { return etag.empty() && last_modified.empty(); }
};

/// The answer to a GET.
struct HttpAnswer {
  HttpValidators validators;
  std::unique_ptr<oci::Source> body;  ///< null: the file is as `known` said
};

/// What the builder needs of HTTP. Thread-safe.
class HttpFetcher {
 public:
  virtual ~HttpFetcher() = default;

  /// Asks for a file, unless it is still the one that `known` tells of. Follows redirects. Throws
  /// kNotFound, kDenied, kUnavailable and kInterrupted.
  virtual HttpAnswer get(const std::string& url, const HttpValidators& known,
                         const std::stop_token& stop) = 0;
};

}  // namespace bale::builder
