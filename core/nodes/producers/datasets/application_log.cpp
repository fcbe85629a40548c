// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/dataset.h"

#include <array>
#include <string_view>

namespace millrace::nodes {
namespace {

struct Message {
    std::string_view level;
    std::string_view logger;
    std::string_view before; ///< the text before the number
    std::string_view after;
};
constexpr std::array kCommon = {
    Message{"INFO", "http.server", "request served in ", " ms"},
    Message{"INFO", "orders", "order ", " accepted"},
    Message{"INFO", "scheduler", "job finished after ", " ms"},
    Message{"DEBUG", "cache", "evicted ", " entries"},
    Message{"INFO", "auth", "session opened for account ", ""},
};
constexpr std::array kRare = {
    Message{"WARN", "http.server", "slow request: ", " ms"},
    Message{"WARN", "pool", "connection pool at ", " % of its size"},
    Message{"ERROR", "payments", "gateway did not answer within ", " ms"},
    Message{"ERROR", "orders", "order ", " could not be stored: constraint failed"},
};

const Message &messageOf(const Draw &draw)
{
    return draw.chance(1, 60) ? draw.pick(2, kRare) : draw.pick(3, kCommon);
}

void writeHost(std::uint64_t keyRank, LineWriter &out)
{
    out.text("web-").padded(keyRank + 1, 2);
}

class ApplicationLog final : public Dataset
{
public:
    void writeKey(std::uint64_t rank, LineWriter &out) const override { writeHost(rank, out); }

    void writePayload(const Draw &draw, LineWriter &out) const override
    {
        const Message &message = messageOf(draw);
        out.text(R"({"event_time":")").time(draw.due());
        out.text(R"(","level":")").text(message.level);
        out.text(R"(","host":")");
        writeKey(draw.keyRank(), out);
        out.text(R"(","logger":")").text(message.logger);
        out.text(R"(","thread":"worker-)").number(1 + draw.below(4, 16));
        out.text(R"(","message":")").text(message.before);
        out.number(1 + draw.below(5, 4000)).text(message.after);
        out.text(R"(","request_id":")").hex(draw.bits(6), 12).text(R"("})");
    }

    record::Schema schema() const override
    {
        return *record::parseSchema("event_time TIMESTAMP_LTZ(3), level STRING, host STRING, "
                                    "logger STRING, thread STRING, message STRING, "
                                    "request_id STRING");
    }
};

} // namespace

void writeLogLine(const Draw &draw, LineWriter &out)
{
    const Message &message = messageOf(draw);
    out.time(draw.due()).text(" ").text(message.level).text(" ");
    writeHost(draw.keyRank(), out);
    out.text(" ").text(message.logger).text(": ").text(message.before);
    out.number(1 + draw.below(5, 4000)).text(message.after);
}

std::unique_ptr<Dataset> makeApplicationLog()
{
    return std::make_unique<ApplicationLog>();
}

} // namespace millrace::nodes
