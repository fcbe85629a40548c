// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/background_job.h"

#include <mutex>
#include <thread>

namespace millrace::ui {

/// Where a thread finds out whether anybody still waits for it.
struct BackgroundJob::Mailbox {
    std::mutex mutex; ///< guards `owner`
    BackgroundJob *owner = nullptr;
};

BackgroundJob::BackgroundJob(QObject *parent)
    : QObject(parent)
    , m_mailbox(std::make_shared<Mailbox>())
{
    m_mailbox->owner = this;
}

BackgroundJob::~BackgroundJob()
{
    const std::lock_guard guard(m_mailbox->mutex);
    m_mailbox->owner = nullptr;
}

void BackgroundJob::cancel()
{
    ++m_number;
    m_running = false;
}

void BackgroundJob::begin(std::function<Delivery()> work)
{
    m_running = true;
    std::thread([work = std::move(work), mailbox = m_mailbox, number = ++m_number] {
        Delivery delivery = work();
        const std::lock_guard guard(mailbox->mutex);
        BackgroundJob *owner = mailbox->owner;
        if (!owner)
            return;
        QMetaObject::invokeMethod(
            owner,
            [owner, number, delivery = std::move(delivery)] {
                if (number != owner->m_number)
                    return;
                owner->m_running = false;
                delivery();
            },
            Qt::QueuedConnection);
    }).detach();
}

} // namespace millrace::ui
