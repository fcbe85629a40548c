# SPDX-License-Identifier: GPL-3.0-or-later
# Fails when a source stands in no CMakeLists.txt of its folder or above (a test nobody runs), has no
# licence line, is longer than a reader can hold, or names a colour or font outside ui/style.
# Run with cmake -DROOT=<checkout> -P.
cmake_minimum_required(VERSION 3.25)
set(bad "")

# Whether a CMakeLists.txt from the file's folder up to the root names it as a whole word; a node kind
# is named without its ending.
function(is_listed file result)
    cmake_path(GET file FILENAME name)
    cmake_path(GET file STEM stem)
    string(REPLACE "." "\\." pattern "${name}")
    set(folder "${file}")
    set(${result} FALSE PARENT_SCOPE)
    while(folder)
        cmake_path(GET folder PARENT_PATH folder)
        set(list "${ROOT}/${folder}/CMakeLists.txt")
        if(EXISTS "${list}")
            file(STRINGS "${list}" found REGEX
                "^([^#]*[^#A-Za-z0-9_])?${pattern}([^A-Za-z0-9_.]|$)|millrace_add_kind\\([a-z_]+/${stem}\\)")
            if(found)
                set(${result} TRUE PARENT_SCOPE)
                return()
            endif()
        endif()
    endwhile()
endfunction()

file(GLOB_RECURSE files RELATIVE "${ROOT}"
    ${ROOT}/core/*.cpp ${ROOT}/ui/*.cpp ${ROOT}/app/*.cpp ${ROOT}/tests/*.cpp
    ${ROOT}/core/*.h ${ROOT}/ui/*.h ${ROOT}/app/*.h ${ROOT}/tests/*.h)
foreach(file IN LISTS files)
    if(file MATCHES "\\.cpp$")
        is_listed("${file}" listed)
        if(NOT listed)
            list(APPEND bad "${file}: in no CMakeLists.txt")
        endif()
    endif()
    file(STRINGS "${ROOT}/${file}" first LIMIT_COUNT 1)
    if(NOT first STREQUAL "// SPDX-License-Identifier: GPL-3.0-or-later")
        list(APPEND bad "${file}: the first line is not the licence line")
    endif()
    file(READ "${ROOT}/${file}" text)
    string(REGEX REPLACE "[^\n]" "" newlines "${text}")
    string(LENGTH "${newlines}" count)
    if(file MATCHES "\\.h$" AND count GREATER 250)
        list(APPEND bad "${file}: ${count} lines, a header stops at 250")
    elseif(file MATCHES "\\.cpp$" AND count GREATER 600 AND NOT file MATCHES "^tests/")
        list(APPEND bad "${file}: ${count} lines, a source stops at 600")
    endif()
    if(file MATCHES "^ui/" AND NOT file MATCHES "^ui/style/")
        file(STRINGS "${ROOT}/${file}" colours REGEX
            "QColor( +[A-Za-z0-9_]+)? *[({] *([0-9\"]|u\")|QFont( +[A-Za-z0-9_]+)? *[({] *u?\"|\"#[0-9A-Fa-f][0-9A-Fa-f][0-9A-Fa-f]|qRgba? *\\(|Qt::(white|black|red|green|blue|gray|darkGray|lightGray|yellow|cyan|magenta)[^A-Za-z]|setFamily|font-family")
        if(colours)
            list(APPEND bad "${file}: colours and fonts come from ui/style (${colours})")
        endif()
    endif()
endforeach()

if(bad)
    list(JOIN bad "\n  " text)
    message(FATAL_ERROR "Source rules broken:\n  ${text}")
endif()
