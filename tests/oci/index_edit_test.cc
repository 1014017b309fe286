// SPDX-License-Identifier: Apache-2.0
#include "oci/index_edit.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::oci {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Descriptor image(const std::string& platform, std::string_view content) {
  return {.media_type = media_type::kOciManifest,
          .digest = Digest::of(as_bytes(content)),
          .size = 10,
          .platform = Platform::parse(platform)};
}

Descriptor attestation_of(const Descriptor& subject) {
  return {.media_type = media_type::kOciManifest,
          .digest = Digest::of(as_bytes("attests " + subject.digest.to_string())),
          .size = 10,
          .annotations = {{"vnd.docker.reference.type", "attestation-manifest"},
                          {"vnd.docker.reference.digest", subject.digest.to_string()}},
          .platform = Platform{"unknown", "unknown", "", "", {}}};
}

Index index_of(const std::vector<Descriptor>& entries) {
  Index index;
  put_entries(index, entries);
  return index;
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
    return "nothing was thrown";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(PutEntries, GivesTheSameIndexInWhateverOrder) {
  const auto amd64 = image("linux/amd64", "a");
  const auto arm64 = image("linux/arm64", "b");
  const auto attested = attestation_of(arm64);
  const Index index = index_of({attested, arm64, amd64});
  EXPECT_THAT(index.manifests, ElementsAre(amd64, arm64, attested));
  EXPECT_EQ(index_of({amd64, arm64, attested}), index);
}

TEST(PutEntries, ChangesNothingTheSecondTime) {
  Index index = index_of({image("linux/amd64", "a"), image("linux/arm64", "b")});
  index.manifests[0].annotations["kept"] = "yes";
  const Index before = index;
  put_entries(index, {image("linux/amd64", "a")});
  EXPECT_EQ(index, before);
}

TEST(PutEntries, KeepsTwoPlatformsOfOneDigest) {
  const Index index = index_of({image("linux/amd64", "a"), image("linux/arm64", "a")});
  EXPECT_EQ(index.manifests.size(), 2U);
}

TEST(PutEntries, ReplacesThePlatformsOldImageWithItsAttestation) {
  const auto old = image("linux/arm64", "old");
  const auto amd64 = image("linux/amd64", "a");
  Index index = index_of({amd64, old, attestation_of(old), attestation_of(amd64)});
  const auto fresh = image("linux/arm64", "new");
  put_entries(index, {fresh, attestation_of(fresh)});
  EXPECT_EQ(index, index_of({amd64, fresh, attestation_of(amd64), attestation_of(fresh)}));
}

TEST(PutEntries, RefusesTwoImagesOfOnePlatform) {
  const auto add = [] { index_of({image("linux/arm64", "a"), image("linux/arm64/v8", "b")}); };
  EXPECT_THAT(message_of(add), HasSubstr("two images for linux/arm64"));
}

TEST(PutEntries, TakesVersionsOfASystemForPlatformsOfTheirOwn) {
  auto old = image("windows/amd64", "a");
  auto recent = image("windows/amd64", "b");
  old.platform->os_version = "10.0.17763.1";
  recent.platform->os_version = "10.0.20348.1";
  EXPECT_THAT(index_of({recent, old}).manifests, ElementsAre(old, recent));
}

TEST(RemoveEntries, TakesAttestationsAlong) {
  const auto amd64 = image("linux/amd64", "a");
  const auto arm64 = image("linux/arm64", "b");
  Index index = index_of({amd64, arm64, attestation_of(amd64)});
  EXPECT_TRUE(remove_entries(index, amd64.digest));
  EXPECT_THAT(index.manifests, ElementsAre(arm64));
  EXPECT_FALSE(remove_entries(index, amd64.digest));
}

TEST(EditEntries, SetsAndUnsets) {
  Index index = index_of({image("linux/arm", "a")});
  index.manifests[0].annotations = {{"a", "1"}, {"b", "2"}};
  const Digest digest = index.manifests[0].digest;
  EXPECT_TRUE(edit_entries(
      index, digest, {.variant = "v6", .annotations = {{"c", "3"}}, .unset_annotations = {"a"}}));
  EXPECT_EQ(index.manifests[0].platform->to_string(), "linux/arm/v6");
  EXPECT_EQ(index.manifests[0].annotations, (Annotations{{"b", "2"}, {"c", "3"}}));
  EXPECT_FALSE(edit_entries(index, Digest::of(as_bytes("x")), {}));
}

TEST(EditEntries, ForgetsTheVariantOfAnotherArchitecture) {
  const auto entry = edited(image("linux/arm/v7", "a"), {.architecture = "amd64"});
  EXPECT_EQ(entry.platform->to_string(), "linux/amd64");
}

TEST(EditEntries, RefusesAPlatformAsArchitecture) {
  const auto edit = [] { edited(image("linux/amd64", "a"), {.architecture = "linux/arm64"}); };
  EXPECT_THAT(message_of(edit), HasSubstr("unknown architecture \"linux\""));
}

TEST(ExpectPlatforms, TellsWhatIsMissingAndWhatIsTooMuch) {
  const auto present = platforms_of(index_of({image("linux/amd64", "a"), image("linux/s390x", "b"),
                                              attestation_of(image("linux/amd64", "a"))}));
  EXPECT_NO_THROW(expect_platforms(present, Platform::parse_list("linux/s390x,linux/amd64")));
  const auto check = [&] { expect_platforms(present, Platform::parse_list("amd64,arm64")); };
  EXPECT_EQ(message_of(check),
            "the platforms are not those expected: missing linux/arm64; not expected linux/s390x");
}

}  // namespace
}  // namespace bale::oci
