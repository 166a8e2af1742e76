#include "engine/threat/products.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/search/indexer.hpp"
#include "engine/testing/samples.hpp"
#include "store/records.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::policy::Viewer;
using engine::testing::Sample;
using store_testing::kTestNow;

class ProductsNamed : public store_testing::DatabaseTest {
 protected:
  void publish(const Sample& sample) {
    ASSERT_TRUE(database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), kTestNow);
    }));
  }
  void index() { ASSERT_TRUE(search::index_all(database())); }
  /// "Flow Controller 2; ..." with how many advisories.
  std::string in(std::string_view text, const Viewer& viewer = {}) {
    const auto found = database().snapshot(
        [&](store::Connection& connection) { return products_named(connection, viewer, text, kTestNow); });
    EXPECT_TRUE(found) << found.error().detail;
    std::string out;
    for (const auto& each : found->items) out += fmt::format("{} {}; ", each.product, each.advisory_count);
    return out;
  }
};
TOCSIN_ON_BOTH_DATABASES(ProductsNamed);

TEST_P(ProductsNamed, AreThoseWhoseVendorAndNameStandThere) {
  publish({});
  publish({.id = "EX-2", .products = {{}, {.name = "Flow Controller Pro"}, {.name = "V 2"}, {.name = "Gate"}}});
  publish({.id = "EX-3", .products = {{.vendor = "Brightwater", .name = "Level meter 3000"}}});
  publish({.id = "EX-4", .products = {{.vendor = "Acme", .name = "Flow Controller"}}, .tlp = domain::Tlp::red});
  index();
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"The Flow Controller by Example Pumps", "Flow Controller 2; "},
      {"EXAMPLE PUMPS: flow-controller, V1", "Flow Controller 2; "},
      {"The Flow Controller by somebody", ""},
      {"Example Pumps make Flow things and Controllers", ""},
      {"Flow Controller Pro (Example Pumps)", "Flow Controller Pro 1; "},
      {"Flow Controller Pro and Flow Controller, Example Pumps", "Flow Controller 2; Flow Controller Pro 1; "},
      {"Example Pumps have a V 2 and a Gate", ""},
      {"Example Pumps V 2", "V 2 1; "},
      {"Example Pumps Gate", "Gate 1; "},
      {"cpe:2.3:h:brightwater:level_meter_3000:1.0:*:*:*:*:*:*:*", "Level meter 3000 1; "},
      {"Acme Flow Controller", ""},
      {"", ""},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(in(text), expected) << text;
}

TEST(ProductText, IsWhatTheStandardHasOfProducts) {
  const auto object = boost::json::parse(
      R"({"name":"Meter","vendor":"Brightwater","cpe":"cpe:2.3:a:b:c","x_other":"Acme","external_references":[)"
      R"({"description":"On pumps","url":"http://x"},7],"aliases":["Rake",{}],"description":5})");
  const auto text = product_text_of(object.as_object());
  EXPECT_EQ(text, "Brightwater Meter\ncpe:2.3:a:b:c\nOn pumps\nRake\n");
}

}  // namespace
}  // namespace tocsin::engine::threat
