#include "engine/search/match.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.hpp"
#include "domain/tlp.hpp"
#include "domain/vendor.hpp"
#include "engine/search/header_fields.hpp"
#include "engine/search/tokens.hpp"
#include "store/read_marks.hpp"

namespace tocsin::engine::search {
namespace {

using Entry = CatalogueSnapshot::Entry;

bool is_facet(Field field) {
  return field == Field::severity || field == Field::vendor || field == Field::sector || field == Field::published ||
         field == Field::cwe;
}

std::optional<TextScope> scope_of(Field field) {
  switch (field) {
    case Field::text:
      return TextScope::everywhere;
    case Field::id:
    case Field::cve:
      return TextScope::ids;
    case Field::title:
      return TextScope::title;
    case Field::vendor:
      return TextScope::vendors;
    case Field::product:
      return TextScope::products;
    case Field::version:
      return TextScope::versions;
    case Field::publisher:
      return TextScope::publisher;
    case Field::country:
      return TextScope::places;
    default:
      return std::nullopt;
  }
}

template <class Predicate>
Bits scan(const CatalogueSnapshot& snapshot, Predicate predicate) {
  Bits bits(snapshot.size());
  for (std::size_t i = 0; i < snapshot.size(); ++i) {
    if (predicate(snapshot[i])) bits.set(i);
  }
  return bits;
}

/// Shorter ones are found as words; as prefixes they would find half the order numbers.
constexpr std::size_t kIdentifierBytesMin = 4;

Bits to_bits(const CatalogueSnapshot& snapshot, const std::vector<std::int64_t>& records) {
  Bits bits(snapshot.size());
  for (const auto record : records) {
    if (const auto position = snapshot.position_of(record)) bits.set(*position);
  }
  return bits;
}

/// Positions of the records that match all conditions, remembered with the snapshot: common words are asked for again
/// and again, and their answer costs more than everything else.
Result<Bits> text_bits(store::Connection& connection, const CatalogueSnapshot& snapshot,
                       const std::vector<TextMatch>& all) {
  TRY(const auto bits, snapshot.remember_text(text_key(all), [&]() -> Result<Bits> {
    TRY(const auto records, find_text(connection, all));
    return to_bits(snapshot, records);
  }));
  return *bits;
}

std::uint32_t cwe_number(std::string_view text) {
  if (text.size() > 4 && text::equals_ignore_case_ascii(text.substr(0, 4), "CWE-")) text.remove_prefix(4);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

Bits scan_score(const CatalogueSnapshot& snapshot, const Term& term) {
  const int low = *term.score_tenths;
  const int high = term.score_tenths_max.value_or(low);
  return scan(snapshot, [&](const Entry& entry) {
    const int score = entry.score_tenths;
    if (score < 0) return false;
    switch (term.comparison) {
      case Comparison::equal:
        return score >= low && score <= high;
      case Comparison::less:
        return score < low;
      case Comparison::less_equal:
        return score <= low;
      case Comparison::greater:
        return score > low;
      case Comparison::greater_equal:
        break;
    }
    return score >= low;
  });
}

Bits scan_has(const CatalogueSnapshot& snapshot, const Term& term) {
  return scan(snapshot, [&](const Entry& entry) {
    return std::ranges::any_of(term.values, [&](const std::string& value) {
      if (text::equals_ignore_case_ascii(value, "fix")) return (entry.flags & CatalogueSnapshot::kHasFix) != 0;
      if (text::equals_ignore_case_ascii(value, "cve")) return (entry.flags & CatalogueSnapshot::kHasCve) != 0;
      return entry.score_tenths >= 0;
    });
  });
}

/// Filters that the catalogue answers alone.
std::optional<Bits> from_catalogue(const CatalogueSnapshot& snapshot, const Term& term) {
  switch (term.field) {
    case Field::cvss:
      return scan_score(snapshot, term);
    case Field::has:
      return scan_has(snapshot, term);
    case Field::severity: {
      unsigned wanted = 0;
      for (const auto severity : term.severities) wanted |= 1U << static_cast<unsigned>(severity);
      return scan(snapshot, [&](const Entry& entry) { return (wanted >> entry.severity & 1) != 0; });
    }
    case Field::sector: {
      std::uint32_t wanted = 0;
      for (const auto sector : term.sectors) wanted |= std::uint32_t{1} << static_cast<unsigned>(sector);
      return scan(snapshot, [&](const Entry& entry) { return (entry.sectors & wanted) != 0; });
    }
    case Field::published:
    case Field::updated: {
      const bool published = term.field == Field::published;
      return scan(snapshot, [&](const Entry& entry) {
        const auto at = published ? entry.initial : entry.current;
        return std::ranges::any_of(term.intervals, [&](const Interval& interval) {
          return (!interval.from || at >= interval.from->micros) && (!interval.until || at < interval.until->micros);
        });
      });
    }
    case Field::tlp:
      return scan(snapshot, [&](const Entry& entry) {
        return std::ranges::any_of(term.values, [&](const std::string& value) {
          const auto tlp = domain::parse_tlp(value);
          return tlp && static_cast<int>(*tlp) == entry.tlp;
        });
      });
    case Field::status:
      return scan(snapshot, [&](const Entry& entry) {
        return std::ranges::any_of(term.values, [&](const std::string& value) {
          return document_status_number(text::lower_ascii(value)) == entry.document_status;
        });
      });
    case Field::cwe: {
      std::vector<std::uint32_t> wanted;
      for (const auto& value : term.values) wanted.push_back(cwe_number(value));
      return scan(snapshot, [&](const Entry& entry) {
        return std::ranges::any_of(snapshot.cwes(entry),
                                   [&](std::uint32_t cwe) { return std::ranges::find(wanted, cwe) != wanted.end(); });
      });
    }
    default:
      return std::nullopt;
  }
}

class Matcher {
 public:
  Matcher(store::Connection& connection, const CatalogueSnapshot& snapshot, const domain::policy::Viewer& viewer,
          Timestamp now, bool corrects)
      : connection_(connection), snapshot_(snapshot), viewer_(viewer), now_(now), corrects_(corrects) {}

  Result<Matched> run(const Query& query) {
    Matched matched;
    matched.effective = query;
    matched.visible = snapshot_.visible(viewer_, now_);
    matched.rest = matched.visible;
    std::vector<TextMatch> all;
    for (const auto& term : query.terms) {
      if (term.field == Field::text) {
        auto condition = text_match(term, TextScope::everywhere);
        if (condition.runs.empty()) continue;
        if (term.negated) {
          TRY(auto bits, find({condition}));
          matched.rest &= bits.flip();
          continue;
        }
        matched.has_words = true;
        all.push_back(std::move(condition));
        continue;
      }
      TRY(auto bits, filter(term));
      if (term.negated) {
        matched.rest &= bits.flip();
      } else if (is_facet(term.field)) {
        const auto [found, added] = matched.by_field.try_emplace(term.field, bits);
        if (!added) found->second &= bits;
      } else {
        matched.rest &= bits;
      }
    }
    if (!all.empty()) {
      TRY(auto bits, find(all));
      bits &= matched.visible;
      if (corrects_ && bits.count() == 0) {
        TRY(const bool corrected, correct(matched));
        if (corrected) {
          all.clear();
          for (const auto& term : matched.effective.terms) {
            if (term.field != Field::text || term.negated) continue;
            if (auto condition = text_match(term, TextScope::everywhere); !condition.runs.empty())
              all.push_back(std::move(condition));
          }
          TRY(bits, find(all));
        }
      }
      matched.rest &= bits;
    }
    for (const auto& term : matched.effective.terms) {
      if (term.field != Field::text || term.negated) continue;
      for (const auto& value : term.values) {
        for (auto& token : tokens(value)) matched.words.push_back(std::move(token));
      }
    }
    matched.result = matched.rest;
    for (const auto& [field, bits] : matched.by_field) matched.result &= bits;
    return matched;
  }

 private:
  Result<Bits> find(const std::vector<TextMatch>& all) { return text_bits(connection_, snapshot_, all); }

  /// By key, as facets and links write it; a value that no visible advisory has as its vendor's key is looked for in
  /// the names. What is hidden must not decide which of the two happens.
  Result<Bits> vendors(const Term& term) {
    const auto visible = snapshot_.visible(viewer_, now_);
    Bits result(snapshot_.size());
    for (const auto& value : term.values) {
      Bits by_key(snapshot_.size());
      const auto key = domain::vendor_key(value);
      const auto named =
          std::ranges::find_if(snapshot_.vendor_names(), [&](const auto& each) { return each.second.key == key; });
      if (!term.prefix && named != snapshot_.vendor_names().end()) {
        by_key = scan(snapshot_, [&](const Entry& entry) {
          return std::ranges::find(snapshot_.vendors(entry), named->first) != snapshot_.vendors(entry).end();
        });
        by_key &= visible;
      }
      if (by_key.count() == 0) {
        Term one = term;
        one.values = {value};
        if (const auto condition = text_match(one, TextScope::vendors); !condition.runs.empty()) {
          TRY(by_key, find({condition}));
        }
      }
      result |= by_key;
    }
    return result;
  }

  /// Marks change without the catalogue: asked anew each time.
  Result<Bits> read_marks(const Term& term) {
    // Who is nobody in particular has marked nothing.
    std::vector<std::int64_t> records;
    if (viewer_.person) {
      TRY(records, store::ReadMarks{connection_}.all(*viewer_.person));
    }
    const auto read = to_bits(snapshot_, records);
    Bits result(snapshot_.size());
    for (const auto& value : term.values) {
      auto bits = read;
      if (value == "no") bits.flip();
      result |= bits;
    }
    return result;
  }

  Result<Bits> filter(const Term& term) {
    if (auto bits = from_catalogue(snapshot_, term)) return std::move(*bits);
    if (term.field == Field::vendor) return vendors(term);
    if (term.field == Field::read) return read_marks(term);
    if (term.field == Field::kev || term.field == Field::epss) return evidence_bits(connection_, snapshot_, term);
    if (header_field_of(term.field)) return header_bits(connection_, snapshot_, term);
    const auto condition = text_match(term, *scope_of(term.field));
    // A filter with nothing to look for ("product:-") finds nothing, rather than everything.
    if (condition.runs.empty()) return Bits(snapshot_.size());
    return find({condition});
  }

  /// Replaces free words that nothing visible contains by the nearest words of names.
  Result<bool> correct(Matched& matched) {
    bool changed = false;
    for (auto& term : matched.effective.terms) {
      if (term.field != Field::text || term.negated || term.phrase || term.prefix) continue;
      const auto condition = text_match(term, TextScope::everywhere);
      if (condition.runs.empty()) continue;
      TRY(auto bits, find({condition}));
      bits &= matched.visible;
      if (bits.count() > 0) continue;
      const auto word = text::fold(term.values.front());
      // Numbers are not misspelt names, and the words of names that are compared have none.
      if (std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; })) continue;
      const int limit = word.size() >= 8 ? 2 : word.size() >= 4 ? 1 : 0;
      if (limit == 0) continue;
      TRY(const auto known, vocabulary(connection_, snapshot_, viewer_, now_));
      int best = limit + 1;
      std::vector<std::string> nearest;
      for (const auto& candidate : known->words) {
        if (candidate.size() + static_cast<std::size_t>(limit) < word.size() ||
            word.size() + static_cast<std::size_t>(limit) < candidate.size()) {
          continue;
        }
        const int distance = text::edit_distance(word, candidate, limit);
        if (distance > limit || distance > best) continue;
        if (distance < best) nearest.clear();
        best = distance;
        if (nearest.size() < 5) nearest.push_back(candidate);
      }
      if (nearest.empty()) continue;
      matched.corrections.push_back({term.values.front(), nearest.front()});
      term.values = std::move(nearest);
      changed = true;
    }
    return changed;
  }

