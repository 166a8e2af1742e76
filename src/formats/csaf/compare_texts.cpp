#include "formats/csaf/compare_texts.hpp"

#include <fmt/format.h>

#include "base/messages.hpp"

namespace tocsin::formats::csaf::comparing {

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string day(const std::optional<Timestamp>& time) { return time ? format_date(*time) : std::string{}; }

std::string score_text(int tenths, cvss::Severity severity) {
  return fmt::format("{}.{} {}", tenths / 10, tenths % 10, tr_text(cvss::to_string(severity)));
}

std::string label_of(const Product& product) {
  if (!product.relationship.empty()) return product.name;
  std::string label;
  if (!product.vendor.empty() && !product.product.starts_with(product.vendor)) label = product.vendor + ' ';
  label += product.product;
  if (!product.version.empty()) label += ' ' + product.version;
  return label;
}

std::string text_of(const Acknowledgment& thanks) {
  std::vector<std::string> parts;
  if (!thanks.names.empty()) parts.push_back(joined(thanks.names, ", "));
  if (!thanks.organization.empty()) parts.push_back(thanks.organization);
  if (!thanks.summary.empty()) parts.push_back(thanks.summary);
  return joined(parts, "; ");
}

std::string text_of(const Reference& reference) {
  return reference.summary.empty() ? reference.url : fmt::format("{} ({})", reference.summary, reference.url);
}

std::string name_of(const Vulnerability& vulnerability) {
  if (!vulnerability.cve.empty()) return vulnerability.cve;
  if (!vulnerability.ids.empty()) return vulnerability.ids.front().second;
  return vulnerability.title.empty() ? std::string{tr<"Vulnerability without id">()} : vulnerability.title;
}

std::string cwes_of(const Vulnerability& vulnerability) {
  std::vector<std::string> parts;
  for (const auto& cwe : vulnerability.cwes) parts.push_back(cwe.name.empty() ? cwe.id : cwe.id + ' ' + cwe.name);
  return joined(parts, ", ");
}

std::string headline_of(const Vulnerability& vulnerability) {
  std::vector<std::string> parts;
  if (!vulnerability.title.empty()) parts.push_back(vulnerability.title);
  if (!vulnerability.cwes.empty()) parts.push_back(cwes_of(vulnerability));
  if (const auto* score = vulnerability.headline_score(); score != nullptr) {
    parts.push_back(score_text(score->base_tenths, score->severity));
  }
  return parts.empty() ? name_of(vulnerability) : joined(parts, ", ");
}

}  // namespace tocsin::formats::csaf::comparing
