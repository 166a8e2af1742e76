#include "formats/csaf/advisory.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/csaf/product_tree.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::value;

constexpr std::pair<ProductStatus, std::string_view> kStatuses[] = {
    {ProductStatus::known_affected, "known_affected"},
    {ProductStatus::first_affected, "first_affected"},
    {ProductStatus::last_affected, "last_affected"},
    {ProductStatus::under_investigation, "under_investigation"},
    {ProductStatus::known_not_affected, "known_not_affected"},
    {ProductStatus::fixed, "fixed"},
    {ProductStatus::first_fixed, "first_fixed"},
    {ProductStatus::recommended, "recommended"},
    {ProductStatus::unknown, "unknown"},
};

constexpr std::pair<RemediationCategory, std::string_view> kRemediations[] = {
    {RemediationCategory::vendor_fix, "vendor_fix"},         {RemediationCategory::fix_planned, "fix_planned"},
    {RemediationCategory::optional_patch, "optional_patch"}, {RemediationCategory::workaround, "workaround"},
    {RemediationCategory::mitigation, "mitigation"},         {RemediationCategory::no_fix_planned, "no_fix_planned"},
    {RemediationCategory::none_available, "none_available"},
};

// std::stable_sort of libstdc++ 12 draws on a function that C++17 deprecates, and warnings are errors here.
template <class T, class Less>
void sort_stably(std::vector<T>& items, Less less) {
  if (std::is_sorted(items.begin(), items.end(), less)) return;
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (less(items[a], items[b])) return true;
    return !less(items[b], items[a]) && a < b;
  });
  std::vector<T> sorted;
  sorted.reserve(items.size());
  for (const auto index : order) sorted.push_back(std::move(items[index]));
  items = std::move(sorted);
}

std::string text_at(const value& object, std::string_view key) { return clean_text(json::string_at(object, key)); }

std::vector<std::string> texts_at(const value& object, std::string_view key) {
  std::vector<std::string> texts;
  for (const auto& each : json::array_at(object, key)) {
    if (const auto* text = each.if_string(); text != nullptr) texts.push_back(clean_text({text->data(), text->size()}));
  }
  return texts;
}

std::optional<Timestamp> time_at(const value& object, std::string_view key) {
  const auto text = json::string_at(object, key);
  if (text.empty()) return std::nullopt;
  const auto time = parse_rfc3339(text);
  if (!time) return std::nullopt;
  return *time;
}

std::vector<Note> read_notes(const value& parent) {
  std::vector<Note> notes;
  const auto& array = json::array_at(parent, "notes");
  notes.reserve(array.size());
  for (const auto& each : array) {
    notes.push_back(
        {text_at(each, "category"), text_at(each, "title"), text_at(each, "text"), text_at(each, "audience")});
  }
  return notes;
}

std::vector<Reference> read_references(const value& parent) {
  std::vector<Reference> references;
  const auto& array = json::array_at(parent, "references");
  references.reserve(array.size());
  for (const auto& each : array) {
    auto category = text_at(each, "category");
    // Both versions: a reference without category is external.
    if (category.empty()) category = "external";
    references.push_back({std::move(category), text_at(each, "summary"), text_at(each, "url")});
  }
  return references;
}

std::vector<Acknowledgment> read_acknowledgments(const value& parent) {
  std::vector<Acknowledgment> acknowledgments;
  for (const auto& each : json::array_at(parent, "acknowledgments")) {
    acknowledgments.push_back(
        {texts_at(each, "names"), text_at(each, "organization"), text_at(each, "summary"), texts_at(each, "urls")});
  }
  return acknowledgments;
}

std::vector<HistoryEntry> read_history(const value& tracking) {
  std::vector<HistoryEntry> history;
  for (const auto& each : json::array_at(tracking, "revision_history")) {
    history.push_back({text_at(each, "number"), time_at(each, "date"), text_at(each, "summary")});
  }
  // Documents list revisions in either direction. Date first, version where two share a moment.
  sort_stably(history, [](const HistoryEntry& a, const HistoryEntry& b) {
    return a.date != b.date ? a.date < b.date : version_order(a.number) < version_order(b.number);
  });
  return history;
}

std::optional<double> number_at(const value& object, std::string_view key) {
  const auto* member = json::find(object, key);
  if (member == nullptr) return std::nullopt;
  if (const auto* number = member->if_double(); number != nullptr) return *number;
  if (const auto* number = member->if_int64(); number != nullptr) return static_cast<double>(*number);
  if (const auto* number = member->if_uint64(); number != nullptr) return static_cast<double>(*number);
  return std::nullopt;
}

std::optional<Score> read_score(const value& cvss, cvss::Version version, const std::vector<std::string>& product_ids) {
  const auto number = number_at(cvss, "baseScore");
  if (!number || !(*number >= 0.0 && *number <= 10.0)) return std::nullopt;
  Score score;
  score.version = version;
  score.vector = text_at(cvss, "vectorString");
  score.base_tenths = static_cast<int>(std::lround(*number * 10.0));
  const auto written = cvss::parse_severity(json::string_at(cvss, "baseSeverity"));
  score.severity = written ? *written : cvss::severity_of(score.base_tenths, version);
  score.product_ids = product_ids;
  return score;
}