  store::Connection& connection_;
  const CatalogueSnapshot& snapshot_;
  const domain::policy::Viewer& viewer_;
  Timestamp now_;
  bool corrects_;
};

}  // namespace

TextMatch text_match(const Term& term, TextScope scope) {
  TextMatch match;
  for (const auto& value : term.values) {
    if (scope == TextScope::ids) {
      // Advisory or vulnerability, as a whole or from its beginning.
      const auto mark = term.field == Field::cve ? kVulnerabilityMark : kAdvisoryMark;
      if (auto id = compact(value); !id.empty()) match.runs.push_back({scope, {std::string{mark} + id}, term.prefix});
      continue;
    }
    auto words = scope == TextScope::versions ? version_tokens(value) : tokens(value);
    if (words.empty()) continue;
    match.runs.push_back({scope, std::move(words), term.prefix});
    const bool identifiers =
        scope == TextScope::everywhere || scope == TextScope::names || scope == TextScope::products;
    if (!identifiers || term.phrase) continue;
    auto id = compact_identifier(value);
    if (id.size() < kIdentifierBytesMin) continue;
    // A part of an order number or id is a prefix of one of its tails. Whole CVE ids are exact: CVE-2021-2289 must not
    // find CVE-2021-22893.
    const bool whole_cve = id.starts_with("cve") && id.size() >= 11 && !term.prefix;
    if (whole_cve) id.insert(0, kVulnerabilityMark);
    match.runs.push_back({TextScope::ids, {std::move(id)}, !whole_cve});
  }
  return match;
}

