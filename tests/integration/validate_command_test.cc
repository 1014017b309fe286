// SPDX-License-Identifier: Apache-2.0
// validate and verify, as their users see them.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/image_layout.h"
#include "tests/support/program_test.h"
#include "tests/support/test_image.h"

namespace bale::test {
namespace {

using ::testing::HasSubstr;

class ValidateCommand : public ProgramTest {
 protected:
  std::string layout() const { return "oci:" + (scratch_ / "image").string(); }

  /// An image of one layer, which its config says to unpack to `plain`.
  void write_image(std::string_view layer, std::string_view plain) {
    auto store = oci::ImageLayout::create(scratch_ / "image");
    oci::ImageConfig config;
    config.platform = oci::Platform::parse("linux/amd64");
    config.diff_ids.emplace_back(oci::Digest::of(oci::as_bytes(plain)));
    const auto document = oci::make_document(config, oci::media_type::kOciManifest);
    oci::write_blob(store, document.descriptor, document.bytes);
    const auto manifest = oci::make_document(
        oci::Manifest{.config = document.descriptor,
                      .layers = {add_blob(store, layer, oci::media_type::kOciLayer)}});
    oci::write_blob(store, manifest.descriptor, manifest.bytes);
    store.set_tag("v1", manifest.descriptor);
  }

  void expect_fault(const std::string& place) {
    for (const std::string& command : {"validate " + layout() + ":v1", "validate " + layout(),
                                       "verify " + layout() + ":v1 --platforms linux/amd64"}) {
      const PeerRun run = bale(command);
      EXPECT_EQ(run.status, 7) << command;
      EXPECT_THAT(run.output, HasSubstr(place)) << command;
    }
  }
};

TEST_F(ValidateCommand, ALayerIsUnpackedToItsDiffId) {
  const std::string tar = make_tar({{"hello", "world"}});
  write_image(tar, tar);
  EXPECT_EQ(bale("validate " + layout()).status, 0);
  write_image(tar, "other");
  expect_fault("layers[0]");
}

TEST_F(ValidateCommand, ALayerIsATarToItsEnd) {
  const std::string noise(2000, 'x');
  write_image(noise, noise);
  expect_fault("layers[0]");
}

TEST_F(ValidateCommand, AnImageThatStartsNothingHasNoEntrypoint) {
  const std::string tar = make_tar({{"hello", "world"}});
  write_image(tar, tar);
  const std::string command = "verify " + layout() + ":v1 --platforms linux/amd64";
  EXPECT_EQ(bale(command).status, 0);
  const PeerRun run = bale(command + " --entrypoint");
  EXPECT_EQ(run.status, 7);
  EXPECT_THAT(run.output, HasSubstr("neither an entrypoint nor a command"));
}

}  // namespace
}  // namespace bale::test
