#include "engine/threat/correlation.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <tuple>

#include "base/text.hpp"
#include "engine/keyset.hpp"
#include "engine/threat/sharers.hpp"
#include "engine/threat/text.hpp"
#include "engine/threat/threat_row.hpp"
#include "store/value_index.hpp"

namespace tocsin::engine::threat {
namespace {

namespace stix = formats::stix;
using domain::policy::Viewer;
using store::Sql;

/// First some, then many at once: most values are shared by few.
constexpr std::size_t kFirstChunk = 64;
constexpr std::size_t kLaterChunk = 1'024;

/// Counts and names those who share a value, beside the object `except`.
Result<Sharers> sharers_of(SharersOf& among, const SharedValue& value, std::string_view except) {
  Sharers out;
  out.value = value;
  out.commonplace = stix::commonplace_of(value.kind, value.text);
  if (out.commonplace) {
    out.set_aside = SetAside::known;
    return out;
  }
  TRY(const auto* candidates, among.candidates(value));
  if (candidates->empty()) return out;
  const auto most = static_cast<std::size_t>(common_above(value.kind)) + 1;
  TRY(out.first, among.seen(*candidates, except, most));
  out.count = static_cast<std::int64_t>(out.first.size());
  TRY(const bool common, among.is_common(value.kind, out.count));
  if (common) {
    out.set_aside = SetAside::many;
    out.more = out.count == static_cast<std::int64_t>(most);
    if (out.more) --out.count;
    out.first.clear();
  } else if (out.first.size() > kSharersShown) {
    out.first.resize(kSharersShown);
  }
  return out;
}

}  // namespace

std::int64_t common_above(ValueKind kind) noexcept {
  switch (kind) {
    // Two who have these have the same thing.
    case ValueKind::md5:
    case ValueKind::sha1:
    case ValueKind::sha256:
    case ValueKind::sha512:
    case ValueKind::other_hash:
    case ValueKind::certificate:
    case ValueKind::message_id:
    case ValueKind::rule:
    case ValueKind::vulnerability:
    case ValueKind::external_id:
    case ValueKind::name:
      return 100;
    // Two who have these may have them by chance.
    case ValueKind::file_name:
    case ValueKind::path:
    case ValueKind::command_line:
    case ValueKind::autonomous_system:
    case ValueKind::user_account:
    case ValueKind::software:
    case ValueKind::user_agent:
    case ValueKind::email_subject:
      return 20;
    case ValueKind::ipv4:
    case ValueKind::ipv6:
    case ValueKind::domain:
    case ValueKind::url:
    case ValueKind::email:
    case ValueKind::mac:
    case ValueKind::mutex:
    case ValueKind::registry_key:
      break;
  }
  return 50;
}

Result<const std::vector<std::int64_t>*> SharersOf::candidates(const SharedValue& value) {
  const auto key = std::pair{value.kind, value.text};
  auto found = kept_.find(key);
  if (found == kept_.end()) {
    TRY(auto records, store::ValueIndex{connection_}.records_with(stix::value_key(value.kind, value.text)));
    found = kept_.emplace(key, std::move(records)).first;
  }
  return &found->second;
}

Result<std::vector<ThreatRow>> SharersOf::seen(std::span<const std::int64_t> candidates, std::string_view except,
                                               std::size_t most) {
  std::vector<ThreatRow> out;
  // No bound but this one: where reading ended because of how much is hidden, its end would say so.
  for (auto left = candidates.size(); left > 0 && out.size() < most;) {
    const auto size = std::min(left, left == candidates.size() ? kFirstChunk : kLaterChunk);
    left -= size;
    // By `r`: PostgreSQL without statistics would else begin with all that may be seen.
    Sql sql{"SELECT " TOCSIN_THREAT_COLUMNS " FROM stix_object s JOIN record r ON r.id = s.record_id WHERE r.id IN "};
    sql.append_list(candidates.subspan(left, size));
    sql.append(" AND s.stix_id <> ? AND ", except).append(domain::policy::visible_sql(viewer_, now_));
    append_first_of_id(sql, viewer_, now_);
    sql.append(" ORDER BY s.record_id DESC LIMIT ?", most - out.size());
    TRY_VOID(connection_.each(sql, [&](const store::Row& row) {
      out.push_back(read_threat_row(row));
      return ok();
    }));
  }
  return out;
}

Result<bool> SharersOf::is_common(ValueKind kind, std::int64_t others) {
  if (others > common_above(kind)) return true;
  if (others <= kCommonFew) return false;
  // Counted as far as it can matter, once.
  constexpr std::int64_t kEnough = 100 * kCommonShare;
  if (!known_objects_) {
    Sql sql{
        "SELECT count(*) FROM (SELECT 1 FROM stix_object s JOIN record r ON r.id = s.record_id WHERE s.on_lists = 1 "
        "AND "};
    sql.append(domain::policy::visible_sql(viewer_, now_));
    append_first_of_id(sql, viewer_, now_);
    sql.append(" LIMIT ?) x", kEnough);
    TRY(const auto counted, connection_.first(sql, [](const store::Row& row) { return row.integer(0); }));
    known_objects_ = counted.value_or(0);
  }
  return others * kCommonShare > *known_objects_;
}

Result<std::optional<std::int64_t>> SharersOf::record_of(std::string_view stix_id) {
  Sql sql{"SELECT s.record_id FROM stix_object s JOIN record r ON r.id = s.record_id WHERE s.stix_id = ? AND ",
          stix_id};
  sql.append(domain::policy::visible_sql(viewer_, now_));
  append_first_of_id(sql, viewer_, now_);
  return connection_.first(sql, [](const store::Row& row) { return row.integer(0); });
}

Result<std::int64_t> record_before(SharersOf& sharers, char order, std::string_view cursor) {
  if (cursor.empty()) return std::numeric_limits<std::int64_t>::max();
  TRY(const auto keyset, parse_keyset(order, cursor));
  TRY(const auto record, sharers.record_of(keyset.text));
  if (!record) {
    return Error::invalid("what this cursor stands at is not here any more: start again from the first page", "cursor");
  }
  return *record;
}

Result<Correlations> correlations(store::Connection& connection, const Viewer& viewer, const Threat& threat,
                                  Timestamp now) {
  Correlations out;
  stix::TapeReader reader;
  const auto root = reader.read(threat.bytes);
  if (!root) return out;
  const auto values = stix::shared_values(*root, stix::read_facts(*root));
  out.values = static_cast<std::int64_t>(values.size());
  out.more_values = values.size() > kValuesLookedUp;
  SharersOf among{connection, viewer, now};
  for (const auto& value : std::span{values}.first(std::min(values.size(), kValuesLookedUp))) {
    TRY(auto found, sharers_of(among, value, threat.record.key));
    if (found.set_aside != SetAside::no) {
      out.set_aside.push_back(std::move(found));
    } else if (found.count > 0) {
      out.shared.push_back(std::move(found));
    }
  }
  const auto key = [](const Sharers& each) {
    return std::tie(each.count, each.value.derived, each.value.kind, each.value.text);
  };
  std::ranges::sort(out.shared, [&](const auto& a, const auto& b) { return key(a) < key(b); });
  std::ranges::sort(out.set_aside, [](const auto& a, const auto& b) {
    return std::tie(a.value.kind, a.value.text) < std::tie(b.value.kind, b.value.text);
  });
  return out;
}

Result<SharersPage> sharing(store::Connection& connection, const Viewer& viewer, const SharedValue& value, int limit,
                            std::string_view cursor, Timestamp now) {
  const auto most = static_cast<std::size_t>(std::clamp(limit, 1, kLimitMax));
  SharersOf among{connection, viewer, now};
  SharersPage out;
  TRY(const auto before, record_before(among, 'v', cursor));
  TRY(const auto* candidates, among.candidates(value));
  // Read once: count, verdict and the first page are of the same objects.
  TRY(auto seen, among.seen(*candidates, {}, static_cast<std::size_t>(kSharersCounted) + 1));
  auto& sharers = out.sharers;
  sharers.value = value;
  sharers.count = std::min(static_cast<std::int64_t>(seen.size()), kSharersCounted);
  sharers.more = static_cast<std::int64_t>(seen.size()) > kSharersCounted;
  sharers.commonplace = stix::commonplace_of(value.kind, value.text);
  if (sharers.commonplace) {
    sharers.set_aside = SetAside::known;
  } else {
    TRY(const bool common, among.is_common(value.kind, sharers.count));
    if (common) sharers.set_aside = SetAside::many;
  }
  if (cursor.empty()) {
    out.rows = std::move(seen);
    if (out.rows.size() > most + 1) out.rows.resize(most + 1);
  } else {
    const auto end = std::ranges::lower_bound(*candidates, before);
    TRY(out.rows, among.seen({candidates->begin(), end}, {}, most + 1));
  }
  if (out.rows.size() > most) {
    out.rows.pop_back();
    out.next_cursor = keyset_text('v', {.number = 0, .text = out.rows.back().id});
  }
  return out;
}

Result<std::vector<Sharers>> sharing_any(store::Connection& connection, const Viewer& viewer,
                                         const std::vector<SharedValue>& meant, Timestamp now) {
  std::vector<Sharers> out;
  SharersOf among{connection, viewer, now};
  for (const auto& value : meant) {
    TRY(auto found, sharers_of(among, value, {}));
    if (found.count > 0 || found.set_aside != SetAside::no || meant.size() == 1) out.push_back(std::move(found));
  }
  return out;
}

}  // namespace tocsin::engine::threat
