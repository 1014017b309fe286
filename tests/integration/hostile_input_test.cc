// SPDX-License-Identifier: Apache-2.0
// Layouts that are made to exhaust whoever reads them. Each process ends by itself, says that it is
// the image's fault, and has not taken more memory than a small document warrants.
#include <filesystem>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/document.h"
#include "oci/image_layout.h"
#include "tests/support/child_program.h"
#include "tests/support/program_test.h"
#include "tests/support/test_image.h"

namespace bale {
namespace {

namespace fs = std::filesystem;
using oci::ImageLayout;
namespace media_type = oci::media_type;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr long kMiB = 8 * 1024;  // of KiB; sanitizers keep memory of their own
#else
constexpr long kMiB = 1024;  // of KiB
#endif

/// Names a blob of the layout `v1`, however little of it is true.
void tag(ImageLayout& layout, const oci::Descriptor& root) { layout.set_tag("v1", root); }

fs::path file_of(const ImageLayout& layout, const oci::Descriptor& blob) {
  return layout.path() / "blobs" / "sha256" / blob.digest.hex();
}

void add_document(ImageLayout& layout, const std::string& text) {
  tag(layout, test::add_blob(layout, text, media_type::kOciIndex));
}

std::string repeated(const std::string& text, std::size_t size) {
  std::string result;
  while (result.size() + text.size() <= size) result += text;
  return result;
}

struct HostileCase {
  const char* name;
  std::function<void(ImageLayout& layout)> make;
  long most_memory;  ///< KiB
};

void PrintTo(const HostileCase& hostile, std::ostream* out) { *out << hostile.name; }

constexpr std::size_t kFull = oci::kMaxManifestSize - 100;

const HostileCase kCases[] = {
    {"AnIndexFileOfAGigabyte",
     [](ImageLayout& layout) {
       tag(layout, test::add_index(layout, {"linux/amd64"}));
       fs::resize_file(layout.path() / "index.json", std::uintmax_t{1} << 30);
     },
     64 * kMiB},
    {"ADocumentThatHasGrownLarge",
     [](ImageLayout& layout) {
       const auto root = test::add_index(layout, {"linux/amd64"});
       tag(layout, root);
       fs::resize_file(file_of(layout, root), std::uintmax_t{200} << 20);
     },
     64 * kMiB},
    {"ADocumentThatClaimsToBeHuge",
     [](ImageLayout& layout) {
       auto root = test::add_index(layout, {"linux/amd64"});
       root.size = std::uint64_t{1} << 62;
       tag(layout, root);
     },
     64 * kMiB},
    {"FourMebibytesOfBrackets",
     [](ImageLayout& layout) { add_document(layout, std::string(kFull, '[')); }, 64 * kMiB},
    {"AMillionEntries",
     [](ImageLayout& layout) {
       add_document(layout,
                    R"({"schemaVersion":2,"manifests":[)" + repeated("{},", kFull) + "{}]}");
     },
     256 * kMiB},
    {"AMillionNumbers",
     [](ImageLayout& layout) {
       add_document(layout, R"({"schemaVersion":2,"x":[)" + repeated("7,", kFull) + "7]}");
     },
     256 * kMiB},
    {"OneTextOfFourMebibytes",
     [](ImageLayout& layout) {
       add_document(layout,
                    R"({"schemaVersion":2,"mediaType":")" + std::string(kFull, 'x') + "\"}");
     },
     64 * kMiB},
};

class HostileInput : public test::ProgramTest, public testing::WithParamInterface<HostileCase> {};

TEST_P(HostileInput, IsRefusedInLittleMemory) {
  {
    auto layout = ImageLayout::create(scratch_ / "image");
    GetParam().make(layout);
  }
  const std::string image = "oci:" + (scratch_ / "image").string() + ":v1";
  const std::string copy = "oci:" + (scratch_ / "copy").string() + ":v1";
  const std::vector<std::vector<std::string>> commands = {
      {"inspect", image},
      {"inspect", "--platform", "linux/amd64", image},
      {"manifest", "inspect", image},
      {"validate", image},
      {"validate", "oci:" + (scratch_ / "image").string()},
      {"copy", image, copy},
  };
  for (const auto& command : commands) {
    std::vector<std::string> words = {BALE_PROGRAM, "--store", store().string()};
    words.insert(words.end(), command.begin(), command.end());
    const auto end = test::ChildProgram(words).wait();
    EXPECT_FALSE(end.killed) << command[0];
    // What `manifest inspect` shows need not be a good index; its digest must hold.
    EXPECT_TRUE(end.status == 7 || (command[0] == "manifest" && end.status == 0)) << command[0];
    EXPECT_LT(end.peak_memory_kib, GetParam().most_memory) << command[0];
  }
}

INSTANTIATE_TEST_SUITE_P(All, HostileInput, testing::ValuesIn(kCases),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace bale
