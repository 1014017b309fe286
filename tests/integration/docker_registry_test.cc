// SPDX-License-Identifier: Apache-2.0
#include "tests/support/docker_registry.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image_walk.h"
#include "oci/manifest.h"
#include "registry/login.h"
#include "registry/pull.h"
#include "registry/push.h"
#include "registry/registries.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::registry {
namespace {

using ::testing::HasSubstr;

/// Counts the exchanges that a client reports.
class RequestLog final : public oci::Progress {
 public:
  std::unique_ptr<oci::ProgressTask> start(std::string_view group, std::string_view name) override {
    return oci::no_progress().start(group, name);
  }
  void output(std::string_view, std::string_view) override {}
  void warn(std::string_view) override {}
  void debug(std::string_view line) override {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
  }
  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
};

class FixedKeychain final : public Keychain {
 public:
  explicit FixedKeychain(Credential credential) : credential_(std::move(credential)) {}
  std::optional<Credential> find(const std::string&, const std::string&) const override {
    return credential_;
  }
  std::string key(const std::string& host, const std::string&) const override { return host; }

 private:
  Credential credential_;
};

class DockerRegistryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (test::DockerRegistry::is_installed()) return;
    if (std::getenv("CI") != nullptr) FAIL() << "docker-registry is not installed";
    GTEST_SKIP() << "docker-registry is not installed";
  }

  static oci::Reference image(const test::DockerRegistry& server, const std::string& name) {
    return oci::Reference::parse(server.host() + "/" + name);
  }

  RequestLog log_;
  HttpClient client_{{}, log_};
  Registries registries_{client_};
  oci::MemoryStore store_;
};

/// Bytes that do not compress, the same on each run.
std::string random_bytes(std::size_t size) {
  std::mt19937_64 generator(42);
  std::string text(size, '\0');
  for (std::size_t i = 0; i + 8 <= size; i += 8) {
    const std::uint64_t word = generator();
    std::memcpy(text.data() + i, &word, sizeof word);
  }
  return text;
}

TEST_F(DockerRegistryTest, GivesBackWhatWasPushed) {
  const test::DockerRegistry server;
  const auto root = test::add_index(store_, {"linux/amd64", "linux/arm64"});
  const auto repository =
      registries_.repository(image(server, "team/app"), Repository::Access::kPush);
  push_image(store_, root, repository, {.tags = {"v1"}});
  oci::MemoryStore pulled;
  EXPECT_EQ(pull_image(repository, "v1", pulled).digest, root.digest);
  for (const auto& blob : oci::list_image_blobs(store_, root)) {
    EXPECT_EQ(pulled.size(blob.descriptor.digest), blob.descriptor.size);
  }
}

TEST_F(DockerRegistryTest, AnswersOneRequestForAnUnchangedImageAndTwoForANewTag) {
  const test::DockerRegistry server;
  const auto root = test::add_index(store_, {"linux/amd64", "linux/arm64"});
  const auto repository =
      registries_.repository(image(server, "team/app"), Repository::Access::kPush);
  push_image(store_, root, repository, {.tags = {"v1"}});
  log_.take();
  push_image(store_, root, repository, {.tags = {"v1"}});
  EXPECT_EQ(log_.take().size(), 1U);
  push_image(store_, root, repository, {.tags = {"v2"}, .known_there = true, .known_tags = {"v1"}});
  EXPECT_EQ(log_.take().size(), 2U);
}

TEST_F(DockerRegistryTest, TakesALargeBlobThroughAndGivesItBack) {
  const test::DockerRegistry server;
  const std::string content = random_bytes(std::size_t{64} << 20);
  const auto blob = test::add_blob(store_, content, oci::media_type::kOciLayer);
  const auto repository =
      registries_.repository(image(server, "team/big"), Repository::Access::kPush);
  BlobPusher pusher(repository, {});
  pusher.start_blob(blob, store_);
  pusher.wait();
  oci::MemoryStore pulled;
  pull_blobs(repository, {blob}, pulled);
  EXPECT_EQ(pulled.size(blob.digest), blob.size);
}

