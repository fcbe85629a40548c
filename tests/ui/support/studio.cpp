// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/support/studio.h"

#include "core/graph/file.h"

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/node_item.h"
#include "ui/shell/canvas_page.h"

#include <QTest>

using namespace Qt::StringLiterals;

namespace millrace::test {

Studio::Studio(QSize size)
    : window(testKinds(), {{u"/nonexistent"_s}, u"0.0"_s})
{
    engine->records = RecordFeed();
    engine->history = clickstreamHistory;
    window.resize(size);
    const std::string text = *graph::writeDocument(clickstream());
    window.openFile(writeTemporary(u"clickstream.millrace"_s, text));
    window.setEngine(engine);
    window.show();
    [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&window);
}

void Studio::tick(int times)
{
    for (int i = 0; i < times; ++i)
        show(clickstreamSnapshot(second++));
}

void Studio::show(const runtime::Snapshot &snapshot)
{
    engine->publish(snapshot);
    window.bridge().poll();
}

void Studio::clickNode(const NodeId &id)
{
    ui::CanvasView &view = window.canvas().view();
    const QPoint at = view.mapFromScene(window.scene().itemFor(id)->sceneBoundingRect().center());
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, at);
}

void picture(QWidget &window, const QString &name)
{
    const QString folder = qEnvironmentVariable("MILLRACE_PICTURES");
    QCoreApplication::processEvents(); // layouts follow
    if (!folder.isEmpty())
        window.grab().save(u"%1/%2.png"_s.arg(folder, name));
}

} // namespace millrace::test
