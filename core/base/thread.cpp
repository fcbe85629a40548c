// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/thread.h"

#include "core/base/problem_codes.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <pthread.h>

namespace millrace {
namespace {

/// Between a failure of a loop and its next beginning: memory may be there again.
constexpr std::chrono::milliseconds kAfterFailure{100};

} // namespace

std::optional<Problem> caught(const std::string &where, const std::function<void()> &work)
{
    try {
        work();
        return {};
    } catch (const std::exception &exception) {
        return Problem(Code::InternalError, {{"where", where}, {"reason", exception.what()}});
    }
}

std::jthread namedThread(std::string name, LogSink report,
                         std::function<void(const std::stop_token &)> loop)
{
    return std::jthread([name = std::move(name), report = std::move(report),
                         loop = std::move(loop)](const std::stop_token &stop) {
        pthread_setname_np(pthread_self(), name.c_str());
        std::mutex mutex;
        std::condition_variable_any wake;
        while (!stop.stop_requested()) {
            const auto problem = caught("thread " + name, [&] { loop(stop); });
            if (!problem)
                continue;
            // To tell it may want memory, too.
            (void)caught(name, [&] { report(*problem); });
            std::unique_lock lock(mutex);
            wake.wait_for(lock, stop, kAfterFailure, [] { return false; });
        }
    });
}

} // namespace millrace
