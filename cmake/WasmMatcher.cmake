# The matcher as a WebAssembly module for browsers (web/matcher/): the sources that the portal and `tocsin match` use,
# compiled once more for wasm32 with what Debian has for it: libc++ without exceptions and threads, WASI's C library.
find_program(WASM_CXX clang++-19)
if(NOT WASM_CXX OR NOT EXISTS /usr/lib/wasm32-wasi/crt1-reactor.o OR NOT EXISTS /usr/lib/llvm-19/lib/wasm32-wasi/libc++.a
   OR NOT EXISTS /usr/lib/llvm-19/lib/clang/19/lib/wasi/libclang_rt.builtins-wasm32.a)
  message(FATAL_ERROR "The matcher for browsers needs clang-19, lld-19, wasi-libc, libc++-19-dev-wasm32 and "
                      "libclang-rt-19-dev-wasm32: install them, or let ./run do it")
endif()

# tocsin_wasm_matcher(OUT): makes the file OUT.
function(tocsin_wasm_matcher out)
  set(sources
    base/check base/keyed_hash base/result base/text base/text_fold base/time
    domain/vendor domain/vendor_table
    engine/exposure/advisory_pack engine/exposure/advisory_targets engine/exposure/calibration
    engine/exposure/candidates engine/exposure/fit engine/exposure/item_words engine/exposure/judge
    engine/exposure/matcher engine/exposure/name_bounds engine/exposure/other_names engine/exposure/product_name
    engine/exposure/sketch engine/exposure/targets engine/exposure/vendor_group engine/exposure/version_verdict
    formats/order_number formats/cpe/cpe formats/purl/purl formats/purl/types
    formats/inventory/columns formats/inventory/csv formats/inventory/csv_cell formats/inventory/item
    formats/inventory/read_table formats/inventory/rows
    formats/vers/native formats/vers/orders formats/vers/orders_languages formats/vers/orders_linux
    formats/vers/orders_semver formats/vers/range formats/vers/scheme formats/vers/vendor_affects
    formats/vers/vendor_date formats/vers/vendor_group formats/vers/vendor_items formats/vers/vendor_model
    formats/vers/vendor_phrases formats/vers/vendor_scan formats/vers/vendor_serial formats/vers/vendor_text
    formats/vers/vendor_version)
  list(TRANSFORM sources REPLACE "(.+)" "${CMAKE_SOURCE_DIR}/src/\\1.cpp")
  list(APPEND sources ${CMAKE_SOURCE_DIR}/web/matcher/matcher.cpp ${CMAKE_SOURCE_DIR}/web/matcher/english.cpp)
  set(folder ${CMAKE_BINARY_DIR}/wasm)
  # Libraries that are headers only; /usr/include as a whole has another processor's.
  file(MAKE_DIRECTORY ${folder}/include)
  foreach(library boost fmt)
    file(CREATE_LINK /usr/include/${library} ${folder}/include/${library} SYMBOLIC)
  endforeach()
  set(flags --target=wasm32-wasi -std=c++20 -O2 -fno-exceptions -ffunction-sections -fdata-sections
    -Wall -Wextra -Werror -DNDEBUG -DFMT_HEADER_ONLY -DBOOST_NO_EXCEPTIONS -DBOOST_SYSTEM_DISABLE_THREADS
    -I${CMAKE_SOURCE_DIR}/src -isystem ${folder}/include)
  set(objects "")
  foreach(source IN LISTS sources)
    file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR} ${source})
    string(REPLACE "/" "_" name ${name})
    set(object ${folder}/${name}.o)
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${WASM_CXX} ${flags} -MD -MT ${object} -MF ${object}.d -c ${source} -o ${object}
      DEPENDS ${source} DEPFILE ${object}.d
      COMMENT "Compiling ${name} for browsers" VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${WASM_CXX} --target=wasm32-wasi -O2 -mexec-model=reactor -Wl,--gc-sections -Wl,--strip-all
      -Wl,-z,stack-size=4194304 ${objects} -o ${out}
    DEPENDS ${objects}
    COMMENT "Linking the matcher for browsers" VERBATIM)
endfunction()
