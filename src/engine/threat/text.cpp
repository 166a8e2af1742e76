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

std::optional<store::Sql> words_condition(store::Dialect dialect, std::string_view text) {
  const auto words = search::tokens(text);
  if (words.empty()) return std::nullopt;
  std::string asked;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool last = i + 1 == words.size();
    if (dialect == store::Dialect::postgres) {
      asked += fmt::format("{}'{}'{}", i == 0 ? "" : " & ", words[i], last ? ":*" : "");
    } else {
      asked += fmt::format("{}\"{}\"{}", i == 0 ? "" : " AND ", words[i], last ? " *" : "");
    }
  }
  if (dialect == store::Dialect::postgres) {
    return store::Sql{"s.record_id IN (SELECT x.record_id FROM stix_text x WHERE x.terms @@ CAST(? AS tsquery))",
                      asked};
  }
  return store::Sql{"s.record_id IN (SELECT rowid FROM stix_text WHERE stix_text MATCH ?)", asked};
}

}  // namespace tocsin::engine::threat
