// SPDX-License-Identifier: Apache-2.0
#include "builder/build_plan.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "builder/build.h"
#include "builder/plan_forecast.h"
#include "builder/plan_text.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "tests/builder/dockerfile_report.h"
#include "tests/builder/idle_services.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;

/// Every image exists, and is empty.
class EmptyImages final : public ImageResolver {
 public:
  explicit EmptyImages(const oci::Store& store) : store_(store) {}
  ResolvedImage resolve(const BaseImage& image, std::stop_token) override {
    if (image.reference.repository == "library/missing") {
      throw oci::Error(oci::ErrorCode::kNotFound, "no such image");
    }
    oci::ImageConfig config = scratch_config(image.platform);
    if (image.reference.repository == "library/triggers") config.config.on_build = {"RUN trigger"};
    const bool is_remote = image.reference.repository == "library/remote";
    if (is_remote) config.diff_ids = {oci::DiffId(oci::Digest::of(oci::as_bytes("layer")))};
    const auto document = oci::make_document(config, oci::media_type::kOciManifest);
    oci::Manifest manifest{.config = document.descriptor};
    if (is_remote) {
      manifest.layers = {{.media_type = oci::media_type::kOciLayer,
                          .digest = config.diff_ids[0].digest(),
                          .size = 5}};
    }
    return {oci::make_document(manifest), document, store_blobs(store_)};
  }
  bool is_local(const BaseImage&) override { return true; }

 private:
  const oci::Store& store_;
};

class BuildPlanTest : public testing::Test {
 protected:
  static BuildRequest request(const std::string& text, const fs::path& context) {
    BuildRequest request{.dockerfile = parse_dockerfile(text, "Dockerfile")};
    request.context = context;
    request.platforms = {oci::Platform::parse("linux/amd64")};
    return request;
  }
  BuildRequest request(const std::string& text) const { return request(text, context_.path()); }

  BuildPlan plan(const BuildRequest& request) { return plan_build(request, idle_.services, {}); }
  std::string text(const BuildRequest& request) {
    return describe_plan(request, plan(request), {});
  }
  std::string forecast(const BuildRequest& request) {
    const BuildPlan made = plan(request);
    return describe_plan(request, made, forecast_steps(request, made, idle_.services, {}));
  }

  test::ScratchFolder context_;
  test::ScratchFolder store_folder_;
  test::IdleServices<EmptyImages> idle_{store_folder_.path()};
};

TEST_F(BuildPlanTest, NumbersStagesAndTellsWhatTheyNeed) {
  EXPECT_EQ(text(request("FROM alpine AS tools\nRUN make\n"
                         "FROM scratch AS unused\n"
                         "FROM debian:12\nWORKDIR /app\nENV a=b\nCOPY --from=tools /x .\n"
                         "COPY --from=busybox /bin/sh /\n")),
            "[0] tools for linux/amd64 on docker.io/library/alpine\n"
            "    RUN make\n"
            "[1] 2 for linux/amd64 on docker.io/library/debian:12, reads [0], busybox\n"
            "    WORKDIR /app\n"
            "    COPY --from=tools /x .\n"
            "    COPY --from=busybox /bin/sh /\n"
            "not needed: unused\n"
            "linux/amd64 is [1]\n");
}

TEST_F(BuildPlanTest, SharesStagesOfTheBuildPlatform) {
  auto both = request(
      "FROM --platform=linux/amd64 alpine AS build\nRUN make\nFROM scratch\nCOPY --from=build / "
      "/\n");
  both.platforms = oci::Platform::parse_list("linux/amd64,linux/arm64");
  EXPECT_EQ(text(both),
            "[0] build for linux/amd64 on docker.io/library/alpine\n"
            "    RUN make\n"
            "[1] 1 for linux/amd64 on scratch, reads [0]\n"
            "    COPY --from=build / /\n"
            "[2] 1 for linux/arm64 on scratch, reads [0]\n"
            "    COPY --from=build / /\n"
            "linux/amd64 is [1]\n"
            "linux/arm64 is [2]\n");
}

TEST_F(BuildPlanTest, HasTheTriggersOfBaseImages) {
  EXPECT_EQ(text(request("FROM triggers\n")),
            "[0] 0 for linux/amd64 on docker.io/library/triggers\n"
            "    RUN trigger\n"
            "linux/amd64 is [0]\n");
}

TEST_F(BuildPlanTest, GoesOnWithoutAnImageThatIsMissing) {
  const auto missing = request("FROM missing\nENV a=$b\nRUN x\n");
  const auto made = plan(missing);
  EXPECT_TRUE(made.checks.warnings.empty()) << "b may be the image's";
  EXPECT_EQ(describe_plan(missing, made, forecast_steps(missing, made, idle_.services, {})),
            "[0] 0 for linux/amd64 on docker.io/library/missing\n"
            "    RUN x: to do, what it stands on is not there yet\n"
            "linux/amd64 is [0]\n");
}

