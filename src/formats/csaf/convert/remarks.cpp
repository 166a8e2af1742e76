#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/csaf/names.hpp"
#include "formats/spdx/expression.hpp"
#include "formats/spdx/licences.hpp"

/// The part of the conversion to 2.1 that reads notes: licences, and notes about one product.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::object;
using boost::json::value;

// ---- Licences

bool is_listed(const spdx::Identifier& id) {
  if (!id.document.empty()) return false;
  const auto listing = id.is_addition ? spdx::find_exception(id.text) : spdx::find_licence(id.text);
  return listing != spdx::Listing::unlisted;
}

/// Some licences are called as ordinary words are ("MIT", "Fair", "Intel"): in prose only a name that no word has
/// counts as one.
bool is_no_word(const spdx::Identifier& id) {
  return id.is_reference ||
         (id.text.find('-') != std::string_view::npos && id.text.find_first_of("0123456789") != std::string_view::npos);
}

std::string_view without_punctuation(std::string_view word) {
  constexpr std::string_view kQuotes = "\"'`<>[]{}";
  while (!word.empty() && kQuotes.find(word.front()) != std::string_view::npos) word.remove_prefix(1);
  while (!word.empty() && (kQuotes.find(word.back()) != std::string_view::npos ||
                           std::string_view{".,;:!?"}.find(word.back()) != std::string_view::npos)) {
    word.remove_suffix(1);
  }
  return word;
}

bool is_expression(std::string_view text, bool in_prose) {
  const auto ids = spdx::parse_expression(text);
  return ids && !ids->empty() && std::ranges::all_of(*ids, is_listed) &&
         (!in_prose || std::ranges::any_of(*ids, is_no_word));
}

bool joins(std::string_view word) {
  return word == "AND" || word == "OR" || word == "WITH" || word == "and" || word == "or" || word == "with" ||
         word == "(" || word == ")";
}

/// Words of one text that are looked at, and words in an expression: no licence notice needs more.
constexpr std::size_t kWordsMax = 20'000;
constexpr std::size_t kExpressionWordsMax = 40;

/// The longest expressions that stand in a text, from left to right.
std::vector<std::string> expressions_in(std::string_view text) {
  if (const auto whole = text::trim(text); is_expression(whole, false)) return {std::string{whole}};
  constexpr std::string_view kMark = "SPDX-License-Identifier:";
  if (const auto at = text.find(kMark); at != std::string_view::npos) {
    auto line = text.substr(at + kMark.size());
    line = text::trim(line.substr(0, line.find_first_of("\r\n")));
    if (is_expression(line, false)) return {std::string{line}};
  }
  std::vector<std::string> words;
  const auto squeezed = text::squeeze(text);
  for (const auto word : text::split(squeezed, ' ')) {
    if (words.size() == kWordsMax) break;
    words.emplace_back(without_punctuation(word));
  }
  std::vector<std::string> found;
  for (std::size_t first = 0; first < words.size(); ++first) {
    // Where no expression begins, none needs to be read.
    const auto head =
        std::string_view{words[first]}.substr(std::min(words[first].find_first_not_of('('), words[first].size()));
    if (head.empty() ||
        spdx::find_licence(without_punctuation(head.substr(0, head.find_first_of("+)")))) == spdx::Listing::unlisted) {
      continue;
    }
    std::string best;
    std::size_t after = first + 1;
    std::string candidate;
    const auto end = std::min(words.size(), first + kExpressionWordsMax);
    for (std::size_t i = first; i < end; ++i) {
      // Two names side by side are no expression, whatever follows.
      if (i > first && !joins(words[i]) && !joins(words[i - 1])) break;
      candidate += (i == first ? "" : " ") + words[i];
      if (!is_expression(candidate, true)) continue;
      best = candidate;
      after = i + 1;
    }
    if (best.empty()) continue;
    found.push_back(std::move(best));
    first = after - 1;
  }
  return found;
}

// ---- Notes about products

