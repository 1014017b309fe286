// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "oci/error.h"
#include "registry/push.h"
#include "registry/registries.h"
#include "tests/support/fake_registry.h"
#include "tests/support/test_image.h"

namespace bale::test {

/// A client, an image, and a registry that a test gives the ways of another one.
class RegistryDouble : public ::testing::Test {
 protected:
  using Answer = std::optional<HttpAnswer>;

  RegistryDouble() : RegistryDouble(FakeRegistry::Options()) {}
  explicit RegistryDouble(FakeRegistry::Options options) : registry_(std::move(options)) {
    registry::RegistriesOptions quick;
    quick.retry.first_delay = std::chrono::milliseconds(1);
    registries_ = std::make_unique<registry::Registries>(client_, registry::no_keychain(),
                                                         registry::RegistriesConf(), quick);
  }

  registry::Repository repository(
      const std::string& name = "team/app",
      registry::Repository::Access access = registry::Repository::Access::kPush) {
    return registries_->repository(oci::Reference::parse(registry_.name(name)), access);
  }

  registry::PushResult push(const oci::Descriptor& root,
                            registry::PushOptions options = {.tags = {"v1"}}) {
    options.blobs.upload.retry.first_delay = std::chrono::milliseconds(1);
    return registry::push_image(store_, root, repository(), options);
  }

  /// Answers in the registry's place, where `own` does.
  void imitate(std::function<Answer(const HttpRequest&)> own) {
    registry_.intercept(std::move(own));
  }

  /// Runs what has to fail, and gives the error back.
  template <typename Work>
  static oci::Error failure_of(Work work) {
    try {
      work();
    } catch (const oci::Error& error) {
      return error;
    }
    ADD_FAILURE() << "it did not fail";
    return {oci::ErrorCode::kFailed, ""};
  }

  FakeRegistry registry_;
  registry::HttpClient client_;
  std::unique_ptr<registry::Registries> registries_;
  oci::MemoryStore store_;
  oci::Descriptor image_ = add_image(store_, "linux/amd64");
};

}  // namespace bale::test
