#include "formats/csaf/export/outline.hpp"

#include <map>
#include <set>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/text.hpp"

namespace tocsin::formats::csaf {
namespace {

using Kind = Block::Kind;

/// A name that is repeated is cut here; in full it stands where it is introduced. A hostile name of megabytes that
/// thousands of lists refer to would else ask for more memory than any machine has.
constexpr std::size_t kNameBytesMax = 400;

std::string joined(const std::vector<std::string>& parts, std::string_view separator = ", ") {
  std::string text;
  for (const auto& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

/// "security_advisory" -> "Security advisory".
std::string words(std::string_view name) {
  std::string text{name};
  for (auto& each : text) {
    if (each == '_') each = ' ';
  }
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string tenths(int score) { return fmt::format("{}.{}", score / 10, score % 10); }

std::string_view title_of(ProductStatus status) noexcept {
  switch (status) {
    case ProductStatus::known_affected:
      return "Affected products";
    case ProductStatus::first_affected:
      return "First affected products";
    case ProductStatus::last_affected:
      return "Last affected products";
    case ProductStatus::under_investigation:
      return "Products under investigation";
    case ProductStatus::known_not_affected:
      return "Products not affected";
    case ProductStatus::fixed:
      return "Fixed products";
    case ProductStatus::first_fixed:
      return "First fixed products";
    case ProductStatus::recommended:
      return "Recommended products";
    case ProductStatus::unknown:
      break;
  }
  return "Products of unknown status";
}

std::string_view title_of(RemediationCategory category) noexcept {
  switch (category) {
    case RemediationCategory::vendor_fix:
      return "Fix by the vendor";
    case RemediationCategory::fix_planned:
      return "Fix planned";
    case RemediationCategory::optional_patch:
      return "Optional patch";
    case RemediationCategory::workaround:
      return "Workaround";
    case RemediationCategory::mitigation:
      return "Mitigation";
    case RemediationCategory::no_fix_planned:
      return "No fix planned";
    case RemediationCategory::none_available:
      break;
  }
  return "No fix available";
}

class Writer {
 public:
  explicit Writer(const Advisory& advisory) : advisory_(advisory) {
    for (const auto& product : advisory.products) by_id_.emplace(product.id, &product);
  }

  std::vector<Block> write() {
    head();
    if (!advisory_.extensions.empty()) text("Warning: this advisory " + warning_of(advisory_.extensions) + ".");
    summary();
    severities();
    products();
    remediations();
    if (!advisory_.vulnerabilities.empty()) heading(2, "Vulnerabilities");
    for (std::size_t i = 0; i < advisory_.vulnerabilities.size(); ++i)
      vulnerability(advisory_.vulnerabilities[i], i + 1);
    other_notes();
    references(2, advisory_.references);
    acknowledgments(2, advisory_.acknowledgments);
    history();
    return std::move(blocks_);
  }

 private:
  void heading(std::size_t level, std::string text) {
    blocks_.push_back(
        {.kind = Kind::heading, .level = level, .label = {}, .text = std::move(text), .url = {}, .rows = {}});
  }
  void text(std::string text) {
    if (text.empty()) return;
    blocks_.push_back({.kind = Kind::text, .level = 0, .label = {}, .text = std::move(text), .url = {}, .rows = {}});
  }
  void fact(std::string label, std::string text) {
    if (text.empty()) return;
    blocks_.push_back(
        {.kind = Kind::fact, .level = 0, .label = std::move(label), .text = std::move(text), .url = {}, .rows = {}});
  }
  void item(std::size_t level, std::string text, std::string url = {}) {
    if (text.empty() && url.empty()) return;
    blocks_.push_back(
        {.kind = Kind::item, .level = level, .label = {}, .text = std::move(text), .url = std::move(url), .rows = {}});
  }
  void date(std::string label, const std::optional<Timestamp>& date) {
    if (date) fact(std::move(label), format_minute(*date));
  }

  void head() {
    const auto& header = advisory_.header;
    heading(1, header.title);
    fact("Advisory", header.tracking_id);
    fact("Also known as", joined(header.aliases));
    fact("Version", fmt::format("{} ({})", header.tracking_version, header.tracking_status));
    fact("TLP", header.tlp_label);
    fact("Distribution", advisory_.distribution_text);
    fact("Publisher", header.publisher_namespace.empty()
                          ? header.publisher_name
                          : fmt::format("{} ({})", header.publisher_name, header.publisher_namespace));
    fact("Contact", advisory_.contact_details);
    fact("Issuing authority", advisory_.issuing_authority);
    fact("First released", format_minute(header.initial_release_date));
    fact("Last changed", format_minute(header.current_release_date));
    fact("Severity", advisory_.aggregate_severity);
    fact("Category", header.category);
    fact("Language", header.lang);
  }

  void note(const Note& note) {
    // A text may say things to come below its own title; the title itself is one line of bold.
    fact(note.title.empty() ? words(note.category) : note.title, note.text);
  }

  void summary() {
    bool titled = false;
    for (const auto& each : advisory_.notes) {
      if (each.category != "summary") continue;
      if (!titled) heading(2, "Summary");
      titled = true;
      text(each.text);
    }
  }

  void other_notes() {
    bool titled = false;
    for (const auto& each : advisory_.notes) {
      if (each.category == "summary") continue;
      if (!titled) heading(2, "Notes");
      titled = true;
      note(each);
    }
  }

  static std::string name_of(const Vulnerability& each) {
    if (!each.cve.empty()) return each.cve;
    if (!each.ids.empty()) return each.ids[0].second;
    return each.title.empty() ? "Vulnerability without a name" : each.title;
  }

  void severities() {
    if (advisory_.vulnerabilities.empty()) return;
    heading(2, "Severity");
    Block table{.kind = Kind::table, .level = 0, .label = {}, .text = {}, .url = {}, .rows = {}};
    table.rows.push_back({"Vulnerability", "Score", "Severity", "Title"});
    for (const auto& each : advisory_.vulnerabilities) {
      const auto* score = each.headline_score();
      std::string rating;
      if (score != nullptr) {
        rating = cvss::to_string(score->severity);
      } else if (each.qualitative_severity) {
        rating = cvss::to_string(*each.qualitative_severity);
      }
      table.rows.push_back(
          {name_of(each),
           score == nullptr ? ""
                            : fmt::format("{} (CVSS {})", tenths(score->base_tenths), cvss::to_string(score->version)),
           rating, each.title});
    }
    table.rows_are_vulnerabilities = true;
    blocks_.push_back(std::move(table));
  }

  std::string product_name(const std::string& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() || found->second->name.empty() ? id : found->second->name;
  }
  std::string product_names(const std::vector<std::string>& ids) const {
    std::string text;
    for (const auto& id : ids) {
      if (!text.empty()) text += "; ";
      text += text::shorten(product_name(id), kNameBytesMax);
    }
    return text;
  }

  static std::string leaf(const Product& product) {
    std::string text = product.name;
    if (!product.version.empty()) text = fmt::format("{}: {}", product.version, product.name);
    const std::pair<std::string_view, std::string> identifiers[] = {{"model", joined(product.model_numbers)},
                                                                    {"SKU", joined(product.skus)},
                                                                    {"serial number", joined(product.serial_numbers)},
                                                                    {"CPE", product.cpe},
                                                                    {"purl", joined(product.purls)}};
    std::string known;
    for (const auto& [label, value] : identifiers) {
      if (!value.empty()) known += fmt::format("{}{} {}", known.empty() ? "" : "; ", label, value);
    }
    return known.empty() ? text : fmt::format("{} [{}]", text, known);
  }

  /// By vendor, product and version, each in the order of its first appearance.
  void product_list(const std::vector<const Product*>& products) {
    using ByProduct = std::vector<std::pair<std::string_view, std::vector<const Product*>>>;
    std::vector<std::pair<std::string_view, ByProduct>> vendors;
    HashMap<std::string_view, std::size_t> vendor_at;
    std::map<std::pair<std::size_t, std::string_view>, std::size_t> product_at;
    for (const auto* each : products) {
      const auto vendor = vendor_at.try_emplace(each->vendor, vendors.size()).first->second;
      if (vendor == vendors.size()) vendors.emplace_back(each->vendor, ByProduct{});
      auto& rows = vendors[vendor].second;
      const auto row = product_at.try_emplace({vendor, each->product}, rows.size()).first->second;
      if (row == rows.size()) rows.emplace_back(each->product, std::vector<const Product*>{});
      rows[row].second.push_back(each);
    }
    for (const auto& [vendor, rows] : vendors) {
      item(0, vendor.empty() ? "Vendor not named" : std::string{vendor});
      for (const auto& [product, leaves] : rows) {
        item(1, product.empty() ? "Product not named" : std::string{product});
        for (const auto* each : leaves) item(2, leaf(*each));
      }
    }
  }

  /// A product under every status that any vulnerability gives it; what has none comes last.
  void products() {
    std::map<ProductStatus, HashSet<std::string_view>> by_status;
    HashSet<std::string_view> judged;
    std::map<ProductStatus, std::vector<std::string>> unknown;
    for (const auto& each : advisory_.vulnerabilities) {
      for (const auto& group : each.statuses) {
        auto& ids = by_status[group.status];
        for (const auto& id : group.product_ids) {
          if (ids.insert(id).second && !by_id_.contains(id)) unknown[group.status].push_back(id);
          judged.insert(id);
        }
      }
    }
    for (const auto& [status, ids] : by_status) {
      heading(2, std::string{title_of(status)});
      std::vector<const Product*> products;
      for (const auto& product : advisory_.products) {
        if (ids.contains(product.id)) products.push_back(&product);
      }
      product_list(products);
      for (const auto& id : unknown[status])
        item(0, fmt::format("{} (a product that the document does not define)", id));
    }
    std::vector<const Product*> others;
    for (const auto& product : advisory_.products) {
      if (!judged.contains(product.id)) others.push_back(&product);
    }
    if (others.empty()) return;
    heading(2, by_status.empty() ? "Products" : "Other products");
    product_list(others);
  }

  /// The same remediation of several vulnerabilities stands once, with all of them.
  void remediations() {
    struct Entry {
      const Remediation* remediation = nullptr;
      std::vector<std::string> vulnerabilities;
      std::set<std::string> names;  ///< Those of `vulnerabilities`.
    };
    std::map<RemediationCategory, std::vector<Entry>> by_category;
    HashMap<std::string, std::size_t> known;
    for (const auto& vulnerability : advisory_.vulnerabilities) {
      for (const auto& each : vulnerability.remediations) {
        auto& entries = by_category[each.category];
        const auto key = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", to_string(each.category), each.details, each.url,
                                     each.date ? each.date->micros : 0, each.restart_required,
                                     joined(each.entitlements, "\n"), joined(each.product_ids, "\n"));
        const auto at = known.try_emplace(key, entries.size()).first->second;
        if (at == entries.size()) entries.push_back({&each, {}, {}});
        if (auto name = text::shorten(name_of(vulnerability), kNameBytesMax); entries[at].names.insert(name).second) {
          entries[at].vulnerabilities.push_back(std::move(name));
        }
      }
    }
    if (by_category.empty()) return;
    heading(2, "Remediations");
    for (const auto& [category, entries] : by_category) {
      heading(3, std::string{title_of(category)});
      for (const auto& [each, vulnerabilities, names] : entries) {
        item(0, each->details.empty() ? "No details given" : each->details, each->url);
        item(1, fmt::format("For: {}", joined(vulnerabilities)));
        if (!each->product_ids.empty()) item(1, fmt::format("Products: {}", product_names(each->product_ids)));
        if (each->date) item(1, fmt::format("Date: {}", format_minute(*each->date)));
        if (!each->restart_required.empty()) item(1, fmt::format("Restart: {}", words(each->restart_required)));
        if (!each->entitlements.empty()) item(1, fmt::format("Entitlements: {}", joined(each->entitlements)));
      }
    }
  }

  void vulnerability(const Vulnerability& each, std::size_t number) {
    const auto name = name_of(each);
    heading(3, each.title.empty() || each.title == name ? name : fmt::format("{}: {}", name, each.title));
    blocks_.back().vulnerability = number;
    for (const auto& [system, id] : each.ids) fact(system, id);
    for (const auto& score : each.scores) {
      fact(fmt::format("CVSS {}", cvss::to_string(score.version)),
           fmt::format("{} {}, {}", tenths(score.base_tenths), cvss::to_string(score.severity), score.vector));
    }
    if (each.epss) fact("EPSS", fmt::format("{:.5f}", *each.epss));
    for (const auto& cwe : each.cwes) fact("Weakness", fmt::format("{} {}", cwe.id, cwe.name));
    date("Discovered", each.discovery_date);
    date("Disclosed", each.release_date);
    date("First known exploitation", each.first_known_exploitation);
    for (const auto& one : each.notes) note(one);
    for (const auto& group : each.statuses) fact(std::string{title_of(group.status)}, product_names(group.product_ids));
    for (const auto& flag : each.flags) {
      fact(words(flag.label), flag.product_ids.empty() ? "all products" : product_names(flag.product_ids));
    }
    for (const auto& threat : each.threats) {
      fact(words(threat.category), threat.product_ids.empty()
                                       ? threat.details
                                       : fmt::format("{} ({})", threat.details, product_names(threat.product_ids)));
    }
    for (const auto& one : each.involvements) {
      fact(fmt::format("Involvement of the {}", one.party),
           one.summary.empty() ? words(one.status) : fmt::format("{}. {}", words(one.status), one.summary));
    }
    references(4, each.references);
    acknowledgments(4, each.acknowledgments);
  }

  void references(std::size_t level, const std::vector<Reference>& references) {
    if (references.empty()) return;
    heading(level, "References");
    for (const auto& each : references) item(0, each.summary, each.url);
  }

  void acknowledgments(std::size_t level, const std::vector<Acknowledgment>& acknowledgments) {
    if (acknowledgments.empty()) return;
    heading(level, "Acknowledgments");
    for (const auto& each : acknowledgments) {
      std::string who = joined(each.names);
      if (!each.organization.empty()) who += fmt::format("{}{}", who.empty() ? "" : " of ", each.organization);
      if (!each.summary.empty()) who += fmt::format("{}{}", who.empty() ? "" : ": ", each.summary);
      item(0, std::move(who));
      for (const auto& url : each.urls) item(1, "", url);
    }
  }

  void history() {
    if (advisory_.history.empty()) return;
    heading(2, "Revision history");
    Block table{.kind = Kind::table, .level = 0, .label = {}, .text = {}, .url = {}, .rows = {}};
    table.rows.push_back({"Version", "Date", "Summary"});
    for (const auto& each : advisory_.history) {
      table.rows.push_back({each.number, each.date ? format_minute(*each.date) : "", each.summary});
    }
    blocks_.push_back(std::move(table));
  }

  const Advisory& advisory_;
  HashMap<std::string_view, const Product*> by_id_;
  std::vector<Block> blocks_;
};

}  // namespace

std::vector<Block> outline(const Advisory& advisory) { return Writer{advisory}.write(); }

}  // namespace tocsin::formats::csaf
