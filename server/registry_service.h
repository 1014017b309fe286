// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "server/http_message.h"
#include "server/served_images.h"
#include "server/upload_sessions.h"

namespace bale::server {

enum class Writes { kAllowed, kRefused };

struct RegistryOptions {
  Writes writes = Writes::kAllowed;
  /// The content of a htpasswd file; empty: everybody may do everything.
  std::string htpasswd = {};
  UploadLimits uploads = {};
  /// Bytes that manifests take together while they are pushed.
  std::size_t manifest_memory = std::size_t{64} << 20;
};

/// The distribution specification 1.1 over images on disk: pull, push, content discovery, content
/// management. Thread-safe.
///
/// Where the specification leaves a choice: blobs belong to all repositories, so that a mount
/// always works; a manifest is taken only if all that it refers to is there; what an image needs is
/// not deleted; chunks may have any size.
class RegistryService final : public HttpService {
 public:
  /// `images` must outlive the service. Throws kInvalid for a htpasswd file that is none.
  RegistryService(ServedImages& images, const RegistryOptions& options);
  ~RegistryService() override;

  Answer answer(const HttpRequest& request) override;
  HttpResponse failure(const std::exception& error) override;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::server
