// SPDX-License-Identifier: Apache-2.0
#include "registry/pull.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "oci/file_lock.h"
#include "oci/image_layout.h"
#include "oci/image_walk.h"
#include "registry/blob_download.h"
#include "registry/push.h"
#include "registry/registries.h"
#include "tests/support/fake_registry.h"
#include "tests/support/random_bytes.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::registry {
namespace {

using ::testing::HasSubstr;

class PullTest : public ::testing::Test {
 protected:
  PullTest() {
    options_.retry.first_delay = std::chrono::milliseconds(1);
    registries_ = std::make_unique<Registries>(client_, no_keychain(), RegistriesConf(), options_);
    push_image(source_, root_, repository(), {.tags = {"v1"}});
    registry_.server().forget_requests();
  }

  Repository repository() {
    return registries_->repository(oci::Reference::parse(registry_.name("team/app")),
                                   Repository::Access::kPush);
  }

  std::size_t count(const std::string& line) {
    const auto lines = registry_.server().lines();
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), line));
  }

  test::FakeRegistry registry_;
  HttpClient client_;
  RegistriesOptions options_;
  std::unique_ptr<Registries> registries_;
  oci::MemoryStore source_;
  oci::Descriptor root_ = test::add_index(source_, {"linux/amd64", "linux/arm64"});
  oci::MemoryStore store_;
};

TEST_F(PullTest, BringsEverythingAndEachBlobOnce) {
  EXPECT_EQ(pull_image(repository(), "v1", store_).digest, root_.digest);
  for (const auto& blob : oci::list_image_blobs(source_, root_)) {
    const std::string& digest = blob.descriptor.digest.to_string();
    EXPECT_EQ(store_.size(blob.descriptor.digest), blob.descriptor.size) << digest;
    EXPECT_LE(count("GET /v2/team/app/blobs/" + digest), 1U) << digest;
  }
}

TEST_F(PullTest, AsksForTheTagAloneWhereEverythingIsThere) {
  pull_image(repository(), "v1", store_);
  registry_.server().forget_requests();
  pull_image(repository(), "v1", store_);
  EXPECT_EQ(registry_.server().lines().size(), 1U);
}

TEST_F(PullTest, OfOnePlatformIsItsOwnManifest) {
  const auto root =
      pull_image(repository(), "v1", store_, {.platforms = {oci::Platform::parse("linux/arm64")}});
  EXPECT_TRUE(root.media_type.is_manifest());
  EXPECT_FALSE(store_.size(root_.digest));
  EXPECT_EQ(oci::list_image_blobs(store_, root).size(), 4U);
}

TEST_F(PullTest, OfAPlatformThatIsNotThereIsAnError) {
  try {
    pull_image(repository(), "v1", store_, {.platforms = {oci::Platform::parse("linux/s390x")}});
    FAIL();
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kNotFound);
  }
}

TEST_F(PullTest, OfAnUnknownTagIsNotFound) {
  try {
    pull_image(repository(), "v9", store_);
    FAIL();
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kNotFound);
    EXPECT_THAT(error.what(), HasSubstr("404 MANIFEST_UNKNOWN"));
  }
}

TEST_F(PullTest, RefusesAnAlteredBlob) {
  registry_.intercept([](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.path().find("/blobs/") == std::string::npos) return std::nullopt;
    return test::HttpAnswer{.body = "something else"};
  });
  try {
    pull_image(repository(), "v1", store_);
    FAIL();
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kCorrupt);
  }
  EXPECT_FALSE(store_.size(root_.digest));
}

TEST_F(PullTest, RefusesAnAlteredManifest) {
  registry_.intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.path().find("/manifests/sha256:") == std::string::npos) return std::nullopt;
    return test::HttpAnswer{.headers = {{"Content-Type", oci::media_type::kOciManifest}},
                            .body = "{}"};
  });
  EXPECT_THROW(pull_image(repository(), "v1", store_), oci::Error);
}

TEST_F(PullTest, RefusesADocumentThatIsSentAsAnotherKind) {
  registry_.add_manifest("team/app", "odd", oci::media_type::kOciManifest,
                         R"({"schemaVersion":2,"manifests":[]})");
  EXPECT_THROW(repository().get_manifest("odd"), oci::Error);
}

