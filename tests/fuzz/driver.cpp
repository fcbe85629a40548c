// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a fuzz target without libFuzzer: every file of a corpus folder, then seeded mutations of
// them. The same inputs each time; a crash or a sanitizer's report is the failure.
//
//     fuzz_<name>_corpus FOLDER [MUTATIONS]

#include "core/base/clock.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace {

constexpr std::uint64_t kSeed = 20'260'101;
constexpr std::uint64_t kMutations = 20'000;
/// Under sanitizers on a slow machine fewer mutations must do.
constexpr std::chrono::seconds kLongest{40};

class Mutator
{
public:
    explicit Mutator(const std::vector<std::string> &corpus)
        : m_corpus(corpus)
    {}

    std::string next()
    {
        std::string out = m_corpus[below(m_corpus.size())];
        for (std::uint64_t changes = 1 + below(6); changes > 0; --changes)
            change(out);
        return out;
    }

private:
    std::size_t below(std::size_t bound)
    {
        m_state = millrace::mix64(m_state);
        return bound == 0 ? 0 : m_state % bound;
    }

    void change(std::string &text)
    {
        const std::size_t at = below(text.size() + 1);
        const std::size_t length = std::min(text.size() - at, 1 + below(16));
        switch (below(6)) {
        case 0:
            text.insert(at, 1, static_cast<char>(below(256)));
            break;
        case 1:
            text.erase(at, length);
            break;
        case 2:
            if (at < text.size())
                text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
            break;
        case 3:
            text.insert(at, text.substr(below(text.size() + 1), length));
            break;
        case 4: { // a piece of another input
            const std::string &other = m_corpus[below(m_corpus.size())];
            text.insert(at, other.substr(below(other.size() + 1), 1 + below(32)));
            break;
        }
        default:
            text.resize(at);
        }
    }

    const std::vector<std::string> &m_corpus;
    std::uint64_t m_state = kSeed;
};

void run(const std::string &input)
{
    // A copy of exactly this size, so that the address sanitizer sees every byte read too far.
    const std::vector<std::uint8_t> bytes(input.begin(), input.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "usage: %s FOLDER [MUTATIONS]\n", argv[0]);
        return 2;
    }
    std::vector<std::filesystem::path> files;
    for (const auto &entry : std::filesystem::directory_iterator(argv[1]))
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<std::string> corpus;
    for (const auto &file : files) {
        std::ifstream in(file, std::ios::binary);
        corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    if (corpus.empty()) {
        std::fprintf(stderr, "%s holds no inputs\n", argv[1]);
        return 1;
    }
    for (const std::string &input : corpus)
        run(input);
    const std::uint64_t wanted = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : kMutations;
    const auto begin = std::chrono::steady_clock::now();
    Mutator mutator(corpus);
    std::uint64_t done = 0;
    while (done < wanted && std::chrono::steady_clock::now() - begin < kLongest) {
        run(mutator.next());
        ++done;
    }
    std::printf("%zu inputs, %llu mutations\n", corpus.size(),
                static_cast<unsigned long long>(done));
    return 0;
}
