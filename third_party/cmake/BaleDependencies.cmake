# Finds every library that bale uses, as an imported target. What is missing is
# collected, so that one message names the one apt-get line that mends it all.
include(BaleLibraries)
bale_find(curl libcurl4-openssl-dev curl/curl.h)  # this and the next three are loaded when needed
bale_find(crypto libssl-dev openssl/evp.h)
bale_find(archive libarchive-dev archive.h)
bale_find(microhttpd libmicrohttpd-dev microhttpd.h)
bale_find(json nlohmann-json3-dev nlohmann/json.hpp)
bale_find(cli11 libcli11-dev CLI/CLI.hpp)
bale_find(toml libtomlplusplus-dev toml++/toml.h)
if(BALE_TESTS)
  bale_find(openssl libssl-dev openssl/evp.h crypto)
  bale_find(gtest libgtest-dev gtest/gtest.h gtest gtest_main)
  bale_find(gmock libgmock-dev gmock/gmock.h gmock)
endif()
if(BALE_BENCH)
  bale_find(benchmark libbenchmark-dev benchmark/benchmark.h benchmark)
endif()

if(BALE_MISSING_PACKAGES)
  list(JOIN BALE_MISSING_PACKAGES " " BALE_MISSING_LINE)
  message(FATAL_ERROR "Missing Debian packages. Install them with:\n  apt-get install ${BALE_MISSING_LINE}\n")
endif()
find_package(Threads REQUIRED)
