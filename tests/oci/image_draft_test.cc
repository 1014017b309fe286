// SPDX-License-Identifier: Apache-2.0
#include "oci/image_draft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image.h"
#include "oci/validate.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ImageDraftTest : public testing::Test {
 protected:
  ImageDraft draft(std::size_t layers = 3) {
    const auto image = read_image(store_, test::add_image(store_, "linux/amd64", "", layers));
    return {image.manifest.value, image.config.bytes, image.config.value.platform};
  }

  LayerResult layer(const std::string& name) {
    const std::string tar = test::make_tar({{name, "file"}});
    const auto blob = test::add_blob(store_, tar, media_type::kOciLayer);
    return {blob, DiffId(blob.digest), tar.size()};
  }

  /// What validation says of the image that the draft has become.
  std::vector<Fault> faults(ImageDraft draft) {
    draft.manifest.config.digest = Digest::of(as_bytes(draft.config));
    draft.manifest.config.size = draft.config.size();
    write_blob(store_, draft.manifest.config, draft.config);
    const auto manifest = make_document(draft.manifest);
    write_blob(store_, manifest.descriptor, manifest.bytes);
    return validate_image(store_, manifest.descriptor, ValidateDepth::kLayers);
  }

  static std::vector<std::string> told(const ImageDraft& draft) {
    std::vector<std::string> lines;
    for (const auto& line : parse_image_config(draft.config).history) {
      lines.push_back((line.empty_layer ? "- " : "") + line.created_by);
    }
    return lines;
  }

  static History line(std::string created_by) {
    return {.created = {}, .created_by = std::move(created_by), .author = {}, .comment = {}};
  }

  MemoryStore store_;
};

TEST_F(ImageDraftTest, AppendsALayerWithItsLine) {
  ImageDraft image = draft(1);
  append_layer(image, layer("new"), line("ours"));
  EXPECT_THAT(told(image), ElementsAre("COPY file0 /", "- ENV A=b", "ours"));
  EXPECT_THAT(faults(image), IsEmpty());
}

TEST_F(ImageDraftTest, DropsLayersWithTheirLines) {
  ImageDraft image = draft();
  const auto before = image.manifest.layers;
  const auto dropped = drop_layers(image, [](const DraftLayer& layer) {
    return layer.number == 0 || layer.created_by == "COPY file2 /";
  });
  EXPECT_EQ(dropped, 2U);
  EXPECT_THAT(image.manifest.layers, ElementsAre(before[1]));
  EXPECT_THAT(told(image), ElementsAre("- ENV A=b", "COPY file1 /", "- ENV A=b", "- ENV A=b"));
  EXPECT_THAT(faults(image), IsEmpty());
}

TEST_F(ImageDraftTest, LeavesEveryByteWhereNoLayerIsMeant) {
  ImageDraft image = draft();
  const std::string before = image.config;
  EXPECT_EQ(drop_layers(image, [](const DraftLayer&) { return false; }), 0U);
  EXPECT_EQ(image.config, before);
}

TEST_F(ImageDraftTest, OneLayerTakesThePlaceOfAll) {
  ImageDraft image = draft(2);
  replace_layers(image, layer("all"), line("squashed"));
  EXPECT_THAT(told(image), ElementsAre("- COPY file0 /", "- ENV A=b", "- COPY file1 /", "- ENV A=b",
                                       "squashed"));
  EXPECT_THAT(faults(image), IsEmpty());
}

TEST_F(ImageDraftTest, TellsOfAChangeWithoutALayer) {
  ImageDraft image = draft(1);
  add_history(image, line("changed"));
  EXPECT_THAT(told(image), ElementsAre("COPY file0 /", "- ENV A=b", "- changed"));
  EXPECT_THAT(faults(image), IsEmpty());
}

TEST_F(ImageDraftTest, RefusesAnImageWithoutADiffIdForEachLayer) {
  ImageDraft image = draft();
  image.manifest.layers.pop_back();
  EXPECT_THROW(diff_ids_of(image), Error);
}

}  // namespace
}  // namespace bale::oci
