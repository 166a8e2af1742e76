# g++ 11 and 12 silently miscompile coroutines: temporaries in an awaiting expression are destroyed twice, and in a
# coroutine without local variables `if (co_await f())` never runs its body. In a server that is a permission check
# that does not happen, so a compiler that gets either wrong is refused here, whatever its name and version.
if(NOT DEFINED TOCSIN_COROUTINES_WORK)
  try_run(probe_exit probe_compiled
    ${CMAKE_BINARY_DIR}/probe ${CMAKE_SOURCE_DIR}/cmake/coroutine_probe.cpp
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON
    COMPILE_OUTPUT_VARIABLE probe_output)
  if(NOT probe_compiled)
    message(FATAL_ERROR "${CMAKE_CXX_COMPILER} cannot compile C++20 coroutines. Tocsin builds with clang-19: "
      "use one of the presets (cmake --preset release).\n${probe_output}")
  endif()
  if(NOT probe_exit EQUAL 0)
    message(FATAL_ERROR "${CMAKE_CXX_COMPILER} miscompiles C++20 coroutines (probe ${probe_exit} of "
      "cmake/coroutine_probe.cpp failed): awaited conditions or temporaries would be wrong at run time without "
      "any warning. Tocsin builds with clang-19: use one of the presets (cmake --preset release).")
  endif()
  set(TOCSIN_COROUTINES_WORK ON CACHE INTERNAL "the compiler passed cmake/coroutine_probe.cpp")
endif()
