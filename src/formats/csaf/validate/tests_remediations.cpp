#include <algorithm>
#include <array>
#include <bit>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/walk.hpp"

/// What CSAF 2.1 says twice about a product of one vulnerability: remediations that contradict each other or the
/// product's status (section 3.2.4.14.1), CVSS beside a rating in words: 6.1.35, 6.1.36, 6.1.56.
namespace tocsin::formats::csaf {
namespace {

using Categories = std::uint8_t;  ///< A set: one bit for each of kCategories.
using Classes = std::uint8_t;     ///< A set of StatusClass.

enum Category : Categories {
  kWorkaround = 1 << 0,
  kMitigation = 1 << 1,
  kVendorFix = 1 << 2,
  kOptionalPatch = 1 << 3,
  kNoneAvailable = 1 << 4,
  kFixPlanned = 1 << 5,
  kNoFixPlanned = 1 << 6,
};
constexpr Categories kAll = 0x7F;

constexpr Classes bit(StatusClass status) { return static_cast<Classes>(1U << static_cast<unsigned>(status)); }
constexpr Classes kAffected = bit(StatusClass::affected);
constexpr Classes kNotAffected = bit(StatusClass::not_affected);
constexpr Classes kFixed = bit(StatusClass::fixed);
constexpr Classes kInvestigated = bit(StatusClass::under_investigation);
constexpr Classes kUnknown = bit(StatusClass::unknown);

constexpr Message kClassNames[] = {message<"affected">, message<"not affected">, message<"fixed">,
                                   message<"under investigation">, message<"unknown">};

struct CategoryRules {
  std::string_view name;
  Categories contradicting;  ///< Prohibited for the same product.
  Classes prohibited;        ///< Product status groups.
  Classes discouraged;
};

/// Tables 1 and 2 of section 3.2.4.14.1, in the order of the bits.
constexpr std::array<CategoryRules, 7> kCategories = {{
    {"workaround", kOptionalPatch | kNoneAvailable, kNotAffected | kFixed, kInvestigated | kUnknown},
    {"mitigation", kOptionalPatch | kNoneAvailable, kNotAffected | kFixed, kInvestigated | kUnknown},
    {"vendor_fix", kOptionalPatch | kNoneAvailable | kFixPlanned | kNoFixPlanned, kNotAffected | kFixed,
     kInvestigated | kUnknown},
    {"optional_patch", kAll & ~kOptionalPatch, kAffected, kFixed},
    {"none_available", kAll & ~kNoneAvailable, kNotAffected | kFixed, 0},
    {"fix_planned", kVendorFix | kOptionalPatch | kNoneAvailable | kNoFixPlanned, kFixed,
     kNotAffected | kInvestigated | kUnknown},
    {"no_fix_planned", kVendorFix | kOptionalPatch | kNoneAvailable | kFixPlanned, kFixed, kNotAffected},
}};

std::size_t category_of(Node remediation) noexcept {
  const auto name = remediation.text_at("category");
  return static_cast<std::size_t>(std::ranges::find(kCategories, name, &CategoryRules::name) - kCategories.begin());
}

/// "'A'", "'A' and 2 others".
std::string named(const Model& model, ProductNumber first, std::size_t count) {
  auto text = fmt::format("'{}'", model.products[first].id);
  if (count > 1) {
    const auto others = static_cast<long long>(count) - 1;
    text += trn<" and {} other", " and {} others">(others, text::thousands(others));
  }
  return text;
}

/// A small set for every product, emptied at the cost of what was put in.
class ProductSets {
 public:
  explicit ProductSets(const Model& model) : sets_(model.products.size()) {}
  std::uint8_t& operator[](ProductNumber product) {
    if (sets_[product] == 0) touched_.push_back(product);
    return sets_[product];
  }
  std::uint8_t at(ProductNumber product) const { return sets_[product]; }
  void clear() {
    for (const auto product : touched_) sets_[product] = 0;
    touched_.clear();
  }

