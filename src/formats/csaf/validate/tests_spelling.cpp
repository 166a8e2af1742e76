#include <algorithm>

#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/field_words.hpp"
#include "formats/csaf/validate/speller.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/walk.hpp"
#include "formats/csaf/validate/words.hpp"

/// The spell check: 6.3.8.
namespace tocsin::formats::csaf {
namespace {

/// Different words that a dictionary is asked about, of one document: the largest of 1,714 real ones has 1,260.
constexpr std::size_t kAskedMax = 10'000;
/// Different words that are not known; more of them are no language.
constexpr std::size_t kUnknownMax = 500;
/// Searches for what may be meant: milliseconds each, 40 for the longest.
constexpr std::size_t kSuggestionsMax = 20;
/// Nearly everything is one letter away from a shorter word, and a longer one takes long.
constexpr std::size_t kSearchedBytesMin = 5, kSearchedBytesMax = 32;
/// Words named in one finding.
constexpr std::size_t kNamedMax = 8;

/// Words of the document's names that are kept; more are no names.
constexpr std::size_t kNameWordsMax = 100'000;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

/// Empty where there are no others.
std::string with_straight_apostrophes(std::string_view word) {
  constexpr std::string_view kCurly = "\u2019";
  std::string straight;
  for (auto at = word.find(kCurly); at != std::string_view::npos; at = word.find(kCurly)) {
    straight.append(word.substr(0, at)).append("'");
    word.remove_prefix(at + kCurly.size());
  }
  if (!straight.empty()) straight.append(word);
  return straight;
}

class SpellCheck {
 public:
  SpellCheck(const Model& model, Sink& sink, Dictionary& dictionary)
      : model_(model), sink_(sink), dictionary_(dictionary) {
    constexpr std::size_t kUsual = 1000;
    asked_.reserve(kUsual);
  }

  void run() {
    check_document();
    for (const auto group : model_.product_tree["product_groups"].elements()) check(group["summary"]);
    for (const auto& vulnerability : model_.vulnerabilities) check_vulnerability(vulnerability.node);
    if (!is_cut_) return;
    sink_.add(model_.document,
              tr<"the check ended after {} different words, {} of them unknown: the rest was not checked">(
                  asked_.size(), unknown_),
              tr<"Check the language that document/lang names, or check the text elsewhere.">());
  }

 private:
  struct Misspelled {
    std::string_view word;
    std::string suggestion;
  };

  void check(Node text) {
    if (!text.is_string() || is_cut_) return;
    words_.clear();
    split_words(text.text(), words_);
    std::vector<Misspelled> found;
    for (const auto word : words_) {
      // A word that stands in many places is told where it stands first.
      if (!asked_.insert(word).second) continue;
      if (auto misspelled = judge(word, word.data() == text.text().data())) found.push_back(std::move(*misspelled));
      is_cut_ = asked_.size() >= kAskedMax || unknown_ >= kUnknownMax;
      if (is_cut_) break;
    }
    if (!found.empty()) tell(text, found);
  }

  void check_all(Node array, std::initializer_list<std::string_view> names) {
    for (const auto each : array.elements()) {
      for (const auto name : names) check(each[name]);
    }
  }

  void check_document() {
    const auto document = model_.document;
    check_all(document["acknowledgments"], {"summary"});
    check(document["aggregate_severity"]["text"]);
    check(document["distribution"]["text"]);
    check_all(document["notes"], {"audience", "text", "title"});
    check_all(document["references"], {"summary"});
    check(document["title"]);
    for (const auto& revision : model_.revisions) check(revision.node["summary"]);
  }

  void check_vulnerability(Node vulnerability) {
    check_all(vulnerability["acknowledgments"], {"summary"});
    check_all(vulnerability["involvements"], {"summary"});
    check_all(vulnerability["notes"], {"audience", "text", "title"});
    check_all(vulnerability["references"], {"summary"});
    for (const auto remediation : vulnerability["remediations"].elements()) {
      check(remediation["details"]);
      for (const auto each : remediation["entitlements"].elements()) check(each);
      check(remediation["restart_required"]["details"]);
    }
    check_all(vulnerability["threats"], {"details"});
    check(vulnerability["title"]);
  }

