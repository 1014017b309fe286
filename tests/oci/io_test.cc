// SPDX-License-Identifier: Apache-2.0
#include "oci/io.h"

#include <array>
#include <optional>

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::oci {
namespace {

const std::string kText(1000, 'x');
const Digest kDigest = Digest::of(as_bytes(kText));

std::string read_verified(std::string_view text, const Digest& digest,
                          std::optional<std::uint64_t> size) {
  BytesSource bytes(as_bytes(text));
  VerifyingSource source(bytes, digest, size);
  return read_all(source, 10'000);
}

TEST(VerifyingSource, PassesWhatIsRight) {
  EXPECT_EQ(read_verified(kText, kDigest, kText.size()), kText);
  EXPECT_EQ(read_verified("", Digest::of({}), 0), "");
}

TEST(VerifyingSource, RefusesWhatIsShorterLongerOrOther) {
  EXPECT_THROW(read_verified(kText.substr(1), kDigest, kText.size()), Error);
  EXPECT_THROW(read_verified(kText + "x", kDigest, kText.size()), Error);
  EXPECT_THROW(read_verified(std::string(1000, 'y'), kDigest, kText.size()), Error);
  EXPECT_THROW(read_verified("", kDigest, 0), Error);
}

TEST(VerifyingSource, WhoReadsNoFurtherThanTheSizeIsSafeToo) {
  const std::string other(1000, 'y');
  BytesSource bytes(as_bytes(other));
  VerifyingSource source(bytes, kDigest, other.size());
  std::array<std::byte, 600> buffer{};
  EXPECT_EQ(source.read(buffer), 600U);
  EXPECT_THROW(source.read(buffer), Error);
}

TEST(VerifyingSource, ChecksWhatHasNoSizeAtItsEnd) {
  EXPECT_EQ(read_verified(kText, kDigest, std::nullopt), kText);
  EXPECT_EQ(read_verified("", Digest::of({}), std::nullopt), "");
  EXPECT_THROW(read_verified(kText.substr(1), kDigest, std::nullopt), Error);
  EXPECT_THROW(read_verified("", kDigest, std::nullopt), Error);
}

}  // namespace
}  // namespace bale::oci
