# The program, the libraries with their public headers, and how others find them:
# find_package(bale) and pkg-config. docs/library.md tells how to use it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Headers name each other "oci/digest.h": this folder is what goes into the include path.
set(BALE_INCLUDEDIR "${CMAKE_INSTALL_INCLUDEDIR}/bale")
set(BALE_PACKAGEDIR "${CMAKE_INSTALL_LIBDIR}/cmake/bale")

install(TARGETS bale)
install(TARGETS bale_oci bale_registry bale_builder EXPORT bale
  ARCHIVE FILE_SET HEADERS DESTINATION "${BALE_INCLUDEDIR}")
install(EXPORT bale NAMESPACE bale:: FILE baleTargets.cmake DESTINATION "${BALE_PACKAGEDIR}")

# Before 1.0 a new minor version may break what is built on the old one.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/baleConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_SOURCE_DIR}/third_party/cmake/baleConfig.cmake"
  "${PROJECT_SOURCE_DIR}/third_party/cmake/BaleLibraries.cmake"
  "${PROJECT_BINARY_DIR}/baleConfigVersion.cmake"
  DESTINATION "${BALE_PACKAGEDIR}")

# Found from where it lies, so that the prefix may be chosen, or moved, after the build.
file(RELATIVE_PATH BALE_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" BALE_PC_PREFIX "${BALE_PC_PREFIX}")
configure_file("${PROJECT_SOURCE_DIR}/third_party/cmake/bale.pc.in" "${PROJECT_BINARY_DIR}/bale.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/bale.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
