// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "builder/http_fetcher.h"
#include "tools/program.h"

namespace bale::tools {

/// Fetches files for the builder with the connections that the program has to registries.
class WebFetcher final : public builder::HttpFetcher {
 public:
  /// `program` must outlive it.
  explicit WebFetcher(Program& program) : program_(program) {}

  builder::HttpAnswer get(const std::string& url, const builder::HttpValidators& known,
                          const std::stop_token& stop) override;

 private:
  Program& program_;
};

}  // namespace bale::tools
