// SPDX-License-Identifier: Apache-2.0
#include "registry/referrers.h"

#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/referrers.h"
#include "registry/auth_check.h"
#include "registry/delete_tag.h"
#include "registry/push.h"
#include "registry/registries.h"
#include "registry/sync.h"
#include "tests/support/fake_registry.h"
#include "tests/support/test_image.h"

namespace bale::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using Deletes = test::FakeRegistry::Options::Deletes;

/// A registry with one image in `team/app:v1`.
class World {
 public:
  explicit World(test::FakeRegistry::Options options = {}) : registry_(std::move(options)) {
    push_image(store_, image_, repository("team/app"), {.tags = {"v1"}});
    registry_.server().forget_requests();
  }

  Repository repository(const std::string& name) {
    return registries_.repository(oci::Reference::parse(registry_.name(name)),
                                  Repository::Access::kPush);
  }

  /// Puts an artifact that refers to `subject` into a repository.
  oci::Descriptor attach(const std::string& name, const oci::Descriptor& subject,
                         const std::string& salt) {
    const auto config = test::add_blob(store_, "{}", oci::media_type::kOciEmpty);
    const auto layer = test::add_blob(store_, salt, "text/plain");
    const auto artifact = oci::make_document(oci::Manifest{.artifact_type = "application/vnd.test",
                                                           .config = config,
                                                           .layers = {layer},
                                                           .subject = subject,
                                                           .annotations = {{"salt", salt}}});
    oci::write_blob(store_, artifact.descriptor, artifact.bytes);
    push_image(store_, artifact.descriptor, repository(name), {});
    return artifact.descriptor;
  }

  std::string digest_of_tag(const std::string& name, const std::string& tag) {
    const auto content = registry_.manifest(name, tag);
    return content ? oci::Digest::of(oci::as_bytes(*content)).to_string() : "";
  }

  const oci::Descriptor& image() const { return image_; }
  test::FakeRegistry& registry() { return registry_; }
  oci::MemoryStore& store() { return store_; }

 private:
  test::FakeRegistry registry_;
  HttpClient client_;
  Registries registries_{client_};
  oci::MemoryStore store_;
  oci::Descriptor image_ = test::add_image(store_, "linux/amd64");
};

TEST(Referrers, NeedNoTagWhereTheRegistryListsThem) {
  World world;
  const auto artifact = world.attach("team/app", world.image(), "one");
  EXPECT_THAT(world.repository("team/app").tags(), ElementsAre("v1"));
  const auto referrers = world.repository("team/app").referrers(world.image().digest);
  ASSERT_EQ(referrers.size(), 1U);
  EXPECT_EQ(referrers[0].digest, artifact.digest);
}

TEST(Referrers, AreListedUnderTheFallbackTagWhereTheApiIsMissing) {
  World world({.referrers = false});
  const auto first = world.attach("team/app", world.image(), "one");
  const auto second = world.attach("team/app", world.image(), "two");
  const auto referrers = world.repository("team/app").referrers(world.image().digest);
  ASSERT_EQ(referrers.size(), 2U);
  EXPECT_EQ(referrers[0].digest, first.digest);
  EXPECT_EQ(referrers[0].artifact_type, "application/vnd.test");
  EXPECT_EQ(referrers[1].annotations.at("salt"), "two");
}

TEST(Referrers, SurviveALostRaceForTheFallbackTag) {
  World world({.referrers = false});
  const std::string tag = oci::referrers_tag(world.image().digest);
  std::atomic<int> losses = 1;
  world.registry().intercept(
      [&](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
        const bool write = request.line() == "PUT /v2/team/app/manifests/" + tag;
        if (!write || losses-- <= 0) return std::nullopt;
        return test::HttpAnswer{.status = 201};  // another writer came right after it
      });
  world.attach("team/app", world.image(), "one");
  EXPECT_EQ(world.repository("team/app").referrers(world.image().digest).size(), 1U);
}

TEST(Referrers, AreTakenOutOfTheFallbackTagWithTheirManifest) {
  World world({.referrers = false});
  const auto first = world.attach("team/app", world.image(), "one");
  const auto second = world.attach("team/app", world.image(), "two");
  delete_manifest_with_subject(world.repository("team/app"), first.digest);
  const auto left = world.repository("team/app").referrers(world.image().digest);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].digest, second.digest);
}

TEST(Referrers, FollowTheirImageWithSignaturesOfSignaturesAndCosignTags) {
  World world;
  const auto sbom = world.attach("team/app", world.image(), "sbom");
  const auto signature = world.attach("team/app", sbom, "signature of the sbom");
  const std::string cosign = oci::referrers_tag(world.image().digest) + ".sig";
  const auto legacy = test::add_image(world.store(), "linux/amd64", "cosign");
  push_image(world.store(), legacy, world.repository("team/app"), {.tags = {cosign}});
  const Repository to = world.repository("team/copy");
  push_image(world.store(), world.image(), to, {.tags = {"v1"}});
  BlobPusher pusher(to, {});
  const Repository from = world.repository("team/app");
  PushedReferrers pushed(pusher);
  EXPECT_EQ(copy_referrers(RepositoryReferrers(from), world.store(), world.image(), pushed), 3U);
  EXPECT_EQ(to.referrers(world.image().digest).at(0).digest, sbom.digest);
  EXPECT_EQ(to.referrers(sbom.digest).at(0).digest, signature.digest);
  EXPECT_TRUE(to.head_manifest(cosign));
}

