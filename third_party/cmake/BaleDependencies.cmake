# Finds every library that bale links, as an imported target. What is missing is
# collected, so that one message names the one apt-get line that mends it all.

set(BALE_MISSING_PACKAGES "")

# bale_find(TARGET DEBIAN_PACKAGE HEADER LIBRARY...): an imported target from a
# header and libraries, if it is linked, that Debian installs in the default places.
function(bale_find target package header)
  find_path(${target}_INCLUDE ${header})
  set(found_libraries "")
  foreach(library IN LISTS ARGN)
    find_library(${target}_${library}_LIBRARY ${library})
    list(APPEND found_libraries "${${target}_${library}_LIBRARY}")
  endforeach()
  if(NOT ${target}_INCLUDE OR found_libraries MATCHES "NOTFOUND")
    set(BALE_MISSING_PACKAGES ${BALE_MISSING_PACKAGES} ${package} PARENT_SCOPE)
    return()
  endif()
  add_library(bale_dep_${target} INTERFACE)
  target_include_directories(bale_dep_${target} SYSTEM INTERFACE "${${target}_INCLUDE}")
  target_link_libraries(bale_dep_${target} INTERFACE ${found_libraries})
endfunction()

bale_find(crypto libssl-dev openssl/evp.h crypto)
bale_find(curl libcurl4-openssl-dev curl/curl.h)  # this and the next are loaded when needed
bale_find(archive libarchive-dev archive.h)
bale_find(json nlohmann-json3-dev nlohmann/json.hpp)
bale_find(zstd libzstd-dev zstd.h zstd)
bale_find(deflate libdeflate-dev libdeflate.h deflate)
bale_find(isal libisal-dev isa-l/igzip_lib.h isal)
bale_find(cli11 libcli11-dev CLI/CLI.hpp)
bale_find(toml libtomlplusplus-dev toml++/toml.h)
bale_find(fmt libfmt-dev fmt/format.h fmt)
if(BALE_TESTS)
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
