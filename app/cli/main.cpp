// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"

#include "core/engine/document_check.h"
#include "core/engine/local_engine.h"

int main(int argc, char **argv)
{
    using namespace millrace;
    SystemClock clock;
    SystemRandom random;
    cli::Environment environment;
    environment.files = &posixFileSystem();
    environment.clock = &clock;
    environment.random = &random;
    environment.openEngine = [](cli::EngineWishes wishes) {
        engine::LocalEngineOptions options;
        options.dataDirectory = std::move(wishes.dataDirectory);
        options.create = wishes.create;
        options.budgetBytes = wishes.budgetBytes;
        options.virtualTime = wishes.virtualTime;
        options.virtualFor = wishes.virtualFor;
        options.log = std::move(wishes.log);
        return engine::openLocalEngine(options);
    };
    environment.checkDocument = engine::checkDocumentFile;
    const std::vector<std::string> words(argv + 1, argv + argc);
    return static_cast<int>(cli::runCommandLine(words, environment));
}
