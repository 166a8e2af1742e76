#include "engine/threat/text.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/search/tokens.hpp"

namespace tocsin::engine::threat {

void Words::add(std::string_view text) {
  if (text.empty()) return;
  if (!joined_.empty()) joined_ += '\n';
  joined_ += text;
}

void Words::clear() { joined_.clear(); }

std::string Words::write(store::Dialect dialect) const {
  auto all = search::tokens(joined_);
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  std::string out;
  for (const auto& each : all) {
    if (!out.empty()) out += ' ';
    // Tokens are letters and digits by construction.
    if (dialect == store::Dialect::postgres) {
      out.append("'").append(each).append("'");
    } else {
      out += each;
    }
  }
  return out;
}

bool Words::has(std::string_view text) const {
  const auto wanted = search::tokens(text);
  const auto all = search::tokens(joined_);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool last = i + 1 == wanted.size();
    const bool found = std::ranges::any_of(
        all, [&](const auto& each) { return last ? each.starts_with(wanted[i]) : each == wanted[i]; });
    if (!found) return false;
  }
  return !wanted.empty();
}

void add_words(Words& words, std::string_view title, std::string_view key, const formats::stix::Facts& facts) {
  words.add(title);
  words.add(key);
  words.add(facts.name);
  words.add(facts.description);
  words.add(facts.pattern);
  for (const auto* list : {&facts.aliases, &facts.labels, &facts.types}) {
    for (const auto each : *list) words.add(each);
  }
  for (const auto& each : facts.external_references) words.add(each.external_id);
  for (const auto& each : facts.values) words.add(each.value);
}

void append_first_of_id(store::Sql& sql, const domain::policy::Viewer& viewer, Timestamp now) {
  // Whatever has no issuer is the only one of its id that has none: most objects ask no further.
  sql.append(
      " AND (r.issuer = '' OR NOT EXISTS (SELECT 1 FROM stix_object o JOIN record r ON r.id = o.record_id WHERE "
      "o.stix_id = s.stix_id AND o.record_id <> s.record_id AND (r.issuer = '' OR o.record_id < s.record_id) AND ");
  sql.append(domain::policy::visible_sql(viewer, now)).append("))");
}

namespace {

/// Of the objects whose words a query in the language of the database's index finds.
store::Sql found_by(store::Dialect dialect, const std::string& query) {
  if (dialect == store::Dialect::postgres) {
    return store::Sql{"s.record_id IN (SELECT x.record_id FROM stix_text x WHERE x.terms @@ CAST(? AS tsquery))",
                      query};
  }
  return store::Sql{"s.record_id IN (SELECT rowid FROM stix_text WHERE stix_text MATCH ?)", query};
}

/// Every one of the words, the last as a beginning where that is asked.
std::string all_of(store::Dialect dialect, const std::vector<std::string>& words, bool beginning) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool begins = beginning && i + 1 == words.size();
    if (dialect == store::Dialect::postgres) {
      out += fmt::format("{}'{}'{}", i == 0 ? "" : " & ", words[i], begins ? ":*" : "");
    } else {
      out += fmt::format("{}\"{}\"{}", i == 0 ? "" : " AND ", words[i], begins ? " *" : "");
    }
  }
  return out;
}

}  // namespace

std::optional<store::Sql> words_condition(store::Dialect dialect, std::string_view text) {
  const auto words = search::tokens(text);
  if (words.empty()) return std::nullopt;
  return found_by(dialect, all_of(dialect, words, true));
}

std::optional<store::Sql> any_words_condition(store::Dialect dialect, std::span<const std::string> texts) {
  std::string asked;
  for (const auto& text : texts) {
    const auto words = search::tokens(text);
    if (words.empty()) continue;
    if (!asked.empty()) asked += dialect == store::Dialect::postgres ? " | " : " OR ";
    asked += fmt::format("({})", all_of(dialect, words, false));
  }
  if (asked.empty()) return std::nullopt;
  return found_by(dialect, asked);
}

}  // namespace tocsin::engine::threat