TEST(DeleteTag, LeavesTheManifestAndItsOtherTags) {
  for (const Deletes deletes : {Deletes::kAll, Deletes::kDigests}) {
    World world({.deletes = deletes});
    const Repository repository = world.repository("team/app");
    push_image(world.store(), world.image(), repository, {.tags = {"v2"}});
    delete_tag(repository, "v1");
    EXPECT_THAT(repository.tags(), ElementsAre("v2"));
    EXPECT_TRUE(repository.head_manifest(world.image().digest.to_string()));
  }
}

TEST(DeleteTag, TouchesNothingWhereTheRegistryDeletesNothing) {
  World world({.deletes = Deletes::kNothing});
  try {
    delete_tag(world.repository("team/app"), "v1");
    FAIL() << "it was deleted";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kFailed);
    EXPECT_THAT(error.what(), HasSubstr("405"));
  }
  EXPECT_EQ(world.digest_of_tag("team/app", "v1"), world.image().digest.to_string());
  for (const auto& line : world.registry().server().lines()) {
    EXPECT_NE(line, "PUT /v2/team/app/manifests/v1");
  }
}

TEST(DeleteTag, OfATagThatIsNotThereIsNotFound) {
  World world;
  try {
    delete_tag(world.repository("team/app"), "v9");
    FAIL();
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kNotFound);
  }
}

TEST(CheckAccess, LeavesNoUploadBehind) {
  World world;
  const Repository repository = world.repository("team/app");
  EXPECT_TRUE(check_access(repository, repository).allowed());
  EXPECT_THAT(world.registry().server().lines().back(),
              HasSubstr("DELETE /v2/team/app/blobs/uploads/"));
}

TEST(CheckAccess, TellsAReadOnlyRegistryFromRefusedCredentials) {
  World world;
  world.registry().intercept(
      [](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
        if (request.method != "POST") return std::nullopt;
        return test::HttpAnswer{.status = 405};
      });
  const Repository repository = world.repository("team/app");
  const AuthReport report = check_access(repository, repository);
  EXPECT_FALSE(report.allowed());
  EXPECT_EQ(report.findings.at(0).verdict, AuthReport::Verdict::kAllowed);
  EXPECT_THAT(report.findings.at(1).reason, HasSubstr("read-only"));
}

TEST(CheckAccess, SaysThatNobodyIsLoggedIn) {
  World world;
  world.registry().intercept([](const test::HttpRequest&) -> std::optional<test::HttpAnswer> {
    return test::HttpAnswer{.status = 403, .body = test::error_body("DENIED", "no")};
  });
  const Repository repository = world.repository("team/app");
  EXPECT_THAT(check_access(repository, repository).findings.at(1).reason,
              HasSubstr("nobody is logged in"));
}

class SyncTest : public ::testing::Test {
 protected:
  SyncTest() {
    for (const char* tag : {"1.0.0", "1.1.0", "2.0.0"}) {
      const auto image = test::add_image(world_.store(), "linux/amd64", tag);
      push_image(world_.store(), image, world_.repository("src"), {.tags = {tag}});
    }
  }

  std::vector<std::string> sync(SyncOptions options) {
    std::vector<std::string> told;
    const auto tell = [&](const SyncedTag& tag) {
      constexpr const char* kWords[] = {"copied", "unchanged", "deleted", "failed"};
      told.push_back(std::string(kWords[static_cast<int>(tag.outcome)]) + " " + tag.tag);
    };
    const Repository to = world_.repository("dst");
    sync_tags(world_.repository("src"), to, to, options, tell);
    return told;
  }

  World world_;
};

TEST_F(SyncTest, CopiesEveryTagOnce) {
  EXPECT_THAT(sync({}), ElementsAre("copied 1.0.0", "copied 1.1.0", "copied 2.0.0"));
  EXPECT_THAT(sync({}), ElementsAre("unchanged 1.0.0", "unchanged 1.1.0", "unchanged 2.0.0"));
}

TEST_F(SyncTest, DeletesOfWhatIsMeantOnlyWhatTheSourceDoesNotHave) {
  const auto image = test::add_image(world_.store(), "linux/amd64", "old");
  push_image(world_.store(), image, world_.repository("dst"), {.tags = {"1.9.9", "mine"}});
  SyncOptions options;
  options.wanted = [](const std::string& tag) { return tag.front() == '1'; };
  options.extra = SyncOptions::Extra::kDelete;
  EXPECT_THAT(sync(options), ElementsAre("copied 1.0.0", "copied 1.1.0", "deleted 1.9.9"));
  EXPECT_THAT(world_.repository("dst").tags(), UnorderedElementsAre("1.0.0", "1.1.0", "mine"));
}

TEST_F(SyncTest, GoesOnAfterATagThatFailsWhereItIsToldTo) {
  world_.registry().intercept(
      [](const test::HttpRequest& request) -> std::optional<test::HttpAnswer> {
        if (request.line() != "PUT /v2/dst/manifests/1.1.0") return std::nullopt;
        return test::HttpAnswer{.status = 400};
      });
  EXPECT_THROW(sync({}), oci::Error);
  SyncOptions options;
  options.on_error = SyncOptions::OnError::kGoOn;
  EXPECT_THAT(sync(options), ElementsAre("unchanged 1.0.0", "failed 1.1.0", "copied 2.0.0"));
}

}  // namespace
}  // namespace bale::registry
