# What browsers load is built by node from web/ and becomes part of the binary: no files to install beside it, and none
# that could be of another version. The packages are installed into the build folder as web/package-lock.json says.
find_program(NODE node)
find_program(NPM npm)
if(NOT NODE OR NOT NPM)
  message(FATAL_ERROR "node (18 or newer) and npm build the portal's style sheet and scripts: install both, or let ./run do it")
endif()

# tocsin_web_assets(TARGET): a library that defines tocsin::portal::embedded_assets().
include(WasmMatcher)

function(tocsin_web_assets target)
  set(web ${CMAKE_SOURCE_DIR}/web)
  set(out ${CMAKE_BINARY_DIR}/web)
  set(styles portal tokens dark base frame parts forms lists home members graph document print advisory-file)
  list(TRANSFORM styles REPLACE "(.+)" "${web}/styles/\\1.css")
  set(scripts portal theme preferences theme-toggle copy dates facets keys passkeys suggest tables match match-messages matcher-worker texts graph graph-draw graph-layout graph-worker)
  list(TRANSFORM scripts REPLACE "(.+)" "${web}/src/\\1.ts")
  add_custom_command(
    OUTPUT ${out}/packages.stamp
    COMMAND ${CMAKE_COMMAND} -E make_directory ${out}
    COMMAND ${CMAKE_COMMAND} -E copy ${web}/package.json ${web}/package-lock.json ${web}/.npmrc ${out}
    COMMAND ${NPM} ci --no-audit --no-fund --prefer-offline --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch ${out}/packages.stamp
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}/web
    DEPENDS ${web}/package.json ${web}/package-lock.json ${web}/.npmrc
    COMMENT "Installing the packages that build web/" VERBATIM)
  tocsin_wasm_matcher(${out}/matcher.wasm)
  add_custom_command(
    OUTPUT ${out}/assets_table.cpp ${out}/assets_data.S
    COMMAND ${NODE} ${web}/build.mjs ${out}
    DEPENDS ${out}/packages.stamp ${out}/matcher.wasm ${web}/build.mjs ${web}/tsconfig.json ${web}/icons/icon.svg ${web}/icons/waves.svg
            ${styles} ${scripts}
    COMMENT "Building web/" VERBATIM)
  add_library(${target} STATIC ${out}/assets_table.cpp ${out}/assets_data.S)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src)
endfunction()
