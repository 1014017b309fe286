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
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>")
  target_compile_features(${target} PUBLIC cxx_std_20)
  bale_precompile(${target} <algorithm> <filesystem> <functional> <map> <memory> <mutex> <optional>
    <set> <string> <variant> <vector>)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 warns at -O2 of overlaps inside "literal" + std::string (PR 105329), and of the flag of
    # a std::optional that is destroyed where it was never made (PR 105562 and its like).
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-maybe-uninitialized)
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

# A library that others may link as bale::NAME, and the headers that are installed with it: those
# that it promises, and what they include.
function(bale_public_library name)
  add_library(bale::${name} ALIAS bale_${name})
  set_target_properties(bale_${name} PROPERTIES EXPORT_NAME ${name})
  target_sources(bale_${name}
    PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${ARGN})
endfunction()
