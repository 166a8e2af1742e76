#include "engine/search/derivation.hpp"

#include <array>
#include <charconv>

#include "base/keyed_hash.hpp"
#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "engine/search/tokens.hpp"

namespace tocsin::engine::search {
namespace {

using formats::csaf::Advisory;
using formats::csaf::RemediationCategory;
using formats::csaf::Vulnerability;

/// Facets count in arrays of this size at most; the catalogue of weaknesses is at about 1,500.
constexpr std::uint32_t kCweNumberMax = 99'999;
/// A tsvector keeps 255 positions of a lexeme. Further ones are left out on both databases, so that both find the same.
constexpr int kRepeatsMax = 255;

/// Bounds of one field, so that one document cannot fill the index. All fields together stay below the 1 MiB and the
/// 16,383 positions of a tsvector, where titles, vendors and products stand twice.
struct FieldLimits {
  std::size_t tokens, bytes;
};
constexpr FieldLimits limits_of(TextField field) {
  switch (field) {
    case TextField::ids:
      return {16'000, 200'000};
    case TextField::title:
      return {200, 8'000};
    case TextField::vendors:
      return {500, 16'000};
    case TextField::products:
      return {4'000, 100'000};
    case TextField::versions:
      return {4'000, 64'000};
    case TextField::publisher:
      return {50, 2'000};
    case TextField::places:
      return {300, 12'000};
    case TextField::body:
      break;
  }
  return {10'000, 300'000};
}

/// Fills the fields of a TextDocument.
class TextWriter {
 public:
  explicit TextWriter(TextDocument& document) : document_(document) {}

  /// A text of its own: no phrase reaches from the one before into it.
  void text(TextField field, std::string_view value) { run(field, tokens(value)); }
  void run(TextField field, const std::vector<std::string>& words) {
    if (words.empty()) return;
    if (!document_[field].empty()) append(field, kGapToken);
    for (const auto& word : words) add(field, word);
  }
  /// Once, wherever it stands.
  void identifier(std::string_view mark, const std::string& token) {
    if (token.empty()) return;
    auto marked = std::string{mark}.append(token);
    if (identifiers_.insert(marked).second && has_room(TextField::ids, marked)) append(TextField::ids, marked);
  }

 private:
  bool has_room(TextField field, std::string_view token) const {
    return counts_[static_cast<std::size_t>(field)] < limits_of(field).tokens &&
           document_[field].size() + token.size() + 3 < limits_of(field).bytes;
  }
  void append(TextField field, std::string_view token) {
    auto& text = document_[field];
    if (!text.empty()) text += ' ';
    text += token;
    ++counts_[static_cast<std::size_t>(field)];
  }
  void add(TextField field, const std::string& token) {
    auto& repeats = repeats_[static_cast<std::size_t>(is_prose(field) ? TextField::body : field)];
    const auto count = ++repeats[token];
    if (has_room(field, token)) {
      append(field, count > kRepeatsMax ? kGapToken : std::string_view{token});
    } else if (field == TextField::body && count == 1 &&
               document_[field].size() + token.size() + 3 < limits_of(field).bytes) {
      // What a long document says late is found by its words, not by phrases.
      append(field, kGapToken);
      append(field, token);
    }
  }
  static bool is_prose(TextField field) {
    return field == TextField::title || field == TextField::vendors || field == TextField::products ||
           field == TextField::body;
  }

  TextDocument& document_;
  std::array<std::size_t, kTextFields> counts_{};
  std::array<HashMap<std::string, int>, kTextFields> repeats_;
  HashSet<std::string> identifiers_;
};

std::uint32_t cwe_number(std::string_view id) {
  const auto dash = id.find('-');
  const auto digits = dash == std::string_view::npos ? id : id.substr(dash + 1);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc{} && end == digits.data() + digits.size() ? number : 0;
}

TextDocument text_of(const Advisory& advisory, const domain::AdvisoryFacts& facts) {
  TextDocument document;
  TextWriter writer{document};
  // An identifier as a whole, and its tails for those who type a part.
  const auto identify = [&](std::string_view mark, std::string_view value) {
    writer.identifier(mark, compact(value));
    for (const auto& tail : identifier_tails(value)) writer.identifier({}, tail);
  };
  const auto mentions = [&](std::string_view value) {
    for (const auto& token : identifier_tokens(value)) writer.identifier({}, token);
  };
  const auto& header = advisory.header;
  identify(kAdvisoryMark, header.tracking_id);
  for (const auto& alias : header.aliases) identify(kAdvisoryMark, alias);
  for (const auto& each : advisory.vulnerabilities) {
    identify(kVulnerabilityMark, each.cve);
    for (const auto& [system, value] : each.ids) identify(kVulnerabilityMark, value);
  }
  writer.text(TextField::title, header.title);
  writer.text(TextField::title, header.tracking_id);
  mentions(header.title);

  HashSet<std::string> seen;
  for (std::size_t i = 0; i < facts.vendor_names.size(); ++i) {
    writer.text(TextField::vendors, facts.vendor_names[i]);
    // "schneiderelectric": the name as one word.
    if (auto joined = compact(facts.vendor_names[i]); tokens(facts.vendor_names[i]).size() > 1) {
      writer.run(TextField::vendors, {std::move(joined)});
    }
  }
  for (const auto& product : facts.products) {
    for (const auto& number : product.order_numbers) identify(kOrderNumberMark, number);
    if (seen.insert("p" + product.product_name).second) {
      writer.text(TextField::products, product.product_name);
      mentions(product.product_name);
    }
    if (seen.insert("v" + product.version).second) writer.run(TextField::versions, version_tokens(product.version));
  }
  writer.text(TextField::publisher, header.publisher_name);
  for (const auto& country : facts.countries) writer.text(TextField::places, country);
  writer.text(TextField::places, facts.headquarters);

  const auto prose = [&](std::string_view value) {
    if (!value.empty() && seen.insert("b" + std::string{value}).second) writer.text(TextField::body, value);
  };
  prose(facts.summary);
  for (const auto& note : advisory.notes) {
    if (!domain::is_boilerplate(note)) prose(note.text);
  }
  for (const auto& each : advisory.vulnerabilities) {
    prose(each.cve);
    prose(each.title);
    for (const auto& weakness : each.cwes) {
      prose(weakness.id);
      prose(weakness.name);
    }
    for (const auto& note : each.notes) {
      if (!domain::is_boilerplate(note)) prose(note.text);
    }
    for (const auto& remediation : each.remediations) prose(remediation.details);
    for (const auto& threat : each.threats) prose(threat.details);
  }
  return document;
}

}  // namespace

Derived derive(std::int64_t record, const Advisory& advisory) {
  Derived derived;
  derived.record = record;
  derived.facts = domain::facts_of(advisory);
  derived.publisher = text::squeeze(advisory.header.publisher_name);
  derived.document_status = advisory.header.tracking_status;
  const auto& facts = derived.facts;

  // Keys of vendors that have no spelling yet.
  HashSet<std::string> known(facts.vendor_keys.begin(), facts.vendor_keys.end());
  auto unspelled = known;
  HashSet<std::string> spelled;
  for (const auto& product : advisory.products) {
    if (product.vendor.empty() || !spelled.insert(product.vendor).second) continue;
    const auto key = domain::vendor_key(product.vendor);
    if (!known.contains(key)) continue;
    unspelled.erase(key);
    derived.vendor_spellings.emplace_back(key, product.vendor);
  }
  // A vendor that stands only in the publisher or in a combined string is spelled as its name.
  for (std::size_t i = 0; i < facts.vendor_keys.size(); ++i) {
    if (unspelled.contains(facts.vendor_keys[i])) {
      derived.vendor_spellings.emplace_back(facts.vendor_keys[i], facts.vendor_names[i]);
    }
  }

  auto& row = derived.row;
  row.record = record;
  row.severity = facts.severity;
  row.score_tenths = static_cast<std::int16_t>(facts.score_tenths.value_or(-1));
  row.has_fix = facts.has_fix;
  row.document_status = document_status_number(advisory.header.tracking_status);
  for (const auto sector : facts.sectors) row.sectors |= std::uint32_t{1} << static_cast<unsigned>(sector);
  for (std::size_t i = 0; i < facts.vulnerabilities.size(); ++i) {
    const auto& fact = facts.vulnerabilities[i];
    const Vulnerability& source = advisory.vulnerabilities[i];
    const auto* score = source.headline_score();
    derived.vectors.push_back(score == nullptr ? std::string{} : score->vector);
    derived.fixes.push_back(
        std::ranges::any_of(source.remediations,
                            [](const auto& each) { return each.category == RemediationCategory::vendor_fix; })
            ? 1
            : 0);
    if (fact.id.starts_with("CVE-")) {
      row.has_cve = true;
      if (derived.first_cves.size() < 5) derived.first_cves.push_back(fact.id);
    }
    for (const auto& cwe : fact.cwe_ids) {
      const auto number = cwe_number(cwe);
      if (number != 0 && number <= kCweNumberMax && std::ranges::find(row.cwes, number) == row.cwes.end())
        row.cwes.push_back(number);
    }
  }
  derived.fields = header_fields(advisory, facts);
  derived.text = text_of(advisory, facts);
  return derived;
}

}  // namespace tocsin::engine::search
