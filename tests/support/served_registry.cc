// SPDX-License-Identifier: Apache-2.0
#include "tests/support/served_registry.h"

#include <nlohmann/json.hpp>

namespace bale::test {

ServedRegistry::ServedRegistry(const server::RegistryOptions& options,
                               server::HttpServerOptions http)
    : ServedRegistry(options, std::move(http), server::listen_on({"127.0.0.1", "0"})) {}

ServedRegistry::ServedRegistry(const server::RegistryOptions& options,
                               server::HttpServerOptions http, server::Listener listener)
    : store_(scratch_ / "store"),
      images_(store_),
      service_(images_, options),
      host_(listener.address),
      http_(std::move(listener.socket), service_, std::move(http)) {}

registry::Response ServedRegistry::ask(const std::string& method, const std::string& path,
                                       const RequestParts& parts) {
  registry::Request request{.method = method,
                            .url = registry::Url::parse("http://" + host_ + path),
                            .headers = parts.headers,
                            .retry = {.attempts = 1}};
  if (parts.body) request.body = registry::Body::of(*parts.body);
  return client_.send(request);
}

oci::Digest ServedRegistry::push_blob(const std::string& repository, std::string_view content) {
  auto digest = oci::Digest::of(oci::as_bytes(content));
  ask("POST", "/v2/" + repository + "/blobs/uploads/?digest=" + digest.to_string(),
      {.body = std::string(content)});
  return digest;
}

registry::Response ServedRegistry::push_manifest(const std::string& repository,
                                                 const std::string& reference,
                                                 const std::string& json,
                                                 const std::string& media_type) {
  return ask("PUT", "/v2/" + repository + "/manifests/" + reference,
             {.headers = {{"Content-Type", media_type}}, .body = json});
}

oci::Document<oci::Manifest> ServedRegistry::push_image(
    const std::string& repository, const std::optional<std::string>& tag, const std::string& salt,
    const std::optional<oci::Descriptor>& subject) {
  const auto describe = [&](const std::string& content, const char* type) {
    return oci::Descriptor{
        .media_type = type, .digest = push_blob(repository, content), .size = content.size()};
  };
  auto document = oci::make_document(
      oci::Manifest{.config = describe(R"({"salt":")" + salt + "\"}", oci::media_type::kOciConfig),
                    .layers = {describe("layer " + salt, oci::media_type::kOciLayer)},
                    .subject = subject});
  push_manifest(repository, tag.value_or(document.descriptor.digest.to_string()), document.bytes,
                document.value.media_type.to_string());
  return document;
}

std::string header(const registry::Response& response, std::string_view name) {
  return response.head.headers.find(name).value_or("");
}

std::string location(const registry::Response& response) {
  const std::string value = header(response, "Location");
  const auto scheme = value.find("://");
  return scheme == std::string::npos ? value : value.substr(value.find('/', scheme + 3));
}

std::string error_code(const registry::Response& response) {
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  return json.is_object() ? json.value("/errors/0/code"_json_pointer, "") : "";
}

}  // namespace bale::test
