// SPDX-License-Identifier: Apache-2.0
// A registry that knows conditional requests, and rivals that write at the same time.

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/referrers.h"
#include "registry/referrers.h"
#include "tests/support/registry_double.h"

namespace bale::registry {
namespace {

using ::testing::HasSubstr;

class Conditions : public test::RegistryDouble {
 protected:
  Conditions() : RegistryDouble({.referrers = false, .conditions = true}) {}

  /// Somebody sets the tag right before our own request to set it arrives.
  void let_a_rival_set(const std::string& tag, const std::string& type, const std::string& bytes) {
    imitate([=, this, done = std::make_shared<std::atomic<bool>>(false)](
                const test::HttpRequest& request) -> Answer {
      if (request.line() == "PUT /v2/team/app/manifests/" + tag && !done->exchange(true)) {
        registry_.add_manifest("team/app", tag, type, bytes);
      }
      return std::nullopt;
    });
  }
  void let_a_rival_set(const std::string& tag, const oci::Descriptor& image) {
    let_a_rival_set(tag, image.media_type.to_string(),
                    oci::read_blob(store_, image, oci::kMaxManifestSize));
  }

  std::string tagged(const std::string& tag) {
    return oci::Digest::of(oci::as_bytes(registry_.manifest("team/app", tag).value_or("")))
        .to_string();
  }

  oci::Descriptor artifact(const std::string& salt) {
    const auto config = test::add_blob(store_, "{}", oci::media_type::kOciEmpty);
    const auto made = oci::make_document(oci::Manifest{.artifact_type = "application/vnd.test",
                                                       .config = config,
                                                       .layers = {config},
                                                       .subject = image_,
                                                       .annotations = {{"salt", salt}}});
    oci::write_blob(store_, made.descriptor, made.bytes);
    return made.descriptor;
  }

  std::vector<std::string> conditions(const std::string& header) {
    std::vector<std::string> found;
    for (const auto& request : registry_.server().requests()) {
      if (const auto value = request.headers.find(header)) found.push_back(*value);
    }
    return found;
  }

  oci::Descriptor rival_ = test::add_image(store_, "linux/amd64", "rival");
};

TEST_F(Conditions, AreMetWhereNobodyElseWrites) {
  push(image_, {.tags = {"v1"}, .existing = Existing::kKeep});
  EXPECT_THAT(conditions("If-None-Match"), ::testing::ElementsAre("*"));
  push(rival_, {.tags = {"v1"}, .expected = image_.digest});
  EXPECT_THAT(conditions("If-Match"),
              ::testing::ElementsAre("\"" + image_.digest.to_string() + "\""));
  EXPECT_EQ(tagged("v1"), rival_.digest.to_string());
}

TEST_F(Conditions, KeepATagThatARivalSetsAtTheLastMoment) {
  let_a_rival_set("v1", rival_);
  const auto error =
      failure_of([&] { push(image_, {.tags = {"v1"}, .existing = Existing::kKeep}); });
  EXPECT_EQ(error.code(), oci::ErrorCode::kFailed);
  EXPECT_THAT(error.what(), HasSubstr("set by somebody else"));
  EXPECT_EQ(tagged("v1"), rival_.digest.to_string());
}

TEST_F(Conditions, KeepATagThatIsNoLongerWhatWasExpected) {
  push(image_);
  let_a_rival_set("v1", rival_);
  const auto third = test::add_image(store_, "linux/amd64", "third");
  const auto error = failure_of([&] { push(third, {.tags = {"v1"}, .expected = image_.digest}); });
  EXPECT_EQ(error.code(), oci::ErrorCode::kCorrupt);
  EXPECT_EQ(tagged("v1"), rival_.digest.to_string());
}

TEST_F(Conditions, LoseNoEntryOfTheFallbackTag) {
  push(image_);
  const auto theirs = artifact("theirs");
  registry_.add_manifest("team/app", theirs.digest.to_string(), theirs.media_type.to_string(),
                         oci::read_blob(store_, theirs, oci::kMaxManifestSize));
  const auto listing = oci::make_document(oci::Index{.manifests = {theirs}});
  const std::string tag = oci::referrers_tag(image_.digest);
  let_a_rival_set(tag, oci::media_type::kOciIndex, listing.bytes);
  push(artifact("ours"), {});
  EXPECT_EQ(repository().referrers(image_.digest).size(), 2U);
  EXPECT_EQ(conditions("If-None-Match").size(), 1U);
  EXPECT_EQ(conditions("If-Match").size(), 1U);
}

TEST_F(Conditions, AreNotMadeOfWeakTags) {
  push(image_);
  const std::string bytes = oci::read_blob(store_, image_, oci::kMaxManifestSize);
  imitate([&](const test::HttpRequest& request) -> Answer {
    if (request.line() != "GET /v2/team/app/manifests/v1") return std::nullopt;
    return test::HttpAnswer{
        .headers = {{"Content-Type", oci::media_type::kOciManifest}, {"ETag", "W/\"x\""}},
        .body = bytes};
  });
  push(rival_, {.tags = {"v1"}, .expected = image_.digest});
  EXPECT_TRUE(conditions("If-Match").empty());
  EXPECT_EQ(tagged("v1"), rival_.digest.to_string());
}

}  // namespace
}  // namespace bale::registry
