// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/standard_streams.h"

#include "app/cli/command.h"

#include "core/base/problem_codes.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace millrace::cli {

void openStandardDescriptors()
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
            ::open("/dev/null", descriptor == STDOUT_FILENO ? O_RDONLY : O_RDWR);
    }
}

bool outputStands()
{
    errno = 0;
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
        return true;
    const int reason = errno;
    pollfd output{STDOUT_FILENO, 0, 0};
    if (reason == EPIPE || (::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0))
        return true;
    const std::error_code error(reason != 0 ? reason : EIO, std::generic_category());
    printProblem(Problem(Code::CliOutput, {{"reason", error.message()}}));
    return false;
}

} // namespace millrace::cli
