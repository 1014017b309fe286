# What a program that links bale links too. Part of the installed package (baleConfig.cmake)
# as much as of the build.

set(BALE_MISSING_PACKAGES "")

# bale_find(TARGET DEBIAN_PACKAGE HEADER LIBRARY...): an imported target from a
# header and libraries, if it is linked, that Debian installs in the default places.
# What is missing is collected in BALE_MISSING_PACKAGES.
function(bale_find target package header)
  if(TARGET bale_dep_${target})
    return()
  endif()
  find_path(bale_${target}_INCLUDE ${header})
  mark_as_advanced(bale_${target}_INCLUDE)
  set(found_libraries "")
  foreach(library IN LISTS ARGN)
    find_library(bale_${target}_${library}_LIBRARY ${library})
    mark_as_advanced(bale_${target}_${library}_LIBRARY)
    list(APPEND found_libraries "${bale_${target}_${library}_LIBRARY}")
  endforeach()
  if(NOT bale_${target}_INCLUDE OR found_libraries MATCHES "NOTFOUND")
    set(BALE_MISSING_PACKAGES ${BALE_MISSING_PACKAGES} ${package} PARENT_SCOPE)
    return()
  endif()
  add_library(bale_dep_${target} INTERFACE IMPORTED)
  target_include_directories(bale_dep_${target} SYSTEM INTERFACE "${bale_${target}_INCLUDE}")
  target_link_libraries(bale_dep_${target} INTERFACE ${found_libraries})
endfunction()

bale_find(zstd libzstd-dev zstd.h zstd)
bale_find(deflate libdeflate-dev libdeflate.h deflate)
bale_find(isal libisal-dev isa-l/igzip_lib.h isal)
bale_find(fmt libfmt-dev fmt/format.h)  # headers alone: its library would want libstdc++'s
if(TARGET bale_dep_fmt)
  target_compile_definitions(bale_dep_fmt INTERFACE FMT_HEADER_ONLY)
endif()
