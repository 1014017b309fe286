// SPDX-License-Identifier: Apache-2.0
#include "tests/support/manifest_test.h"

#include <nlohmann/json.hpp>

#include "oci/image_layout.h"
#include "tests/support/test_image.h"

namespace bale::test {

using nlohmann::json;

void ManifestTest::SetUp() {
  ProgramTest::SetUp();
  auto layout = oci::ImageLayout::create(images());
  for (const char* arch : {"amd64", "arm64", "s390x"}) {
    layout.set_tag(arch, add_image(layout, std::string("linux/") + arch));
  }
}

std::vector<std::string> ManifestTest::platforms(const std::string& name) const {
  const PeerRun run = bale("manifest inspect " + name);
  EXPECT_EQ(run.status, 0) << run.output;
  std::vector<std::string> found;
  const json index = json::parse(run.output, nullptr, false);
  if (!index.is_object()) return found;
  for (const auto& entry : index["manifests"]) found.push_back(entry["platform"]["architecture"]);
  return found;
}

std::string ManifestTest::done(const std::string& arguments) const {
  const PeerRun run = bale(arguments);
  EXPECT_EQ(run.status, 0) << arguments << ": " << run.output;
  return digest_of(run);
}

}  // namespace bale::test
