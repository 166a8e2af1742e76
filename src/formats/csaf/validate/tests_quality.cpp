#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/cpe/cpe.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/walk.hpp"
#include "formats/order_number.hpp"
#include "formats/vers/vendor_text.hpp"

/// What the standard lets pass though it cannot be meant: TOC-001 to TOC-009. docs/quality.md tells of each.
namespace tocsin::formats::csaf {
namespace {

constexpr std::size_t kNameShown = 60;

/// The nearest branch at or above `branch` of this category, or none.
Node branch_above(const Model& model, std::uint32_t branch, std::string_view category) {
  for (; branch != kNone; branch = model.branches[branch].parent) {
    if (model.branches[branch].node.text_at("category") == category) return model.branches[branch].node;
  }
  return {};
}

const Definition* definition_of(const Model& model, ProductNumber product) {
  const auto index = model.products[product].definition;
  return index == kNone ? nullptr : &model.definitions[index];
}

/// For each branch a number that is the same where category and name are, its own and those of all branches above.
/// Numbers from 1, so that a long name is looked at once and not for every product below.
std::vector<std::uint32_t> lineages_of(const Model& model) {
  std::vector<std::uint32_t> lineages(model.branches.size());
  HashMap<std::string, std::uint32_t> numbers;
  for (std::size_t i = 0; i < lineages.size(); ++i) {
    const auto& branch = model.branches[i];
    auto key = fmt::format("{}|", branch.parent == kNone ? 0 : lineages[branch.parent]);
    append_canonical(key, branch.node["category"]);
    append_canonical(key, branch.node["name"]);
    lineages[i] = numbers.try_emplace(std::move(key), static_cast<std::uint32_t>(numbers.size() + 1)).first->second;
  }
  return lineages;
}

/// All that a document says of what a product is, but for its product_id: equal for two entries that no reader can
/// tell apart. Empty for products that are made of others.
std::string description_of(const Definition& definition, const std::vector<std::uint32_t>& lineages) {
  if (definition.kind != Definition::Kind::branch && definition.kind != Definition::Kind::full_product_name) return {};
  auto text = fmt::format("{}|", definition.branch == kNone ? 0 : lineages[definition.branch]);
  append_canonical(text, definition.node["name"]);
  if (const auto helper = definition.node["product_identification_helper"]) append_canonical(text, helper);
  return text;
}

bool contradict(StatusClass a, StatusClass b) noexcept {
  const auto counts = [](StatusClass each) {
    return each == StatusClass::affected || each == StatusClass::not_affected || each == StatusClass::fixed;
  };
  return a != b && counts(a) && counts(b);
}

/// TOC-001
void same_product_contradicts_itself(const Model& model, Sink& sink) {
  if (model.vulnerabilities.empty()) return;
  // Products that are described alike share a number: that of the first of them.
  HashMap<std::string, ProductNumber> firsts;
  const auto lineages = lineages_of(model);
  std::vector<ProductNumber> alike(model.products.size());
  for (ProductNumber product = 0; product < model.products.size(); ++product) {
    alike[product] = product;
    const auto* definition = definition_of(model, product);
    if (definition == nullptr) continue;
    auto description = description_of(*definition, lineages);
    if (!description.empty()) alike[product] = firsts.try_emplace(std::move(description), product).first->second;
  }
  std::vector<const StatusEntry*> seen(model.products.size());
  for (const auto& vulnerability : model.vulnerabilities) {
    for (const auto& entry : vulnerability.status) {
      auto& first = seen[alike[entry.product]];
      if (first == nullptr) {
        first = &entry;
      } else if (first->product != entry.product && contradict(class_of(first->member), class_of(entry.member))) {
        sink.add(entry.node,
                 tr<"'{}' is {} here and described word for word like '{}', which is {}">(
                     text::shorten(model.products[entry.product].id, kNameShown), to_string(entry.member),
                     text::shorten(model.products[first->product].id, kNameShown), to_string(first->member)),
                 tr<"Tell the two products apart by version or identification, or give one status.">());
      }
    }
    for (const auto& entry : vulnerability.status) seen[alike[entry.product]] = nullptr;
  }
}

/// What a vendor writes of the version of a product.
struct Written {
  Node name;                                   ///< Of the branch.
  std::string_view text;                       ///< Of the name.
  bool is_range = false;                       ///< product_version_range, else product_version.
  std::uint32_t above = kNone;                 ///< The branch above the version.
  std::optional<vers::VendorReading> reading;  ///< Of ranges.
};

std::optional<Written> written_version(const Model& model, const Definition& definition) {
  if (definition.kind != Definition::Kind::branch || definition.branch == kNone) return std::nullopt;
  const auto& branch = model.branches[definition.branch];
  const auto kind = vers::parse_branch_kind(branch.node.text_at("category"));
  const auto name = branch.node["name"];
  if (!name.is_string() ||
      (kind != vers::BranchKind::product_version && kind != vers::BranchKind::product_version_range)) {
    return std::nullopt;
  }
  return Written{.name = name,
                 .text = name.text(),
                 .is_range = kind == vers::BranchKind::product_version_range,
                 .above = branch.parent,
                 .reading = {}};
}

vers::VendorReading read_range(const Model& model, const Written& written) {
  auto product = branch_above(model, written.above, "product_name").text_at("name");
  // A longer one tells nothing about the range, and is looked through for each.
  constexpr std::size_t kProductBytesMax = 1000;
  if (product.size() > kProductBytesMax) product = {};
  return vers::read_vendor_text(vers::BranchKind::product_version_range, product, written.text);
}

/// Fixed versions that are compared with the ranges beside them, for one vulnerability.
constexpr std::size_t kComparisonsMax = 10'000;

/// TOC-002
void fixed_version_in_affected_range(const Model& model, Sink& sink) {
  for (const auto& vulnerability : model.vulnerabilities) {
    std::map<std::uint32_t, std::vector<Written>> ranges;  // By the branch above.
    for (const auto& entry : vulnerability.status) {
      const auto* definition = definition_of(model, entry.product);
      if (class_of(entry.member) != StatusClass::affected || definition == nullptr) continue;
      auto written = written_version(model, *definition);
      if (written && written->is_range) ranges[written->above].push_back(std::move(*written));
    }
    if (ranges.empty()) continue;
    std::size_t comparisons = 0;
    for (const auto& entry : vulnerability.status) {
      const auto* definition = definition_of(model, entry.product);
      if (class_of(entry.member) != StatusClass::fixed || definition == nullptr) continue;
      const auto written = written_version(model, *definition);
      if (!written || written->is_range) continue;
      const auto beside = ranges.find(written->above);
      if (beside == ranges.end()) continue;
      for (auto& range : beside->second) {
        if (++comparisons > kComparisonsMax) break;
        if (!range.reading) range.reading = read_range(model, range);
        if (vers::affects(*range.reading, written->text).answer != vers::Affected::Answer::yes) continue;
        sink.add(entry.node,
                 tr<"version '{}' is {}, and lies in '{}', which is affected">(text::shorten(written->text, kNameShown),
                                                                               to_string(entry.member),
                                                                               text::shorten(range.text, kNameShown)),
                 tr<"End the affected range before the version with the fix.">());
        break;
      }
    }
  }
}

/// TOC-003
void aggregate_severity_contradicts_scores(const Model& model, Sink& sink) {
  const auto aggregate = model.document["aggregate_severity"];
  const auto severity = aggregate["text"];
  // With a namespace the word is of a scale that is not the one of CVSS.
  if (!severity.is_string() || aggregate["namespace"]) return;
  const auto stated = cvss::parse_severity(severity.text());
  if (!stated) return;
  std::optional<cvss::Severity> worst;
  for (const auto& each : model.cvss) {
    const auto score = each.node["baseScore"].number();
    if (!score || !each.vector || *score < 0 || *score > 10) continue;
    const auto own = cvss::severity_of(static_cast<int>(std::lround(*score * 10)), each.vector->version);
    worst = worst ? std::max(*worst, own) : own;
  }
  if (!worst || *worst == *stated) return;
  sink.add(severity,
           tr<"the aggregate severity is {}, the worst score is {}">(cvss::to_string(*stated), cvss::to_string(*worst)),
           tr<"Say the severity of the worst vulnerability, or name the scale that the word is of in namespace.">());
}

/// TOC-004; in 2.1 it is a mandatory test of the standard.
void invalid_vers(const Model& model, Sink& sink) {
  for (const auto& branch : model.branches) {
    const auto name = branch.node["name"];
    if (branch.node.text_at("category") != "product_version_range" || !name.text().starts_with("vers:")) continue;
    const auto why = vers::why_not_canonical(name.text());
    if (why.empty()) continue;
    sink.add(name, tr<"this is no valid version range specifier: {}">(why),
             tr<"Write a valid vers, as CSAF 2.1 demands.">());
  }
}

/// TOC-005
void dates_out_of_order(const Model& model, Sink& sink) {
  const auto late = [&](Node earlier, std::string_view what, Node later, std::string_view than) {
    const auto a = parse_rfc3339(earlier.text()), b = parse_rfc3339(later.text());
    if (!a || !b || *a <= *b) return;
    sink.add(earlier, tr<"{} is {}, later than {}, {}">(what, earlier.text(), than, later.text()),
             tr<"Put right whichever of the two dates is wrong.">());
  };
  const auto current = model.tracking["current_release_date"];
  late(model.tracking["initial_release_date"], tr<"the first release">(), current, tr<"the current one">());
  const auto disclosure = model.is_2_0() ? "release_date" : "disclosure_date";
  for (const auto& vulnerability : model.vulnerabilities) {
    late(vulnerability.node["discovery_date"], tr<"the discovery">(), vulnerability.node[disclosure],
         tr<"the disclosure">());
    late(vulnerability.node["discovery_date"], tr<"the discovery">(), current, tr<"the release of this document">());
    for (const auto threat : vulnerability.node["threats"].elements()) {
      late(threat["date"], tr<"the assessment of the threat">(), current, tr<"the release of this document">());
    }
  }
}

/// TOC-006
void order_number_only_in_name(const Model& model, Sink& sink) {
  each_full_product_name(model, [&](Node product) {
    const auto name = product["name"];
    const auto helper = product["product_identification_helper"];
    if (helper["model_numbers"] || helper["skus"] || !name.is_string()) return;
    const auto numbers = order_numbers_in(name.text());
    if (numbers.empty()) return;
    sink.add(name, tr<"order number '{}' stands in the name alone">(numbers.front()),
             tr<"Give it in product_identification_helper as model number or SKU, where programs find it.">());
  });
}

/// TOC-007
void affected_without_advice(const Model& model, Sink& sink) {
  for (const auto& vulnerability : model.vulnerabilities) {
    const auto affected = std::ranges::find_if(
        vulnerability.status, [](const StatusEntry& entry) { return class_of(entry.member) == StatusClass::affected; });
    if (affected == vulnerability.status.end()) continue;
    const auto& node = vulnerability.node;
    if (!node["remediations"].empty() || !node["notes"].empty() || !node["threats"].empty()) continue;
    sink.add(node, tr<"products are affected, and the document says neither what it means nor what to do">(),
             tr<"Add a remediation, if only none_available, and a note that describes the vulnerability.">());
  }
}

/// "4.5.0" as [4, 5], "V4.5" too: what is certainly a number of version, without zeros at its end.
std::optional<std::vector<std::uint32_t>> plain_version(std::string_view text) {
  if (!text.empty() && (text.front() == 'v' || text.front() == 'V')) text.remove_prefix(1);
  std::vector<std::uint32_t> numbers;
  bool digit_before = false;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      constexpr std::uint32_t kMax = 100'000'000;
      if (!digit_before) numbers.push_back(0);
      if (numbers.back() > kMax) return std::nullopt;
      numbers.back() = numbers.back() * 10 + static_cast<std::uint32_t>(c - '0');
      digit_before = true;
    } else if (c == '.' && digit_before) {
      digit_before = false;
    } else {
      return std::nullopt;
    }
  }
  if (!digit_before) return std::nullopt;
  while (numbers.size() > 1 && numbers.back() == 0) numbers.pop_back();
  return numbers;
}

