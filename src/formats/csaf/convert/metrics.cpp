#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/ssvc_text.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/cvss/cvss.hpp"
#include "formats/cvss/score.hpp"

/// The part of the conversion to 2.1 that concerns metrics: scores, and what 2.0 could only say in references and
/// notes.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

array take_scores(object& vulnerability) {
  array metrics;
  auto* scores = vulnerability.if_contains("scores");
  if (scores == nullptr || !scores->is_array()) return metrics;
  for (auto& each : scores->get_array()) {
    object content;
    for (const auto* key : {"cvss_v2", "cvss_v3"}) {
      if (auto* cvss = find(each, key); cvss != nullptr) content[key] = std::move(*cvss);
    }
    if (content.empty()) continue;
    object metric;
    metric["content"] = std::move(content);
    if (auto* products = find(each, "products"); products != nullptr) metric["products"] = std::move(*products);
    metrics.push_back(std::move(metric));
  }
  vulnerability.stable_erase("scores");
  return metrics;
}

object cvss_v4(const cvss::Vector& vector) {
  const auto scores = cvss::scores_of(vector);
  object cvss;
  cvss["version"] = "4.0";
  cvss["vectorString"] = cvss::canonical(vector);
  cvss["baseScore"] = static_cast<double>(scores.base_tenths) / 10;
  auto severity = std::string{to_string(scores.severity())};
  for (char& c : severity) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  cvss["baseSeverity"] = severity;
  return cvss;
}

object metric_of(std::string_view key, object content, const std::vector<std::string>& products) {
  object held;
  held[key] = std::move(content);
  object metric;
  metric["content"] = std::move(held);
  metric["products"] = to_array(products);
  return metric;
}

/// Section 9.1.18: references to the calculator hold the vector of all affected products. The references stay.
void add_cvss_v4(value& vulnerability, array& metrics, const std::string& path, Notes& notes) {
  auto* references = find_array(vulnerability, "references");
  if (references == nullptr) return;
  std::string added;
  for (std::size_t i = 0; i < references->size(); ++i) {
    auto& each = (*references)[i];
    if (text_of(find(each, "category")) == "self") continue;
    const auto fragment = calculator_vector(text_of(find(each, "url")));
    if (!fragment) continue;
    const auto place = fmt::format("{}/references/{}/url", path, i);
    const auto failed = [&](std::string_view why) {
      notes.warn(place, tr<"the automatic conversion of the CVSS v4.0 reference '{}' failed: {}">(
                            text::shorten(*fragment, 120), why));
    };
    const auto vector = cvss::parse_vector(*fragment);
    if (!vector) {
      failed(vector.error().to_string());
    } else if (vector->version != cvss::Version::v4_0) {
      failed(tr<"it is a vector of another version">());
    } else if (const auto products = assessed_products(vulnerability, false); products.empty()) {
      failed(tr<"no product is affected by this vulnerability">());
    } else if (const auto text = cvss::canonical(*vector); added.empty()) {
      metrics.push_back(metric_of("cvss_v4", cvss_v4(*vector), products));
      notes.warn(place, tr<"the vector '{}' became a CVSS 4.0 score of the affected products">(text));
      added = text;
    } else if (text != added) {
      failed(tr<"another reference has the vector '{}', and a product has one score">(added));
    }
  }
}

/// A target of the SSVC data that is no id of the vulnerability (test 6.1.47); empty where all are.
std::string foreign_target(const object& ssvc, value& vulnerability) {
  auto known = std::vector<std::string>{text_of(find(vulnerability, "cve"))};
  if (auto* ids = find_array(vulnerability, "ids"); ids != nullptr) {
    for (auto& each : *ids) known.push_back(text_of(find(each, "text")));
  }
  for (const auto& target : ids_of(ssvc.if_contains("target_ids"))) {
    if (std::ranges::find(known, target) == known.end()) return target;
  }
  return {};
}

bool is_later(const object& ssvc, const std::optional<Timestamp>& newest_revision) {
  const auto time = parse_rfc3339(text_of(ssvc.if_contains("timestamp")));
  return time && newest_revision && *time > *newest_revision;
}