Bits Matched::without(Field field) const {
  Bits bits = rest;
  for (const auto& [other, set] : by_field) {
    if (other != field) bits &= set;
  }
  return bits;
}

Result<Matched> match(store::Connection& connection, const CatalogueSnapshot& snapshot,
                      const domain::policy::Viewer& viewer, const Query& query, Timestamp now, bool corrects) {
  return Matcher{connection, snapshot, viewer, now, corrects}.run(query);
}

Result<std::vector<Bits>> tiers(store::Connection& connection, const CatalogueSnapshot& snapshot,
                                const Matched& matched) {
  std::vector<Bits> result;
  if (!matched.has_words) {
    result.push_back(matched.result);
    return result;
  }
  std::vector<TextMatch> names;
  TextMatch exact;
  for (const auto& term : matched.effective.terms) {
    if (term.field != Field::text || term.negated) continue;
    if (auto condition = text_match(term, TextScope::names); !condition.runs.empty())
      names.push_back(std::move(condition));
    if (term.prefix) continue;
    for (const auto& value : term.values) {
      // Ids of some issuers have no digit: whatever has two parts or a digit may be one.
      const auto id = compact(value);
      if (compact_identifier(value).empty() && value.find('-') == std::string::npos) continue;
      for (const auto mark : {kAdvisoryMark, kVulnerabilityMark, kOrderNumberMark}) {
        exact.runs.push_back({TextScope::ids, {std::string{mark} + id}, false});
      }
    }
  }
  Bits rest = matched.result;
  const auto take = [&](Bits tier) {
    tier &= rest;
    auto others = tier;
    rest &= others.flip();
    result.push_back(std::move(tier));
  };
  if (exact.runs.empty()) {
    result.emplace_back(snapshot.size());
  } else {
    TRY(auto bits, text_bits(connection, snapshot, {exact}));
    take(std::move(bits));
  }
  if (names.empty()) {
    result.emplace_back(snapshot.size());
  } else {
    TRY(auto bits, text_bits(connection, snapshot, names));
    take(std::move(bits));
  }
  result.push_back(std::move(rest));
  return result;
}