TEST_F(DockerRegistryTest, MountsBetweenRepositories) {
  const test::DockerRegistry server;
  const auto root = test::add_image(store_, "linux/amd64");
  const auto base = registries_.repository(image(server, "base"), Repository::Access::kPush);
  const auto app = registries_.repository(image(server, "app"), Repository::Access::kPush);
  push_image(store_, root, base, {.tags = {"v1"}});
  PushOptions options{.tags = {"v1"}};
  options.blobs.origin = [&](const oci::Digest&) { return base; };
  EXPECT_EQ(push_image(store_, root, app, options).blobs.mounted, 3U);
}

TEST_F(DockerRegistryTest, CopiesFromOneRepositoryToAnother) {
  const test::DockerRegistry first;
  const test::DockerRegistry second;
  const auto root = test::add_index(store_, {"linux/amd64", "linux/arm64"});
  const auto from = registries_.repository(image(first, "app"), Repository::Access::kPush);
  const auto to = registries_.repository(image(second, "app"), Repository::Access::kPush);
  push_image(store_, root, from, {.tags = {"v1"}});
  push_image(from, root, to, {.tags = {"v1"}});
  EXPECT_EQ(to.get_manifest("v1").descriptor.digest, root.digest);
}

TEST_F(DockerRegistryTest, DeletesAManifestAndListsTags) {
  const test::DockerRegistry server;
  const auto root = test::add_image(store_, "linux/amd64");
  const auto repository = registries_.repository(image(server, "app"), Repository::Access::kPush);
  push_image(store_, root, repository, {.tags = {"v1", "v2"}});
  EXPECT_THAT(repository.tags(), ::testing::UnorderedElementsAre("v1", "v2"));
  repository.delete_manifest(root.digest.to_string());
  EXPECT_FALSE(repository.head_manifest("v1"));
}

TEST_F(DockerRegistryTest, HasNoReferrersApiAndTheFallbackTagServes) {
  const test::DockerRegistry server;
  const auto root = test::add_image(store_, "linux/amd64");
  const auto repository = registries_.repository(image(server, "app"), Repository::Access::kPush);
  push_image(store_, root, repository, {.tags = {"v1"}});
  EXPECT_TRUE(repository.referrers(root.digest).empty());
  const auto listing = test::add_index(store_, {"linux/arm64"});
  push_image(store_, listing, repository, {.tags = {"sha256-" + std::string(root.digest.hex())}});
  EXPECT_EQ(repository.referrers(root.digest).size(), 1U);
}

TEST_F(DockerRegistryTest, LetsInWhoeverIsInItsPasswordFile) {
  const test::ScratchFolder folder;
  // htpasswd -Bbn alice secret, with a cost that suits a test
  std::ofstream(folder / "htpasswd")
      << "alice:$2y$05$GIsWgkd5Xqa6h8KiEoYT5u5eGIZ6rS1n5W6iLyebs2pcsZ.TliCqS\n";
  const test::DockerRegistry server(
      {.more = "auth: {htpasswd: {realm: test, path: " + (folder / "htpasswd").string() + "}}\n"});
  const auto root = test::add_image(store_, "linux/amd64");
  const FixedKeychain alice({.username = "alice", .password = Secret("secret"), .source = "test"});
  Registries known(client_, alice);
  push_image(store_, root, known.repository(image(server, "app"), Repository::Access::kPush),
             {.tags = {"v1"}});
  try {
    registries_.repository(image(server, "app"), Repository::Access::kPull).get_manifest("v1");
    FAIL() << "nobody was let in";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kDenied);
    EXPECT_THAT(error.what(), HasSubstr("without credentials"));
  }
  check_credential(client_, server.host(), *alice.find("", ""));
  EXPECT_THROW(
      check_credential(client_, server.host(),
                       {.username = "alice", .password = Secret("wrong"), .source = "test"}),
      oci::Error);
  for (const std::string& line : log_.take())
    EXPECT_THAT(line, ::testing::Not(HasSubstr("YWxpY2U6")));
}

TEST_F(DockerRegistryTest, TellsWhatIsWrongWithAManifest) {
  const test::DockerRegistry server;
  const auto root = test::add_image(store_, "linux/amd64");
  const auto repository = registries_.repository(image(server, "app"), Repository::Access::kPush);
  try {
    const std::string bytes = oci::read_blob(store_, root, oci::kMaxManifestSize);
    repository.put_manifest("v1", root, bytes);
    FAIL() << "a manifest without its blobs was taken";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kFailed);
    EXPECT_THAT(error.what(), HasSubstr("400 MANIFEST_BLOB_UNKNOWN"));
  }
}

}  // namespace
}  // namespace bale::registry
