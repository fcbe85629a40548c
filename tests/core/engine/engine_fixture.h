// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/local_engine.h"
#include "core/graph/document.h"
#include "core/store/database.h"

#include <QDirIterator>
#include <QFile>
#include <QString>
#include <QTest>

#include <mutex>

namespace millrace::test {

using namespace millrace::engine;

/// A pipeline generator → clicks → filter → SQLite, as a person would draw it.
class Pipeline
{
public:
    Pipeline()
    {
        SeededRandom random(3);
        document.project = Uuid::random(random);
        document.name = "Test";
        add("gener001", "generator",
            {{"ratePerSecond", 2000.0}, {"total", std::int64_t{5000}}, {"seed", std::int64_t{7}}});
        add("stream01", "data-stream", {{"stream", std::string("clicks")}});
        add("filter01", "filter", {{"condition", std::string("status >= 500")}});
        add("sqlite01", "sqlite-table",
            {{"file", std::string("out.db")}, {"table", std::string("errors")}});
        wire("gener001", "stream01");
        wire("stream01", "filter01");
        wire("filter01", "sqlite01");
    }

    void add(const char *id, const char *kind,
             std::map<std::string, graph::ParameterValue> parameters)
    {
        graph::Node node;
        node.id = {id};
        node.kind = kind;
        node.name = id;
        node.parameters = std::move(parameters);
        document.put(std::move(node));
    }
    void wire(const char *from, const char *to)
    {
        document.wires[{{{from}, "out"}, {{to}, "in"}}] = {};
    }

    graph::Document document;
};

class Run
{
public:
    Run(const QString &directory, bool virtualTime, std::uint64_t budgetBytes = 0)
    {
        LocalEngineOptions options;
        options.dataDirectory = directory.toStdString();
        options.virtualTime = virtualTime;
        options.budgetBytes = budgetBytes;
        options.log = [this](const Problem &problem) {
            const std::lock_guard guard(m_mutex); // any thread of the engine calls it
            m_messages += problem.message() + "\n";
        };
        auto opened = openLocalEngine(options);
        if (!opened)
            qFatal("%s", opened.error().message().c_str());
        engine = *std::move(opened);
    }
    Reply ask(Request request) { return engine->wait(engine->request(std::move(request))); }
    void deployAndRun(const Pipeline &pipeline)
    {
        const Reply deployed = ask(DeployRequest{pipeline.document, {}});
        for (const Problem &problem : deployed.problems)
            qWarning("%s", problem.message().c_str());
        QVERIFY(deployed.ok());
        QVERIFY(ask(RunRequest{}).ok());
    }
    void drain() { QTRY_VERIFY_WITH_TIMEOUT(engine->snapshot()->drained, 300'000); }

    std::string messages()
    {
        const std::lock_guard guard(m_mutex);
        return m_messages;
    }

private:
    std::mutex m_mutex; ///< guards m_messages
    std::string m_messages;

public:
    std::unique_ptr<Engine> engine; ///< last: it calls back until it is gone
};

inline std::int64_t query(const QString &directory, const char *sql)
{
    auto db = store::Database::open(directory.toStdString() + "/output/out.db",
                                    store::Database::Mode::ReadOnly);
    if (!db)
        return -1;
    auto statement = db->prepare(sql);
    if (!statement || !statement->step())
        return -2;
    return statement->integer(0);
}

/// Flips a bit in the first block of the largest segment of a data directory.
inline void damageFirstSegment(const QString &directory)
{
    QString largest;
    QDirIterator files(directory + "/streams", {"*.log"}, QDir::Files,
                       QDirIterator::Subdirectories);
    QByteArray content;
    while (files.hasNext()) {
        QFile file(files.next());
        if (!file.open(QIODevice::ReadOnly))
            continue;
        QByteArray bytes = file.readAll();
        while (bytes.endsWith('\0'))
            bytes.chop(1);
        if (bytes.size() > content.size()) {
            content = bytes;
            largest = file.fileName();
        }
    }
    QFile file(largest);
    QVERIFY(file.open(QIODevice::ReadWrite));
    constexpr qint64 kHeader = 4096;
    const qint64 at = kHeader + (content.size() - kHeader) / 8; // in the first of several commits
    QVERIFY(file.seek(at));
    const char flipped = static_cast<char>(content.at(static_cast<int>(at)) ^ 0x40);
    QCOMPARE(file.write(&flipped, 1), qint64(1));
}

} // namespace millrace::test
