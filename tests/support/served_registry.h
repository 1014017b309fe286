// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "oci/document.h"
#include "oci/store.h"
#include "registry/http_client.h"
#include "server/http_server.h"
#include "server/listener.h"
#include "server/registry_service.h"
#include "server/store_images.h"
#include "tests/support/scratch_folder.h"

namespace bale::test {

/// What a test sends beyond method and path.
struct RequestParts {
  registry::Headers headers = {};
  std::optional<std::string> body = std::nullopt;
};

/// Our own registry over a store of its own, inside the test's process: asked through real
/// connections, on a port that the kernel chose.
class ServedRegistry {
 public:
  explicit ServedRegistry(const server::RegistryOptions& options = {},
                          server::HttpServerOptions http = {});

  /// `127.0.0.1:PORT`
  const std::string& host() const { return host_; }
  oci::Store& store() { return store_; }
  server::HttpServer& http() { return http_; }

  /// `path` with its query.
  registry::Response ask(const std::string& method, const std::string& path,
                         const RequestParts& parts = {});
  /// Pushes a blob at once; returns its digest.
  oci::Digest push_blob(const std::string& repository, std::string_view content);
  /// Pushes a manifest or index; the answer.
  registry::Response push_manifest(const std::string& repository, const std::string& reference,
                                   const std::string& json, const std::string& media_type);
  /// Pushes config, layer and manifest under the tag or digest; the manifest's descriptor. `salt`
  /// makes images differ.
  oci::Document<oci::Manifest> push_image(const std::string& repository,
                                          const std::optional<std::string>& tag,
                                          const std::string& salt = "",
                                          const std::optional<oci::Descriptor>& subject = {});

 private:
  explicit ServedRegistry(const server::RegistryOptions& options, server::HttpServerOptions http,
                          server::Listener listener);

  ScratchFolder scratch_;
  oci::Store store_;
  server::StoreImages images_;
  server::RegistryService service_;
  const std::string host_;
  server::HttpServer http_;
  registry::HttpClient client_;
};

/// A header of an answer, "" where it is not there.
std::string header(const registry::Response& response, std::string_view name);

/// The path and query of a `Location`, which is relative or absolute.
std::string location(const registry::Response& response);

/// The code of the first error in the body of an answer, "" where there is none.
std::string error_code(const registry::Response& response);

}  // namespace bale::test
