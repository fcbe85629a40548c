// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <functional>
#include <memory>
#include <utility>

namespace millrace::ui {

/// Work that may block for long (a file in a folder that does not answer), off the thread that
/// asks, and its result back on that thread. One at a time: what begins later makes the result of
/// what began before stale, and a stale result is dropped.
///
/// Each work has a thread of its own that nobody waits for: a read that hangs for ever must keep
/// neither the next one nor the end of the program. So the work owns, or shares, all it touches, or
/// touches what lives as long as the process.
///
/// Lives on a thread with an event loop, as its owner.
class BackgroundJob final : public QObject
{
    Q_OBJECT

public:
    explicit BackgroundJob(QObject *parent = nullptr);
    ~BackgroundJob() override;

    /// Calls `work` on another thread, and then `done` with what it gave from the event loop,
    /// unless by then another run() or cancel() came or the job is gone.
    template <class Work, class Done>
    void run(Work work, Done done)
    {
        begin([work = std::move(work), done = std::move(done)] {
            return [done, result = work()] { done(result); };
        });
    }
    void cancel();
    bool isRunning() const { return m_running; }

private:
    using Delivery = std::function<void()>;
    struct Mailbox;
    void begin(std::function<Delivery()> work);

    std::shared_ptr<Mailbox> m_mailbox;
    quint64 m_number = 0; ///< of the newest run() or cancel()
    bool m_running = false;
};

} // namespace millrace::ui
