#include "engine/threat/decay.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "engine/threat/decay_rows.hpp"
#include "formats/stix/shared_values.hpp"
#include "store/rows.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::DecayKind;
using domain::DecayRules;
using domain::policy::Viewer;
using store::Sql;

DecayKind kind_of(formats::stix::ValueKind kind) noexcept {
  using formats::stix::ValueKind;
  switch (kind) {
    case ValueKind::ipv4:
    case ValueKind::ipv6:
    case ValueKind::mac:
    case ValueKind::autonomous_system:
      return DecayKind::address;
    case ValueKind::url:
      return DecayKind::url;
    case ValueKind::domain:
    case ValueKind::email:
      return DecayKind::domain;
    case ValueKind::md5:
    case ValueKind::sha1:
    case ValueKind::sha256:
    case ValueKind::sha512:
    case ValueKind::other_hash:
    case ValueKind::certificate:
      return DecayKind::file;
    case ValueKind::rule:
      return DecayKind::rule;
    default:
      return DecayKind::other;
  }
}

/// Those that are kept; nothing where there are none yet, or not of each kind.
Result<std::optional<DecayRules>> read_rules(store::Connection& connection) {
  DecayRules rules;
  std::size_t found = 0;
  TRY_VOID(connection.each(
      Sql{"SELECT kind, days, speed_hundredths, confidence, faded_below FROM stix_decay_rule ORDER BY kind"},
      [&](const store::Row& row) {
        const auto kind = static_cast<std::size_t>(row.integer(0));
        if (kind >= domain::kDecayKinds) return ok();
        rules.kinds[kind] = {.days = row.integer(1), .speed_hundredths = row.integer(2)};
        rules.confidence = row.integer(3);
        rules.faded_below = row.integer(4);
        ++found;
        return ok();
      }));
  return found == domain::kDecayKinds ? std::optional{rules} : std::nullopt;
}

Status write_rules(store::Connection& connection, const DecayRules& rules) {
  std::vector<Sql> statements;
  statements.emplace_back("DELETE FROM stix_decay_rule");
  statements.emplace_back("DELETE FROM stix_decay_curve");
  store::Rows rule{Sql{"INSERT INTO stix_decay_rule (kind, days, speed_hundredths, confidence, faded_below) VALUES "}};
  store::Rows curve{Sql{"INSERT INTO stix_decay_curve (kind, percent, lasts) VALUES "}};
  for (std::size_t kind = 0; kind < domain::kDecayKinds; ++kind) {
    const auto number = static_cast<std::int64_t>(kind);
    const auto& each = rules.kinds[kind];
    rule.add("(?, ?, ?, ?, ?)", number, each.days, each.speed_hundredths, rules.confidence, rules.faded_below);
    for (int percent = 0; percent <= 100; ++percent) {
      curve.add("(?, ?, ?)", number, std::int64_t{percent}, domain::decay_lasts(each, percent));
    }
  }
  rule.append_to(statements, connection.dialect());
  curve.append_to(statements, connection.dialect());
  return connection.run_all(statements);
}

/// A sighting `z` of `s` that the viewer may see, and that was before now.
void append_seen(Sql& sql, const Viewer& viewer, Timestamp now) {
  sql.append("FROM stix_seen z JOIN record r ON r.id = z.record_id WHERE z.indicator_id = s.stix_id AND z.seen_at <= ?",
             now);
  sql.append(" AND ").append(domain::policy::visible_sql(viewer, now));
}

/// How long at least so much is left of `d`. A subquery, not a join: PostgreSQL would read the whole curve for each.
void append_lasts(Sql& sql, const DecayRules& rules, std::int64_t least) {
  // (stated * percent + 50) / 100 >= least, solved for the percentage. Of 0 nothing is left, and nothing is divided.
  sql.append(
      "(SELECT c.lasts FROM stix_decay_curve c WHERE c.kind = d.kind AND c.percent = (? + coalesce(d.stated, ?)) / "
      "nullif(coalesce(d.stated, ?), 0))",
      100 * least - 51, rules.confidence, rules.confidence);
}

/// An indicator of which at least so much is left.
void append_indicator_worth(Sql& sql, const Viewer& viewer, const DecayRules& rules, std::int64_t least,
                            Timestamp now) {
  sql.append(
      "(s.revoked = 0 AND (s.valid_until IS NULL OR s.valid_until > ?) AND EXISTS (SELECT 1 FROM stix_decay d WHERE "
      "d.record_id = s.record_id AND (d.asserted >= ? - ",
      now, now);
  append_lasts(sql, rules, least);
  append_seen(sql.append(" OR EXISTS (SELECT 1 "), viewer, now);
  append_lasts(sql.append(" AND z.seen_at >= ? - ", now), rules, least);
  sql.append("))))");
}

}  // namespace

DecayKind decay_kind_of(formats::stix::Node object, const formats::stix::Facts& facts) {
  std::optional<DecayKind> kind;
  for (const auto& each : formats::stix::shared_values(object, facts)) {
    // What follows from another value, and names of files beside their hashes, do not decide.
    if (each.derived) continue;
    const auto of = kind_of(each.kind);
    if (!kind || of < *kind) kind = of;
  }
  if (kind) return *kind;
  return facts.pattern_type.empty() || facts.pattern_type == "stix" ? DecayKind::other : DecayKind::rule;
}

Result<DecayRules> decay_rules(store::Connection& connection) {
  TRY(const auto rules, read_rules(connection));
  return rules.value_or(DecayRules{});
}

Status ensure_decay_rules(store::Connection& connection) {
  TRY(const auto rules, read_rules(connection));
  return rules ? ok() : write_rules(connection, DecayRules{});
}

