// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/engine_host.h"
#include "app/studio/language.h"
#include "app/studio/options.h"
#include "app/studio/start_bench.h"

#include "core/engine/data_home.h"
#include "core/nodes/kinds.h"

#include "ui/bridge/convert.h"
#include "ui/shell/main_window.h"
#include "ui/style/icon.h"
#include "ui/style/style.h"

#include <QApplication>
#include <QDir>
#include <QScreen>
#include <QTimer>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

using namespace Qt::StringLiterals;
using namespace millrace;

namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;
constexpr std::array kDisplayVariables = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"};

/// As installed (<prefix>/share/millrace), or beside the build (build/<preset>/bin).
QStringList resourceFolders(const QString &name)
{
    const QDir binary(QCoreApplication::applicationDirPath());
    QStringList folders;
    for (const QString &base : {u"../share/millrace"_s, u"../../../resources"_s})
        folders << QDir::cleanPath(binary.filePath(base + u'/' + name));
    return folders;
}

/// Whether there is a window system to show a window on, or one of Qt's own was chosen.
bool hasDisplay()
{
    return std::any_of(kDisplayVariables.begin(), kDisplayVariables.end(),
                       [](const char *variable) { return !qEnvironmentVariableIsEmpty(variable); });
}

/// What a script that started the studio is told.
void say(const QString &sentence)
{
    std::fprintf(stderr, "millrace-studio: %s\n", qPrintable(sentence));
}

/// Pictures and figures are of the usual size on every screen, a person's window fits the screen.
void showAtStart(ui::MainWindow &window, const studio::Options &options)
{
    std::optional<QSize> size = options.size;
    if (!size && (options.benchStart || !options.screenshot.isEmpty()))
        size = studio::kUsualSize;
    if (!size)
        size = studio::startSize(window.screen()->availableSize());
    if (!size) {
        window.showMaximized();
        return;
    }
    const QSize shown = size->expandedTo(window.minimumSize());
    if (shown != *size)
        say(u"--size %1x%2 is too small; the window is %3x%4, at least %5x%6"_s.arg(size->width())
                .arg(size->height())
                .arg(shown.width())
                .arg(shown.height())
                .arg(window.minimumWidth())
                .arg(window.minimumHeight()));
    window.resize(shown);
    window.show();
}

void sayEngineProblem(const Problem &problem, const QString &holder)
{
    say(ui::toQt(problem.message()));
    if (!holder.isEmpty())
        say(u"%1 has the data directory"_s.arg(holder));
}

/// Takes a picture, or prints what was measured, once it is time, and quits.
void quitAfter(const studio::Options &options, ui::MainWindow &window,
               const studio::StartBench *bench, bool &failed)
{
    QTimer::singleShot(options.after, &window, [&options, &window, bench, &failed] {
        if (bench)
            std::printf("%s\n", bench->report().constData());
        if (!options.screenshot.isEmpty() && !window.grab().save(options.screenshot)) {
            say(u"%1 could not be written"_s.arg(options.screenshot));
            failed = true;
        }
        QApplication::exit(failed ? kFailure : 0);
    });
}

