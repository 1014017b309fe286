// SPDX-License-Identifier: Apache-2.0
#include "registry/push_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "registry/registries.h"
#include "tests/support/fake_registry.h"
#include "tests/support/test_image.h"

namespace bale::registry {
namespace {

using Step = PushPlan::Step;

class PushPlanTest : public ::testing::Test {
 protected:
  Repository repository() {
    return registries_.repository(oci::Reference::parse(registry_.name("team/app")),
                                  Repository::Access::kPush);
  }

  PushPlan plan(const oci::Descriptor& root, const PushOptions& options) {
    registry_.server().forget_requests();
    const PushPlan plan = plan_push(store_, root, repository(), options);
    for (const auto& request : registry_.server().requests()) EXPECT_EQ(request.method, "HEAD");
    return plan;
  }

  /// How many requests the push itself makes.
  std::size_t push(const oci::Descriptor& root, const PushOptions& options) {
    registry_.server().forget_requests();
    push_image(store_, root, repository(), options);
    return registry_.server().requests().size();
  }

  void expect_refused(const oci::Descriptor& root, const PushOptions& options,
                      oci::ErrorCode code) {
    try {
      plan(root, options);
      ADD_FAILURE() << "planned";
    } catch (const oci::Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
    }
  }

  test::FakeRegistry registry_;
  HttpClient client_;
  Registries registries_{client_};
  oci::MemoryStore store_;
  oci::Descriptor index_ = test::add_index(store_, {"linux/amd64", "linux/arm64"});
};

TEST_F(PushPlanTest, HasTheRequestsOfThePush) {
  const PushOptions first{.tags = {"v1"}};
  const std::size_t planned = plan(index_, first).requests();
  EXPECT_EQ(push(index_, first), planned);
  EXPECT_EQ(plan(index_, first).requests(), 1U);
  EXPECT_EQ(push(index_, first), 1U);
  const PushOptions again{.tags = {"v2"}, .known_there = true, .known_tags = {"v1"}};
  EXPECT_EQ(plan(index_, again).requests(), 2U);
  EXPECT_EQ(push(index_, again), 2U);
}

TEST_F(PushPlanTest, TellsWhatMovesAndWhatDoesNot) {
  const auto image = test::add_image(store_, "linux/amd64");
  push(image, {.tags = {"v1"}});
  const PushPlan retag = plan(image, {.tags = {"v2"}});
  ASSERT_EQ(retag.steps.size(), 3U);
  EXPECT_EQ(retag.steps[2].kind, Step::Kind::kTag);
  const PushPlan other = plan(test::add_image(store_, "linux/amd64", "", 3), {.tags = {"v3"}});
  EXPECT_GT(other.bytes_saved(), 0U);
  EXPECT_GT(other.bytes_sent(), 0U);
}

TEST_F(PushPlanTest, RefusesWhatThePushWouldRefuse) {
  push(index_, {.tags = {"v1"}});
  const auto image = test::add_image(store_, "linux/amd64");
  expect_refused(image, {.tags = {"v1"}}, oci::ErrorCode::kFailed);
  EXPECT_FALSE(plan(image, {.tags = {"v1"}, .replace = PushOptions::Replace::kAny}).steps.empty());
  expect_refused(image, {.tags = {"v1"}, .existing = Existing::kKeep}, oci::ErrorCode::kFailed);
  expect_refused(image, {.tags = {"v1"}, .expected = image.digest}, oci::ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace bale::registry
