// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/file_system.h"
#include "core/graph/document.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::graph {

/// The version this program writes, and the newest it reads. FORMAT.md describes it.
inline constexpr std::int64_t kFormatVersion = 1;
/// A file beyond these is refused before it can use up memory or stack. A pipeline of 1,000 nodes
/// is about 0.5 MB and 6 levels deep.
inline constexpr std::size_t kMaxFileBytes = 16U << 20U;
inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxValues = 500'000; ///< about 60 MB while reading
/// Reading goes on after an error to report more of them, up to this many.
inline constexpr std::size_t kMaxReadProblems = 100;

/// What reading gave: the document, or at least one problem.
struct ReadOutcome {
    std::optional<Document> document;
    std::vector<Problem> problems; ///< empty exactly when there is a document
};

/// Reads the text of a `.millrace` file. Needs no node kinds: what the parameters mean is for
/// validate().
///
/// Errors: DocumentSyntax (not JSON; place "line 3, column 14", columns count characters from 1),
/// NewerFormat, DocumentStructure, DocumentFieldMissing, DocumentFieldTwice, DocumentBadId,
/// DocumentWireTwice (place "nodes/f81k2m0a/parameters/rate", arguments with the line),
/// DocumentTooLarge, DocumentTooDeep.
/// Thread-safety: pure function.
ReadOutcome readDocument(std::string_view text);

/// The canonical text: the same bytes for equal documents, UTF-8, '\n' after every line.
/// readDocument gives back an equal document.
///
/// Errors: InvalidArgument where the document breaks what document.h promises of it (a text that
/// is not UTF-8, a number that is not finite, a malformed id, the place of a node that is not
/// there), DocumentTooLarge.
Result<std::string> writeDocument(const Document &document);

/// readDocument of a file; every place begins with the path. Errors also: NotFound, Io,
/// PermissionDenied.
ReadOutcome loadDocument(FileSystem &files, const Path &path);

/// Replaces the file in one step, so that a crash leaves the old or the new one. Errors: as
/// writeDocument, also Io, DiskFull, PermissionDenied.
Status saveDocument(FileSystem &files, const Path &path, const Document &document);

} // namespace millrace::graph
