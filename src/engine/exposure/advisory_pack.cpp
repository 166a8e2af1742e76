#include "engine/exposure/advisory_pack.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/packing.hpp"
#include "engine/exposure/targets.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;
using Positions = HashMap<std::string_view, std::uint64_t>;

/// Lists that a product may have, each read and written the same way.
constexpr std::vector<std::string> csaf::Product::* kTexts[] = {&csaf::Product::model_numbers, &csaf::Product::skus,
                                                                &csaf::Product::serial_numbers, &csaf::Product::purls};

/// Products by position, the difference to the one before: they stand in order, so most are small. What is no product
/// of the advisory says nothing of any.
void write_products(PackWriter& out, const std::vector<std::string>& ids, const Positions& positions) {
  std::vector<std::uint64_t> known;
  known.reserve(ids.size());
  for (const auto& id : ids) {
    if (const auto found = positions.find(id); found != positions.end()) known.push_back(found->second);
  }
  std::ranges::sort(known);
  out.number(known.size());
  std::uint64_t before = 0;
  for (const auto position : known) {
    out.number(position - before);
    before = position;
  }
}

bool read_products(PackReader& in, const std::vector<csaf::Product>& products, std::vector<std::string>& ids) {
  const auto count = in.count();
  ids.reserve(count);
  std::uint64_t position = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto step = in.number();
    if (!in.good() || step >= products.size() || position + step >= products.size()) return false;
    position += step;
    ids.push_back(products[static_cast<std::size_t>(position)].id);
  }
  return in.good();
}

void write_product(PackWriter& out, const csaf::Product& product, const Positions& positions) {
  out.text(product.id);
  out.text(product.vendor);
  out.text(product.family);
  out.text(product.product);
  // Only where there is nothing shorter.
  out.text(product.product.empty() || name_tells_versions(product.name) ? product.name : std::string_view{});
  out.text(product.version);
  out.number(product.version_is_range ? 1 : 0);
  for (const auto list : kTexts) {
    out.number((product.*list).size());
    for (const auto& each : product.*list) out.text(each);
  }
  out.text(product.cpe);
  out.number(product.hashes.size());
  for (const auto& hash : product.hashes) {
    out.text(hash.algorithm);
    out.text(hash.value);
  }
  const auto on = positions.find(product.related_to);
  out.number(on == positions.end() ? 0 : on->second + 1);
}

/// `on`: position of what it is installed on, from 1, or 0.
csaf::Product read_product(PackReader& in, std::uint64_t& on) {
  csaf::Product product;
  product.id = in.text();
  product.vendor = in.text();
  product.family = in.text();
  product.product = in.text();
  product.name = in.text();
  product.version = in.text();
  product.version_is_range = in.number() != 0;
  for (const auto list : kTexts) {
    for (auto left = in.count(); left > 0 && in.good(); --left) (product.*list).emplace_back(in.text());
  }
  product.cpe = in.text();
  for (auto left = in.count(); left > 0 && in.good(); --left) {
    auto& hash = product.hashes.emplace_back();
    hash.algorithm = in.text();
    hash.value = in.text();
  }
  on = in.number();
  return product;
}

void write_vulnerability(PackWriter& out, const csaf::Vulnerability& vulnerability, const Positions& positions) {
  out.text(vulnerability.cve);
  const bool by_id = vulnerability.cve.empty() && !vulnerability.ids.empty();
  out.text(by_id ? vulnerability.ids.front().second : std::string_view{});
  out.text(vulnerability.cve.empty() && !by_id ? vulnerability.title : std::string_view{});
  out.number(vulnerability.statuses.size());
  for (const auto& group : vulnerability.statuses) {
    out.number(static_cast<std::uint64_t>(group.status));
    write_products(out, group.product_ids, positions);
  }
  // By the version that they name: of their words no more is asked for.
  std::map<std::string, std::vector<std::string>> fixed;
  for (const auto& remediation : vulnerability.remediations) {
    if (remediation.category != csaf::RemediationCategory::vendor_fix) continue;
    auto& ids = fixed[first_fixed_in(remediation.details)];
    ids.insert(ids.end(), remediation.product_ids.begin(), remediation.product_ids.end());
  }
  out.number(fixed.size());
  for (auto& [version, ids] : fixed) {
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    out.text(version);
    write_products(out, ids, positions);
  }
  out.number(vulnerability.flags.size());
  for (const auto& flag : vulnerability.flags) {
    out.text(flag.label);
    out.number(flag.product_ids.empty() ? 1 : 0);
    write_products(out, flag.product_ids, positions);
  }
}

