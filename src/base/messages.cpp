#include "base/messages.hpp"

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/po.hpp"
#include "base/weighted.hpp"

namespace tocsin {
namespace {

thread_local Language speaking = Language::en;

struct Name {
  std::string_view tag, own;
};
constexpr std::array<Name, kLanguageCount> kNames{Name{"en", "English"}, {"de", "Deutsch"}, {"es", "Español"}};

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace

std::string_view tag_of(Language language) noexcept { return kNames[static_cast<std::size_t>(language)].tag; }
std::string_view own_name(Language language) noexcept { return kNames[static_cast<std::size_t>(language)].own; }

bool parse_language(std::string_view tag, Language& found) noexcept {
  const auto primary = tag.substr(0, tag.find_first_of("-_"));
  for (const auto language : kLanguages) {
    if (std::ranges::equal(primary, tag_of(language), {}, lower)) {
      found = language;
      return true;
    }
  }
  return false;
}

Language choose_language(std::string_view accept_language, Language otherwise) noexcept {
  auto best = otherwise;
  int best_weight = 0;
  weighted::each(accept_language, [&](std::string_view range, int weight) {
    auto language = Language::en;
    // The first of equal weight is taken: browsers list them by preference.
    if (weight <= best_weight || !parse_language(range, language)) return;
    best = language;
    best_weight = weight;
  });
  return best;
}

Language current_language() noexcept { return speaking; }
LanguageScope::LanguageScope(Language language) noexcept : before_(speaking) { speaking = language; }
LanguageScope::~LanguageScope() { speaking = before_; }

namespace messages {
namespace {

Entry*& head() noexcept {
  static Entry* first = nullptr;
  return first;
}

/// What a sentence has that its translation must have, too: holes by their number, and tags.
struct Shape {
  std::vector<std::string> holes, tags;
  bool stray = false;  ///< A '<' or '>' that is no tag's, or a brace alone.
};
Shape shape_of(std::string_view text, Kind kind) {
  Shape shape;
  int automatic = 0;
  bool in_tag = false;
  std::string tag;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    std::string piece{c};
    if (c == '{' || c == '}') {
      if (at + 1 < text.size() && text[at + 1] == c) {
        ++at;
      } else {
        const auto end = c == '{' ? text.find('}', at) : std::string_view::npos;
        if (end == std::string_view::npos) {
          shape.stray = true;
          return shape;
        }
        auto hole = std::string{text.substr(at + 1, end - at - 1)};
        const auto colon = hole.find(':');
        const auto name = hole.substr(0, colon);
        if (name.empty()) hole.insert(0, std::to_string(automatic++));
        piece = "{" + hole + "}";
        shape.holes.push_back(piece);
        at = end;
        c = '\0';
      }
    }
    if (kind != Kind::markup) continue;
    if (c == '<') {
      shape.stray = shape.stray || in_tag;
      in_tag = true;
      tag.clear();
    } else if (c == '>' && !in_tag) {
      shape.stray = true;
    }
    if (in_tag) tag += piece;
    if (c == '>' && in_tag) {
      shape.tags.push_back(tag);
      in_tag = false;
    }
  }
  shape.stray = shape.stray || in_tag;
  std::ranges::sort(shape.holes);
  std::ranges::sort(shape.tags);
  return shape;
}

/// Why this translation cannot stand for the English text, or nothing.
std::string fault_of(std::string_view english, std::string_view translation, Kind kind) {
  const auto wanted = shape_of(english, kind);
  const auto has = shape_of(translation, kind);
  if (has.stray) return "a brace or an angle bracket stands alone";
  if (has.holes != wanted.holes) return fmt::format("the holes differ: '{}'", translation);
  if (has.tags != wanted.tags) return fmt::format("the tags differ: '{}'", translation);
  const auto strange = [&](char c) {
    return std::string_view{"<>\"'"}.find(c) != std::string_view::npos && english.find(c) == std::string_view::npos;
  };
  if (kind == Kind::quoted && std::ranges::any_of(translation, strange)) {
    return fmt::format("quotes and tags cannot stand here: '{}'", translation);
  }
  return {};
}

using Key = std::pair<std::string_view, std::string_view>;  // Context and English.

/// Texts of catalogues, and those noted: they live as long as the program, for entries point into them.
std::deque<std::string>& kept() {
  static std::deque<std::string> texts;
  return texts;
}
std::string_view keep(std::string text) { return kept().emplace_back(std::move(text)); }

/// Entries of messages::note and by English for tr_text; filled by load.
struct Noted {
  std::mutex mutex;
  std::deque<Entry> entries;
  std::map<std::string, const Entry*, std::less<>> by_english;
};
Noted& noted() {
  static auto* all = new Noted;  // Never destroyed: static tables may be read while the program ends.
  return *all;
}

}  // namespace

Entry::Entry(Kind kind, std::string_view source, std::string_view plural) : kind_(kind), next_(head()) {
  if (const auto end = source.starts_with('#') ? source.find('#', 1) : std::string_view::npos;
      end != std::string_view::npos) {
    context_ = source.substr(1, end - 1);
    source.remove_prefix(end + 1);
  }
  singular_.fill(source);
  plural_.fill(plural);
  head() = this;
}

const Entry* first() noexcept { return head(); }

struct Loading {
  static void set(Entry& entry, Language language, std::string_view one, std::string_view many) {
    entry.singular_[static_cast<std::size_t>(language)] = one;
    entry.plural_[static_cast<std::size_t>(language)] = many;
  }
  static Entry* next(Entry& entry) { return entry.next_; }
};

std::vector<Problem> load(Language language, std::string_view po) {
  auto items = po::read(po);
  if (!items) return {{"", items.error().message}};
  std::map<Key, const po::Item*> by_key;
  for (const auto& item : *items) {
    if (!item.id.empty()) by_key.emplace(Key{item.context, item.id}, &item);
  }
  std::vector<Problem> problems;
  std::map<Key, std::optional<std::pair<std::string_view, std::string_view>>> known;
  for (auto* entry = head(); entry != nullptr; entry = Loading::next(*entry)) {
    const Key key{entry->context(), entry->english()};
    Loading::set(*entry, language, entry->english(), entry->english_plural());
    auto [found, is_new] = known.try_emplace(key);
    if (is_new) {
      const auto item = by_key.find(key);
      if (item == by_key.end() || item->second->text.empty() || item->second->text.front().empty() ||
          item->second->fuzzy()) {
        problems.push_back({std::string{entry->english()}, "not translated"});
        continue;
      }
      const auto& text = item->second->text;
      const bool plural = !entry->english_plural().empty();
      std::string fault;
      if (plural != (text.size() > 1) || item->second->plural != entry->english_plural()) {
        fault = "the plural differs";
      } else {
        fault = fault_of(entry->english(), text[0], entry->kind());
        if (fault.empty() && plural) fault = fault_of(entry->english_plural(), text[1], entry->kind());
      }
      if (!fault.empty()) {
        problems.push_back({std::string{entry->english()}, fault});
        continue;
      }
      found->second.emplace(keep(text[0]), plural ? keep(text[1]) : std::string_view{});
    } else if (found->second && entry->kind() != Kind::text) {
      // The same words elsewhere: what may stand in text need not fit an attribute.
      if (auto fault = fault_of(entry->english(), found->second->first, entry->kind()); !fault.empty()) {
        problems.push_back({std::string{entry->english()}, std::move(fault)});
        continue;
      }
    }
    if (found->second) Loading::set(*entry, language, found->second->first, found->second->second);
  }
  // Texts of errors that were made before the language was known are looked up by their English, too.
  auto& all = noted();
  {
    const std::lock_guard lock(all.mutex);
    for (const auto* entry = first(); entry != nullptr; entry = entry->next()) {
      if (entry->kind() == Kind::text && entry->context().empty() && entry->english_plural().empty()) {
        all.by_english.try_emplace(std::string{entry->english()}, entry);
      }
    }
  }
  for (const auto& [key, item] : by_key) {
    if (!known.contains(key)) problems.push_back({item->id, "the program does not say this any more"});
  }
  return problems;
}

std::string update(std::string_view po, Language language) {
  std::vector<po::Item> before;
  if (auto items = po::read(po)) before = std::move(*items);
  std::map<Key, const po::Item*> by_key;
  for (const auto& item : before) by_key.emplace(Key{item.context, item.id}, &item);
  std::map<std::pair<std::string_view, std::string_view>, po::Item> all;  // English first: near things stay near.
  for (const auto* entry = first(); entry != nullptr; entry = entry->next()) {
    auto& item = all[{entry->english(), entry->context()}];
    item.context = entry->context();
    item.id = entry->english();
    item.plural = entry->english_plural();
    const auto found = by_key.find(Key{item.context, item.id});
    if (found != by_key.end() && item.text.empty()) {
      item.text = found->second->text;
      item.comments = found->second->comments;
    }
  }
  std::vector<po::Item> items(1);
  items[0].text = {fmt::format(
      "Language: {}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
      "Plural-Forms: nplurals=2; plural=(n != 1);\n",
      tag_of(language))};
  for (auto& [key, item] : all) items.push_back(std::move(item));
  return po::write(items);
}

bool is_plural(Language language, long long number) noexcept {
  // The rule of all three (Unicode CLDR plural rules); another language may need another.
  static_cast<void>(language);
  return number != 1 && number != -1;
}

std::string fill(std::string_view pattern, fmt::format_args arguments) {
  try {
    return fmt::vformat(fmt::string_view{pattern.data(), pattern.size()}, arguments);
  } catch (const fmt::format_error&) {
    return std::string{pattern};
  }
}

void note(std::string_view english) {
  auto& all = noted();
  const std::lock_guard lock(all.mutex);
  if (english.empty() || all.by_english.contains(english)) return;
  const auto [at, is_new] = all.by_english.emplace(std::string{english}, nullptr);
  at->second = &all.entries.emplace_back(Kind::text, std::string_view{at->first});
}

}  // namespace messages

std::string_view tr_text(std::string_view english) noexcept {
  const auto language = current_language();
  if (language == Language::en) return english;
  auto& all = messages::noted();
  // Filled before other threads run, and only read since.
  const auto found = all.by_english.find(english);
  return found == all.by_english.end() ? english : found->second->text(language);
}

}  // namespace tocsin
