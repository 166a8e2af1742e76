#pragma once
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/inventory/item.hpp"

/// Small advisories and things for tests of matching.
namespace tocsin::engine::exposure::leaves {

struct Leaf {
  std::string product, range;
  std::string model = {};
  std::string status = "known_affected";
};

/// An advisory of one vendor and one vulnerability; `fix`: what it says of one, if anything.
inline formats::csaf::Advisory advisory(std::string id, const std::string& vendor, const std::vector<Leaf>& leaves,
                                        const std::string& fix = "Update", const std::string& title = "t") {
  boost::json::array products, fixed;
  boost::json::object status;
  int number = 0;
  for (const auto& leaf : leaves) {
    const auto product_id = "P" + std::to_string(++number);
    boost::json::object product{{"name", vendor + " " + leaf.product}, {"product_id", product_id}};
    if (!leaf.model.empty()) product["product_identification_helper"] = {{"model_numbers", {leaf.model}}};
    products.push_back(
        {{"category", "product_name"},
         {"name", leaf.product},
         {"branches", {{{"category", "product_version_range"}, {"name", leaf.range}, {"product", product}}}}});
    if (!status.contains(leaf.status)) status[leaf.status] = boost::json::array{};
    status[leaf.status].as_array().emplace_back(product_id);
    fixed.emplace_back(product_id);
  }
  boost::json::object vulnerability{{"cve", "CVE-2026-0001"}, {"product_status", status}};
  if (!fix.empty()) {
    vulnerability["remediations"] = {{{"category", "vendor_fix"}, {"details", fix}, {"product_ids", fixed}}};
  }
  const boost::json::value root{
      {"document",
       {{"category", "csaf_security_advisory"},
        {"csaf_version", "2.0"},
        {"title", title},
        {"publisher", {{"category", "vendor"}, {"name", "Example"}, {"namespace", "https://example.com"}}},
        {"tracking",
         {{"id", id},
          {"version", "1"},
          {"status", "final"},
          {"initial_release_date", "2026-01-01T00:00:00Z"},
          {"current_release_date", "2026-01-01T00:00:00Z"},
          {"revision_history", {{{"date", "2026-01-01T00:00:00Z"}, {"number", "1"}, {"summary", "s"}}}}}}}},
      {"product_tree", {{"branches", {{{"category", "vendor"}, {"name", vendor}, {"branches", products}}}}}},
      {"vulnerabilities", {vulnerability}}};
  auto read = formats::csaf::read_advisory(root);
  EXPECT_TRUE(read) << read.error().message;
  return std::move(read).value();
}

/// A thing with one version of its firmware, where there is one.
inline formats::inventory::Item item(std::string vendor, std::string product, std::string version,
                                     std::string model = {}) {
  formats::inventory::Item made;
  made.row = 1;
  made.vendor = std::move(vendor);
  made.product = std::move(product);
  made.model = std::move(model);
  if (!version.empty()) made.versions.push_back({"firmware", std::move(version)});
  return made;
}

}  // namespace tocsin::engine::exposure::leaves
