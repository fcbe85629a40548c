// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/ink.h"

#include "core/engine/local_engine.h"

#include "ui/bridge/convert.h"
#include "ui/style/theme.h"

#include <QDir>
#include <QFileInfo>
#include <QImage>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace Qt::StringLiterals;

namespace {

constexpr int kPatienceMs = 120'000;

QString environment(const char *name)
{
    return qEnvironmentVariable(name);
}

} // namespace

/// The program as it is started by people and scripts, off-screen. ctest says where it is.
class StudioProgramTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY(!environment("MILLRACE_STUDIO").isEmpty()); }

    void aPictureHasTheThemeAndTheSizeThatWereAskedFor()
    {
        for (const ThemeKind kind : {ThemeKind::Light, ThemeKind::Dark}) {
            const QString picture = m_folder.filePath(toText(kind) + u".png"_s);
            QProcess studio;
            studio.start(environment("MILLRACE_STUDIO"),
                         {u"--theme"_s, toText(kind), u"--size"_s, u"1100x700"_s, u"--screenshot"_s,
                          picture, u"--after"_s, u"100ms"_s});
            QVERIFY(studio.waitForFinished(kPatienceMs));
            QCOMPARE(studio.exitCode(), 0);
            const QImage image(picture);
            QCOMPARE(image.size(), QSize(1100, 700));
            QCOMPARE(image.pixelColor(1000, 20), Theme::of(kind).panel); // the bar
            QCOMPARE(image.pixelColor(10, 400), Theme::of(kind).window); // the start page
        }
    }

    void runRunsThePipelineOfTheFile()
    {
        QProcess studio;
        studio.start(environment("MILLRACE_STUDIO"),
                     {environment("MILLRACE_TEMPLATES") + u"/clickstream.millrace"_s, u"--run"_s,
                      u"--data"_s, m_folder.filePath(u"data"_s)});
        QVERIFY(studio.waitForStarted(kPatienceMs));
        const QDir output(m_folder.filePath(u"data/output"_s));
        QTRY_VERIFY_WITH_TIMEOUT(output.exists(u"clickstream.db"_s), kPatienceMs);
        QCOMPARE(studio.state(), QProcess::Running);
        studio.terminate();
        QVERIFY(studio.waitForFinished(kPatienceMs));
    }

    /// A picture of a running pipeline has live figures: the bars of the shards are in it.
    void aPictureOfARunHasTheBarsOfItsShards()
    {
        const QString picture = m_folder.filePath(u"run.png"_s);
        QProcess studio;
        studio.start(environment("MILLRACE_STUDIO"),
                     {environment("MILLRACE_TEMPLATES") + u"/clickstream.millrace"_s, u"--run"_s,
                      u"--data"_s, m_folder.filePath(u"pictured"_s), u"--theme"_s, u"dark"_s,
                      u"--size"_s, u"1600x1000"_s, u"--screenshot"_s, picture, u"--after"_s,
                      u"10s"_s});
        QVERIFY(studio.waitForFinished(kPatienceMs));
        QCOMPARE(studio.exitCode(), 0);
        const QImage image(picture);
        const QRect canvas(0, 60, 1200, 500);
        for (int shard = 0; shard < 4; ++shard) {
            const int drawn = test::ink(image, Theme::of(ThemeKind::Dark).shard(shard), canvas);
            QVERIFY2(drawn > 100, qPrintable(u"shard %1: %2"_s.arg(shard).arg(drawn)));
        }
    }

    void theBudgetIsThatOfTheDataDirectory()
    {
        const QString data = m_folder.filePath(u"budget"_s);
        QProcess studio;
        studio.start(environment("MILLRACE_STUDIO"),
                     {environment("MILLRACE_TEMPLATES") + u"/clickstream.millrace"_s, u"--data"_s,
                      data, u"--budget"_s, u"300MB"_s});
        QVERIFY(studio.waitForStarted(kPatienceMs));
        // It opens the socket when the engine has its directory.
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(data + u"/control.sock"_s), kPatienceMs);
        studio.terminate();
        QVERIFY(studio.waitForFinished(kPatienceMs));
        engine::LocalEngineOptions options;
        options.dataDirectory = pathFromQt(data);
        const auto engine = engine::openLocalEngine(options);
        QVERIFY(engine);
        QCOMPARE((*engine)->snapshot()->budgetBytes, 300'000'000U);
    }

    void theStartIsMeasured()
    {
        QProcess studio;
        studio.start(environment("MILLRACE_STUDIO"), {u"--bench"_s, u"start"_s});
        QVERIFY(studio.waitForFinished(kPatienceMs));
        QCOMPARE(studio.exitCode(), 0);
        const QJsonObject figures =
            QJsonDocument::fromJson(studio.readAllStandardOutput()).object();
        QVERIFY(figures[u"window_ms"_s].toDouble() > 0);
        QVERIFY(figures[u"memory_bytes"_s].toDouble() > 1e6);
        QVERIFY(figures[u"gui_thread_share"_s].toDouble() > 0);
    }

    void aFileThatCannotBeOpenedIsAFailure()
    {
        QProcess studio;
        studio.start(environment("MILLRACE_STUDIO"),
                     {u"/nonexistent.millrace"_s, u"--screenshot"_s,
                      m_folder.filePath(u"missing.png"_s), u"--after"_s, u"100ms"_s});
        QVERIFY(studio.waitForFinished(kPatienceMs));
        QCOMPARE(studio.exitCode(), 1);
        QVERIFY(!QImage(m_folder.filePath(u"missing.png"_s)).isNull());
    }

    void aDataDirectoryInUseIsAFailureThatIsSaid()
    {
        engine::LocalEngineOptions options;
        options.dataDirectory = pathFromQt(m_folder.filePath(u"busy"_s));
        const auto engine = engine::openLocalEngine(options);
        QVERIFY(engine);
        QProcess studio;
        studio.start(environment("MILLRACE_STUDIO"),
                     {environment("MILLRACE_TEMPLATES") + u"/clickstream.millrace"_s, u"--data"_s,
                      pathToQt(options.dataDirectory), u"--screenshot"_s,
                      m_folder.filePath(u"busy.png"_s), u"--after"_s, u"2s"_s});
        QVERIFY(studio.waitForFinished(kPatienceMs));
        QCOMPARE(studio.exitCode(), 1);
        const QString said = QString::fromUtf8(studio.readAllStandardError());
        QVERIFY2(said.contains(pathToQt(options.dataDirectory)), qPrintable(said));
        QVERIFY2(said.contains(u"(PID %1)"_s.arg(QCoreApplication::applicationPid())),
                 qPrintable(said));
        QVERIFY2(said.contains(u"--data"_s), qPrintable(said)); // what to do
    }

    void aPipelineThatCannotRunIsAFailureThatIsSaid()
    {
        QFile file(environment("MILLRACE_TEMPLATES") + u"/clickstream.millrace"_s);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray text = file.readAll();
        QVERIFY(text.contains("status >= 500"));
        text.replace("status >= 500", "status >=");
        QFile wrong(m_folder.filePath(u"wrong.millrace"_s));
        QVERIFY(wrong.open(QIODevice::WriteOnly) && wrong.write(text) > 0);
        wrong.close();
        QProcess studio;
        studio.start(environment("MILLRACE_STUDIO"),
                     {wrong.fileName(), u"--run"_s, u"--data"_s, m_folder.filePath(u"wrong"_s),
                      u"--screenshot"_s, m_folder.filePath(u"wrong.png"_s), u"--after"_s, u"2s"_s});
        QVERIFY(studio.waitForFinished(kPatienceMs));
        QCOMPARE(studio.exitCode(), 1);
        const QByteArray said = studio.readAllStandardError();
        QVERIFY2(said.contains("Expected"), said.constData());
    }

private:
    QTemporaryDir m_folder;
};

MILLRACE_TEST(StudioProgramTest)
#include "studio_program_test.moc"
