// SPDX-License-Identifier: Apache-2.0
#include "oci/rebase.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::oci {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

DiffId diff_id(std::string_view name) { return DiffId(Digest::of(as_bytes(name))); }

Descriptor blob(std::string_view name, const char* type) {
  return {.media_type = type, .digest = Digest::of(as_bytes(name)), .size = name.size()};
}

History line(std::string created_by, bool empty_layer = false) {
  return {.created = {},
          .created_by = std::move(created_by),
          .author = {},
          .comment = {},
          .empty_layer = empty_layer};
}

/// Layers of these names with a line of the history each.
ImageDraft image_of(const std::vector<std::string>& layers, ImageConfig config = {}) {
  config.platform = Platform::parse("linux/amd64");
  ImageDraft draft{{.config = blob("config", media_type::kOciConfig)}, "", config.platform};
  for (const auto& name : layers) {
    draft.manifest.layers.push_back(blob(name + " packed", media_type::kOciLayerGzip));
    config.diff_ids.push_back(diff_id(name));
    config.history.push_back(line("COPY " + name));
  }
  config.history.push_back(line("CMD " + layers.back(), true));
  draft.config = to_json(config);
  return draft;
}

/// Another image's lines of the history, and then those of its own layers.
ImageDraft on_top_of(const ImageDraft& base, const std::vector<std::string>& layers,
                     const RuntimeConfig& runtime = {}) {
  ImageConfig config = parse_image_config(base.config);
  config.config = runtime;
  ImageDraft draft = base;
  for (const auto& name : layers) {
    draft.manifest.layers.push_back(blob(name + " packed", media_type::kOciLayerGzip));
    config.diff_ids.push_back(diff_id(name));
    config.history.push_back(line("COPY " + name));
  }
  draft.config = to_json(config);
  return draft;
}

std::vector<std::string> told(const ImageDraft& draft) {
  std::vector<std::string> lines;
  for (const auto& each : parse_image_config(draft.config).history)
    lines.push_back(each.created_by);
  return lines;
}

TEST(Rebase, PutsOtherLayersAndLinesUnderTheImagesOwn) {
  const auto old_base = image_of({"a", "b"});
  auto image = on_top_of(old_base, {"app"});
  rebase(image, old_base, image_of({"x", "y", "z"}));
  EXPECT_THAT(diff_ids_of(image),
              ElementsAre(diff_id("x"), diff_id("y"), diff_id("z"), diff_id("app")));
  EXPECT_EQ(image.manifest.layers[3].digest, blob("app packed", "").digest);
  EXPECT_THAT(told(image), ElementsAre("COPY x", "COPY y", "COPY z", "CMD z", "COPY app"));
}

TEST(Rebase, RefusesAnImageThatIsNotBuiltOnTheBase) {
  const auto old_base = image_of({"a", "b"});
  for (const auto& layers : {std::vector<std::string>{"a"}, {"a", "c", "b"}}) {
    auto image = image_of(layers);
    try {
      rebase(image, old_base, image_of({"x"}));
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalid);
      EXPECT_THAT(error.what(), HasSubstr("linux/amd64 is not built on the old base: its layer 2"));
    }
  }
}

TEST(Rebase, InheritsFromTheNewBaseWhatItHadFromTheOld) {
  ImageConfig old_config;
  old_config.config.env = {"PATH=/bin", "LANG=C", "GONE=1", "OWN=base"};
  old_config.config.labels = {{"version", "1"}, {"vendor", "base"}};
  old_config.config.cmd = std::vector<std::string>{"sh"};
  old_config.config.user = "root";
  ImageConfig new_config;
  new_config.config.env = {"NEW=1", "PATH=/usr/bin", "OWN=newer"};
  new_config.config.labels = {{"version", "2"}};
  new_config.config.cmd = std::vector<std::string>{"bash"};
  new_config.config.user = "nobody";
  const auto old_base = image_of({"a"}, old_config);
  RuntimeConfig own = old_config.config;
  own.env = {"PATH=/bin", "LANG=C", "GONE=1", "OWN=app", "APP=1"};
  own.labels["vendor"] = "app";
  own.user = "app";
  auto image = on_top_of(old_base, {"app"}, own);
  rebase(image, old_base, image_of({"x"}, new_config));
  const auto merged = parse_image_config(image.config).config;
  EXPECT_THAT(merged.env, ElementsAre("NEW=1", "PATH=/usr/bin", "OWN=app", "APP=1"));
  EXPECT_THAT(merged.labels,
              ElementsAre(std::pair<const std::string, std::string>{"vendor", "app"},
                          std::pair<const std::string, std::string>{"version", "2"}));
  EXPECT_EQ(merged.cmd, std::vector<std::string>{"bash"});
  EXPECT_EQ(merged.user, "app");
}

TEST(Rebase, LeavesOutAHistoryThatWouldTellOfSomeLayersOnly) {
  auto old_base = image_of({"a"});
  auto image = on_top_of(old_base, {"app"});
  ImageConfig silent = parse_image_config(image_of({"x"}).config);
  silent.history.clear();
  auto new_base = image_of({"x"});
  new_base.config = to_json(silent);
  rebase(image, old_base, new_base);
  EXPECT_TRUE(told(image).empty());
}

TEST(Rebase, GivesAllLayersTheTypesOfTheImagesManifest) {
  const auto old_base = image_of({"a"});
  auto image = on_top_of(old_base, {"app"});
  auto new_base = image_of({"x"});
  new_base.manifest.layers[0].media_type = media_type::kDockerLayerGzip;
  rebase(image, old_base, new_base);
  EXPECT_EQ(image.manifest.layers[0].media_type, media_type::kOciLayerGzip);
}

}  // namespace
}  // namespace bale::oci
