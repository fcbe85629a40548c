// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace millrace::graph::test {

/// The bytes of richDocument() as a file. In a source of its own, because moc cannot read past it.
const char *canonicalText();

} // namespace millrace::graph::test