// `parent` has the members cvss_v2, cvss_v3 and cvss_v4: an item of 2.0's scores, the content of one of 2.1's metrics.
void read_scores(const value& parent, const std::vector<std::string>& product_ids, std::vector<Score>& scores) {
  const auto read = [&](std::string_view key, cvss::Version version) {
    const auto* object = json::find(parent, key);
    if (object == nullptr) return;
    if (version == cvss::Version::v3_1 && (json::string_at(*object, "version") == "3.0" ||
                                           json::string_at(*object, "vectorString").starts_with("CVSS:3.0/"))) {
      version = cvss::Version::v3_0;
    }
    if (auto score = read_score(*object, version, product_ids); score) scores.push_back(std::move(*score));
  };
  read("cvss_v4", cvss::Version::v4_0);
  read("cvss_v3", cvss::Version::v3_1);
  read("cvss_v2", cvss::Version::v2_0);
}

std::optional<double> read_epss(const value& content) {
  const auto* epss = json::find(content, "epss");
  if (epss == nullptr) return std::nullopt;
  const auto text = json::string_at(*epss, "probability");
  double probability = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), probability);
  if (error != std::errc{} || end != text.data() + text.size() || !(probability >= 0 && probability <= 1)) {
    return std::nullopt;
  }
  return probability;
}

class VulnerabilityReader {
 public:
  VulnerabilityReader(const value& node, ProductTree& tree) : node_(node), tree_(tree) {}

  Result<Vulnerability> read() {
    read_identity();
    TRY_VOID(read_metrics());
    TRY_VOID(read_statuses());
    TRY_VOID(read_remediations());
    TRY_VOID(read_threats_and_flags());
    read_dates_and_parties();
    out_.notes = read_notes(node_);
    out_.references = read_references(node_);
    out_.acknowledgments = read_acknowledgments(node_);
    return std::move(out_);
  }

 private:
  Result<std::vector<std::string>> products_of(const value& item) {
    return tree_.resolve(json::find(item, "product_ids"), json::find(item, "group_ids"));
  }

  void read_identity() {
    out_.cve = text_at(node_, "cve");
    for (auto& c : out_.cve) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    out_.title = text_at(node_, "title");
    for (const auto& each : json::array_at(node_, "ids")) {
      // An id without a text names nothing.
      if (auto text = text_at(each, "text"); !text.empty()) {
        out_.ids.emplace_back(text_at(each, "system_name"), std::move(text));
      }
    }
    if (const auto* cwe = json::find(node_, "cwe"); cwe != nullptr) add_cwe(*cwe);
    for (const auto& each : json::array_at(node_, "cwes")) add_cwe(each);
  }

  void add_cwe(const value& cwe) {
    auto id = text_at(cwe, "id");
    const auto known = std::any_of(out_.cwes.begin(), out_.cwes.end(), [&](const auto& each) { return each.id == id; });
    if (!id.empty() && !known) out_.cwes.push_back({std::move(id), text_at(cwe, "name")});
  }

  Status read_metrics() {
    for (const auto& each : json::array_at(node_, "scores")) {
      TRY(const auto product_ids, tree_.resolve(json::find(each, "products"), nullptr));
      read_scores(each, product_ids, out_.scores);
    }
    for (const auto& each : json::array_at(node_, "metrics")) {
      const auto* content = json::find(each, "content");
      if (content == nullptr) continue;
      TRY(const auto product_ids, tree_.resolve(json::find(each, "products"), nullptr));
      read_scores(*content, product_ids, out_.scores);
      // optional compares empty as least.
      out_.epss = std::max(out_.epss, read_epss(*content));
      out_.qualitative_severity = std::max(
          out_.qualitative_severity, cvss::parse_severity(json::string_at(*content, "qualitative_severity_rating")));
    }
    sort_stably(out_.scores, [](const Score& a, const Score& b) {
      return a.version != b.version ? a.version > b.version : a.base_tenths > b.base_tenths;
    });
    return ok();
  }

  Status read_statuses() {
    const auto* status = json::find(node_, "product_status");
    if (status == nullptr) return ok();
    for (const auto& [value, key] : kStatuses) {
      const auto* ids = json::find(*status, key);
      if (ids == nullptr) continue;
      TRY(auto product_ids, tree_.resolve(ids, nullptr));
      if (!product_ids.empty()) out_.statuses.push_back({value, std::move(product_ids)});
    }
    return ok();
  }

