// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/clock.h"
#include "core/base/log_line.h"
#include "core/engine/engine.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace millrace::gateway {

/// Sends records to a stream in batches, and again what an engine could not take just now.
///
/// Records are numbered from 0 in the order in which they are added. With a producer id the engine
/// remembers how many it has, and those are not sent again. A refused batch is sent again with
/// growing pauses (20 ms, doubling to 1 s): over an enforced limit, and while the engine has its
/// hands full with other requests, until it is taken; for what else may pass by itself (a full
/// disk, an engine that is starting) for as long as the patience lasts. What was sent without an
/// answer is sent again only with a producer, where that doubles nothing.
///
/// Errors of the functions: what the engine refused with; Cancelled when `wait` says so; what
/// `stored` gives. After one the sender is of no further use.
/// Thread-safety: one thread at a time; calls block.
class PutSender
{
public:
    struct Options {
        std::string stream = {};
        std::string producer = {};      ///< empty: none
        std::size_t batchRecords = 500; ///< as AWS's PutRecords takes at most
        std::size_t batchBytes = 4U << 20U;
        std::chrono::milliseconds patience{0};
    };
    /// What it uses of the world; none may be null.
    struct Hooks {
        std::function<Result<engine::Reply>(const engine::Request &)> ask;
        /// Waits; false: nobody wants to wait any longer.
        std::function<bool(std::chrono::milliseconds)> wait;
        /// Numbers of records that are stored now.
        std::function<Status(std::span<const std::uint64_t>)> stored;
        /// What wants somebody's help while it waits (a full disk), once a request.
        LogSink report;
    };

    PutSender(Options options, Hooks hooks, Clock &clock);

    /// Asks how many records of the producer stand already. To be called first.
    Status begin();
    /// The number of the next record, which is then added; nothing when it stands already and is
    /// passed.
    std::optional<std::uint64_t> next();
    /// Adds the record that next() gave a number; sends when the batch is full.
    Status add(std::string data, std::string key);
    /// Sends what was added.
    Status flush();

    std::uint64_t storedRecords() const { return m_stored; }
    std::uint64_t passedRecords() const { return m_passed; } ///< stood already
    /// Whether the same put may work later without anybody's doing here.
    static bool mayPass(Code code);

private:
    static bool wantsHelp(Code code);
    Result<engine::Reply> ask(const engine::Request &request);

    const Options m_options;
    const Hooks m_hooks;
    Clock &m_clock;
    engine::PutRequest m_batch;
    std::vector<std::uint64_t> m_numbers; ///< of m_batch's entries
    std::size_t m_batchBytes = 0;
    std::uint64_t m_known = 0; ///< records that stood at the beginning
    std::uint64_t m_next = 0;
    std::uint64_t m_stored = 0;
    std::uint64_t m_passed = 0;
};

} // namespace millrace::gateway
