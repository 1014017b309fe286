// SPDX-License-Identifier: Apache-2.0
#include "oci/shared_library.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::oci {
namespace {

TEST(SharedLibrary, GivesItsFunctions) {
  const SharedLibrary mathematics("libm.so.6", "libc6");
  double (*const square_root)(double) = mathematics["sqrt"];
  EXPECT_EQ(square_root(81), 9);
  EXPECT_THROW(mathematics["no_such_function"], Error);
}

TEST(SharedLibrary, NamesThePackageOfOneThatIsNotThere) {
  try {
    SharedLibrary("libnothing.so.7", "libnothing7");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(std::string(error.what()), testing::HasSubstr("libnothing.so.7"));
    EXPECT_EQ(error.hint(), "apt-get install libnothing7");
  }
}

}  // namespace
}  // namespace bale::oci
