// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/dataset.h"

#include <array>
#include <cmath>
#include <numbers>
#include <string_view>

namespace millrace::nodes {
namespace {

constexpr std::array<std::string_view, 6> kSites = {"hall-1", "hall-2", "cold-store",
                                                    "boiler", "roof",   "yard"};
constexpr std::array<std::int64_t, 6> kMeanTenths = {214, 206, 41, 628, 118, 97};

class IotSensors final : public Dataset
{
public:
    void writeKey(std::uint64_t rank, LineWriter &out) const override
    {
        if (rank == 0)
            out.text("gateway-1");
        else
            out.text("sensor-").padded(rank, 4);
    }

    void writePayload(const Draw &draw, LineWriter &out) const override
    {
        const std::size_t site = draw.keyBits(1) % kSites.size();
        const auto millis = draw.due().time_since_epoch().count();
        const double day = static_cast<double>(millis % 86'400'000) / 86'400'000.0;
        const auto wave = std::llround(40 * std::sin(2 * std::numbers::pi * (day - 0.375)));
        const auto noise = static_cast<std::int64_t>(draw.below(1, 17)) - 8;
        const bool spike = draw.chance(2, 2); // a sensor that lies now and then
        const std::int64_t tenths = kMeanTenths[site] + wave + noise + (spike ? 450 : 0);

        out.text(R"({"device_id":")");
        writeKey(draw.keyRank(), out);
        out.text(R"(","event_time":")").time(draw.due());
        out.text(R"(","site":")").text(kSites[site]);
        out.text(R"(","temperature":)").fixed(tenths, 1);
        out.text(R"(,"humidity":)").fixed(static_cast<std::int64_t>(380 + draw.below(3, 240)), 1);
        out.text(R"(,"pressure":)")
            .fixed(static_cast<std::int64_t>(10'080 + draw.below(4, 160)), 1);
        out.text(R"(,"vibration":)").fixed(static_cast<std::int64_t>(draw.below(5, 900)), 3);
        out.text(R"(,"battery_percent":)").number(20 + draw.keyBits(2) % 80);
        out.text(R"(,"rssi":-)").number(48 + draw.below(6, 40));
        out.text(R"(,"firmware":"2.)").number(draw.keyBits(3) % 5).text(R"(.1","ok":)");
        out.boolean(!spike).text("}");
    }

    record::Schema schema() const override
    {
        return *record::parseSchema(
            "device_id STRING, event_time TIMESTAMP_LTZ(3), site STRING, temperature DOUBLE, "
            "humidity DOUBLE, pressure DOUBLE, vibration DOUBLE, battery_percent INT, rssi INT, "
            "firmware STRING, ok BOOLEAN");
    }
};

} // namespace

std::unique_ptr<Dataset> makeIotSensors()
{
    return std::make_unique<IotSensors>();
}

} // namespace millrace::nodes