bool read_vulnerability(PackReader& in, const std::vector<csaf::Product>& products,
                        csaf::Vulnerability& vulnerability) {
  vulnerability.cve = in.text();
  if (const auto id = in.text(); !id.empty()) vulnerability.ids.emplace_back(std::string{}, id);
  vulnerability.title = in.text();
  for (auto left = in.count(); left > 0; --left) {
    auto& group = vulnerability.statuses.emplace_back();
    const auto status = in.number();
    if (status > static_cast<std::uint64_t>(csaf::ProductStatus::unknown)) return false;
    group.status = static_cast<csaf::ProductStatus>(status);
    if (!read_products(in, products, group.product_ids)) return false;
  }
  for (auto left = in.count(); left > 0; --left) {
    auto& fix = vulnerability.remediations.emplace_back();
    fix.category = csaf::RemediationCategory::vendor_fix;
    if (const auto version = in.text(); !version.empty()) fix.details = fmt::format("Update to {} or later", version);
    if (!read_products(in, products, fix.product_ids)) return false;
  }
  for (auto left = in.count(); left > 0; --left) {
    auto& flag = vulnerability.flags.emplace_back();
    flag.label = in.text();
    const bool of_all = in.number() != 0;
    // Of products that are unknown is not of all.
    if (!read_products(in, products, flag.product_ids) || of_all != flag.product_ids.empty()) return false;
  }
  return true;
}

}  // namespace

std::string pack_advisory(const csaf::Advisory& advisory) {
  std::string bytes;
  PackWriter out{bytes};
  Positions positions;
  for (std::size_t i = 0; i < advisory.products.size(); ++i) positions.emplace(advisory.products[i].id, i);
  out.text(advisory.header.tracking_id);
  out.text(advisory.header.title);
  out.number(advisory.products.size());
  for (const auto& product : advisory.products) write_product(out, product, positions);
  out.number(advisory.vulnerabilities.size());
  for (const auto& each : advisory.vulnerabilities) write_vulnerability(out, each, positions);
  return bytes;
}

Result<csaf::Advisory> unpack_advisory(std::string_view bytes) {
  const auto damaged = [] { return Error::invalid("The packed advisory is damaged"); };
  PackReader in{bytes};
  csaf::Advisory advisory;
  advisory.header.tracking_id = in.text();
  advisory.header.title = in.text();
  const auto products = in.count();
  std::vector<std::uint64_t> on;
  for (std::size_t i = 0; i < products && in.good(); ++i)
    advisory.products.push_back(read_product(in, on.emplace_back()));
  for (std::size_t i = 0; i < advisory.products.size(); ++i) {
    if (on[i] > advisory.products.size()) return damaged();
    if (on[i] > 0) advisory.products[i].related_to = advisory.products[static_cast<std::size_t>(on[i] - 1)].id;
  }
  const auto vulnerabilities = in.count();
  for (std::size_t i = 0; i < vulnerabilities && in.good(); ++i) {
    if (!read_vulnerability(in, advisory.products, advisory.vulnerabilities.emplace_back())) return damaged();
  }
  if (!in.good() || !in.at_end()) return damaged();
  return advisory;
}

}  // namespace tocsin::engine::exposure