int runStudio(QApplication &application, const studio::Options &options)
{
    ui::Style::instance().install(application);
    if (options.theme)
        ui::Style::instance().choose(options.theme);
    QApplication::setWindowIcon(ui::applicationIcon());

    studio::EngineHost host;
    ui::MainWindow window(nodes::kindCatalog(), {resourceFolders(u"templates"_s),
                                                 QCoreApplication::applicationVersion()});
    bool failed = false;
    // Each pipeline has a data directory of its own unless one was named.
    Path inUse;
    QObject::connect(&host, &studio::EngineHost::opened, &window, &ui::MainWindow::setEngine);
    QObject::connect(&host, &studio::EngineHost::failed, &window,
                     [&](const Problem &problem, const QString &holder) {
                         failed = true;
                         inUse.clear(); // whoever opens the file again tries again
                         sayEngineProblem(problem, holder);
                         window.showEngineProblem(problem, holder);
                     });
    QObject::connect(&host, &studio::EngineHost::deployedByOther, &window,
                     &ui::MainWindow::showDeployedByOther);
    const auto openEngine = [&] {
        if (window.document().filePath().isEmpty())
            return; // it came from the engine there is
        const Result<Path> directory =
            options.dataDirectory.isEmpty()
                ? engine::defaultDataDirectory(window.document().graph())
                : ui::pathFromQt(QDir().absoluteFilePath(options.dataDirectory));
        if (!directory) {
            failed = true;
            sayEngineProblem(directory.error(), {});
            window.showEngineProblem(directory.error());
            return;
        }
        engine::LocalEngineOptions engineOptions;
        engineOptions.dataDirectory = *directory;
        engineOptions.budgetBytes = options.budgetBytes;
        engineOptions.log = standardErrorLog();
        if (std::exchange(inUse, engineOptions.dataDirectory) == engineOptions.dataDirectory)
            return;
        window.setEngine(nullptr);
        host.open(engineOptions);
    };
    QObject::connect(&window.document(), &ui::PipelineDocument::opened, &window, openEngine);
    QObject::connect(&window, &ui::MainWindow::engineWanted, &window, openEngine);

    QObject::connect(&window.document(), &ui::PipelineDocument::closed, &window, [&] {
        inUse.clear();
        window.setEngine(nullptr);
        host.close();
    });

    if (options.run) {
        // Why a deploy is refused is in the engine's log.
        QObject::connect(&window.bridge(), &ui::EngineBridge::deployRefused, &window,
                         [&] { failed = true; });
        QObject::connect(&window.bridge(), &ui::EngineBridge::commandFailed, &window,
                         [&](const std::vector<Problem> &problems) {
                             failed = true;
                             for (const Problem &problem : problems)
                                 say(ui::toQt(problem.message()));
                         });
    }

    const auto bench = options.benchStart ? std::make_unique<studio::StartBench>(window) : nullptr;
    showAtStart(window, options);
    QObject::connect(&window, &ui::MainWindow::fileRefused, &window,
                     [&](const std::vector<Problem> &problems) {
                         failed = true;
                         for (const Problem &problem : problems)
                             say(ui::toQt(problem.message()));
                     });
    if (!options.file.isEmpty())
        window.openFile(options.file, options.run ? ui::AfterOpening::Run : ui::AfterOpening::Show);
    if (bench || !options.screenshot.isEmpty())
        quitAfter(options, window, bench.get(), failed);
    const int code = QApplication::exec();
    window.setEngine(nullptr); // the host stops it now; nobody else may hold it
    return code;
}

} // namespace

int main(int argc, char **argv)
{
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments << QString::fromLocal8Bit(argv[i]);
    const std::variant<studio::Options, QString> read = studio::readOptions(arguments);
    if (const auto *wrong = std::get_if<QString>(&read)) {
        std::fprintf(stderr, "millrace-studio: %s\nSee millrace-studio --help.\n",
                     qPrintable(*wrong));
        return kUsage;
    }
    const auto &options = std::get<studio::Options>(read);
    if (options.help) {
        std::fputs(qPrintable(studio::helpText()), stdout);
        return 0;
    }
    if (options.version) {
        std::printf("millrace-studio %s\n", MILLRACE_VERSION);
        return 0;
    }
    if (!hasDisplay()) { // Qt would abort
        std::fputs("millrace-studio: no display: use --screenshot with QT_QPA_PLATFORM=offscreen, "
                   "or millrace run\n",
                   stderr);
        return kFailure;
    }
    QApplication application(argc, argv);
    QApplication::setApplicationName(u"millrace-studio"_s);
    QApplication::setApplicationDisplayName(u"Millrace"_s);
    QApplication::setDesktopFileName(u"millrace"_s);
    QApplication::setApplicationVersion(QString::fromLatin1(MILLRACE_VERSION));
    studio::installLanguage(application, options.language);
    return runStudio(application, options);
}
