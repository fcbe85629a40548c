<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
<context>
    <name>millrace::ui::CardContent</name>
    <message numerus="yes">
        <source>%n consumer(s)</source>
        <extracomment>how many transforms, destinations and clients read a stream</extracomment>
        <translation>
            <numerusform>1 consumer</numerusform>
            <numerusform>%n consumers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n shard(s)</source>
        <translation>
            <numerusform>1 shard</numerusform>
            <numerusform>%n shards</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>millrace::ui::MainWindow</name>
    <message numerus="yes">
        <source>%n problem(s) were found in it. Nothing was changed.</source>
        <translation>
            <numerusform>One problem was found in it. Nothing was changed.</numerusform>
            <numerusform>%n problems were found in it. Nothing was changed.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>millrace::ui::RecordsPanel</name>
    <message numerus="yes">
        <source>… and %n more byte(s)</source>
        <translation>
            <numerusform>… and one more byte</numerusform>
            <numerusform>… and %n more bytes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>millrace::ui::ShardLegend</name>
    <message numerus="yes">
        <source>and %n less busy</source>
        <translation>
            <numerusform>and %n less busy</numerusform>
            <numerusform>and %n less busy</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>millrace::ui::StatusLine</name>
    <message numerus="yes">
        <source>%n problem(s): %1</source>
        <translation>
            <numerusform>1 problem: %1</numerusform>
            <numerusform>%n problems: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>millrace::ui::TopBar</name>
    <message numerus="yes">
        <source>running, %n node(s) failed</source>
        <translation>
            <numerusform>running, 1 node failed</numerusform>
            <numerusform>running, %n nodes failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>paused, %n node(s) failed</source>
        <translation>
            <numerusform>paused, 1 node failed</numerusform>
            <numerusform>paused, %n nodes failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>stopped, %n node(s) failed</source>
        <translation>
            <numerusform>stopped, 1 node failed</numerusform>
            <numerusform>stopped, %n nodes failed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>millrace::ui::format</name>
    <message numerus="yes">
        <source>%1 record(s)</source>
        <translation>
            <numerusform>%1 record</numerusform>
            <numerusform>%1 records</numerusform>
        </translation>
    </message>
</context>
</TS>