TEST_F(BuildPlanTest, KnowsWhatTheCacheHas) {
  std::ofstream(context_ / "a") << "one";
  const auto built = request(
      "FROM scratch AS files\nCOPY a /\nFROM scratch\nWORKDIR /w\nCOPY --from=files /a .\n");
  EXPECT_EQ(forecast(built),
            "[0] files for linux/amd64 on scratch\n"
            "    COPY a /: to do, no build so far had this step\n"
            "[1] 1 for linux/amd64 on scratch, reads [0]\n"
            "    WORKDIR /w: to do, no build so far had this step on these layers\n"
            "    COPY --from=files /a .: to do, what it stands on is not there yet\n"
            "linux/amd64 is [1]\n");
  const auto made = plan(built);
  ASSERT_TRUE(build(built, made, idle_.services, {}).failures.empty());
  EXPECT_EQ(forecast(built),
            "[0] files for linux/amd64 on scratch\n"
            "    COPY a /: cached\n"
            "[1] 1 for linux/amd64 on scratch, reads [0]\n"
            "    WORKDIR /w: cached\n"
            "    COPY --from=files /a .: cached\n"
            "linux/amd64 is [1]\n");
  std::ofstream(context_ / "a") << "another";
  EXPECT_EQ(forecast(built),
            "[0] files for linux/amd64 on scratch\n"
            "    COPY a /: to do, its files are not those of an earlier build\n"
            "[1] 1 for linux/amd64 on scratch, reads [0]\n"
            "    WORKDIR /w: cached\n"
            "    COPY --from=files /a .: to do, what it reads from is not there yet\n"
            "linux/amd64 is [1]\n");
}

TEST_F(BuildPlanTest, CarriesNothingOut) {
  std::ofstream(context_ / "a") << "one";
  forecast(request("FROM scratch\nCOPY a /\nRUN x\n"));
  EXPECT_FALSE(fs::exists(store_folder_.path() / "blobs"));
}

TEST_F(BuildPlanTest, FetchesNoLayersToLookIntoThem) {
  EXPECT_EQ(forecast(request("FROM scratch\nCOPY --from=remote /a /\n")),
            "[0] 0 for linux/amd64 on scratch, reads remote\n"
            "    COPY --from=remote /a /: to do, what it reads from is not there yet\n"
            "linux/amd64 is [0]\n");
}

TEST_F(BuildPlanTest, FailsForASourceThatIsMissing) {
  EXPECT_THROW(forecast(request("FROM scratch\nCOPY missing /\n")), oci::Error);
}

TEST_F(BuildPlanTest, ReadsFoldersThatHaveNames) {
  std::ofstream(context_ / "a") << "one";
  auto named = request("FROM rootfs\nCOPY --from=more a /b\n");
  const FolderSource folder = folder_source([this] { return context_.path(); });
  named.named_contexts = {{"rootfs", folder}, {"more", folder}};
  const auto made = plan(named);
  const auto outcome = build(named, made, idle_.services, {});
  ASSERT_EQ(outcome.images.size(), 1U);
  EXPECT_EQ(outcome.images[0].manifest.value.layers.size(), 2U);
  EXPECT_EQ(outcome.images[0].config.value.history.size(), 2U);
  EXPECT_EQ(describe_plan(named, made, forecast_steps(named, made, idle_.services, {})),
            "[0] 0 for linux/amd64 on the context rootfs, reads more\n"
            "    COPY --from=more a /b: cached\n"
            "linux/amd64 is [0]\n");
}

TEST_F(BuildPlanTest, TakesImagesThatHaveOtherNames) {
  auto named = request("FROM base\nCOPY --from=tools /a /\n");
  named.named_contexts = {{"base", oci::Reference::parse("alpine:3")},
                          {"tools", oci::Reference::parse("busybox")}};
  EXPECT_EQ(text(named),
            "[0] 0 for linux/amd64 on docker.io/library/alpine:3, reads tools\n"
            "    COPY --from=tools /a /\n"
            "linux/amd64 is [0]\n");
}

/// The folders of tests/data/dockerfile that are written after public projects.
std::vector<std::string> projects() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(BALE_TEST_DATA) / "dockerfile")) {
    const std::string name = entry.path().filename();
    if (name.starts_with("Real")) names.push_back(name);
  }
  return names;
}

class ProjectPlanTest : public BuildPlanTest, public testing::WithParamInterface<std::string> {};

TEST_P(ProjectPlanTest, IsTheGraphThatBuildKitMakes) {
  const fs::path folder = fs::path(BALE_TEST_DATA) / "dockerfile" / GetParam();
  const auto inputs = read_report_inputs(folder / "inputs").graph;
  auto project = request(oci::read_file(folder / "Dockerfile", 1 << 20));
  project.platforms = inputs.platforms;
  project.target = inputs.target;
  project.build_args = inputs.build_args;
  const std::string plan = text(project);
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(folder / "plan") << plan;
    GTEST_SKIP() << "rewrote " << folder / "plan";
  }
  EXPECT_EQ(plan, oci::read_file(folder / "plan", 1 << 20));
}

INSTANTIATE_TEST_SUITE_P(All, ProjectPlanTest, testing::ValuesIn(projects()),
                         [](const auto& folder) { return folder.param; });

}  // namespace
}  // namespace bale::builder