  std::optional<Misspelled> judge(std::string_view original, bool begins_text) {
    const auto straight = with_straight_apostrophes(original);
    const std::string_view word = straight.empty() ? original : straight;
    if (dictionary_.knows(word)) return std::nullopt;
    const auto lower = text::lower_ascii(word);
    if (is_field_word(lower) || is_named(lower)) return std::nullopt;
    std::string suggestion;
    if (suggestions_ < kSuggestionsMax && word.size() >= kSearchedBytesMin && word.size() <= kSearchedBytesMax) {
      ++suggestions_;
      suggestion = dictionary_.suggestion(word);
    }
    // A capital may begin a name, which no dictionary has to know. One letter away from a word, and long, it is none;
    // in front of a text any word has a capital.
    const std::size_t no_name_bytes_min = begins_text ? kSearchedBytesMin : 7;
    const bool may_be_name = lower[0] != word[0];
    if (may_be_name && (suggestion.empty() || word.size() < no_name_bytes_min)) return std::nullopt;
    ++unknown_;
    return Misspelled{original, std::move(suggestion)};
  }

  /// The document's own names: of products, vendors, people and organisations.
  bool is_named(std::string_view lower) {
    if (!has_names_) read_names();
    return names_.contains(lower) || (lower.ends_with('s') && names_.contains(lower.substr(0, lower.size() - 1)));
  }

  void read_names() {
    has_names_ = true;
    const auto add = [&](Node name) {
      each_run_of_letters(name.text(), [&](std::string_view word) {
        if (word.size() <= kWordBytesMax && names_.size() < kNameWordsMax) names_.insert(text::lower_ascii(word));
      });
    };
    const auto add_acknowledged = [&](Node acknowledgments) {
      for (const auto each : acknowledgments.elements()) {
        for (const auto name : each["names"].elements()) add(name);
        add(each["organization"]);
      }
    };
    const auto document = model_.document;
    add_acknowledged(document["acknowledgments"]);
    for (const auto* name : {"name", "issuing_authority", "namespace", "contact_details"}) {
      add(document["publisher"][name]);
    }
    for (const auto alias : model_.tracking["aliases"].elements()) add(alias);
    add(model_.tracking["generator"]["engine"]["name"]);
    for (const auto& branch : model_.branches) add(branch.node["name"]);
    each_full_product_name(model_, [&](Node product) { add(product["name"]); });
    for (const auto& vulnerability : model_.vulnerabilities) {
      add_acknowledged(vulnerability.node["acknowledgments"]);
      add(vulnerability.node["cwe"]["name"]);
      for (const auto cwe : vulnerability.node["cwes"].elements()) add(cwe["name"]);
    }
  }

  void tell(Node text, const std::vector<Misspelled>& found) {
    std::string list;
    const auto named = std::min(found.size(), kNamedMax);
    for (std::size_t i = 0; i < named; ++i) {
      if (i > 0) list += ", ";
      list += fmt::format("'{}'", found[i].word);
      if (!found[i].suggestion.empty()) list += tr<" (perhaps '{}')">(found[i].suggestion);
    }
    if (named < found.size()) list += tr<" and {} more">(found.size() - named);
    sink_.add(text, tr<"the dictionary does not know {}">(list),
              tr<"Correct what is misspelled; leave names and terms of the field as they are.">());
  }

  const Model& model_;
  Sink& sink_;
  Dictionary& dictionary_;
  std::vector<std::string_view> words_;  ///< Of the text that is being checked.
  boost::unordered_flat_set<std::string_view, std::hash<std::string_view>> asked_;
  boost::unordered_flat_set<std::string, TextHash, std::equal_to<>> names_;
  std::size_t unknown_ = 0, suggestions_ = 0;
  bool has_names_ = false, is_cut_ = false;
};

}  // namespace

void spell_check(const Model& model, Sink& sink) {
  const auto lang = model.document["lang"];
  if (model.speller == nullptr || lang.text().empty()) return;
  auto* dictionary = model.speller->dictionary(lang.text());
  if (dictionary == nullptr) {
    // The standard wants a failure here, not silence.
    sink.add(
        lang,
        tr<"no dictionary of the language '{}' is installed: spelling was not checked">(text::shorten(lang.text(), 40)),
        tr<"Install one, or check the text elsewhere.">());
    return;
  }
  SpellCheck{model, sink, *dictionary}.run();
}

}  // namespace tocsin::formats::csaf
