// SPDX-License-Identifier: Apache-2.0
#include "registry/blob_upload.h"

#include <algorithm>
#include <atomic>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "registry/blob_pusher.h"
#include "registry/registries.h"
#include "tests/support/breaking_link.h"
#include "tests/support/fake_registry.h"
#include "tests/support/random_bytes.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::registry {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

/// One blob on its way to a registry that has its own ways.
class BlobUploadTest : public ::testing::Test {
 protected:
  BlobUploadTest() {
    policy_.stream_limit = kMiB;
    policy_.chunk_size = 4 * kMiB;
    policy_.smallest_chunk = kMiB;
    policy_.retry.first_delay = std::chrono::milliseconds(1);
    policy_.retry.longest_delay = std::chrono::milliseconds(4);
  }

  void serve(test::FakeRegistry::Options options) {
    registry_ = std::make_unique<test::FakeRegistry>(std::move(options));
  }

  oci::Descriptor blob_of(std::size_t size) {
    return test::add_blob(store_, test::random_bytes(size), oci::media_type::kOciLayer);
  }

  /// In a world of its own, as another run of the program has it.
  BlobCounts push(const oci::Descriptor& blob, const std::string& host) {
    HttpClient client;
    RegistriesOptions options;
    options.retry.first_delay = std::chrono::milliseconds(1);
    Registries registries(client, no_keychain(), {}, options);
    const auto to =
        registries.repository(oci::Reference::parse(host + "/team/app"), Repository::Access::kPush);
    BlobPusher pusher(to, {.upload = policy_, .journal = &journal_});
    pusher.start_blob(blob, store_);
    pusher.wait();
    return pusher.counts();
  }
  BlobCounts push(const oci::Descriptor& blob) { return push(blob, registry_->host()); }

  bool arrived(const oci::Descriptor& blob) {
    return registry_->blob("team/app", blob.digest).has_value();
  }

  std::vector<test::HttpRequest> requests(const std::string& method) {
    auto all = registry_->server().requests();
    std::erase_if(all, [&](const test::HttpRequest& r) { return r.method != method; });
    return all;
  }

  std::vector<std::string> ranges() {
    std::vector<std::string> list;
    for (const auto& request : requests("PATCH")) {
      list.push_back(request.headers.find("Content-Range").value_or("none"));
    }
    return list;
  }

  bool remembers_nothing() const {
    return !std::filesystem::exists(uploads_folder_) || std::filesystem::is_empty(uploads_folder_);
  }

  test::ScratchFolder folder_;
  const std::filesystem::path uploads_folder_ = folder_ / "uploads";
  UploadJournal journal_{uploads_folder_};
  UploadPolicy policy_;
  oci::MemoryStore store_;
  std::unique_ptr<test::FakeRegistry> registry_ = std::make_unique<test::FakeRegistry>();
};

TEST_F(BlobUploadTest, SendsSmallBlobsInOneRequestAfterOne) {
  const auto blob = blob_of(kMiB / 128);
  push(blob);
  EXPECT_THAT(registry_->server().lines(),
              ::testing::ElementsAre("POST /v2/team/app/blobs/uploads/",
                                     "PUT /v2/team/app/blobs/uploads/1"));
  EXPECT_TRUE(arrived(blob));
}

TEST_F(BlobUploadTest, SendsLargeBlobsInEqualPartsOneAfterTheOther) {
  const auto blob = blob_of(14 * kMiB);
  push(blob);
  EXPECT_THAT(ranges(),
              ::testing::ElementsAre("0-5242879", "5242880-10485759", "10485760-14680063"));
  EXPECT_TRUE(arrived(blob));
  EXPECT_TRUE(remembers_nothing());
}

TEST_F(BlobUploadTest, SendsInOneRequestWhatIsLessThanTwoParts) {
  const auto blob = blob_of(8 * kMiB - 1);
  push(blob);
  EXPECT_TRUE(ranges().empty());
  EXPECT_EQ(requests("PUT").size(), 1U);
  EXPECT_TRUE(arrived(blob));
  EXPECT_TRUE(remembers_nothing());
}

TEST_F(BlobUploadTest, CutsSmallerAfterABreakWhatItSentInOneRequest) {
  std::atomic<int> breaks = 1;
  registry_->intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.method != "PUT" || breaks-- <= 0) return std::nullopt;
    return test::HttpAnswer{.hang_up = true};
  });
  const auto blob = blob_of(6 * kMiB);
  push(blob);
  EXPECT_THAT(ranges(), ::testing::ElementsAre("0-3145727", "3145728-6291455"));
  EXPECT_TRUE(arrived(blob));
}

