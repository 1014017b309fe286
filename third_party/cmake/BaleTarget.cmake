# Settings that every target of bale shares.

find_program(BALE_CCACHE ccache)
if(BALE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${BALE_CCACHE}")
endif()

function(bale_target_settings target)
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror)
  if(BALE_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=${BALE_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${BALE_SANITIZE})
  endif()
endfunction()