 private:
  std::vector<std::uint8_t> sets_;
  std::vector<ProductNumber> touched_;
};

bool can_contradict(Node remediations) noexcept {
  Categories seen = 0;
  for (const auto each : remediations.elements()) {
    const auto category = category_of(each);
    if (category == kCategories.size()) continue;
    if ((seen & kCategories[category].contradicting) != 0) return true;
    seen = static_cast<Categories>(seen | 1U << category);
  }
  return false;
}

void contradicting_remediations(const Model& model, Sink& sink) {
  ProductSets seen{model};
  for (const auto& vulnerability : model.vulnerabilities) {
    const auto remediations = vulnerability.node["remediations"];
    if (!can_contradict(remediations)) continue;
    seen.clear();
    for (const auto remediation : remediations.elements()) {
      const auto category = category_of(remediation);
      if (category == kCategories.size()) continue;
      ProductNumber first = kNone;
      Categories others = 0;
      std::size_t count = 0;
      for (const auto product : model.products_of(remediation)) {
        auto& set = seen[product];
        if (const auto against = set & kCategories[category].contradicting; against != 0) {
          if (count++ == 0) {
            first = product;
            others = static_cast<Categories>(against);
          }
        }
        set = static_cast<Categories>(set | 1U << category);
      }
      if (count == 0) continue;
      const auto other = static_cast<std::size_t>(std::countr_zero(others));
      sink.add(remediation,
               tr<"remediation {} contradicts {} for product {}">(kCategories[category].name, kCategories[other].name,
                                                                  named(model, first, count)),
               tr<"Keep for each product the remediation that holds, and take it out of the other.">());
    }
  }
}

/// Tells of each remediation for products whose status is among those that the rules name so.
void check_combinations(const Model& model, Sink& sink, Classes CategoryRules::* unwanted, bool prohibited,
                        std::string_view mend) {
  ProductSets status{model};
  for (const auto& vulnerability : model.vulnerabilities) {
    const auto remediations = vulnerability.node["remediations"];
    if (vulnerability.status.empty() || remediations.empty()) continue;
    status.clear();
    for (const auto& entry : vulnerability.status) {
      auto& set = status[entry.product];
      set = static_cast<Classes>(set | bit(class_of(entry.member)));
    }
    for (const auto remediation : remediations.elements()) {
      const auto category = category_of(remediation);
      if (category == kCategories.size()) continue;
      const auto classes = kCategories[category].*unwanted;
      ProductNumber first = kNone;
      std::size_t count = 0;
      for (const auto product : model.products_of(remediation)) {
        if ((status.at(product) & classes) != 0 && count++ == 0) first = product;
      }
      if (count == 0) continue;
      const auto against = static_cast<unsigned>(status.at(first) & classes);
      const auto& name = kCategories[category].name;
      const auto products = named(model, first, count);
      const auto& is = kClassNames[static_cast<std::size_t>(std::countr_zero(against))];
      sink.add(remediation,
               prohibited ? tr<"remediation {} cannot be for product {}, which is {}">(name, products, is)
                          : tr<"remediation {} should not be for product {}, which is {}">(name, products, is),
               mend);
    }
  }
}

void contradicting_product_status_remediation_combination(const Model& model, Sink& sink) {
  check_combinations(model, sink, &CategoryRules::prohibited, true,
                     tr<"Take the product out of the remediation, or correct its status.">());
}

void discouraged_product_status_remediation_combination(const Model& model, Sink& sink) {
  check_combinations(model, sink, &CategoryRules::discouraged, false,
                     tr<"Say more about the product's status, or take it out of the remediation.">());
}

/// A product as a source sees it.
struct Rated {
  ProductNumber product;
  std::uint32_t source;
  friend auto operator<=>(const Rated&, const Rated&) = default;
};

void use_of_cvss_and_qualitative_severity_rating(const Model& model, Sink& sink) {
  HashMap<std::string_view, std::uint32_t> sources;
  std::vector<Rated> with_cvss;
  for (const auto& vulnerability : model.vulnerabilities) {
    const auto metrics = vulnerability.node["metrics"];
    // Without a source the document's author rated: 0, which no named source has.
    const auto source_of = [&](Node metric) -> std::uint32_t {
      const auto source = metric["source"];
      if (!source.is_string()) return 0;
      return sources.try_emplace(source.text(), static_cast<std::uint32_t>(sources.size() + 1)).first->second;
    };
    with_cvss.clear();
    bool has_rating = false;
    for (const auto metric : metrics.elements()) {
      const auto content = metric["content"];
      has_rating = has_rating || content["qualitative_severity_rating"];
      if (!content["cvss_v2"] && !content["cvss_v3"] && !content["cvss_v4"]) continue;
      const auto source = source_of(metric);
      for (const auto id : metric["products"].elements()) {
        if (id.is_string()) with_cvss.push_back({model.product(id.text()), source});
      }
    }
    if (!has_rating || with_cvss.empty()) continue;
    std::ranges::sort(with_cvss);
    for (const auto metric : metrics.elements()) {
      const auto rating = metric["content"]["qualitative_severity_rating"];
      if (!rating) continue;
      const auto source = source_of(metric);
      ProductNumber first = kNone;
      std::size_t count = 0;
      for (const auto id : metric["products"].elements()) {
        const auto product = id.is_string() ? model.product(id.text()) : kNone;
        if (product != kNone && std::ranges::binary_search(with_cvss, Rated{product, source}) && count++ == 0) {
          first = product;
        }
      }
      if (count == 0) continue;
      sink.add(metric,
               tr<"product {} has a qualitative severity rating ('{}') and a CVSS score of the same source">(
                   named(model, first, count), rating.text()),
               tr<"Remove qualitative_severity_rating; the CVSS score says more.">());
    }
  }
}

constexpr Test kTests[] = {
    {.id = "6.1.35", .in_2_0 = false, .run = contradicting_remediations},
    {.id = "6.1.36", .in_2_0 = false, .run = contradicting_product_status_remediation_combination},
    {.id = "6.2.27", .in_2_0 = false, .run = discouraged_product_status_remediation_combination},
    {.id = "6.1.56", .in_2_0 = false, .run = use_of_cvss_and_qualitative_severity_rating},
};

}  // namespace

std::span<const Test> remediation_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