Result<std::shared_ptr<const Vocabulary>> vocabulary(store::Connection& connection, const CatalogueSnapshot& snapshot,
                                                     const domain::policy::Viewer& viewer, Timestamp now) {
  return snapshot.remember<Vocabulary>("vocabulary", viewer, now, [&]() -> Result<Vocabulary> {
    std::set<std::string> words;
    const auto take = [&](const store::Row& row) -> Status {
      for (auto& token : tokens(row.text(0))) {
        const bool has_digit = std::ranges::any_of(token, [](char c) { return c >= '0' && c <= '9'; });
        if (token.size() >= 4 && !has_digit) words.insert(std::move(token));
      }
      return ok();
    };
    const auto visible = domain::policy::visible_sql(viewer, now);
    store::Sql names{
        "SELECT p.name FROM product p WHERE EXISTS (SELECT 1 FROM advisory_product a JOIN record r ON r.id = "
        "a.record_id "
        "WHERE a.product_id = p.id AND "};
    names.append(visible).append(")");
    TRY_VOID(connection.each(names, take));
    store::Sql vendors{
        "SELECT v.name FROM vendor v WHERE EXISTS (SELECT 1 FROM advisory_vendor a JOIN record r ON r.id = a.record_id "
        "WHERE a.vendor_id = v.id AND "};
    vendors.append(visible).append(")");
    TRY_VOID(connection.each(vendors, take));
    store::Sql titles{"SELECT r.title FROM record r WHERE r.kind = ? AND ", domain::RecordKind::advisory};
    titles.append(visible);
    TRY_VOID(connection.each(titles, take));
    return Vocabulary{{words.begin(), words.end()}};
  });
}

}  // namespace tocsin::engine::search