Status use_decay_rules(store::Database& database, const DecayRules& rules) {
  return database.write([&](store::Connection& connection) -> Status {
    TRY(const auto there, read_rules(connection));
    return there == rules ? ok() : write_rules(connection, rules);
  });
}

namespace {

/// Of those of the rows that are indicators, by record.
Result<std::map<std::int64_t, Decay>> decays(store::Connection& connection, const Viewer& viewer,
                                             std::span<const ThreatRow> rows, const DecayRules& rules, Timestamp now) {
  std::map<std::int64_t, Decay> out;
  std::map<std::string, std::int64_t, std::less<>> by_id;
  std::vector<std::int64_t> records;
  std::vector<std::string> ids;
  for (const auto& row : rows) {
    if (row.type != "indicator" || records.size() == Sql::kListMax) continue;
    records.push_back(row.record.value);
    ids.push_back(row.id);
    by_id.emplace(row.id, row.record.value);
  }
  if (records.empty()) return out;
  Sql asked{"SELECT d.record_id, d.kind, d.stated, d.asserted FROM stix_decay d WHERE d.record_id IN "};
  asked.append_list(std::span<const std::int64_t>{records});
  TRY_VOID(connection.each(asked, [&](const store::Row& row) {
    const auto stated = row.optional_integer(2);
    Decay decay{.kind = static_cast<DecayKind>(std::clamp<std::int64_t>(row.integer(1), 0, domain::kDecayKinds - 1)),
                .stated = stated.value_or(rules.confidence),
                .is_stated = stated.has_value(),
                .asserted = Timestamp{row.integer(3)}};
    out.emplace(row.integer(0), decay);
    return ok();
  }));
  Sql seen{
      "SELECT z.indicator_id, max(z.seen_at) FROM stix_seen z JOIN record r ON r.id = z.record_id WHERE "
      "z.indicator_id IN "};
  seen.append_list(std::span<const std::string>{ids}).append(" AND z.seen_at <= ?", now);
  seen.append(" AND ").append(domain::policy::visible_sql(viewer, now)).append(" GROUP BY z.indicator_id");
  TRY_VOID(connection.each(seen, [&](const store::Row& row) {
    const auto record = by_id.find(row.text(0));
    const auto decay = record == by_id.end() ? out.end() : out.find(record->second);
    const Timestamp at{row.integer(1)};
    if (decay != out.end() && at > decay->second.asserted) decay->second.seen = at;
    return ok();
  }));
  for (const auto& row : rows) {
    const auto found = out.find(row.record.value);
    if (found == out.end()) continue;
    auto& decay = found->second;
    decay.over = row.revoked || is_expired(row, now);
    const auto age = now.micros - decay.last().micros;
    decay.now = decay.over ? 0 : domain::decayed(decay.stated, domain::decay_percent(rules.of(decay.kind), age));
    decay.faded = decay.now < rules.faded_below;
  }
  return out;
}

}  // namespace

Status add_confidence_now(store::Connection& connection, const Viewer& viewer, std::span<ThreatRow> rows,
                          Timestamp now) {
  TRY(const auto rules, decay_rules(connection));
  TRY(const auto found, decays(connection, viewer, rows, rules, now));
  for (auto& row : rows) {
    row.confidence_now = row.confidence;
    const auto decay = found.find(row.record.value);
    if (decay == found.end()) continue;
    row.confidence_now = decay->second.now;
    row.faded = decay->second.faded;
  }
  return ok();
}

Result<std::optional<Decay>> decay_of(store::Connection& connection, const Viewer& viewer, const ThreatRow& row,
                                      Timestamp now) {
  TRY(const auto rules, decay_rules(connection));
  TRY(const auto found, decays(connection, viewer, {&row, 1}, rules, now));
  return found.empty() ? std::nullopt : std::optional{found.begin()->second};
}

void append_worth(Sql& sql, const Viewer& viewer, const DecayRules& rules, std::int64_t least, Timestamp now) {
  sql.append("((s.type <> 'indicator' AND s.confidence >= ?) OR (s.type = 'indicator' AND ", least);
  append_indicator_worth(sql, viewer, rules, least, now);
  sql.append("))");
}

void append_faded(Sql& sql, const Viewer& viewer, const DecayRules& rules, bool faded, Timestamp now) {
  // Nothing is worth less than nothing.
  const auto least = std::max<std::int64_t>(rules.faded_below, 0);
  sql.append(faded ? Sql{"(s.type = 'indicator' AND NOT "} : Sql{"(s.type <> 'indicator' OR "});
  if (least == 0) {
    sql.append("1 = 1");
  } else {
    append_indicator_worth(sql, viewer, rules, least, now);
  }
  sql.append(")");
}

void append_confidence_now(Sql& sql, const Viewer& viewer, const DecayRules& rules, Timestamp at, Timestamp now) {
  const auto latest = [&] {
    sql.append("(SELECT max(z.seen_at) ");
    append_seen(sql, viewer, now);
    sql.append(" AND z.seen_at <= ?)", at);
  };
  sql.append(
      "CASE WHEN s.type <> 'indicator' THEN coalesce(s.confidence, -1) WHEN s.revoked = 1 OR s.valid_until <= ? THEN 0 "
      "ELSE coalesce((SELECT (coalesce(d.stated, ?) * (SELECT c.percent FROM stix_decay_curve c WHERE c.kind = d.kind "
      "AND c.lasts >= ? - CASE WHEN coalesce(",
      at, rules.confidence, at);
  latest();
  sql.append(", d.asserted) > d.asserted THEN ");
  latest();
  sql.append(
      " ELSE d.asserted END ORDER BY c.lasts LIMIT 1) + 50) / 100 FROM stix_decay d WHERE d.record_id = s.record_id), "
      "0) END");
}

}  // namespace tocsin::engine::threat
