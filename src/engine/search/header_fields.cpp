#include "engine/search/header_fields.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/search/evidence_sql.hpp"

namespace tocsin::engine::search {
namespace {

/// Texts that stand in an index: PostgreSQL takes 2,704 bytes there.
constexpr std::size_t kValueBytesMax = 500;
/// Values of one field: a document must not fill the index.
constexpr std::int64_t kValuesOfField = 200;

class Writer {
 public:
  void add(HeaderField field, std::string_view value, std::optional<std::int64_t> number = {}) {
    auto folded = text::shorten(text::squeeze(text::fold(value)), kValueBytesMax);
    if (folded.empty()) return;
    const auto position = next_[static_cast<std::size_t>(field)];
    if (position == kValuesOfField || !seen_.emplace(field, folded).second) return;
    ++next_[static_cast<std::size_t>(field)];
    auto key = position == 0 ? natural_key(folded) : std::string{};
    values.push_back({field, position, std::move(folded), std::move(key), number});
  }
  std::vector<FieldValue> values;

 private:
  std::int64_t next_[32] = {};
  std::set<std::pair<HeaderField, std::string>> seen_;
};

std::string like(std::string_view text, bool anywhere) {
  std::string out = anywhere ? "%" : "";
  for (const char c : text) {
    if (c == '\\' || c == '%' || c == '_') out += '\\';
    out += c;
  }
  return out + "%";
}

/// First bytes as a number that orders like them.
std::int64_t head_of(std::string_view key) {
  std::int64_t head = 0;
  for (std::size_t i = 0; i < 7; ++i) {
    head = head * 256 + (i < key.size() ? static_cast<unsigned char>(key[i]) : 0);
  }
  return head;
}

Result<Bits> bits_of(store::Connection& connection, const CatalogueSnapshot& snapshot, const store::Sql& sql) {
  Bits bits(snapshot.size());
  TRY_VOID(connection.each(sql, [&](const store::Row& row) -> Status {
    if (const auto position = snapshot.position_of(row.integer(0))) bits.set(*position);
    return ok();
  }));
  return bits;
}

}  // namespace

std::string natural_key(std::string_view folded) {
  std::string key;
  for (std::size_t i = 0; i < folded.size();) {
    const auto is_digit = [&](std::size_t at) { return folded[at] >= '0' && folded[at] <= '9'; };
    if (!is_digit(i)) {
      key += folded[i++];
      continue;
    }
    auto end = i;
    while (end < folded.size() && is_digit(end)) ++end;
    while (i + 1 < end && folded[i] == '0') ++i;
    // The count of digits goes first. 0x30 and more, so that numbers stay among the digits.
    key += static_cast<char>('0' + std::min<std::size_t>(end - i, 70));
    key.append(folded.substr(i, end - i));
    i = end;
  }
  // Cut within a character it would be no text any more.
  return text::shorten(key, 2 * kValueBytesMax);
}

std::vector<FieldValue> header_fields(const formats::csaf::Advisory& advisory, const domain::AdvisoryFacts& facts) {
  Writer out;
  const auto& header = advisory.header;
  out.add(HeaderField::category, header.category);
  out.add(HeaderField::csaf_version, formats::csaf::to_string(header.csaf_version));
  out.add(HeaderField::publisher_category, header.publisher_category);
  out.add(HeaderField::publisher_namespace, header.publisher_namespace);
  out.add(HeaderField::document_version, header.tracking_version);
  // Newest first: by that one it is sorted.
  for (std::size_t i = advisory.history.size(); i-- > 0;) {
    const auto& entry = advisory.history[i];
    out.add(HeaderField::revision_number, entry.number);
    out.add(HeaderField::revision_summary, entry.summary);
    if (entry.date) out.add(HeaderField::revision_date, format_rfc3339(*entry.date), entry.date->micros);
  }
  out.add(HeaderField::aggregate_severity, advisory.aggregate_severity);
  out.add(HeaderField::title, header.title);
  out.add(HeaderField::id, header.tracking_id);
  out.add(HeaderField::publisher, header.publisher_name);
  out.add(HeaderField::status, header.tracking_status);
  const auto first = [&](HeaderField field, std::vector<std::string> all) {
    std::erase(all, "");
    if (all.empty()) return;
    const auto least = std::ranges::min_element(
        all, {}, [](const std::string& value) { return natural_key(text::squeeze(text::fold(value))); });
    out.add(field, *least);
  };
  std::vector<std::string> cves, products, versions;
  for (const auto& each : facts.vulnerabilities) cves.push_back(each.id);
  for (const auto& each : facts.products) {
    products.push_back(each.product_name);
    versions.push_back(each.version);
  }
  first(HeaderField::cve, std::move(cves));
  first(HeaderField::vendor, facts.vendor_names);
  first(HeaderField::product, std::move(products));
  first(HeaderField::product_version, std::move(versions));
  return std::move(out.values);
}

std::optional<HeaderField> header_field_of(Field field) noexcept {
  switch (field) {
    case Field::category:
      return HeaderField::category;
    case Field::csaf:
      return HeaderField::csaf_version;
    case Field::role:
      return HeaderField::publisher_category;
    case Field::name_space:
      return HeaderField::publisher_namespace;
    case Field::edition:
      return HeaderField::document_version;
    case Field::revision:
      return HeaderField::revision_number;
    case Field::revised:
      return HeaderField::revision_date;
    case Field::summary:
      return HeaderField::revision_summary;
    case Field::aggregate:
      return HeaderField::aggregate_severity;
    default:
      return std::nullopt;
  }
}

Result<Bits> header_bits(store::Connection& connection, const CatalogueSnapshot& snapshot, const Term& term) {
  const auto field = header_field_of(term.field);
  store::Sql sql{"SELECT DISTINCT record_id FROM advisory_field WHERE field = ? AND (1 = 0",
                 static_cast<std::int64_t>(*field)};
  if (term.field == Field::revised) {
    for (const auto& interval : term.intervals) {
      sql.append(" OR (number >= ? AND number < ?)",
                 interval.from ? interval.from->micros : std::numeric_limits<std::int64_t>::min(),
                 interval.until ? interval.until->micros : std::numeric_limits<std::int64_t>::max());
    }
  }
  for (const auto& value : term.values) {
    if (term.field == Field::revised) break;
    const auto folded = text::squeeze(text::fold(value));
    // Prose is looked into; the others are asked for as a whole, or by how they begin.
    if (term.field == Field::summary) {
      sql.append(" OR value LIKE ? ESCAPE '\\'", like(folded, true));
    } else if (term.prefix) {
      sql.append(" OR value LIKE ? ESCAPE '\\'", like(folded, false));
    } else {
      sql.append(" OR value = ?", folded);
    }
  }
  sql.append(")");
  return bits_of(connection, snapshot, sql);
}

Result<std::shared_ptr<const FieldOrder>> field_order(store::Connection& connection, const CatalogueSnapshot& snapshot,
                                                      HeaderField field) {
  return snapshot.remember_order<FieldOrder>(static_cast<std::size_t>(field), [&]() -> Result<FieldOrder> {
    FieldOrder order;
    order.keys.assign(snapshot.size(), std::numeric_limits<std::int64_t>::max());
    order.places.assign(snapshot.size(), 0);
    std::vector<bool> placed(snapshot.size());
    const bool newest_first = field == HeaderField::revision_date;
    store::Sql sql{"SELECT record_id, sort_key, number FROM advisory_field WHERE field = ? AND position = 0 ORDER BY ",
                   static_cast<std::int64_t>(field)};
    if (newest_first) {
      sql.append("number DESC, record_id DESC");
    } else {
      sql.append("sort_key, record_id DESC");
    }
    TRY_VOID(connection.each(sql, [&](const store::Row& row) -> Status {
      const auto position = snapshot.position_of(row.integer(0));
      if (!position) return ok();
      order.keys[*position] = newest_first ? -row.integer(2) : head_of(row.text(1));
      order.positions.push_back(static_cast<std::uint32_t>(*position));
      placed[*position] = true;
      return ok();
    }));
    for (std::size_t i = snapshot.size(); i-- > 0;) {
      if (!placed[i]) order.positions.push_back(static_cast<std::uint32_t>(i));
    }
    for (std::size_t i = 0; i < order.positions.size(); ++i) {
      order.places[order.positions[i]] = static_cast<std::uint32_t>(i);
    }
    return order;
  });
}

Result<Bits> evidence_bits(store::Connection& connection, const CatalogueSnapshot& snapshot, const Term& term) {
  if (term.field == Field::kev) {
    TRY(const auto exploited, bits_of(connection, snapshot,
                                      store::Sql{"SELECT DISTINCT v.record_id FROM known_exploited k JOIN "
                                                 "advisory_vulnerability v ON v.vuln_id = k.cve"}));
    Bits result(snapshot.size());
    for (const auto& value : term.values) {
      auto bits = exploited;
      if (value == "no") bits.flip();
      result |= bits;
    }
    return result;
  }
  store::Sql sql{
      "SELECT DISTINCT v.record_id FROM exploit_score e JOIN advisory_vulnerability v ON v.vuln_id = e.cve WHERE"};
  append_epss(sql, term);
  return bits_of(connection, snapshot, sql);
}

}  // namespace tocsin::engine::search
