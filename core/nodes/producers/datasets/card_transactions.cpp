// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/dataset.h"

#include <array>
#include <string_view>

namespace millrace::nodes {
namespace {

struct Merchant {
    std::string_view name;
    std::string_view category;
    std::uint64_t typicalCents;
};
constexpr std::array kMerchants = {
    Merchant{"Corner Grocery", "groceries", 2'400}, Merchant{"Night Pharmacy", "health", 1'900},
    Merchant{"Railway Tickets", "travel", 6'900},   Merchant{"Petrol Station 4", "fuel", 6'200},
    Merchant{"Café Linden", "restaurants", 1'100},  Merchant{"Lamp & Light", "home", 7'500},
    Merchant{"Game Download", "digital", 1'999},    Merchant{"Harbour Hotel", "travel", 18'000},
    Merchant{"Book Island", "books", 2'200},
};
constexpr std::array<std::string_view, 7> kCountries = {"DE", "DE", "DE", "FR", "NL", "US", "BR"};
constexpr std::array<std::string_view, 3> kEntry = {"chip", "contactless", "online"};

class CardTransactions final : public Dataset
{
public:
    void writeKey(std::uint64_t rank, LineWriter &out) const override
    {
        out.text("card-").padded(1000 + rank, 8);
    }

    void writePayload(const Draw &draw, LineWriter &out) const override
    {
        const Merchant &merchant = draw.pick(1, kMerchants);
        // Three in a thousand look like fraud: far away, online, large.
        const bool odd = draw.chance(2, 3);
        const std::uint64_t cents = merchant.typicalCents / 3 +
                                    draw.below(3, merchant.typicalCents) +
                                    (odd ? 80'000 + draw.below(4, 150'000) : 0);
        out.text(R"({"transaction_id":")").hex(draw.bits(5), 16);
        out.text(R"(","card_id":")");
        writeKey(draw.keyRank(), out);
        out.text(R"(","event_time":")").time(draw.due());
        out.text(R"(","amount":)").fixed(static_cast<std::int64_t>(cents), 2);
        out.text(R"(,"currency":"EUR","merchant":")").text(merchant.name);
        out.text(R"(","category":")").text(merchant.category);
        out.text(R"(","country":")").text(odd ? "XK" : draw.pick(6, kCountries));
        out.text(R"(","entry":")").text(odd ? "online" : draw.pick(7, kEntry));
        out.text(R"(","approved":)").boolean(!draw.chance(8, odd ? 400 : 21));
        out.text(R"(,"terminal":"T)").padded(draw.below(9, 900), 4);
        out.text(R"("})");
    }

    record::Schema schema() const override
    {
        return *record::parseSchema(
            "transaction_id STRING, card_id STRING, event_time TIMESTAMP_LTZ(3), "
            "amount DECIMAL(10, 2), currency STRING, merchant STRING, category STRING, "
            "country STRING, entry STRING, approved BOOLEAN, terminal STRING");
    }
};

} // namespace

std::unique_ptr<Dataset> makeCardTransactions()
{
    return std::make_unique<CardTransactions>();
}

} // namespace millrace::nodes
