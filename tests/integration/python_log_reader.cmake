# SPDX-License-Identifier: GPL-3.0-or-later
# Writes a log, lets the Python reader print it, and compares line by line as JSON.
# Run with cmake -DWRITER=<write_log> -DREADER=<read_log.py> -DPYTHON=<python3> -DWORK=<folder> -P.
file(MAKE_DIRECTORY ${WORK})
execute_process(COMMAND ${WRITER} ${WORK}/log ${WORK}/expected.ndjson COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${PYTHON} ${READER} ${WORK}/log OUTPUT_FILE ${WORK}/read.ndjson COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${PYTHON} -c "
import json, sys
lines = [[json.loads(line) for line in open(name)] for name in sys.argv[1:]]
assert len(lines[0]) > 500, 'too little was written'
assert len(lines[0]) == len(lines[1]), (len(lines[0]), len(lines[1]))
for wanted, got in zip(*lines):
    assert wanted == got, (wanted, got)
" ${WORK}/expected.ndjson ${WORK}/read.ndjson COMMAND_ERROR_IS_FATAL ANY)
