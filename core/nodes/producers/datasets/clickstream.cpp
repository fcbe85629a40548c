// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/nodes/producers/dataset.h"

#include <array>
#include <string_view>

namespace millrace::nodes {
namespace {

struct Page {
    std::string_view path;
    std::string_view title;
    std::string_view event;
    std::uint32_t errorsPerMille;
    std::uint32_t typicalMs;
};
constexpr std::array kPages = {
    Page{"/", "Home", "view", 4, 38},
    Page{"/", "Home", "view", 4, 38},
    Page{"/search", "Search results", "search", 9, 120},
    Page{"/category/lighting", "Lighting", "view", 5, 64},
    Page{"/category/kitchen", "Kitchen", "view", 5, 62},
    Page{"/category/garden", "Garden", "view", 5, 66},
    Page{"/product", "Product", "view", 6, 71},
    Page{"/product", "Product", "view", 6, 71},
    Page{"/product", "Product", "view", 6, 71},
    Page{"/product/reviews", "Reviews", "view", 6, 90},
    Page{"/cart", "Shopping cart", "cart", 30, 140},
    Page{"/cart", "Shopping cart", "cart", 30, 140},
    Page{"/pay", "Payment", "checkout", 45, 410},
    Page{"/order/confirmed", "Thank you", "purchase", 12, 180},
    Page{"/account/orders", "Your orders", "view", 8, 95},
    Page{"/help/returns", "Returns", "view", 3, 41},
};

struct Client {
    std::string_view userAgent;
    std::string_view device;
};
constexpr std::array kClients = {
    Client{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
           "Chrome/126.0.0.0 Safari/537.36",
           R"({"type":"desktop","os":"Linux","browser":"Chrome","width":1920,"height":1080})"},
    Client{"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
           R"({"type":"desktop","os":"Windows","browser":"Firefox","width":2560,"height":1440})"},
    Client{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
           "like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
           R"({"type":"phone","os":"iOS","browser":"Safari","width":390,"height":844})"},
    Client{"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
           "Chrome/126.0.0.0 Mobile Safari/537.36",
           R"({"type":"phone","os":"Android","browser":"Chrome","width":412,"height":915})"},
};

struct Place {
    std::string_view country;
    std::string_view city;
    std::string_view language;
};
constexpr std::array kPlaces = {
    Place{"DE", "Berlin", "de-DE"},   Place{"FR", "Lyon", "fr-FR"},
    Place{"US", "Portland", "en-US"}, Place{"GB", "Leeds", "en-GB"},
    Place{"ES", "Valencia", "es-ES"}, Place{"PL", "Gdynia", "pl-PL"},
    Place{"SE", "Uppsala", "sv-SE"},  Place{"IT", "Torino", "it-IT"},
    Place{"JP", "Osaka", "ja-JP"},
};
constexpr std::array<std::string_view, 6> kReferrers = {
    "https://www.example.com/?utm_source=newsletter&utm_medium=email&utm_campaign=autumn",
    "https://search.example.org/find?q=reading+lamp+warm+white&source=web&page=1",
    "https://www.example.com/category/lighting?sort=popularity&view=grid&page=2",
    "https://blog.example.net/2026/10/ten-lamps-for-long-evenings?ref=sidebar",
    "https://www.example.com/product/reviews?order=newest&stars=4&verified=true",
    "https://social.example.org/share/3f81c2?from=feed&position=7&variant=card"};
constexpr std::array<std::string_view, 6> kProducts = {
    R"("name":"Reading lamp Alder, warm white","category":"lighting")",
    R"("name":"Desk lamp Birch with dimmer","category":"lighting")",
    R"("name":"Cast iron casserole, 4 litres","category":"kitchen")",
    R"("name":"Bread knife, serrated, 22 cm","category":"kitchen")",
    R"("name":"Watering can Rowan, 9 litres","category":"garden")",
    R"("name":"Hand trowel, ash handle, steel","category":"garden")"};
constexpr std::array<std::string_view, 4> kExperiments = {"checkout-a", "checkout-b", "search-v2",
                                                          "control"};
constexpr std::array<std::uint32_t, 4> kErrors = {500, 502, 503, 503};

/// Names are user-1942 and up: with these, 4 shards, and the default keys and skew, the shard of
/// "guest" takes about 95 % of its limit and "guest" about 70 % of that shard (a test measures it).
constexpr std::uint64_t kFirstUser = 1941;

class Clickstream final : public Dataset
{
public:
    void writeKey(std::uint64_t rank, LineWriter &out) const override
    {
        if (rank == 0)
            out.text("guest");
        else
            out.text("user-").number(kFirstUser + rank);
    }

