// SPDX-License-Identifier: Apache-2.0
#include "oci/layout_referrers.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/copy_image.h"
#include "oci/document.h"
#include "oci/layout_index.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class LayoutReferrersTest : public testing::Test {
 protected:
  /// An artifact that says that it belongs to `subject`.
  static Descriptor add_artifact(BlobStore& store, const Descriptor& subject,
                                 const Annotations& annotations = {}) {
    const auto empty = test::add_blob(store, "{}", media_type::kOciEmpty);
    return add(store, make_document(Manifest{.artifact_type = "application/vnd.test",
                                             .config = empty,
                                             .layers = {empty},
                                             .subject = subject,
                                             .annotations = annotations}));
  }
  /// The same as an index, of no type.
  static Descriptor add_artifact_index(BlobStore& store, const Descriptor& subject) {
    Index index;
    index.subject = subject;
    return add(store, make_document(index));
  }
  template <typename Value>
  static Descriptor add(BlobStore& store, const Document<Value>& document) {
    write_blob(store, document.descriptor, document.bytes);
    return document.descriptor;
  }
  static std::vector<Digest> digests(const std::vector<Descriptor>& descriptors) {
    std::vector<Digest> all;
    for (const auto& descriptor : descriptors) all.push_back(descriptor.digest);
    return all;
  }

  test::ScratchFolder scratch_;
  ImageLayout from_ = ImageLayout::create(scratch_ / "from");
  ImageLayout to_ = ImageLayout::create(scratch_ / "to");
  Descriptor image_ = test::add_image(from_, "linux/amd64");
};

TEST_F(LayoutReferrersTest, AreFoundWithoutANameAndUnderTheFallbackTag) {
  const auto nameless = add_artifact(from_, image_, {{"number", "1"}});
  const auto listed = add_artifact(from_, image_, {{"number", "2"}});
  Index fallback;
  fallback.manifests = {listed};
  from_.set_tag("v1", image_);
  from_.set_tag(referrers_tag(image_.digest), add(from_, make_document(fallback)));
  from_.update([&](Index& index) { index.manifests.push_back(nameless); });
  const auto found = LayoutReferrers(from_).referrers(image_.digest);
  EXPECT_THAT(digests(found), UnorderedElementsAre(nameless.digest, listed.digest));
  EXPECT_EQ(found.at(0).artifact_type, "application/vnd.test");
  EXPECT_THAT(LayoutReferrers(from_).referrers(nameless.digest), IsEmpty());
}

TEST_F(LayoutReferrersTest, AManifestThatIsNotThereIsPassedOver) {
  const auto artifact = add_artifact(from_, image_);
  const auto lost = test::add_image(from_, "linux/arm64");
  from_.set_tag("lost", lost);
  from_.set_tag("", artifact);
  from_.remove_blob(lost.digest);
  EXPECT_THAT(digests(LayoutReferrers(from_).referrers(image_.digest)),
              ElementsAre(artifact.digest));
}

TEST_F(LayoutReferrersTest, NobodyNamesAnImageByWhatHeAttaches) {
  const auto artifact = add_artifact(from_, image_, {{kRefName, "latest"}});
  from_.set_tag("", artifact);
  LayoutReferrers to(to_);
  for (const auto& found : LayoutReferrers(from_).referrers(image_.digest)) {
    to.put(from_, found, "");
  }
  EXPECT_TRUE(to_.size(artifact.digest));
  EXPECT_FALSE(to_.find("latest"));
}

TEST_F(LayoutReferrersTest, StayWhenAnImageWithoutANameIsReplaced) {
  LayoutReferrers to(to_);
  to.put(from_, add_artifact_index(from_, image_), "");
  const auto artifact = add_artifact(from_, image_);
  from_.set_tag("v1", artifact);
  for (const auto& found : LayoutReferrers(from_).referrers(image_.digest)) {
    to.put(from_, found, "");
  }
  copy_image(from_, image_, to_);
  to_.set_tag("", image_);
  to_.set_tag("", test::add_image(to_, "linux/arm64"));
  EXPECT_EQ(to_.index().manifests.size(), 3U);
  EXPECT_EQ(LayoutReferrers(to_).referrers(image_.digest).size(), 2U);
}

}  // namespace
}  // namespace bale::oci
