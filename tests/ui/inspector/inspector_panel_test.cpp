// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_main.h"
#include "tests/ui/support/clickstream.h"

#include "ui/document/pipeline_document.h"
#include "ui/inspector/inspector_panel.h"

#include <QLabel>
#include <QTabBar>
#include <QTest>

using namespace millrace;
using namespace millrace::ui;
using namespace millrace::test;
using namespace Qt::StringLiterals;

namespace {

struct Inspector {
    PipelineDocument document{testKinds()};
    InspectorPanel panel{document};

    Inspector()
    {
        document.open(clickstream(), {});
        panel.resize(311, 560);
        panel.show();
        [[maybe_unused]] const bool exposed = QTest::qWaitForWindowExposed(&panel);
    }
    QStringList tabs()
    {
        QStringList texts;
        for (int i = 0; i < panel.tabs().count(); ++i)
            texts << panel.tabs().tabText(i);
        return texts;
    }
    /// All texts of the settings page.
    QStringList settings()
    {
        QStringList texts;
        for (const QLabel *label :
             panel.findChild<QWidget *>(u"inspector.settings.view"_s)->findChildren<QLabel *>())
            if (!label->isHidden())
                texts << label->text();
        return texts;
    }
};

} // namespace

class InspectorPanelTest final : public QObject
{
    Q_OBJECT

private slots:
    void nothingSelectedIsExplained()
    {
        Inspector i;
        QVERIFY(!i.panel.tabs().isVisible());
        i.panel.showNode(NodeId{"gone0000"});
        QVERIFY(!i.panel.tabs().isVisible());
    }

    void aStreamHasShardsAndKeys()
    {
        Inspector i;
        i.panel.showNode(kStream);
        QCOMPARE(i.tabs(), (QStringList{u"Settings"_s, u"Shards"_s, u"Keys"_s}));
        QCOMPARE(i.panel.tabs().currentIndex(), 1);
        QCOMPARE(i.panel.findChild<QLabel *>(u"inspector.title"_s)->text(), u"clicks"_s);
        QCOMPARE(i.panel.findChild<QLabel *>(u"inspector.kind"_s)->text(), u"Data stream"_s);
    }

    void othersHaveSettingsAndRecords()
    {
        Inspector i;
        i.panel.showNode(kFilter);
        QCOMPARE(i.tabs(), (QStringList{u"Settings"_s, u"Records"_s}));
    }

    void settingsHaveTitlesUnitsAndDefaults()
    {
        Inspector i;
        i.panel.showNode(kGenerator);
        QTRY_VERIFY(i.settings().contains(u"Rate"_s)); // a layout shows its new children later
        const QStringList texts = i.settings();
        QVERIFY(texts.contains(u"1,900\u00a0records/s"_s));
        QVERIFY(texts.contains(u"Seed"_s));
        QVERIFY(texts.contains(u"42"_s));          // not in the file
        QVERIFY(texts.contains(u"Clickstream"_s)); // a choice by its title
    }

    void nothingOfTheNodeBeforeStays()
    {
        Inspector i;
        i.panel.showNode(kGenerator);
        i.panel.showNode(kFilter);
        QTRY_VERIFY(i.settings().contains(u"Condition"_s));
        QVERIFY(!i.settings().contains(u"Rate"_s));
    }

    void thePageStaysForTheNextNodeOfItsKind()
    {
        Inspector i;
        i.panel.showNode(kFilter);
        QTest::mouseClick(&i.panel.tabs(), Qt::LeftButton, {}, i.panel.tabs().tabRect(1).center());
        i.panel.showNode(kMap);
        QCOMPARE(i.panel.tabs().tabText(i.panel.tabs().currentIndex()), u"Records"_s);
    }

    void figuresAppear()
    {
        Inspector i;
        i.panel.showNode(kStream);
        i.panel.showSnapshot(std::make_shared<const runtime::Snapshot>());
        auto *view = i.panel.findChild<QWidget *>(u"inspector.shards.view"_s);
        const QImage empty = view->grab().toImage();
        i.panel.showSnapshot(std::make_shared<const runtime::Snapshot>(clickstreamSnapshot(60)));
        QVERIFY(view->grab().toImage() != empty);
    }
};

MILLRACE_TEST(InspectorPanelTest)
#include "inspector_panel_test.moc"
