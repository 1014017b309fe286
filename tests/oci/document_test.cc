// SPDX-License-Identifier: Apache-2.0
#include "oci/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/fd.h"
#include "oci/image_layout.h"
#include "oci/new_file.h"
#include "oci/validate.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

using testing::HasSubstr;
using testing::Not;

// OCI documents need not say what they are, and other tools leave it out.
TEST(MakeDocument, OfOneWithoutAMediaTypeIsDescribedByItsKindAndStaysWithout) {
  const auto manifest = make_document(
      Manifest{.media_type = {}, .config = {.media_type = {}, .digest = Digest::of({})}});
  EXPECT_EQ(manifest.descriptor.media_type, media_type::kOciManifest);
  const auto index = make_document(Index{.media_type = {}});
  EXPECT_EQ(index.descriptor.media_type, media_type::kOciIndex);
  EXPECT_EQ(index.bytes, R"({"schemaVersion":2,"manifests":[]})");
}

TEST(MakeDocument, ALayoutOfAnotherToolsIsValidWithATagOfOurs) {
  const test::ScratchFolder scratch;
  ImageLayout layout = ImageLayout::create(scratch.path());
  const auto image = test::add_image(layout, "linux/amd64");
  write_file_atomically(scratch / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  write_file_atomically(scratch / "index.json", R"({"schemaVersion":2,"manifests":[]})");
  layout.set_tag("v1", image);
  EXPECT_THAT(validate_layout(scratch.path()), testing::IsEmpty());
  EXPECT_THAT(read_file(scratch / "index.json", 4096), Not(HasSubstr("\"mediaType\":\"\"")));
}

}  // namespace
}  // namespace bale::oci
