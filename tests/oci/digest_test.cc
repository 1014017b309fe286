// SPDX-License-Identifier: Apache-2.0
#include "oci/digest.h"

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::oci {
namespace {

constexpr const char* kEmptySha256 =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Digest, OfNothingIsTheKnownValue) { EXPECT_EQ(Digest::of({}).to_string(), kEmptySha256); }

TEST(Digest, ParsesWhatItPrints) {
  const Digest digest = Digest::of(as_bytes("abc"), DigestAlgorithm::kSha512);
  EXPECT_EQ(Digest::parse(digest.to_string()), digest);
  EXPECT_EQ(digest.hex().size(), 128U);
}

TEST(Digest, RefusesWhatCouldLeaveAFolder) {
  for (const char* bad :
       {"", "sha256", "sha256:", "sha256:../../etc/passwd", "md5:d41d8cd98f00b204",
        "SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85"}) {
    EXPECT_THROW(Digest::parse(bad), Error) << bad;
  }
}

TEST(Hasher, TakesPiecesAndGivesTheDigestOfTheWhole) {
  Hasher hasher;
  hasher.update(as_bytes("hello "));
  hasher.update(as_bytes("world"));
  EXPECT_EQ(hasher.finish(), Digest::of(as_bytes("hello world")));
}

}  // namespace
}  // namespace bale::oci
