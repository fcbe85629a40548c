// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"

#include "core/engine/local_engine.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace {

/// A closed standard descriptor would be given to the next file that is opened.
void openStandardDescriptors()
{
    for (int descriptor = 0; descriptor <= 2; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
            ::open("/dev/null", O_RDWR);
    }
}

/// What was printed may still be on its way. Nobody reads any more (| head): that is no error.
bool outputStands()
{
    errno = 0;
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0)
        return true;
    const int reason = errno;
    pollfd output{STDOUT_FILENO, 0, 0};
    if (reason == EPIPE || (::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0))
        return true;
    millrace::cli::printProblem(millrace::Problem(
        millrace::Code::CliOutput,
        {{"reason", std::generic_category().message(reason != 0 ? reason : EIO)}}));
    return false;
}

} // namespace

int main(int argc, char **argv)
{
    using namespace millrace;
    openStandardDescriptors();
    SystemClock clock;
    SystemRandom random;
    cli::Environment environment;
    environment.files = &posixFileSystem();
    environment.clock = &clock;
    environment.random = &random;
    environment.openEngine = [](cli::EngineWishes wishes) {
        engine::LocalEngineOptions options;
        options.dataDirectory = std::move(wishes.dataDirectory);
        options.budgetBytes = wishes.budgetBytes;
        options.virtualTime = wishes.virtualTime;
        options.log = std::move(wishes.log);
        return engine::openLocalEngine(options);
    };
    environment.checkDocument = engine::checkDocumentFile;
    const std::vector<std::string> words(argv + 1, argv + argc);
    const cli::ExitCode code = cli::runCommandLine(words, environment);
    if (!outputStands() && code == cli::ExitCode::Success)
        return static_cast<int>(cli::ExitCode::Failure);
    return static_cast<int>(code);
}
