#include "exchange/already_here.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "formats/stix/versions.hpp"
#include "store/records.hpp"

namespace tocsin::exchange {

using domain::RecordKind;
using store::Sql;

namespace {

/// Ids that one look asks for.
constexpr std::size_t kAskedAtOnce = 512;

}  // namespace

std::string issuer_of(std::string_view organisation_uuid, domain::OrganisationId id) {
  return organisation_uuid.empty() ? fmt::format("urn:tocsin:organisation:{}", id.value)
                                   : fmt::format("urn:uuid:{}", organisation_uuid);
}

Status AlreadyHere::look_up(std::span<const std::string> keys) {
  for (; !keys.empty(); keys = keys.subspan(std::min(kAskedAtOnce, keys.size()))) {
    const auto some = keys.first(std::min(kAskedAtOnce, keys.size()));
    // By their keys, and not by the kind (+ 0), of which there may be millions.
    Sql seen{"SELECT " TOCSIN_RECORD_COLUMNS
             ", r.version_order FROM record r WHERE r.kind + 0 = ? AND r.record_key IN ",
             RecordKind::stix_object};
    seen.append_list(some).append(" AND ");
    seen.append(domain::policy::visible_sql(viewer_, now_)).append(" ORDER BY r.id");
    TRY_VOID(connection_.each(seen, [&](const store::Row& row) {
      auto record = store::read_record(row);
      auto key = record.key;
      seen_[std::move(key)].push_back({std::move(record), row.string(store::kRecordColumns)});
      return ok();
    }));
    Sql own{"SELECT r.record_key FROM record r WHERE r.kind = ? AND r.issuer = ? AND r.record_key IN ",
            RecordKind::stix_object, issuer_};
    own.append_list(some);
    TRY_VOID(connection_.each(own, [&](const store::Row& row) {
      own_.insert(row.string(0));
      return ok();
    }));
  }
  return ok();
}

Status AlreadyHere::look_up_removed(std::span<const std::string> sha512s) {
  for (; !sha512s.empty(); sha512s = sha512s.subspan(std::min(kAskedAtOnce, sha512s.size()))) {
    Sql removed{"SELECT sha512 FROM removed_document WHERE (issuer = ?", issuer_};
    if (viewer_.organisation == domain::kOwnOrganisation) removed.append(" OR issuer = ''");
    removed.append(") AND sha512 IN ");
    removed.append_list(sha512s.first(std::min(kAskedAtOnce, sha512s.size())));
    TRY_VOID(connection_.each(removed, [&](const store::Row& row) {
      removed_.insert(row.string(0));
      return ok();
    }));
  }
  return ok();
}

const std::vector<AlreadyHere::Object>* AlreadyHere::seen(const std::string& key) const {
  const auto found = seen_.find(key);
  return found == seen_.end() ? nullptr : &found->second;
}

Result<bool> AlreadyHere::is_same(const Object& object, const domain::NewRevision& revision) {
  if (object.version_order != revision.version_order) return false;
  if (object.record.sha512 == revision.sha512) return true;
  TRY(const auto bytes, store::Records{connection_}.document(object.record.id, object.record.current_revision));
  if (!bytes) return false;
  const auto kept = kept_.read(*bytes);
  const auto given = given_.read(revision.bytes);
  return kept && given && formats::stix::same_object(*kept, *given);
}

}  // namespace tocsin::exchange
