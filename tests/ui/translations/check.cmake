# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DROOT=… -DLUPDATE=… -DSCRATCH=… -P check.cmake
# Every plural of the window's texts stands in the English file, and has both forms there.
file(GLOB_RECURSE sources "${ROOT}/ui/*.cpp" "${ROOT}/ui/*.h")
set(kept "${ROOT}/translations/millrace_en.ts")
set(made "${SCRATCH}/millrace_en.ts")
configure_file("${kept}" "${made}" COPYONLY)
execute_process(COMMAND "${LUPDATE}" -silent -pluralonly -no-obsolete -locations none ${sources} -I "${ROOT}" -ts "${made}"
    RESULT_VARIABLE failed)
if(failed)
    message(FATAL_ERROR "lupdate ended with ${failed}")
endif()
file(READ "${kept}" before)
file(READ "${made}" after)
if(NOT before STREQUAL after)
    message(FATAL_ERROR "translations/millrace_en.ts is behind the sources; see translations/README.md")
endif()
if(after MATCHES "type=\"unfinished\"")
    message(FATAL_ERROR "translations/millrace_en.ts has plurals without their forms")
endif()
