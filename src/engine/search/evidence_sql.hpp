#pragma once
#include "engine/search/query.hpp"
#include "store/sql.hpp"

/// What `epss` asks for, in SQL. Internal to engine.
namespace tocsin::engine::search {

/// " exploit_score.probability >= ?", over the alias e.
inline void append_epss(store::Sql& sql, const Term& term) {
  const auto low = *term.millionths;
  switch (term.comparison) {
    case Comparison::equal:
      sql.append(" e.probability >= ? AND e.probability <= ?", low, term.millionths_max.value_or(low));
      return;
    case Comparison::less:
      sql.append(" e.probability < ?", low);
      return;
    case Comparison::less_equal:
      sql.append(" e.probability <= ?", low);
      return;
    case Comparison::greater:
      sql.append(" e.probability > ?", low);
      return;
    case Comparison::greater_equal:
      break;
  }
  sql.append(" e.probability >= ?", low);
}

}  // namespace tocsin::engine::search
