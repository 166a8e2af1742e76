#include "domain/summary.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/advisory_facts.hpp"

namespace tocsin::domain {
namespace {

using formats::csaf::Advisory;
using formats::csaf::Note;
using formats::csaf::Vulnerability;

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) noexcept {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text::contains_ignore_case_ascii(text, word); });
}

bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }

// Offset behind the first sentence: a full stop, question or exclamation mark, then a blank and a capital or digit. Not
// behind an initial or an abbreviation.
std::size_t sentence_end(std::string_view text) noexcept {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] != '.' && text[i] != '!' && text[i] != '?') continue;
    if (text[i + 1] != ' ' || is_lower(text[i + 2])) continue;
    auto word = i;
    while (word > 0 && text[word - 1] != ' ') --word;
    const auto last = text.substr(word, i - word);
    if (last.size() <= 1 || last == "e.g" || last == "i.e" || last == "vs" || last == "Inc" || last == "Co" ||
        last == "Ltd" || last == "No" || last == "St" || last == "approx" || last == "incl") {
      continue;
    }
    return i + 1;
  }
  return text.size();
}

// Headings and other texts that converters put where the summary belongs.
bool is_heading(std::string_view text) noexcept {
  constexpr std::size_t kHeadingBytesMax = 60;
  if (text.starts_with("Vendor:") || text.starts_with("Equipment:")) return text.size() < kHeadingBytesMax;
  return text.size() < kHeadingBytesMax && std::none_of(text.begin(), text.end(), is_lower);
}

// Words of what could happen; without one of them a sentence about people or updates is no summary.
bool tells_an_effect(std::string_view text) noexcept {
  return has_any(text, {" could ", " may ", " allow", " can ", " might ", " would ", "lead to", "result in", " cause"});
}

// "Somebody reported this vulnerability to the CERT.", "The vendor recommends to update."
bool is_credit_or_advice(std::string_view text) noexcept {
  return has_any(text, {"reported", "identified", "discovered", "disclosed", "coordinated", "recommend"}) &&
         !tells_an_effect(text);
}

// "Low skill level is needed to exploit.": a label without ATTENTION before it.
bool is_label(std::string_view text) noexcept {
  constexpr std::size_t kLabelBytesMax = 80;
  return text.size() < kLabelBytesMax &&
         has_any(text, {"skill level", "exploitable remotely", "remotely exploitable", "no known public exploits"});
}

// Notes whose category says summary but whose title says otherwise.
bool is_about_something_else(const Note& note) noexcept {
  return has_any(note.title, {"sector", "countries", "areas deployed", "headquarters", "update summary"});
}

// "... trigger the request.CVE-2017-9961 has been assigned to this vulnerability. A CVSS v3 base score of 8.8 ...":
// ends before the identifier, with which the note goes on to figures that stand elsewhere.
std::string_view without_assignment(std::string_view text) noexcept {
  const auto assigned = text.find(" has been assigned to th");
  if (assigned == std::string_view::npos) return text;
  const auto id = text.rfind("CVE-", assigned);
  return id == std::string_view::npos ? text : text::trim(text.substr(0, id));
}

bool is_housekeeping(std::string_view text) noexcept {
  return has_any(text.substr(0, 60), {"this updated advisory", "this advisory is a follow-up", "this csaf "});
}

// "ATTENTION: Remotely exploitable/low skill level to exploit." is a label, not a summary.
std::string_view without_attention(std::string_view text) noexcept {
  while (text.starts_with("ATTENTION:")) {
    text = text::trim(text.substr(sentence_end(text)));
    // The label's own second sentence.
    if (text.starts_with("Public exploits are available")) text = text::trim(text.substr(sentence_end(text)));
  }
  return text;
}

