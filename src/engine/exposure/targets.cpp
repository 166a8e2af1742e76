#include "engine/exposure/targets.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "engine/exposure/vendor_group.hpp"
#include "formats/order_number.hpp"
#include "formats/purl/purl.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;
namespace vers = formats::vers;

bool has_wildcard(std::string_view number) noexcept { return number.find_first_of("*?") != std::string_view::npos; }

std::string name_text(const csaf::Product& product) {
  auto text = domain::product_display_name(product.product.empty() ? product.name : product.product);
  const auto family = domain::product_display_name(product.family);
  if (!family.empty() && text.find(family) == std::string::npos) text = family + " " + text;
  return text;
}

vers::VendorReading reading_of(const csaf::Product& product) {
  if (product.version.empty()) {
    vers::VendorReading all;
    all.kind = vers::VendorReading::Kind::all;
    return all;
  }
  return vers::read_vendor_text(
      product.version_is_range ? vers::BranchKind::product_version_range : vers::BranchKind::product_version,
      product.product, product.version);
}

std::string label_of(const csaf::Vulnerability& vulnerability) {
  if (!vulnerability.cve.empty()) return vulnerability.cve;
  if (!vulnerability.ids.empty()) return vulnerability.ids.front().second;
  return vulnerability.title;
}

}  // namespace

std::string package_of(std::string_view text, std::string* version) {
  auto purl = formats::purl::parse(text);
  if (!purl) return {};
  if (version != nullptr) *version = purl->version;
  purl->version.clear();
  purl->qualifiers.clear();
  purl->subpath.clear();
  return formats::purl::to_text(*purl);
}

std::string product_of(const formats::cpe::Name& name) {
  const auto& vendor = name[formats::cpe::Part::vendor];
  const auto& product = name[formats::cpe::Part::product];
  if (vendor.text.empty() || product.text.empty()) return {};
  return vendor.text + ":" + product.text;
}

std::uint32_t Targets::intern_name(const csaf::Product& product) {
  auto text = name_text(product);
  auto key = product.vendor + "\n" + text;
  const auto [at, is_new] = name_of.try_emplace(std::move(key), static_cast<std::uint32_t>(names.size()));
  if (!is_new) return at->second;
  auto& name = names.emplace_back();
  name.vendor = domain::vendor_display_name(product.vendor);
  name.vendors = vendor_group(product.vendor);
  name.words = read_product_name(product.vendor, text);
  name.pieces = NamePieces{{text}};
  name.text = std::move(text);
  return at->second;
}

std::size_t Targets::add(const csaf::Advisory& advisory) {
  const auto number = static_cast<std::uint32_t>(documents.size());
  auto& document = documents.emplace_back();
  document.id = advisory.header.tracking_id;
  const auto first = static_cast<std::uint32_t>(products.size());
  HashMap<std::string, std::uint32_t> by_id;
  for (const auto& each : advisory.products) {
    const auto at = static_cast<std::uint32_t>(products.size());
    by_id.emplace(each.id, at);
    auto& product = products.emplace_back();
    product.advisory = number;
    product.id = each.id;
    product.version_text = domain::version_display_text(each.version);
    product.reading = reading_of(each);
    product.name = intern_name(each);
    auto& name = names[product.name];
    name.products.push_back(at);
    const auto add_number = [&](const std::string& written) {
      auto compact = compact_order_number(written);
      if (compact.size() < 4) return;
      if (has_wildcard(compact)) {
        order_patterns.emplace_back(std::move(compact), at);
        return;
      }
      auto& list = by_order_number[compact];
      if (list.empty() && compact.size() >= kOrderPrefix) by_order_prefix[compact.substr(0, kOrderPrefix)];
      if (list.empty() || list.back() != at) list.push_back(at);
    };
    for (const auto& model : each.model_numbers) add_number(model);
    for (const auto& sku : each.skus) add_number(sku);
    for (const auto& own : name.words.order_numbers) add_number(own);
    for (const auto& serial : each.serial_numbers) by_serial[compact_order_number(serial)].push_back(at);
    for (const auto& hash : each.hashes) by_hash[hash.value].push_back(at);
    for (const auto& purl : each.purls) {
      if (auto package = package_of(purl); !package.empty()) by_purl[package].push_back(at);
    }
    if (!each.cpe.empty()) {
      if (auto cpe = formats::cpe::parse(each.cpe)) {
        if (auto key = product_of(*cpe); !key.empty()) by_cpe[key].push_back(at);
        product.cpe = std::move(*cpe);
      }
    }
  }
  for (std::size_t i = 0; i < advisory.products.size(); ++i) {
    const auto found = by_id.find(advisory.products[i].related_to);
    if (found != by_id.end()) products[first + i].installed_on = found->second;
  }
  for (const auto& vulnerability : advisory.vulnerabilities) {
    const auto index = static_cast<std::uint32_t>(document.vulnerabilities.size());
    document.vulnerabilities.push_back(label_of(vulnerability));
    for (const auto& group : vulnerability.statuses) {
      for (const auto& id : group.product_ids) {
        if (const auto found = by_id.find(id); found != by_id.end()) {
          products[found->second].claims.push_back({index, group.status});
        }
      }
    }
    for (const auto& remediation : vulnerability.remediations) {
      if (remediation.category != csaf::RemediationCategory::vendor_fix) continue;
      for (const auto& id : remediation.product_ids) {
        if (const auto found = by_id.find(id); found != by_id.end()) products[found->second].has_fix = true;
      }
    }
  }
  return number;
}