class PartialBlobsTest : public PullTest {
 protected:
  PartialBlobsTest() {
    registry_.add_blob("team/app", content_);
    options_.retry.attempts = 1;
    registries_ = std::make_unique<Registries>(client_, no_keychain(), RegistriesConf(), options_);
  }

  void pull() {
    PartialBlobs partial(folder_);
    pull_blobs(repository(), {blob_}, layout_, {.partial = &partial});
  }

  std::vector<std::string> ranges() {
    std::vector<std::string> list;
    for (const auto& request : registry_.server().requests()) {
      if (request.method == "GET") list.push_back(request.headers.find("Range").value_or("all"));
    }
    return list;
  }

  void cut_once_after(std::size_t size) {
    registry_.intercept(
        [this, size](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
          if (request.method != "GET" || cuts_-- <= 0) return std::nullopt;
          return test::HttpAnswer{.body = content_, .cut_after = size};
        });
  }

  std::atomic<int> cuts_ = 1;
  const std::string content_ = test::random_bytes(std::size_t{4} << 20);
  const oci::Descriptor blob_{.media_type = "x/y",
                              .digest = oci::Digest::of(oci::as_bytes(content_)),
                              .size = content_.size()};
  test::ScratchFolder scratch_;
  const std::filesystem::path folder_ = scratch_ / "partial";
  oci::ImageLayout layout_ = oci::ImageLayout::create(scratch_ / "layout");
};

TEST_F(PartialBlobsTest, FetchTheRestInALaterRun) {
  cut_once_after(std::size_t{3} << 20);
  EXPECT_THROW(pull(), oci::Error);
  registry_.server().forget_requests();
  pull();
  EXPECT_EQ(layout_.size(blob_.digest), blob_.size);
  EXPECT_THAT(ranges(), ::testing::ElementsAre("bytes=3145728-"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(PartialBlobsTest, BeginAnewWhereWhatWasThereIsNotOfTheBlob) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / std::string(blob_.digest.hex())) << "something else";
  pull();
  EXPECT_EQ(layout_.size(blob_.digest), blob_.size);
  EXPECT_THAT(ranges(), ::testing::ElementsAre("bytes=14-", "all"));
}

TEST_F(PartialBlobsTest, KeepNothingThatIsWrongFromItsFirstByte) {
  registry_.intercept([&](const test::HttpRequest&) -> std::optional<test::HttpAnswer> {
    return test::HttpAnswer{.body = std::string(content_.size(), 'x')};
  });
  EXPECT_THROW(pull(), oci::Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  EXPECT_FALSE(layout_.size(blob_.digest));
}

TEST_F(PartialBlobsTest, EndAtTheFirstByteTooMany) {
  registry_.intercept([&](const test::HttpRequest&) -> std::optional<test::HttpAnswer> {
    return test::HttpAnswer{.body = content_ + content_};
  });
  EXPECT_THROW(pull(), oci::Error);
  EXPECT_FALSE(layout_.size(blob_.digest));
}

TEST_F(PartialBlobsTest, LeaveAFileAloneThatSomebodyElseIsAt) {
  std::filesystem::create_directories(folder_);
  const std::filesystem::path file = folder_ / std::string(blob_.digest.hex());
  std::ofstream(file) << content_.substr(0, 100);
  const auto other = oci::FileLock::exclusive(file);
  pull();
  EXPECT_EQ(layout_.size(blob_.digest), blob_.size);
  EXPECT_THAT(ranges(), ::testing::ElementsAre("all"));
  EXPECT_EQ(std::filesystem::file_size(file), 100U);
}

TEST(BlobDownload, GoesOnWhereItBroke) {
  test::FakeRegistry registry;
  HttpClient client;
  Registries registries(client);
  const std::string content(std::size_t{5} << 20, 'z');
  registry.add_blob("a", content);
  std::atomic<int> parts = 0;
  registry.intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    const std::string range = request.headers.find("Range").value_or("bytes=0-");
    const std::size_t begin = std::stoull(range.substr(6));
    if (++parts > 4) return std::nullopt;
    test::HttpAnswer answer{.status = begin > 0 ? 206 : 200, .body = content.substr(begin)};
    answer.headers.add("Content-Range", "bytes " + std::to_string(begin) + "-x/y");
    answer.cut_after = std::size_t{1} << 20;
    return answer;
  });
  const auto digest = oci::Digest::of(oci::as_bytes(content));
  const oci::Descriptor blob{.media_type = "x/y", .digest = digest, .size = content.size()};
  const auto repository =
      registries.repository(oci::Reference::parse(registry.name("a")), Repository::Access::kPull);
  oci::MemoryStore store;
  pull_blobs(repository, {blob}, store, {.jobs = 1});
  EXPECT_EQ(store.size(digest), content.size());
  EXPECT_EQ(parts, 5);
}