TEST_F(BlobUploadTest, OverALinkThatBreaksGoesOnWhereTheRegistryIs) {
  const auto blob = blob_of(32 * kMiB);
  const test::BreakingLink link(registry_->host(), 3 * kMiB);
  push(blob, link.host());
  EXPECT_TRUE(arrived(blob));
  EXPECT_GE(link.breaks(), 9U);
  EXPECT_LT(link.to_server(), blob.size * 12 / 10);
}

TEST_F(BlobUploadTest, OverALinkThatBreaksLosesOnlyPartsWhereHalfPartsAreDropped) {
  // As a proxy does that hands on whole requests only.
  registry_->intercept([](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (!request.truncated) return std::nullopt;
    return test::HttpAnswer{.hang_up = true};
  });
  const auto blob = blob_of(64 * kMiB);
  const test::BreakingLink link(registry_->host(), 12 * kMiB);
  push(blob, link.host());
  EXPECT_TRUE(arrived(blob));
  EXPECT_LT(link.to_server(), blob.size * 13 / 10);
}

TEST_F(BlobUploadTest, BeginsAnewWhereTheRegistryLosesHalfReceivedUploads) {
  serve({.keeps_half_parts = false});
  const auto blob = blob_of(8 * kMiB);
  std::atomic<int> breaks = 2;
  const auto cut = [&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.method != "PATCH" || breaks-- <= 0) return std::nullopt;
    return test::HttpAnswer{.status = 404, .body = test::error_body("BLOB_UPLOAD_INVALID", "lost")};
  };
  registry_->intercept(cut);
  push(blob);
  EXPECT_TRUE(arrived(blob));
}

TEST_F(BlobUploadTest, EndsWithAClearErrorWhereNothingCanResume) {
  serve({.keeps_half_parts = false});
  const auto blob = blob_of(16 * kMiB);
  policy_.chunk_size = policy_.smallest_chunk = 8 * kMiB;
  const test::BreakingLink link(registry_->host(), 3 * kMiB);
  try {
    push(blob, link.host());
    FAIL() << "it went through";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kUnavailable);
    EXPECT_THAT(error.what(), HasSubstr("pushing " + blob.digest.to_string()));
  }
}

TEST_F(BlobUploadTest, GoesOnInALaterRun) {
  const auto blob = blob_of(16 * kMiB);
  policy_.retry.attempts = 1;
  std::optional<test::BreakingLink> link(std::in_place, registry_->host(), 9 * kMiB);
  // The port stays the same from run to run, as that of a real registry does.
  EXPECT_THROW(push(blob, link->host()), oci::Error);
  EXPECT_FALSE(remembers_nothing());
  registry_->server().forget_requests();
  push(blob, link->host());
  EXPECT_TRUE(arrived(blob));
  EXPECT_TRUE(requests("POST").empty());
  EXPECT_THAT(ranges(), Each(::testing::Not(::testing::StartsWith("0-"))));
  EXPECT_LT(link->to_server(), blob.size * 11 / 10);
  EXPECT_TRUE(remembers_nothing());
}

TEST_F(BlobUploadTest, BeginsAnewWhereTheRegistryHasForgottenTheEarlierRun) {
  const auto blob = blob_of(8 * kMiB);
  const Url gone = Url::parse("http://" + registry_->host() + "/v2/team/app/blobs/uploads/77");
  journal_.keep(registry_->name("team/app"), blob.digest, {gone, 4 * kMiB});
  push(blob);
  EXPECT_TRUE(arrived(blob));
  EXPECT_TRUE(remembers_nothing());
}

TEST_F(BlobUploadTest, BeginsAnewWhereTheEarlierRunsPermissionHasExpired) {
  const auto blob = blob_of(8 * kMiB);
  const Url expired = Url::parse("http://" + registry_->host() + "/v2/team/app/blobs/uploads/77");
  journal_.keep(registry_->name("team/app"), blob.digest, {expired, 4 * kMiB});
  registry_->intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.path() != expired.path()) return std::nullopt;
    return test::HttpAnswer{.status = 403, .body = test::error_body("DENIED", "expired")};
  });
  push(blob);
  EXPECT_TRUE(arrived(blob));
  EXPECT_TRUE(remembers_nothing());
}

TEST_F(BlobUploadTest, BeginsAnewWhereResumingMadeAnotherBlob) {
  const auto blob = blob_of(8 * kMiB);
  // As docker-registry does, which appends blindly: what it had was not ours.
  HttpClient client;
  Registries registries(client);
  const auto to = registries.repository(oci::Reference::parse(registry_->name("team/app")),
                                        Repository::Access::kPush);
  const PartAnswer part = to.patch_upload(to.start_upload(), Body::of("something else"));
  journal_.keep(to.name(), blob.digest, {part.upload.location, part.upload.offset});
  push(blob);
  EXPECT_TRUE(arrived(blob));
}

