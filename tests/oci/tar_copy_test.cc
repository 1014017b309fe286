// SPDX-License-Identifier: Apache-2.0
#include "oci/tar_copy.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "oci/tar_writer.h"
#include "tests/support/random_bytes.h"

namespace bale::oci {
namespace {

using ::testing::HasSubstr;

std::string make_tar(std::size_t size) {
  StringSink sink;
  TarWriter tar(sink);
  TarEntry folder;
  folder.path = "folder";
  folder.type = FileType::kDirectory;
  tar.add(folder);
  TarEntry file;
  // Too long for one header.
  file.path = "folder/" + std::string(300, 'n');
  file.size = size;
  tar.add(file, as_bytes(test::random_bytes(size)));
  tar.finish();
  return sink.text();
}

std::string copied(const std::string& text) {
  BytesSource source(as_bytes(text));
  StringSink sink;
  copy_tar(source, sink);
  return sink.text();
}

std::string refusal_of(const std::string& text) {
  try {
    copied(text);
    return "nothing";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    return error.what();
  }
}

TEST(TarCopy, CopiesEveryByte) {
  const std::string tar = make_tar(1'000'008);
  EXPECT_TRUE(copied(tar) == tar);
  // Tars are filled up to whole records, and some with what was in memory.
  const std::string longer = tar + std::string(10240, '\0') + "left over";
  EXPECT_TRUE(copied(longer) == longer);
}

TEST(TarCopy, TakesATarOfNoEntries) {
  const std::string zeros(10240, '\0');
  EXPECT_EQ(copied(zeros), zeros);
}

TEST(TarCopy, RefusesWhatIsNoTar) {
  EXPECT_THAT(refusal_of(""), HasSubstr("it is empty"));
  EXPECT_THAT(refusal_of(R"({"schemaVersion": 2})"), HasSubstr("ends in the middle of a header"));
  EXPECT_NE(refusal_of(std::string(4096, '{')), "nothing");
  EXPECT_NE(refusal_of(test::random_bytes(100'000)), "nothing");
}

TEST(TarCopy, RefusesZerosBeforeSomethingElse) {
  EXPECT_THAT(refusal_of(std::string(1024, '\0') + "the file system of a disk"),
              HasSubstr("more than zeros"));
}

TEST(TarCopy, RefusesATarThatWasCutOffAnywhereInAnEntry) {
  const std::string tar = make_tar(8000);
  std::size_t content = tar.rfind(test::random_bytes(8000));
  ASSERT_NE(content, std::string::npos);
  for (const std::size_t size : {std::size_t{100}, std::size_t{600}, std::size_t{1100}, content - 1,
                                 content, content + 7999}) {
    EXPECT_NE(refusal_of(tar.substr(0, size)), "nothing") << size;
  }
  EXPECT_EQ(refusal_of(tar.substr(0, content + 8000)), "nothing") << "the padding is no content";
}

TEST(TarCopy, RefusesAHeaderThatWasAltered) {
  std::string tar = make_tar(8000);
  tar[3] = 'X';
  EXPECT_THAT(refusal_of(tar), HasSubstr("checksum"));
}

}  // namespace
}  // namespace bale::oci
