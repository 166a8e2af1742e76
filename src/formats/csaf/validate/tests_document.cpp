#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/seen_texts.hpp"
#include "formats/csaf/validate/test_groups.hpp"

/// Languages, repeated CVEs, involvements and hashes, version ranges in the wrong place: 6.1.15, 6.1.23 to 6.1.25,
/// 6.1.28 and 6.1.31.
namespace tocsin::formats::csaf {
namespace {

void translator(const Model& model, Sink& sink) {
  if (model.document["publisher"].text_at("category") != "translator") return;
  const auto source = model.source_lang;
  if (!source.text().empty()) return;
  constexpr Message kMend = message<"Say in source_lang from which language the document was translated.">;
  if (source) {
    sink.add(source, tr<"the publisher is a translator, but source_lang has no value">(), kMend);
  } else {
    sink.add(model.document, "/source_lang", tr<"the publisher is a translator, but there is no source_lang">(), kMend);
  }
}

void multiple_use_of_same_cve(const Model& model, Sink& sink) {
  if (model.vulnerabilities.size() < 2) return;
  SeenTexts seen;
  for (const auto& vulnerability : model.vulnerabilities) {
    const auto cve = vulnerability.cve;
    if (!cve.is_string() || seen.insert(cve.text())) continue;
    sink.add(cve, tr<"{} is the CVE of another vulnerability of this document, too">(cve.text()),
             tr<"Merge the vulnerabilities, or correct the CVE.">());
  }
}

/// The same moment written in two time zones is one date; a text that is no date is compared as it stands.
void multiple_definition_in_involvements(const Model& model, Sink& sink) {
  using PartyAtDate = std::tuple<std::string_view, std::int64_t, std::string_view>;
  std::set<PartyAtDate> seen;
  for (const auto& vulnerability : model.vulnerabilities) {
    const auto involvements = vulnerability.involvements;
    if (involvements.size() < 2) continue;
    seen.clear();
    for (const auto each : involvements.elements()) {
      const auto party = each["party"];
      const auto date = each["date"];
      if (!party.is_string() || !date.is_string()) continue;
      const auto time = parse_rfc3339(date.text());
      const bool is_new =
          seen.insert(time ? PartyAtDate{party.text(), time->micros, {}} : PartyAtDate{party.text(), 0, date.text()})
              .second;
      if (is_new) continue;
      sink.add(each, tr<"the party '{}' has more than one involvement at {}">(party.text(), date.text()),
               tr<"Leave one involvement for each party and date.">());
    }
  }
}

void multiple_use_of_same_hash_algorithm(const Model& model, Sink& sink) {
  for (const auto& definition : model.definitions) {
    for (const auto hash : definition.node["product_identification_helper"]["hashes"].elements()) {
      const auto file_hashes = hash["file_hashes"];
      if (file_hashes.size() < 2) continue;
      HashSet<std::string> seen;  // One for each file: clearing takes as long as the largest was large.
      for (const auto each : file_hashes.elements()) {
        const auto algorithm = each["algorithm"];
        if (!algorithm.is_string() || seen.insert(text::lower_ascii(algorithm.text())).second) continue;
        sink.add(each, tr<"the file has more than one hash of algorithm '{}'">(algorithm.text()),
                 tr<"Leave one hash for each algorithm; a file with other contents is another item of hashes.">());
      }
    }
  }
}

/// Language tags are the same in upper and lower case (RFC 5646 section 2.1.1).
void translation(const Model& model, Sink& sink) {
  const auto source = model.source_lang;
  const auto lang = model.lang;
  if (source.text().empty() || !text::equals_ignore_case_ascii(source.text(), lang.text())) return;
  sink.add(source, tr<"the document and its source have the same language '{}'">(lang.text()),
           tr<"Remove source_lang where this is no translation, or correct the languages.">());
}

/// The specification names <, <=, > and >= alone; these two say the same.
constexpr std::string_view kRangeSigns[] = {"\u2264", "\u2265"};
constexpr std::string_view kRangeWords[] = {"after", "all", "before", "earlier", "later", "prior", "versions"};

/// The operator in this name, else empty.
std::string_view range_operator(std::string_view name) noexcept {
  bool is_ascii = true;
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] == '<' || name[at] == '>') return name.substr(at, at + 1 < name.size() && name[at + 1] == '=' ? 2 : 1);
    is_ascii = is_ascii && static_cast<unsigned char>(name[at]) <= 0x7f;
  }
  if (is_ascii) return {};
  for (const auto each : kRangeSigns) {
    if (text::contains(name, each)) return each;
  }
  return {};
}

/// The one of kRangeWords that this is, else empty.
std::string_view as_range_word(std::string_view word) noexcept {
  // Most are numbers.
  constexpr std::size_t kShortest = 3;
  if (word.size() < kShortest || (word.front() >= '0' && word.front() <= '9')) return {};
  for (const auto each : kRangeWords) {
    if (text::equals_ignore_case_ascii(word, each)) return each;
  }
  return {};
}

bool is_word_character(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) > 0x7f;
}

/// 2.0 lets the words count wherever they stand; taken at its word, "install" or a package named "yallist" were ranges.
/// So: wherever they stand as words, also between other signs, as in vers:all/*.
std::string_view range_word_between_signs(std::string_view name) noexcept {
  while (!name.empty()) {
    const auto* const begin = std::ranges::find_if(name, is_word_character);
    const auto* const end = std::find_if_not(begin, name.end(), is_word_character);
    if (const auto word = as_range_word({begin, end}); !word.empty()) return word;
    name = {end, name.end()};
  }
  return {};
}

/// 2.1: whole words between white space; punctuation around them is no part of them.
std::string_view range_word(std::string_view name) noexcept {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  constexpr std::string_view kPunctuation = "()[]{},;:.!?\"'";
  while (!name.empty()) {
    const auto end = std::min(name.find_first_of(kBlanks), name.size());
    auto word = name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
    word.remove_prefix(std::min(word.find_first_not_of(kPunctuation), word.size()));
    word = word.substr(0, word.find_last_not_of(kPunctuation) + 1);
    if (const auto found = as_range_word(word); !found.empty()) return found;
  }
  return {};
}

void version_range_in_product_version(const Model& model, Sink& sink) {
  for (const auto& branch : model.branches) {
    if (!is(branch.category.text(), "product_version")) continue;
    const auto name = branch.name;
    auto sign = range_operator(name.text());
    if (sign.empty()) sign = model.is_2_0() ? range_word_between_signs(name.text()) : range_word(name.text());
    if (sign.empty()) continue;
    sink.add(name, tr<"the product version '{}' reads as a range, for it contains '{}'">(name.text(), sign),
             tr<"Use the category product_version_range, or name each version in a branch of its own.">());
  }
}

constexpr Test kTests[] = {
    {.id = "6.1.15", .run = translator},
    {.id = "6.1.23", .run = multiple_use_of_same_cve},
    {.id = "6.1.24", .run = multiple_definition_in_involvements},
    {.id = "6.1.25", .run = multiple_use_of_same_hash_algorithm},
    {.id = "6.1.28", .run = translation},
    {.id = "6.1.31", .run = version_range_in_product_version},
};

}  // namespace

std::span<const Test> document_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