/// Section 9.1.18: a note of category other and title SSVC.
void add_ssvc(value& vulnerability, array& metrics, const std::string& path,
              const std::optional<Timestamp>& newest_revision, Notes& notes) {
  auto* list = find_array(vulnerability, "notes");
  if (list == nullptr) return;
  bool added = false;
  array kept;
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto& note = (*list)[i];
    const auto place = fmt::format("{}/notes/{}", path, i);
    const auto written = [&] { return text::shorten(text_of(find(note, "text")), 120); };
    const auto failed = [&](std::string_view why) {
      notes.warn(place, tr<"the note was kept, for the automatic conversion of its SSVC data '{}' failed: {}">(
                            written(), why));
    };
    const bool titled = text_of(find(note, "title")) == "SSVC";
    bool take = false;
    if (titled && text_of(find(note, "category")) != "other") {
      notes.warn(place, tr<"the note was kept, for the automatic conversion of its SSVC data '{}' asks for the "
                           "category 'other', and this one has '{}'">(written(), text_of(find(note, "category"))));
    } else if (titled) {
      const auto read = read_ssvc(text_of(find(note, "text")));
      const auto products = assessed_products(vulnerability, true);
      if (!read) {
        failed(read.error().message);
      } else if (const auto other = foreign_target(*read, vulnerability); !other.empty()) {
        failed(tr<"it is about '{}', which is no id of this vulnerability">(text::shorten(other, 80)));
      } else if (is_later(*read, newest_revision)) {
        failed(tr<"it is of a moment after the newest revision of the document">());
      } else if (products.empty()) {
        failed(tr<"the vulnerability names no product">());
      } else if (note.is_object() && note.get_object().contains("audience")) {
        notes.warn(place, tr<"the note was kept, for the automatic conversion of its SSVC data '{}' would lead to "
                             "losing information: a metric has no audience">(written()));
      } else if (added) {
        failed(tr<"another note holds SSVC data already">());
      } else {
        metrics.push_back(metric_of("ssvc_v2", *read, products));
        notes.warn(place, std::string{tr<"the SSVC data of the note became a metric, and the note was removed">()});
        added = take = true;
      }
    }
    if (!take) kept.push_back(std::move(note));
  }
  if (kept.empty()) {
    vulnerability.get_object().stable_erase("notes");
  } else {
    *list = std::move(kept);
  }
}

}  // namespace

std::optional<std::string> calculator_vector(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  if (const auto name = text::lower_ascii(url.substr(0, scheme)); name != "https" && name != "http")
    return std::nullopt;
  auto rest = url.substr(scheme + 3);
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto host = text::lower_ascii(rest.substr(0, slash));
  if (host != "www.first.org" && host != "first.org") return std::nullopt;
  rest = rest.substr(slash);
  const auto hash = rest.find('#');
  if (hash == std::string_view::npos) return std::nullopt;
  auto path = rest.substr(0, std::min(rest.find('?'), hash));
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path != "/cvss/calculator/4.0" && path != "/cvss/calculator/4-0") return std::nullopt;
  return std::string{rest.substr(hash + 1)};
}

std::vector<std::string> assessed_products(value& vulnerability, bool or_any) {
  auto* status = find(vulnerability, "product_status");
  if (status == nullptr) return {};
  std::vector<std::string> products;
  std::set<std::string, std::less<>> seen;
  const auto add = [&](std::string_view key) {
    for (auto& id : ids_of(find(*status, key))) {
      if (seen.insert(id).second) products.push_back(std::move(id));
    }
  };
  for (const auto* key : {"known_affected", "first_affected", "last_affected"}) add(key);
  if (products.empty() && or_any) add("under_investigation");
  if (products.empty() && or_any) {
    for (const auto* key : {"fixed", "first_fixed", "recommended", "known_not_affected"}) add(key);
  }
  return products;
}

void convert_metrics(value& vulnerability, const std::string& path, const std::optional<Timestamp>& newest_revision,
                     Notes& notes) {
  if (!vulnerability.is_object()) return;
  auto metrics = take_scores(vulnerability.get_object());
  add_cvss_v4(vulnerability, metrics, path, notes);
  add_ssvc(vulnerability, metrics, path, newest_revision, notes);
  drop_repeated(metrics);
  if (!metrics.empty()) vulnerability.get_object()["metrics"] = std::move(metrics);
}

}  // namespace tocsin::formats::csaf::convert
