# Settings that every target of bale shares.

# ccache where it is installed, for who compiles often; headers compiled once, for who compiles
# once. Not both: they get into each other's way. And none of it where warnings are errors: there
# every file shows that it includes what it needs.
find_program(BALE_CCACHE ccache)
if(BALE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${BALE_CCACHE}")
endif()

function(bale_precompile target)
  if(BALE_CCACHE OR BALE_WERROR)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # Of sizes inside std::string that cannot be, once its header is precompiled.
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow
      -Wno-stringop-overread)
  endif()
endfunction()

function(bale_target_settings target)
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}")
  bale_precompile(${target} <algorithm> <filesystem> <functional> <map> <memory> <mutex> <optional>
    <set> <string> <variant> <vector>)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 warns at -O2 of overlaps inside "literal" + std::string (PR 105329).
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  if(BALE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(BALE_FUZZ)
    target_compile_options(${target} PUBLIC -fsanitize=fuzzer-no-link)
  endif()
  if(BALE_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=${BALE_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${BALE_SANITIZE})
  endif()
endfunction()
