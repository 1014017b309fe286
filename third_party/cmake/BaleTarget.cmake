# Settings that every target of bale shares.

find_program(BALE_CCACHE ccache)
if(BALE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${BALE_CCACHE}")
endif()

function(bale_target_settings target)
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 warns at -O2 of overlaps inside "literal" + std::string (PR 105329).
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  if(BALE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(BALE_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=${BALE_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${BALE_SANITIZE})
  endif()
endfunction()
