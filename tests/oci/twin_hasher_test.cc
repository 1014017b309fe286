// SPDX-License-Identifier: Apache-2.0
#include "oci/twin_hasher.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random_bytes.h"

namespace bale::oci {
namespace {

Bytes bytes_of(const std::string& text, std::size_t first, std::size_t size) {
  return as_bytes(std::string_view(text).substr(first, size));
}

TEST(TwinHasher, OfNothingGivesTheDigestOfNothing) {
  TwinHasher hasher;
  EXPECT_EQ(hasher.finish_content(), Digest::of({}));
  EXPECT_EQ(hasher.finish(), Digest::of({}));
}

TEST(TwinHasher, AgreesWithHasherOnContentsOfEverySizeAroundABlock) {
  const std::string text = test::random_bytes(200, 1);
  for (std::size_t size = 0; size <= 200; ++size) {
    TwinHasher hasher;
    hasher.update_content(bytes_of(text, 0, size));
    EXPECT_EQ(hasher.finish_content(), Digest::of(bytes_of(text, 0, size))) << size;
    hasher.update(bytes_of(text, size, 200 - size));
    EXPECT_EQ(hasher.finish(), Digest::of(as_bytes(text))) << size;
  }
}

TEST(TwinHasher, AgreesWithHasherHoweverABodyIsCut) {
  const std::string text = test::random_bytes(300'000, 2);
  for (const std::size_t step : {1U, 63U, 64U, 65U, 512U, 4097U, 100'000U}) {
    TwinHasher hasher;
    for (std::size_t at = 0; at < text.size(); at += step)
      hasher.update_content(bytes_of(text, at, step));
    EXPECT_EQ(hasher.finish_content(), Digest::of(as_bytes(text))) << step;
    EXPECT_EQ(hasher.finish(), Digest::of(as_bytes(text))) << step;
  }
}

/// As in a tar: headers, contents of any size, and what fills them up to blocks of 512.
TEST(TwinHasher, TellsContentsInAStreamApart) {
  const std::vector<std::size_t> sizes = {1, 511, 512, 513, 0, 64, 100'001, 63, 7};
  const std::string header(512, 'h');
  std::string stream;
  TwinHasher hasher;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string content = test::random_bytes(sizes[i], static_cast<unsigned>(i));
    const std::string padding((512 - content.size() % 512) % 512, '\0');
    hasher.update(as_bytes(header));
    hasher.update_content(as_bytes(content));
    hasher.update(as_bytes(padding));
    stream += header + content + padding;
    EXPECT_EQ(hasher.finish_content(), Digest::of(as_bytes(content))) << sizes[i];
  }
  EXPECT_EQ(hasher.finish(), Digest::of(as_bytes(stream)));
}

/// A content that begins in the middle of a block of the stream cannot be taken in with it.
TEST(TwinHasher, TakesContentsThatBeginAnywhere) {
  const std::string text = test::random_bytes(1000, 3);
  for (std::size_t begin = 0; begin < 130; ++begin) {
    TwinHasher hasher;
    hasher.update(bytes_of(text, 0, begin));
    hasher.update_content(bytes_of(text, begin, 700));
    hasher.update(bytes_of(text, begin + 700, 1000));
    EXPECT_EQ(hasher.finish_content(), Digest::of(bytes_of(text, begin, 700))) << begin;
    EXPECT_EQ(hasher.finish(), Digest::of(as_bytes(text))) << begin;
  }
}

}  // namespace
}  // namespace bale::oci