TEST(BlobDownload, ListensFromTheStartWhereTheServerKnowsNoRanges) {
  const std::string content = "0123456789";
  /// Breaks after so many bytes.
  class Broken final : public oci::Source {
   public:
    explicit Broken(std::string content) : content_(std::move(content)) {}
    std::size_t read(oci::MutableBytes buffer) override {
      if (content_.empty()) throw oci::Error(oci::ErrorCode::kUnavailable, "broken");
      buffer[0] = static_cast<std::byte>(content_.front());
      content_.erase(0, 1);
      return 1;
    }

   private:
    std::string content_;
  };
  // The third answer breaks even before what had come already.
  const std::vector<std::size_t> breaks = {2, 5, 3};
  std::size_t opened = 0;
  std::vector<std::uint64_t> offsets;
  const auto open = [&](std::uint64_t offset, Clock::time_point) -> StreamedResponse {
    offsets.push_back(offset);
    const ResponseHead head{200, {}, Url::parse("http://a/")};
    if (opened == breaks.size()) return {head, Body::of(content).open()};
    return {head, std::make_unique<Broken>(content.substr(0, breaks[opened++]))};
  };
  BlobDownload download(open,
                        {.media_type = "x/y",
                         .digest = oci::Digest::of(oci::as_bytes(content)),
                         .size = content.size()},
                        0, {.first_delay = std::chrono::milliseconds(1)});
  EXPECT_EQ(oci::read_all(download, 100), content);
  EXPECT_THAT(offsets, ::testing::ElementsAre(0, 2, 5, 5));
}

TEST(Mirrors, ServeFirstAndTheRegistryWhatTheyLack) {
  test::FakeRegistry mirror;
  test::FakeRegistry origin;
  oci::MemoryStore source;
  const auto root = test::add_image(source, "linux/amd64");
  HttpClient client;
  Registries plain(client);
  push_image(
      source, root,
      plain.repository(oci::Reference::parse(origin.name("team/app")), Repository::Access::kPush),
      {.tags = {"v1"}});
  mirror.add_manifest("hub/team/app", "v1", oci::media_type::kOciManifest,
                      *origin.manifest("team/app", "v1"));
  RegistriesConf conf;
  conf.merge("[[registry]]\nlocation = \"" + origin.host() +
                 "\"\n[[registry.mirror]]\nlocation = \"" + mirror.host() + "/hub\"\n",
             "registries.conf");
  Registries registries(client, no_keychain(), conf);
  oci::MemoryStore store;
  origin.server().forget_requests();
  pull_image(registries.repository(oci::Reference::parse(origin.name("team/app")),
                                   Repository::Access::kPull),
             "v1", store);
  EXPECT_EQ(mirror.server().lines().at(0), "GET /v2/hub/team/app/manifests/v1");
  EXPECT_EQ(origin.server().lines().size(), 3U);  // the blobs
}

TEST(Mirrors, ThatAreGoneAreDoneWithout) {
  std::string gone;
  {
    const test::FakeRegistry short_lived;
    gone = short_lived.host();
  }
  test::FakeRegistry origin;
  origin.add_manifest("app", "v1", oci::media_type::kOciIndex,
                      R"({"schemaVersion":2,"manifests":[]})");
  RegistriesConf conf;
  conf.merge("[[registry]]\nlocation = \"" + origin.host() +
                 "\"\n[[registry.mirror]]\nlocation = \"" + gone + "\"\n",
             "registries.conf");
  HttpClient client;
  Registries registries(client, no_keychain(), conf);
  const auto repository =
      registries.repository(oci::Reference::parse(origin.name("app")), Repository::Access::kPull);
  EXPECT_TRUE(repository.head_manifest("v1"));
}

}  // namespace
}  // namespace bale::registry