    void writePayload(const Draw &draw, LineWriter &out) const override
    {
        const Page &page = draw.pick(1, kPages);
        const std::uint64_t draws = draw.bits(2);
        const bool failed = draw.chance(3, page.errorsPerMille);
        const std::uint32_t status = failed               ? draw.pick(4, kErrors)
                                     : draw.chance(5, 18) ? 404
                                                          : 200;
        // A timed out request takes its 30 s; the others have a long tail.
        const std::uint64_t ms = status == 503
                                     ? 30'000 + (draws & 15)
                                     : page.typicalMs / 2 + (draws >> 8) % page.typicalMs +
                                           (draw.chance(6, 40) ? (draws >> 24) % 900 : 0);
        // Guests share one key but are many people.
        const std::uint64_t visitor = draw.keyRank() == 0 ? draw.below(7, 4000) : draw.keyBits(1);
        const Client &client = kClients[mix64(visitor) % kClients.size()];
        const Place &place = kPlaces[mix64(visitor + 1) % kPlaces.size()];
        const std::uint64_t product = draw.below(8, 400);
        const std::uint64_t priceCents = 499 + mix64(product) % 14'500;
        const std::uint64_t items = page.event == "view" ? 0 : 1 + draw.below(9, 5);

        out.text(R"({"page":")").text(page.path);
        out.text(R"(","status":)").number(status);
        out.text(R"(,"ms":)").number(ms);
        out.text(R"(,"event":")").text(page.event);
        out.text(R"(","user_id":")");
        writeKey(draw.keyRank(), out);
        out.text(R"(","event_time":")").time(draw.due());
        out.text(R"(","event_id":")").hex(draws, 16);
        out.text(R"(","session_id":")").hex(mix64(visitor + 2), 12);
        out.text(R"(","title":")").text(page.title);
        out.text(R"(","referrer":")").text(draw.pick(10, kReferrers));
        out.text(R"(","method":")").text(page.event == "checkout" ? "POST" : "GET");
        out.text(R"(","response_bytes":)").number(failed ? 612 : 9'000 + (draws >> 40) % 60'000);
        out.text(R"(,"ip":"203.0.113.)").number(mix64(visitor + 3) % 254 + 1);
        out.text(R"(","country":")").text(place.country);
        out.text(R"(","city":")").text(place.city);
        out.text(R"(","language":")").text(place.language);
        out.text(R"(","user_agent":")").text(client.userAgent);
        out.text(R"(","device":)").text(client.device);
        out.text(R"(,"product":{"sku":"SKU-)").padded(product, 5).text(R"(",)");
        out.text(kProducts[product % kProducts.size()]);
        out.text(R"(,"price":)").fixed(static_cast<std::int64_t>(priceCents), 2);
        out.text(R"(,"currency":"EUR"},"cart_items":)").number(items);
        out.text(R"(,"cart_value":)").fixed(static_cast<std::int64_t>(priceCents * items), 2);
        out.text(R"(,"experiment":")").text(kExperiments[mix64(visitor + 4) % kExperiments.size()]);
        out.text(R"(","cdn":")").text(draw.chance(11, 700) ? "hit" : "miss");
        out.text(R"(","server":"web-)").padded(1 + (draws >> 4) % 12, 2);
        out.text(R"(","http_version":"HTTP/2","tls":"TLSv1.3","scroll_percent":)");
        out.number(draw.below(12, 101));
        out.text(R"(,"dom_ms":)").number(ms / 2 + 90 + (draws >> 16) % 300);
        out.text(R"(,"load_ms":)").number(ms + 240 + (draws >> 20) % 900);
        out.text("}");
    }

    record::Schema schema() const override
    {
        return *record::parseSchema(
            "page STRING, status INT, ms BIGINT, event STRING, user_id STRING, "
            "event_time TIMESTAMP_LTZ(3), event_id STRING, session_id STRING, title STRING, "
            "referrer STRING, `method` STRING, response_bytes BIGINT, ip STRING, country STRING, "
            "city STRING, `language` STRING, user_agent STRING, device ROW<`type` STRING, os "
            "STRING, "
            "browser STRING, width INT, height INT>, product ROW<sku STRING, name STRING, "
            "category STRING, price DECIMAL(10, 2), currency STRING>, cart_items INT, "
            "cart_value DECIMAL(12, 2), experiment STRING, cdn STRING, server STRING, "
            "http_version STRING, tls STRING, scroll_percent INT, dom_ms BIGINT, load_ms BIGINT");
    }
};

} // namespace

std::unique_ptr<Dataset> makeClickstream()
{
    return std::make_unique<Clickstream>();
}

} // namespace millrace::nodes