/// TOC-008
void cpe_contradicts_version(const Model& model, Sink& sink) {
  for (const auto& definition : model.definitions) {
    const auto cpe = definition.node["product_identification_helper"]["cpe"];
    if (!cpe.is_string()) continue;
    const auto written = written_version(model, definition);
    if (!written) continue;
    const auto name = cpe::parse(cpe.text());
    if (!name) continue;
    const auto& version = (*name)[cpe::Part::version];
    if (version.kind != cpe::Attribute::Kind::text || version.has_wildcards()) continue;
    if (written->is_range) {
      const auto reading = read_range(model, *written);
      // A range that the CPE's version does lie in is named by its end or its begin; that is usual and understood.
      if (vers::affects(reading, version.text).answer != vers::Affected::Answer::no) continue;
      if ((reading.kind == vers::VendorReading::Kind::range || reading.kind == vers::VendorReading::Kind::list ||
           reading.kind == vers::VendorReading::Kind::date) &&
          std::ranges::any_of(reading.intervals, [&](const vers::VendorInterval& each) {
            const auto bound = each.high ? plain_version(each.high->version.text) : std::nullopt;
            return bound && bound == plain_version(version.text);
          })) {
        continue;
      }
    } else {
      const auto own = plain_version(written->text), named = plain_version(version.text);
      if (!own || !named || *own == *named) continue;
    }
    sink.add(cpe,
             tr<"the CPE is of version '{}', the product of '{}'">(text::shorten(version.text, kNameShown),
                                                                   text::shorten(written->text, kNameShown)),
             tr<"Put right the CPE, or write * for its version.">());
  }
}

