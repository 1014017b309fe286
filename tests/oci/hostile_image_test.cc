// SPDX-License-Identifier: Apache-2.0
// Images that are made to take time, memory or the reader's word for it.
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/copy_image.h"
#include "oci/document.h"
#include "oci/error.h"
#include "oci/image.h"
#include "oci/image_walk.h"
#include "oci/inspect.h"
#include "oci/recompress_image.h"
#include "oci/validate.h"
#include "tests/support/test_image.h"

namespace bale::oci {
namespace {

using testing::HasSubstr;

/// Indexes in indexes, `depth` of them, each of which names the next `times` times; the last names
/// `inner`.
Descriptor add_nested(BlobStore& store, const Descriptor& inner, std::size_t depth,
                      std::size_t times = 1) {
  Descriptor root = inner;
  for (std::size_t i = 0; i < depth; ++i) {
    const auto index = make_document(Index{.manifests = std::vector<Descriptor>(times, root)});
    write_blob(store, index.descriptor, index.bytes);
    root = index.descriptor;
  }
  return root;
}

/// What reading something throws, or "".
std::string fault_of(const std::function<void()>& read) {
  try {
    read();
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt) << error.what();
    return error.what();
  }
}

// 1000 to the power of 8 entries in 8 documents of 200 KB.
TEST(HostileImage, ThatMultipliesIsReadInTheTimeOfItsDocuments) {
  MemoryStore store;
  const auto image = test::add_image(store, "linux/s390x");
  const auto root = add_nested(store, image, kMaxIndexDepth, 1000);
  EXPECT_EQ(list_platforms(store, root).size(), 1U);
  EXPECT_EQ(select_image(store, root, std::nullopt), image);
  EXPECT_EQ(list_image_blobs(store, root).size(), kMaxIndexDepth + 4);
  EXPECT_TRUE(validate_image(store, root).empty());
  MemoryStore copied;
  copy_image(store, root, copied);
  EXPECT_TRUE(copied.size(root.digest));
  ThreadPool pool(1);
  const auto packed = recompress_image(store, root, store, pool, {}, Recompress::kAll);
  EXPECT_EQ(list_platforms(store, packed).size(), 1U);
  EXPECT_THAT(fault_of([&] { inspect_image(store, root, ""); }), HasSubstr("more than 10000"));
}

TEST(HostileImage, ThatNestsTooDeepIsRefusedByWhoeverWalksIt) {
  MemoryStore store;
  const auto root = add_nested(store, test::add_image(store, "linux/s390x"), kMaxIndexDepth + 1);
  ThreadPool pool(1);
  const std::vector<std::function<void()>> readers = {
      [&] { list_platforms(store, root); },
      [&] { list_image_blobs(store, root); },
      [&] { inspect_image(store, root, ""); },
      [&] {
        MemoryStore copied;
        copy_image(store, root, copied);
      },
      [&] { recompress_image(store, root, store, pool, {}, Recompress::kAll); },
  };
  for (const auto& reader : readers) EXPECT_THAT(fault_of(reader), HasSubstr("nested deeper"));
  const auto faults = validate_image(store, root);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].place, testing::EndsWith(": manifests[0]"));
  EXPECT_THAT(faults[0].message, HasSubstr("nested deeper than 8"));
}

/// Documents that are what another's descriptor says they are not.
struct Mistaken {
  const char* name;
  MediaType said;     ///< by the entry of the index
  const char* text;   ///< what is there
  const char* place;  ///< of the fault, within the document
};

void PrintTo(const Mistaken& mistaken, std::ostream* out) { *out << mistaken.name; }

class MistakenDocument : public testing::TestWithParam<Mistaken> {};

TEST_P(MistakenDocument, IsRefusedByReadersAndValidator) {
  MemoryStore store;
  const auto entry = test::add_blob(store, GetParam().text, GetParam().said);
  const auto root = add_nested(store, entry, 1);
  EXPECT_NE(fault_of([&] { inspect_image(store, root, ""); }), "");
  EXPECT_NE(fault_of([&] { list_image_blobs(store, root); }), "");
  const auto faults = validate_image(store, root);
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults[0].place, entry.digest.to_string() + ": " + GetParam().place);
}

constexpr const char* kEmptyIndex = R"({"schemaVersion":2,"manifests":[]})";

const Mistaken kMistaken[] = {
    {"AnIndexAsAManifest", media_type::kOciManifest, kEmptyIndex, "manifests"},
    {"AnIndexAsADockerManifest", media_type::kDockerManifest, kEmptyIndex, "manifests"},
    {"AManifestAsAnIndex", media_type::kOciIndex, R"({"schemaVersion":2,"config":{},"layers":[]})",
     "config"},
    {"AConfigAsAManifest", media_type::kOciManifest, R"({"os":"linux","architecture":"amd64"})",
     "schemaVersion"},
    {"ADockerListAsAnOciIndex", media_type::kOciIndex,
     R"({"schemaVersion":2,"manifests":[],)"
     R"("mediaType":"application/vnd.docker.distribution.manifest.list.v2+json"})",
     "mediaType"},
    {"TheOldSchemaAsAManifest", media_type::kOciManifest,
     R"({"schemaVersion":1,"name":"a","tag":"b","fsLayers":[],"history":[]})", "fsLayers"},
};

INSTANTIATE_TEST_SUITE_P(All, MistakenDocument, testing::ValuesIn(kMistaken),
                         [](const auto& one) { return one.param.name; });

/// A document of `size` bytes that is right in all but that.
std::string padded(std::string_view head, std::size_t size) {
  std::string text(head.substr(0, head.size() - 1));
  text += ",\"x\":\"";
  return text + std::string(size - text.size() - 2, 'x') + "\"}";
}

TEST(HostileImage, OfOneByteMoreThanADocumentMayHaveIsRefused) {
  for (const std::size_t more : {0U, 1U}) {
    MemoryStore store;
    const auto entry =
        test::add_blob(store, padded(kEmptyIndex, kMaxManifestSize + more), media_type::kOciIndex);
    const auto root = add_nested(store, entry, 1);
    const auto faults = validate_image(store, root);
    ASSERT_EQ(faults.size(), more);
    const std::string fault = fault_of([&] { list_image_blobs(store, root); });
    if (more == 0) {
      EXPECT_EQ(fault, "");
    } else {
      EXPECT_EQ(faults[0].place, root.digest.to_string() + ": manifests[0].size");
      EXPECT_THAT(fault, HasSubstr("4194305 bytes, over the 4194304 allowed"));
    }
  }
}

}  // namespace
}  // namespace bale::oci