struct Meaning {
  std::string_view category, title;
};
/// Bytes of a name; products that one note is bound to, and all notes of a document. A note about more of them is about
/// no one product.
constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kBoundMax = 1000;
constexpr std::size_t kBoundInAllMax = 100'000;

constexpr Meaning kDocumentMeanings[] = {{"description", "Product Description"},
                                         {"general", "General Security Recommendations"},
                                         {"legal_disclaimer", "License"},
                                         {"summary", "Summary"}};
constexpr Meaning kVulnerabilityMeanings[] = {
    {"description", "CVE Description"}, {"description", "Preconditions"}, {"summary", "Vulnerability Summary"}};

/// "of Lamp 2", ": Lamp 2", "(Lamp 2)" behind a title with a meaning; empty where nothing that names a product follows.
std::string_view extension_of(std::string_view title, std::string_view meaning) {
  if (!title.starts_with(meaning)) return {};
  auto rest = title.substr(meaning.size());
  // "Summaryless" is another word.
  if (rest.empty() || (static_cast<unsigned char>(rest.front()) < 0x80 && std::isalnum(rest.front()) != 0)) return {};
  constexpr std::string_view kMarks = " \t:-([|,;/";
  const auto strip = [&] {
    while (!rest.empty() && kMarks.find(rest.front()) != std::string_view::npos) rest.remove_prefix(1);
  };
  strip();
  for (const std::string_view word : {"of ", "for ", "about ", "the "}) {
    if (!text::lower_ascii(rest.substr(0, word.size())).starts_with(word)) continue;
    rest.remove_prefix(word.size());
    strip();
  }
  while (!rest.empty() && std::string_view{" \t)]"}.find(rest.back()) != std::string_view::npos) rest.remove_suffix(1);
  return rest;
}

/// Products by what they may be called: names, branches on the way to them, ids.
class Names {
 public:
  explicit Names(value& root) {
    auto* tree = find(root, "product_tree");
    if (tree == nullptr) return;
    walk(*tree, {});
    for (const auto* key : {"full_product_names", "relationships"}) {
      auto* list = find_array(*tree, key);
      if (list == nullptr) continue;
      for (auto& each : *list) {
        auto* product = std::string_view{key} == "relationships" ? find(each, "full_product_name") : &each;
        if (product != nullptr) add_product(*product, {});
      }
    }
    for (auto& [name, ids] : ids_) {
      std::ranges::sort(ids);
      ids.erase(std::ranges::unique(ids).begin(), ids.end());
    }
  }

  std::vector<std::string> find_products(std::string_view name) const {
    const auto found = ids_.find(name_without_separators(name));
    return found == ids_.end() ? std::vector<std::string>{} : found->second;
  }

 private:
  void add(const std::string& name, const std::string& id) {
    if (name.size() > 2 * kNameBytesMax) return;
    if (auto key = name_without_separators(name); !key.empty()) ids_[std::move(key)].push_back(id);
  }

  void add_product(value& product, const std::vector<std::string>& names) {
    const auto id = text_of(find(product, "product_id"));
    add(text_of(find(product, "name")), id);
    for (std::size_t i = 0; i < names.size(); ++i) {
      add(names[i], id);
      // "Lamp 2": a branch with the one below, and without the levels between.
      for (std::size_t j = i + 1; j < names.size(); ++j) add(names[i] + names[j], id);
    }
  }

  /// `names`: of products, families and versions above.
  void walk(value& parent, const std::vector<std::string>& names) {
    if (auto* product = find(parent, "product"); product != nullptr) add_product(*product, names);
    auto* branches = find_array(parent, "branches");
    if (branches == nullptr) return;
    for (auto& branch : *branches) {
      auto below = names;
      const auto category = text_of(find(branch, "category"));
      // More levels than these name no product more precisely.
      constexpr std::size_t kNamesMax = 6;
      auto name = text_of(find(branch, "name"));
      if (category.starts_with("product_") && below.size() < kNamesMax && name.size() <= kNameBytesMax) {
        below.push_back(std::move(name));
      }
      walk(branch, below);
    }
  }

