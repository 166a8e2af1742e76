#include "engine/search/text_index.hpp"

#include <map>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace tocsin::engine::search {
namespace {

/// A tsvector keeps positions up to this.
constexpr int kPositionMax = 16'383;
/// Distance between two fields, so that no run reaches over.
constexpr int kFieldGap = 8;

// PostgreSQL. Lexemes of names (weight A) and body (D) as they are; each field once more behind a mark that no token
// contains, for filters on that field alone.
std::string_view mark(TextField field) {
  switch (field) {
    case TextField::ids:
      return "#i";
    case TextField::title:
      return "#t";
    case TextField::vendors:
      return "#v";
    case TextField::products:
      return "#p";
    case TextField::versions:
      return "#n";
    case TextField::publisher:
      return "#u";
    case TextField::places:
      return "#c";
    case TextField::body:
      break;
  }
  return "#b";
}

std::string tsvector_text(const TextDocument& document) {
  std::map<std::string, std::string, std::less<>> lexemes;
  int position = 1;
  const auto add = [&](std::string_view prefix, std::string_view token, char weight) {
    if (token.empty() || token == kGapToken) return;
    auto& places = lexemes[std::string{prefix}.append(token)];
    places += fmt::format("{}{}{}", places.empty() ? "" : ",", std::min(position, kPositionMax), weight);
  };
  const auto add_field = [&](TextField field, std::string_view prefix, char weight) {
    for (const auto token : text::split(document[field], ' ')) {
      add(prefix, token, weight);
      ++position;
    }
    position += kFieldGap;
  };
  for (const auto field : {TextField::title, TextField::vendors, TextField::products}) add_field(field, "", 'A');
  add_field(TextField::body, "", 'D');
  for (const auto field : {TextField::title, TextField::vendors, TextField::products, TextField::versions,
                           TextField::publisher, TextField::places}) {
    position = 1;
    add_field(field, mark(field), 'D');
  }
  std::string out;
  for (const auto token : text::split(document[TextField::ids], ' ')) {
    if (!token.empty()) lexemes.try_emplace("#i" + std::string{token});
  }
  for (const auto& [lexeme, places] : lexemes) {
    if (!out.empty()) out += ' ';
    out += '\'' + lexeme + '\'';
    if (!places.empty()) out += ':' + places;
  }
  return out;
}

/// Tokens are letters and digits by construction; a quote in one would be our bug.
std::string_view checked(std::string_view token) {
  TOCSIN_CHECK(token.find_first_of("'\"\\ ") == std::string::npos && !token.empty());
  return token;
}

std::string tsquery_run(const TextRun& run) {
  std::string_view prefix, weight;
  switch (run.scope) {
    case TextScope::everywhere:
      break;
    case TextScope::names:
      weight = "A";
      break;
    case TextScope::ids:
      prefix = mark(TextField::ids);
      break;
    case TextScope::title:
      prefix = mark(TextField::title);
      break;
    case TextScope::vendors:
      prefix = mark(TextField::vendors);
      break;
    case TextScope::products:
      prefix = mark(TextField::products);
      break;
    case TextScope::versions:
      prefix = mark(TextField::versions);
      break;
    case TextScope::publisher:
      prefix = mark(TextField::publisher);
      break;
    case TextScope::places:
      prefix = mark(TextField::places);
      break;
  }
  std::string out;
  for (std::size_t i = 0; i < run.tokens.size(); ++i) {
    if (i > 0) out += " <-> ";
    const bool starred = run.prefix && i + 1 == run.tokens.size();
    out += fmt::format("'{}{}'", prefix, checked(run.tokens[i]));
    if (starred || !weight.empty()) out += fmt::format(":{}{}", starred ? "*" : "", weight);
  }
  return "(" + out + ")";
}

// SQLite FTS5.
std::string_view columns(TextScope scope) {
  switch (scope) {
    case TextScope::everywhere:
      return "{title vendors products body}";
    case TextScope::names:
      return "{title vendors products}";
    case TextScope::ids:
      return "ids";
    case TextScope::title:
      return "title";
    case TextScope::vendors:
      return "vendors";
    case TextScope::products:
      return "products";
    case TextScope::versions:
      return "versions";
    case TextScope::publisher:
      return "publisher";
    case TextScope::places:
      break;
  }
  return "places";
}

std::string fts5_run(const TextRun& run) {
  std::string phrase;
  for (const auto& token : run.tokens) {
    if (!phrase.empty()) phrase += ' ';
    phrase += checked(token);
  }
  return fmt::format("({} : \"{}\"{})", columns(run.scope), phrase, run.prefix ? " *" : "");
}

template <class Write>
std::string expression(const std::vector<TextMatch>& all, std::string_view both, std::string_view either, Write write) {
  std::string out;
  for (const auto& match : all) {
    TOCSIN_CHECK(!match.runs.empty());
    if (!out.empty()) out += both;
    out += '(';
    for (std::size_t i = 0; i < match.runs.size(); ++i) {
      if (i > 0) out += either;
      out += write(match.runs[i]);
    }
    out += ')';
  }
  return out;
}

}  // namespace

void append_text_insert(store::Dialect dialect, std::int64_t record, const TextDocument& document,
                        std::vector<store::Sql>& statements) {
  if (dialect == store::Dialect::postgres) {
    statements.emplace_back("INSERT INTO advisory_text (record_id, terms) VALUES (?, CAST(? AS tsvector))", record,
                            tsvector_text(document));
    return;
  }
  const auto& f = document.fields;
  statements.emplace_back(
      "INSERT INTO advisory_text (rowid, ids, title, vendors, products, versions, publisher, places, body) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      record, f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7]);
}

void append_text_delete(store::Dialect dialect, std::int64_t record, std::vector<store::Sql>& statements) {
  if (dialect == store::Dialect::postgres) {
    statements.emplace_back("DELETE FROM advisory_text WHERE record_id = ?", record);
  } else {
    statements.emplace_back("DELETE FROM advisory_text WHERE rowid = ?", record);
  }
}

std::string text_key(const std::vector<TextMatch>& all) { return expression(all, " AND ", " OR ", fts5_run); }

Result<std::vector<std::int64_t>> find_text(store::Connection& connection, const std::vector<TextMatch>& all) {
  TOCSIN_CHECK(!all.empty());
  const auto id = [](const store::Row& row) { return row.integer(0); };
  if (connection.dialect() == store::Dialect::postgres) {
    return connection.all(store::Sql{"SELECT record_id FROM advisory_text WHERE terms @@ CAST(? AS tsquery)",
                                     expression(all, " & ", " | ", tsquery_run)},
                          id);
  }
  return connection.all(store::Sql{"SELECT rowid FROM advisory_text WHERE advisory_text MATCH ?",
                                   expression(all, " AND ", " OR ", fts5_run)},
                        id);
}

}  // namespace tocsin::engine::search