TEST_F(BlobUploadTest, SendsOneStreamWherePartsAreLimitedAsOnGhcr) {
  serve({.largest_part = 4 * kMiB});
  policy_.chunk_size = 8 * kMiB;
  const auto first = blob_of(20 * kMiB);
  push(first);
  EXPECT_TRUE(arrived(first));
  EXPECT_EQ(requests("PATCH").size(), 1U);
}

TEST_F(BlobUploadTest, BeginsAStreamAgainThatBrokeOff) {
  serve({.largest_part = 0});
  const auto blob = blob_of(6 * kMiB);
  std::atomic<int> failures = 2;
  registry_->intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.method != "PUT" || failures-- <= 0) return std::nullopt;
    return test::HttpAnswer{.hang_up = true};
  });
  push(blob);
  EXPECT_TRUE(arrived(blob));
}

TEST_F(BlobUploadTest, SendsSmallerPartsWhereAProxyTakesNoLargeRequests) {
  serve({.largest_body = 3 * kMiB});
  const auto blob = blob_of(10 * kMiB);
  push(blob);
  EXPECT_TRUE(arrived(blob));
}

TEST_F(BlobUploadTest, SendsPartsOfASmallBlobWhereAProxyTakesNotEvenThat) {
  serve({.largest_body = kMiB / 2});
  const auto blob = blob_of(kMiB);
  push(blob);
  EXPECT_TRUE(arrived(blob));
}

TEST_F(BlobUploadTest, TellsThatNothingFitsWhereAProxyTakesHardlyAnything) {
  serve({.largest_body = 1000});
  const auto blob = blob_of(4 * kMiB);
  try {
    push(blob);
    FAIL() << "it went through";
  } catch (const oci::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("413"));
  }
}

TEST_F(BlobUploadTest, MakesPartsAsLargeAsTheRegistryAsks) {
  serve({.smallest_part = 6 * kMiB});
  push(blob_of(14 * kMiB));
  EXPECT_THAT(ranges(),
              ::testing::ElementsAre("0-6291455", "6291456-12582911", "12582912-14680063"));
}

TEST_F(BlobUploadTest, SendsOneStreamWherePartsAreUnknown) {
  registry_->intercept([](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.method != "PATCH") return std::nullopt;
    return test::HttpAnswer{.status = 405, .body = test::error_body("UNSUPPORTED", "no")};
  });
  const auto blob = blob_of(10 * kMiB);
  push(blob);
  EXPECT_TRUE(arrived(blob));
}

TEST_F(BlobUploadTest, TakesARegistryForWhatItSaysOfTheOffset) {
  // It has taken half of the first part only, and says so.
  std::atomic<int> halves = 1;
  std::string taken;
  registry_->intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.method == "PATCH" && halves-- > 0) {
      return test::HttpAnswer{.status = 202, .headers = {{"Range", "0-0"}}};
    }
    return std::nullopt;
  });
  const auto blob = blob_of(8 * kMiB);
  push(blob);
  EXPECT_TRUE(arrived(blob));
}

TEST_F(BlobUploadTest, AsksWhetherItIsThereBeforeItSendsEverythingAgain) {
  // The registry has the blob, but its answer is lost.
  std::atomic<int> losses = 1;
  const auto blob = blob_of(kMiB);
  registry_->intercept([&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.method != "PUT" || losses-- <= 0) return std::nullopt;
    registry_->add_blob("team/app", request.body);
    return test::HttpAnswer{.hang_up = true};
  });
  push(blob);
  EXPECT_EQ(requests("PUT").size(), 1U);
}

TEST_F(BlobUploadTest, GivesUpAtOnceWhereItIsNotAllowed) {
  registry_->intercept([](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
    if (request.method != "PATCH") return std::nullopt;
    return test::HttpAnswer{.status = 403, .body = test::error_body("DENIED", "read-only")};
  });
  EXPECT_THROW(push(blob_of(8 * kMiB)), oci::Error);
  EXPECT_EQ(requests("PATCH").size(), 1U);
}

TEST_F(BlobUploadTest, KeepsTheJournalFromOthers) {
  const auto blob = blob_of(64);
  journal_.keep("h/r", blob.digest, {Url::parse("http://h/v2/?_state=secret"), 5});
  for (const auto& file : std::filesystem::directory_iterator(uploads_folder_)) {
    EXPECT_EQ(file.status().permissions(), std::filesystem::perms(0600));
  }
  EXPECT_EQ(journal_.find("h/r", blob.digest)->offset, 5U);
  EXPECT_FALSE(journal_.find("h/other", blob.digest));
}

}  // namespace
}  // namespace bale::registry
