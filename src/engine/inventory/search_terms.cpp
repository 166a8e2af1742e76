#include "engine/inventory/search_terms.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "engine/inventory/asset_class.hpp"
#include "engine/search/tokens.hpp"
#include "store/assets.hpp"

namespace tocsin::engine::inventory {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return c >= 'a' && c <= 'z'; }

/// Chinese, Japanese and Korean words are written without blanks between them: each character begins one.
bool begins_ideograph(char c) noexcept { return static_cast<unsigned char>(c) >= 0xE3; }

/// "6es7": the first part of a Siemens order number, with or without a blank behind it.
bool is_order_number_head(std::string_view part) noexcept {
  return part.size() >= 4 && is_digit(part[0]) && is_letter(part[1]) && (is_letter(part[2]) || is_digit(part[2])) &&
         is_digit(part[3]);
}

void add(std::string_view text, std::vector<std::string>& terms) {
  if (auto term = search::compact(text); !term.empty()) terms.push_back(std::move(term));
}

void add_word(std::string_view word, std::vector<std::string>& terms) {
  for (const auto& run : search::words_in(word)) {
    add(word.substr(run.begin), terms);
    for (auto at = run.begin + 1; at < run.end; ++at) {
      const bool number_begins = is_digit(word[at]) && !is_digit(word[at - 1]);
      const bool behind_head = at == run.begin + 4 && is_order_number_head(word.substr(run.begin, run.end - run.begin));
      if (number_begins || behind_head || begins_ideograph(word[at])) add(word.substr(at), terms);
    }
  }
}

}  // namespace

std::vector<std::string> search_terms(std::string_view folded) {
  std::vector<std::string> terms;
  std::string_view before;
  for (const auto word : text::split(folded, ' ')) {
    if (word.empty()) continue;
    add_word(word, terms);
    // The blank belongs to the number.
    if (before.size() == 4 && is_order_number_head(before) && std::ranges::any_of(word, is_digit)) {
      add(std::string{before}.append(word), terms);
    }
    before = word;
  }
  return terms;
}

std::vector<store::TermChoice> asked_terms(const std::vector<std::string>& folded_words) {
  std::vector<std::string> words;
  for (const auto& word : folded_words) {
    if (auto term = search::compact(word); !term.empty()) words.push_back(std::move(term));
  }
  std::vector<store::TermChoice> asked;
  for (std::size_t i = 0; i < words.size(); ++i) {
    store::TermChoice choice{words[i]};
    // Of a number that the asset has without the blank.
    if (i > 0 && is_order_number_head(words[i - 1])) choice.push_back(search::compact(words[i - 1] + words[i]));
    asked.push_back(std::move(choice));
  }
  return asked;
}

Result<std::int64_t> index_assets(store::Database& database, int assets_max) {
  TRY(const bool any, database.read([](store::Connection& connection) -> Result<bool> {
    TRY(const auto waiting, store::AssetText{connection}.unindexed(1));
    return !waiting.empty();
  }));
  if (!any) return std::int64_t{0};
  return database.write([&](store::Connection& connection) -> Result<std::int64_t> {
    // Whoever changes an asset takes it as well.
    TRY_VOID(connection.lock_changes());
    store::AssetText text{connection};
    TRY(const auto waiting, text.unindexed(assets_max));
    std::vector<store::Sql> statements;
    std::vector<std::int64_t> ids;
    for (const auto& each : waiting) {
      store::AssetText::append_put(connection.dialect(), each.organisation, each.id, search_terms(each.search),
                                   statements);
      ids.push_back(each.id);
    }
    TRY_VOID(connection.run_all(statements));
    TRY(const auto assets, store::Assets{connection}.of_ids(ids));
    std::vector<std::pair<std::int64_t, std::string>> classes;
    for (const auto& each : assets) classes.emplace_back(each.id, asset_class(each.item));
    TRY_VOID(text.set_indexed(classes));
    return static_cast<std::int64_t>(ids.size());
  });
}

}  // namespace tocsin::engine::inventory