  Status read_remediations() {
    for (const auto& each : json::array_at(node_, "remediations")) {
      const auto category = json::string_at(each, "category");
      const auto* known = std::find_if(std::begin(kRemediations), std::end(kRemediations),
                                       [&](const auto& pair) { return pair.second == category; });
      if (known == std::end(kRemediations)) continue;
      Remediation remediation;
      remediation.category = known->first;
      remediation.details = text_at(each, "details");
      remediation.date = time_at(each, "date");
      remediation.url = text_at(each, "url");
      remediation.entitlements = texts_at(each, "entitlements");
      if (const auto* restart = json::find(each, "restart_required"); restart != nullptr) {
        remediation.restart_required = text_at(*restart, "category");
      }
      TRY(remediation.product_ids, products_of(each));
      out_.remediations.push_back(std::move(remediation));
    }
    sort_stably(out_.remediations, [](const Remediation& a, const Remediation& b) { return a.category < b.category; });
    return ok();
  }

  Status read_threats_and_flags() {
    for (const auto& each : json::array_at(node_, "threats")) {
      Threat threat{text_at(each, "category"), text_at(each, "details"), {}};
      TRY(threat.product_ids, products_of(each));
      out_.threats.push_back(std::move(threat));
    }
    for (const auto& each : json::array_at(node_, "flags")) {
      Flag flag{text_at(each, "label"), {}};
      TRY(flag.product_ids, products_of(each));
      out_.flags.push_back(std::move(flag));
    }
    return ok();
  }

  void read_dates_and_parties() {
    out_.discovery_date = time_at(node_, "discovery_date");
    out_.release_date = time_at(node_, "release_date");
    if (!out_.release_date) out_.release_date = time_at(node_, "disclosure_date");
    for (const auto& each : json::array_at(node_, "first_known_exploitation_dates")) {
      const auto date = time_at(each, "exploitation_date");
      if (date && (!out_.first_known_exploitation || *date < *out_.first_known_exploitation)) {
        out_.first_known_exploitation = date;
      }
    }
    for (const auto& each : json::array_at(node_, "involvements")) {
      out_.involvements.push_back(
          {text_at(each, "party"), text_at(each, "status"), text_at(each, "summary"), time_at(each, "date")});
    }
  }

  const value& node_;
  ProductTree& tree_;
  Vulnerability out_;
};

void read_document(const value& document, Advisory& advisory) {
  if (const auto* distribution = json::find(document, "distribution"); distribution != nullptr) {
    advisory.distribution_text = text_at(*distribution, "text");
  }
  if (const auto* severity = json::find(document, "aggregate_severity"); severity != nullptr) {
    advisory.aggregate_severity = text_at(*severity, "text");
  }
  if (const auto* publisher = json::find(document, "publisher"); publisher != nullptr) {
    advisory.contact_details = text_at(*publisher, "contact_details");
    advisory.issuing_authority = text_at(*publisher, "issuing_authority");
  }
  if (const auto* tracking = json::find(document, "tracking"); tracking != nullptr) {
    advisory.history = read_history(*tracking);
    const auto* generator = json::find(*tracking, "generator");
    const auto* engine = generator != nullptr ? json::find(*generator, "engine") : nullptr;
    if (engine != nullptr) {
      advisory.generator = text_at(*engine, "name");
      if (const auto version = text_at(*engine, "version"); !version.empty()) {
        if (!advisory.generator.empty()) advisory.generator += ' ';
        advisory.generator += version;
      }
    }
  }
  advisory.notes = read_notes(document);
  advisory.references = read_references(document);
  advisory.acknowledgments = read_acknowledgments(document);
}

}  // namespace

std::string_view to_string(ProductStatus status) noexcept {
  for (const auto& [value, name] : kStatuses) {
    if (value == status) return name;
  }
  return "";
}

std::string_view to_string(RemediationCategory category) noexcept {
  for (const auto& [value, name] : kRemediations) {
    if (value == category) return name;
  }
  return "";
}

const Score* Vulnerability::headline_score() const noexcept { return scores.empty() ? nullptr : &scores.front(); }

const Product* Advisory::find_product(std::string_view product_id) const noexcept {
  const auto found =
      std::find_if(products.begin(), products.end(), [&](const Product& each) { return each.id == product_id; });
  return found == products.end() ? nullptr : &*found;
}

std::optional<int> Advisory::top_score_tenths() const noexcept {
  std::optional<int> top;
  for (const auto& vulnerability : vulnerabilities) {
    if (const auto* score = vulnerability.headline_score(); score != nullptr) {
      top = std::max(top, std::optional<int>{score->base_tenths});
    }
  }
  return top;
}

Result<Advisory> read_advisory(const value& root) {
  Advisory advisory;
  TRY(advisory.header, read_header(root));
  TRY(auto tree, ProductTree::read(root));
  if (const auto* document = json::find(root, "document"); document != nullptr) read_document(*document, advisory);
  const auto& vulnerabilities = json::array_at(root, "vulnerabilities");
  advisory.vulnerabilities.reserve(vulnerabilities.size());
  for (const auto& each : vulnerabilities) {
    TRY(auto vulnerability, VulnerabilityReader(each, tree).read());
    advisory.vulnerabilities.push_back(std::move(vulnerability));
  }
  advisory.products = std::move(tree.products);
  advisory.groups = std::move(tree.groups);
  advisory.extensions = extensions_of(root);
  return advisory;
}

}  // namespace tocsin::formats::csaf