double Targets::weight_of(const std::string& word) const noexcept {
  const auto found = frequency.find(word);
  const double count = found == frequency.end() ? 1 : found->second;
  const double all = static_cast<double>(names.size()) + 1;
  // One name of all: 1; every name: 0. A small catalogue has no rare words, so it starts as if it had a thousand names.
  const double span = std::log(std::max(all, 1000.0));
  return std::clamp(std::log(std::max(all, 1000.0) / count) / span, 0.05, 1.0);
}

namespace {
constexpr std::uint32_t bucket(char first, std::size_t length) noexcept {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(first)) << 16U | static_cast<std::uint32_t>(length);
}
constexpr std::size_t kMistypedBytesMin = 5;
}  // namespace

std::vector<std::string> Targets::near_words(const std::string& word) const {
  std::vector<std::string> near;
  if (word.size() < kMistypedBytesMin || word.size() > 32 || has_digits(word) || frequency.contains(word)) return near;
  const int limit = word.size() >= 9 ? 2 : 1;
  const auto slack = static_cast<std::size_t>(limit);
  for (auto length = word.size() - slack; length <= word.size() + slack; ++length) {
    const auto found = words_like.find(bucket(word.front(), length));
    if (found == words_like.end()) continue;
    for (const auto& other : found->second) {
      if (text::edit_distance(word, other, limit) <= limit) near.push_back(other);
    }
  }
  return near;
}

void Targets::prepare() {
  words_like.clear();
  frequency.clear();
  by_word.clear();
  by_anchor.clear();
  for (const auto& name : names) {
    std::vector<std::string_view> seen;
    for (const auto& term : name.words.terms) {
      for (const auto& spelling : term.spellings) {
        if (std::ranges::find(seen, spelling) == seen.end()) {
          seen.push_back(spelling);
          ++frequency[spelling];
        }
      }
    }
  }
  for (std::uint32_t at = 0; at < names.size(); ++at) {
    auto& name = names[at];
    name.weights.clear();
    name.weight = 0;
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < name.words.terms.size(); ++i) {
      const auto& term = name.words.terms[i];
      double weight = 0;
      for (const auto& spelling : term.spellings) weight = std::max(weight, weight_of(spelling));
      switch (term.kind) {
        case NameTerm::Kind::plain:
          break;
        case NameTerm::Kind::code:
          weight *= 1.4;
          break;
        case NameTerm::Kind::version:
          weight *= 0.5;
          break;
        case NameTerm::Kind::generic:
          weight *= 0.2;
          break;
        case NameTerm::Kind::aside:
          weight *= 0.3;
          break;
      }
      name.weights.push_back(weight);
      name.weight += weight;
      if (term.kind == NameTerm::Kind::plain || term.kind == NameTerm::Kind::code) order.emplace_back(weight, i);
      for (const auto& spelling : term.spellings) {
        auto& list = by_word[spelling];
        if (list.empty() || list.back() != at) list.push_back(at);
      }
    }
    std::ranges::sort(order, std::greater{});
    // Two, because one may be mistyped.
    for (std::size_t i = 0; i < order.size() && i < 2; ++i) {
      for (const auto& spelling : name.words.terms[order[i].second].spellings) {
        auto& list = by_anchor[spelling];
        if (list.empty() || list.back() != at) list.push_back(at);
      }
    }
  }
  for (const auto& [word, count] : frequency) {
    if (word.size() >= kMistypedBytesMin && !has_digits(word))
      words_like[bucket(word.front(), word.size())].push_back(word);
  }
  for (auto& [prefix, list] : by_order_prefix) list.clear();
  for (const auto& [number, list] : by_order_number) {
    if (number.size() < kOrderPrefix) continue;
    auto& all = by_order_prefix[number.substr(0, kOrderPrefix)];
    all.insert(all.end(), list.begin(), list.end());
  }
  for (auto& [prefix, list] : by_order_prefix) {
    std::ranges::sort(list);
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
}

}  // namespace tocsin::engine::exposure
