// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interrupt.h"

#include <array>
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace millrace::cli {
namespace {

/// Lock-free: the handler runs on whatever thread the signal meets.
std::atomic<int> g_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);
/// A pipe that becomes readable with the first signal and stays so, so that a wait that begins
/// after the signal ends at once. (A signal between a check of g_signal and a sleep would be lost.)
std::array<int, 2> g_wake{-1, -1};

extern "C" void onSignal(int signal)
{
    g_signal = signal;
    const char byte = 0;
    [[maybe_unused]] const ssize_t written = ::write(g_wake[1], &byte, 1);
}

} // namespace

void catchInterrupts()
{
    if (g_wake[0] >= 0 || ::pipe2(g_wake.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    struct sigaction action {
    };
    action.sa_handler = onSignal;
    action.sa_flags = static_cast<int>(SA_RESETHAND); // the second one has its usual effect
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    // A terminal that closes may send it twice, the kernel and the shell: nobody asks for haste.
    // Who ignores it (nohup) goes on.
    struct sigaction before {
    };
    action.sa_flags = 0;
    if (::sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
        ::sigaction(SIGHUP, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

bool interrupted()
{
    return g_signal != 0;
}

ExitCode interruptCode()
{
    switch (g_signal) {
    case SIGTERM:
        return ExitCode::Terminated;
    case SIGHUP:
        return ExitCode::HungUp;
    default:
        return ExitCode::Interrupted;
    }
}

bool sleepUnlessInterrupted(std::chrono::milliseconds duration)
{
    pollfd wake{g_wake[0], POLLIN, 0};
    if (!interrupted())
        ::poll(&wake, 1, static_cast<int>(duration.count()));
    return !interrupted();
}

bool waitReadable(int descriptor, std::chrono::milliseconds timeout)
{
    std::array<pollfd, 2> waiting{{{g_wake[0], POLLIN, 0}, {descriptor, POLLIN, 0}}};
    if (interrupted())
        return false;
    const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(timeout.count()));
    return ready > 0 && !interrupted() && waiting[1].revents != 0;
}

} // namespace millrace::cli