/// TOC-009
void version_that_cannot_be_read(const Model& model, Sink& sink) {
  for (std::uint32_t at = 0; at < model.branches.size() && !sink.full(); ++at) {
    const auto& branch = model.branches[at];
    const auto name = branch.node["name"];
    if (branch.node.text_at("category") != "product_version_range" || !name.is_string()) continue;
    const Written written{.name = name, .text = name.text(), .is_range = true, .above = branch.parent, .reading = {}};
    const auto reading = read_range(model, written);
    // Serial numbers and dates are no versions, but clear enough to ask for.
    if (reading.kind != vers::VendorReading::Kind::unread && reading.kind != vers::VendorReading::Kind::not_a_version &&
        reading.kind != vers::VendorReading::Kind::model) {
      continue;
    }
    sink.add(name, tr<"no program can tell which versions '{}' means">(text::shorten(written.text, kNameShown)),
             tr<"Write the range as vers, such as vers:generic/>=2.0|<4.5.">());
  }
}

constexpr Test kTests[] = {
    {.id = "TOC-001", .run = same_product_contradicts_itself},
    {.id = "TOC-002", .run = fixed_version_in_affected_range},
    {.id = "TOC-003", .run = aggregate_severity_contradicts_scores},
    {.id = "TOC-004", .in_2_1 = false, .run = invalid_vers},
    {.id = "TOC-005", .run = dates_out_of_order},
    {.id = "TOC-006", .run = order_number_only_in_name},
    {.id = "TOC-007", .run = affected_without_advice},
    {.id = "TOC-008", .run = cpe_contradicts_version},
    {.id = "TOC-009", .run = version_that_cannot_be_read},
};

}  // namespace

std::span<const Test> quality_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