  std::map<std::string, std::vector<std::string>, std::less<>> ids_;
};

class Binding {
 public:
  Binding(value& root, Notes& notes) : root_(root), notes_(notes) {}

  void bind(value& parent, std::span<const Meaning> meanings, const std::string& path) {
    auto* list = find_array(parent, "notes");
    if (list == nullptr) return;
    for (std::size_t i = 0; i < list->size(); ++i) {
      auto* note = (*list)[i].if_object();
      if (note == nullptr) continue;
      const auto category = text_of(note->if_contains("category"));
      const auto title = text_of(note->if_contains("title"));
      for (const auto& each : meanings) {
        if (each.category != category) continue;
        const auto extension = extension_of(title, each.title);
        if (extension.empty()) continue;
        bind_note(*note, title, extension, fmt::format("{}/notes/{}", path, i));
        break;
      }
    }
  }

 private:
  void bind_note(object& note, const std::string& title, std::string_view extension, const std::string& place) {
    // Gathered only where a title asks for them.
    if (!names_) names_.emplace(root_);
    const auto products = names_->find_products(extension);
    const auto text = text::shorten(text_of(note.if_contains("text")), 80);
    if (products.empty() || products.size() > kBoundMax || bound_ + products.size() > kBoundInAllMax) {
      notes_.warn(place, products.empty()
                             ? tr<"the note '{}' ('{}') may be about one product, but no product could be assigned: "
                                  "none is called '{}'">(title, text, text::shorten(extension, 80))
                             : tr<"the note '{}' ('{}') may be about one product, but no product could be assigned: "
                                  "too many have this name">(title, text));
      return;
    }
    bound_ += products.size();
    note["product_ids"] = to_array(products);
    notes_.warn(place, tr<"the note '{}' ('{}') may be about one product: it was assigned to {}">(
                           title, text, list_for_reader(products)));
  }

  value& root_;
  Notes& notes_;
  std::optional<Names> names_;
  std::size_t bound_ = 0;
};

}  // namespace

void find_license_expression(value& root, Notes& notes) {
  auto* document = find(root, "document");
  auto* list = document == nullptr ? nullptr : find_array(*document, "notes");
  if (list == nullptr || document->get_object().contains("license_expression")) return;
  std::vector<std::pair<std::string, std::string>> found;  // Expression and place.
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (text_of(find((*list)[i], "category")) != "legal_disclaimer") continue;
    for (auto& each : expressions_in(text_of(find((*list)[i], "text")))) {
      found.emplace_back(std::move(each), fmt::format("/document/notes/{}", i));
    }
  }
  if (found.empty()) return;
  const auto same = std::ranges::all_of(found, [&](const auto& each) { return each.first == found[0].first; });
  if (same) {
    document->get_object()["license_expression"] = found[0].first;
    notes.warn(found[0].second + "/text",
               tr<"the licence expression '{}' was found and set as that of the document">(found[0].first));
    return;
  }
  std::string all;
  for (const auto& [expression, place] : found)
    all += fmt::format("{}'{}' ({})", all.empty() ? "" : ", ", expression, place);
  notes.warn("/document/notes",
             tr<"several licence expressions were found, so that none was set as that of the document: {}">(all));
}

void bind_notes_to_products(value& root, Notes& notes) {
  Binding binding{root, notes};
  if (auto* document = find(root, "document"); document != nullptr)
    binding.bind(*document, kDocumentMeanings, "/document");
  auto* vulnerabilities = find_array(root, "vulnerabilities");
  if (vulnerabilities == nullptr) return;
  for (std::size_t i = 0; i < vulnerabilities->size(); ++i) {
    binding.bind((*vulnerabilities)[i], kVulnerabilityMeanings, fmt::format("/vulnerabilities/{}", i));
  }
}

}  // namespace tocsin::formats::csaf::convert
