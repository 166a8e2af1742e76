# The rooms, bottom to top. A room may use only those before it (docs/architecture.md): the configure step stops
# where an arrow would point upwards.
set(TOCSIN_ROOMS base formats domain store engine exchange portal cli)

# With sanitizers these rooms are optimised: they compute, and fuzzers live from how often they run. Where databases and
# sockets are waited for, and in tests, compiling twice as fast counts more.
set(TOCSIN_OPTIMISED_ROOMS base formats domain)

# Flags of our own code; third-party headers are SYSTEM and silent.
add_library(tocsin_flags INTERFACE)
target_compile_options(tocsin_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  $<$<CXX_COMPILER_ID:Clang>:-Xclang -fno-pch-timestamp>)
if(TOCSIN_SANITIZE)
  # no-recover: undefined behaviour fails the test instead of scrolling by. Lines are enough for a stack trace; more
  # would make the objects three times as large.
  add_compile_options(-fsanitize=${TOCSIN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${TOCSIN_SANITIZE})
endif()
# What fuzzers need to see of the code under them. Of the optimised rooms it is everything; of the others the files that
# read what strangers send (FUZZED), for it makes a fifth of what compiling costs.
set(TOCSIN_COVERAGE $<$<BOOL:${TOCSIN_FUZZ}>:-fsanitize=fuzzer-no-link>)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

# Headers that are heavy and used everywhere. Never asio.hpp or beast.hpp: see docs/dependencies.md.
set(TOCSIN_PCH
  <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <span> <string> <string_view>
  <unordered_map> <utility> <variant> <vector>
  <boost/json.hpp> ${CMAKE_SOURCE_DIR}/src/base/fmt_once.hpp)

# tocsin_module(NAME USES room... HEADERS ... SOURCES ... TESTS ... LINKS ... PRIVATE_LINKS ... TEST_LINKS ...
#               FUZZED ... PRECOMPILED ...)
# One library per room, whose every public header compiles alone (scripts/headers), and one test
# binary whose tests carry the room's name as ctest label. PRECOMPILED: headers of ours that most of its files include
# anyway, so that they are read once.
function(tocsin_module name)
  cmake_parse_arguments(M "" "" "USES;HEADERS;SOURCES;TESTS;LINKS;PRIVATE_LINKS;TEST_LINKS;FUZZED;PRECOMPILED" ${ARGN})
  list(FIND TOCSIN_ROOMS ${name} own_floor)
  if(own_floor EQUAL -1)
    message(FATAL_ERROR "${name} is not a room of docs/architecture.md: ${TOCSIN_ROOMS}")
  endif()
  foreach(used IN LISTS M_USES)
    list(FIND TOCSIN_ROOMS ${used} used_floor)
    if(used_floor EQUAL -1 OR NOT used_floor LESS own_floor)
      message(FATAL_ERROR "${name} may not use ${used}: arrows point downwards only (docs/architecture.md)")
    endif()
  endforeach()
  set(target tocsin_${name})
  add_library(${target} STATIC ${M_SOURCES})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/src FILES ${M_HEADERS})
  set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)  # scripts/headers reads how from here.
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/src>)
  list(TRANSFORM M_USES PREPEND tocsin_)
  target_link_libraries(${target}
    PUBLIC ${M_USES} ${M_LINKS} Boost::json fmt::fmt
    PRIVATE $<BUILD_INTERFACE:tocsin_flags> ${M_PRIVATE_LINKS})
  target_precompile_headers(${target} PRIVATE ${TOCSIN_PCH} ${M_PRECOMPILED})
  if(name IN_LIST TOCSIN_OPTIMISED_ROOMS)
    target_compile_options(${target} PRIVATE ${TOCSIN_COVERAGE})
    if(TOCSIN_SANITIZE)
      target_compile_options(${target} PRIVATE -O1)
    endif()
  elseif(M_FUZZED AND TOCSIN_FUZZ)
    # Precompiled headers were made without.
    set_source_files_properties(${M_FUZZED} PROPERTIES COMPILE_OPTIONS ${TOCSIN_COVERAGE} SKIP_PRECOMPILE_HEADERS ON)
  endif()
  if(M_TESTS)
    tocsin_test_program(${name}_tests LABEL ${name} SOURCES ${M_TESTS} LINKS ${target} ${M_TEST_LINKS} PRECOMPILED ${M_PRECOMPILED})
  endif()
endfunction()

# tocsin_test_program(TARGET LABEL ctest-label SOURCES ... LINKS ... PRECOMPILED ...)
function(tocsin_test_program target)
  cmake_parse_arguments(T "" "LABEL" "SOURCES;LINKS;PRECOMPILED" ${ARGN})
  add_executable(${target} ${T_SOURCES})
  target_link_libraries(${target} PRIVATE ${T_LINKS} tocsin_flags GTest::gmock_main)
  target_precompile_headers(${target} PRIVATE ${TOCSIN_PCH} <gtest/gtest.h> <gmock/gmock.h> ${T_PRECOMPILED})
  target_compile_definitions(${target} PRIVATE TOCSIN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 PROPERTIES LABELS "${T_LABEL}" TIMEOUT 300)
endfunction()
include(GoogleTest)