// Telling sentences of a note, or empty.
std::string telling(std::string_view text) {
  const auto flat = text::squeeze(text);
  const auto rest = without_assignment(without_attention(flat));
  if (is_heading(rest) || is_housekeeping(rest) || is_label(rest)) return {};
  // A word or two ("Worldwide") tell nothing.
  if (std::count(rest.begin(), rest.end(), ' ') < 2) return {};
  auto sentences = first_sentences(rest);
  if (is_credit_or_advice(sentences)) return {};
  return sentences;
}

std::string of_vulnerability(const Vulnerability& vulnerability) {
  for (const auto& note : vulnerability.notes) {
    if ((note.category == "summary" || note.category == "description") && !is_boilerplate(note)) {
      if (auto text = telling(note.text); !text.empty()) return text;
    }
  }
  if (!vulnerability.title.empty()) return first_sentences(vulnerability.title);
  const auto& id = vulnerability.cve;
  if (vulnerability.cwes.empty()) return {};
  const auto& cwe = vulnerability.cwes.front();
  const auto& weakness = cwe.name.empty() ? cwe.id : cwe.name;
  return id.empty() ? first_sentences(weakness) : first_sentences(fmt::format("{}: {}", id, weakness));
}

}  // namespace

std::string first_sentences(std::string_view text) {
  // A break-in of white space and the apostrophe that a converter has torn off ("the vendor 's device").
  auto flat = text::squeeze(text);
  for (auto at = flat.find(" 's "); at != std::string::npos; at = flat.find(" 's ", at)) flat.erase(at, 1);
  for (auto at = flat.find("s ' "); at != std::string::npos; at = flat.find("s ' ", at)) flat.erase(at + 1, 1);
  const std::string_view view = flat;
  auto end = sentence_end(view);
  // A second sentence where the first alone is short.
  constexpr std::size_t kFirstBytesEnough = 160;
  if (end < kFirstBytesEnough && end < view.size()) {
    const auto second = end + sentence_end(view.substr(end));
    if (second <= kSummaryBytesMax) end = second;
  }
  return text::shorten(text::trim(view.substr(0, end)), kSummaryBytesMax);
}

std::string summary_of(const Advisory& advisory) {
  for (const auto& note : advisory.notes) {
    if (!text::equals_ignore_case_ascii(note.title, "risk evaluation")) continue;
    if (auto text = telling(note.text); !text.empty()) return text;
  }
  for (const std::string_view category : {"summary", "description"}) {
    for (const auto& note : advisory.notes) {
      if (note.category != category || is_boilerplate(note) || is_about_something_else(note)) continue;
      if (auto text = telling(note.text); !text.empty()) return text;
    }
  }
  for (const auto& vulnerability : advisory.vulnerabilities) {
    if (auto text = of_vulnerability(vulnerability); !text.empty()) return text;
  }
  return {};
}

bool is_boilerplate(const Note& note) {
  if (note.category == "legal_disclaimer") return true;
  static constexpr std::string_view kTitles[] = {"recommended practices",
                                                 "disclaimer",
                                                 "legal notice",
                                                 "terms of use",
                                                 "additional resources",
                                                 "general recommendation",
                                                 "general security recommendation",
                                                 "privacy & use"};
  for (const auto title : kTitles) {
    if (text::contains_ignore_case_ascii(note.title, title)) return true;
  }
  static constexpr std::string_view kBeginnings[] = {
      "CISA recommends users take defensive measures",
      "CISA reminds organizations to perform proper impact analysis",
      "CISA also provides a section for control systems security recommended practices",
      "CISA also recommends users take the following measures to protect themselves from social engineering",
      "CISA encourages organizations to implement recommended cybersecurity strategies",
      "Additional mitigation guidance and recommended practices are publicly available",
      "Organizations observing suspected malicious activity should follow established internal procedures",
      "This CSAF advisory was extracted from unstructured data",
  };
  for (const auto beginning : kBeginnings) {
    if (note.text.starts_with(beginning)) return true;
  }
  return false;
}

}  // namespace tocsin::domain
