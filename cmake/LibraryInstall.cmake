# The CSAF library for other programs: rooms base and formats with their headers.
#   cmake --install build/release --component library --prefix DIR
#   find_package(tocsin-csaf) then gives the target tocsin::csaf (examples/validate, docs/library.md).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(TOCSIN_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/tocsin-csaf)
set(TOCSIN_HEADER_DIR ${CMAKE_INSTALL_INCLUDEDIR}/tocsin)

set_target_properties(tocsin_base PROPERTIES EXPORT_NAME base)
set_target_properties(tocsin_formats PROPERTIES EXPORT_NAME csaf)
install(TARGETS tocsin_base tocsin_formats EXPORT tocsin-csaf
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
  FILE_SET HEADERS DESTINATION ${TOCSIN_HEADER_DIR} COMPONENT library
  INCLUDES DESTINATION ${TOCSIN_HEADER_DIR})
install(EXPORT tocsin-csaf NAMESPACE tocsin:: FILE tocsin-csaf-targets.cmake DESTINATION ${TOCSIN_PACKAGE_DIR} COMPONENT library)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/tocsin-csaf-config.cmake.in
  ${CMAKE_BINARY_DIR}/tocsin-csaf-config.cmake INSTALL_DESTINATION ${TOCSIN_PACKAGE_DIR})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/tocsin-csaf-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/tocsin-csaf-config.cmake ${CMAKE_BINARY_DIR}/tocsin-csaf-config-version.cmake
  DESTINATION ${TOCSIN_PACKAGE_DIR} COMPONENT library)
install(TARGETS tocsin RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
