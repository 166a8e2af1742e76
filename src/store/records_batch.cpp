#include <array>
#include <map>
#include <set>
#include <unordered_set>

#include "base/text.hpp"
#include "store/changes.hpp"
#include "store/record_parts.hpp"
#include "store/records.hpp"
#include "store/rows.hpp"

namespace tocsin::store {
namespace {

using domain::NewRevision;
using domain::PutOutcome;
using domain::RecordId;
using domain::RevisionId;

using Strings = std::unordered_set<std::string>;

/// Values that one look asks for: a statement's parameters cost more the more there are.
constexpr std::size_t kAskedAtOnce = 512;

/// Values of one column among `wanted`.
template <class Head>
Status find_those(Connection& connection, const std::vector<std::string>& wanted, Head head, Strings& found) {
  for (std::size_t at = 0; at < wanted.size(); at += kAskedAtOnce) {
    Sql sql = head();
    sql.append_list(std::span{wanted}.subspan(at, std::min(kAskedAtOnce, wanted.size() - at)));
    TRY_VOID(connection.each(sql, [&](const Row& row) {
      found.insert(row.string(0));
      return ok();
    }));
  }
  return ok();
}

struct Issuer {
  domain::RecordKind kind;
  std::string name;
  friend auto operator<=>(const Issuer&, const Issuer&) = default;
};

/// What of a batch is plainly new: its record is not here, nor its slug, nothing else of the batch has either, and it
/// was not removed.
class Fresh {
 public:
  Fresh(Connection& connection, std::span<const NewRevision* const> revisions)
      : connection_(connection), revisions_(revisions) {}

  /// Places in the batch, ascending.
  Result<std::vector<std::size_t>> find(Again again) {
    TRY_VOID(ask(again));
    std::vector<std::size_t> fresh;
    std::set<std::pair<Issuer, std::string>> keys;
    std::set<std::pair<domain::RecordKind, std::string>> slugs;
    for (std::size_t i = 0; i < revisions_.size(); ++i) {
      const auto& each = *revisions_[i];
      const Issuer issuer{each.kind, each.issuer};
      auto slug = text::lower_ascii(domain::slug_of(each.key));
      const bool here = keys_[issuer].contains(each.key) || slugs_[each.kind].contains(slug);
      const bool first = keys.emplace(issuer, each.key).second && slugs.emplace(each.kind, std::move(slug)).second;
      if (first && !here && !removed_.contains(each.sha512)) fresh.push_back(i);
    }
    return fresh;
  }

 private:
  Status ask(Again again) {
    std::map<Issuer, std::vector<std::string>> keys;
    std::map<domain::RecordKind, std::vector<std::string>> slugs;
    std::vector<std::string> hashes;
    for (const auto* each : revisions_) {
      keys[{each->kind, each->issuer}].push_back(each->key);
      slugs[each->kind].push_back(text::lower_ascii(domain::slug_of(each->key)));
      hashes.push_back(each->sha512);
    }
    for (const auto& [issuer, wanted] : keys) {
      TRY_VOID(find_those(
          connection_, wanted,
          [&] {
            return Sql{"SELECT record_key FROM record WHERE kind = ? AND issuer = ? AND record_key IN ", issuer.kind,
                       issuer.name};
          },
          keys_[issuer]));
    }
    for (const auto& [kind, wanted] : slugs) {
      TRY_VOID(find_those(
          connection_, wanted,
          [&, of = kind] { return Sql{"SELECT lower(slug) FROM record WHERE kind = ? AND lower(slug) IN ", of}; },
          slugs_[kind]));
    }
    if (again == Again::yes) return ok();
    return find_those(
        connection_, hashes, [] { return Sql{"SELECT sha512 FROM removed_document WHERE sha512 IN "}; }, removed_);
  }

  Connection& connection_;
  std::span<const NewRevision* const> revisions_;
  std::map<Issuer, Strings> keys_;
  std::map<domain::RecordKind, Strings> slugs_;
  Strings removed_;
};

/// `count` numbers that no row of the table has.
Result<std::vector<std::int64_t>> numbers(Connection& connection, const Sql& first, const Sql& every,
                                          std::size_t count) {
  std::vector<std::int64_t> ids;
  const auto take = [](const Row& row) { return row.integer(0); };
  if (connection.dialect() == Dialect::postgres) {
    TRY(ids, connection.all(every, take));
  } else {
    TRY(const auto next, connection.first(first, take));
    for (std::size_t i = 0; i < count; ++i) ids.push_back(next.value_or(1) + static_cast<std::int64_t>(i));
  }
  if (ids.size() != count) return Error::internal("The database gave too few numbers");
  return ids;
}

struct Numbered {
  RecordId record;
  RevisionId revision;
  std::optional<std::int64_t> audience;
};

void append(const NewRevision& each, const Numbered& ids, Timestamp now, Rows& records, Rows& revisions,
            Rows& documents, Rows& changes) {
  records.add("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ids.record, each.kind, each.issuer,
              each.key, domain::slug_of(each.key), each.title, each.tlp, each.owner, each.audience, each.status,
              each.embargo_until, each.version, each.version_order, each.format, each.sha512, ids.revision,
              each.initial_release_at, each.current_release_at, now, now, write_labels(each.labels), ids.audience);
  revisions.add("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", ids.revision, ids.record, each.version,
                each.version_order, domain::Standing::current, each.format, each.document_status, each.sha512,
                each.bytes.size(), each.current_release_at, now, each.source, each.tlp, each.audience, ids.audience,
                each.status, each.embargo_until);
  documents.add("(?, ?)", ids.revision, Blob{each.bytes});
  changes.add("(?, ?, ?, ?, ?)", now, ChangeAction::created, ids.record, ids.revision, each.kind);
}

}  // namespace

Result<std::vector<PutResult>> Records::put_all(std::span<const NewRevision* const> given, Timestamp now, Again again) {
  TRY_VOID(connection_.lock_changes());
  TRY(const auto fresh, Fresh(connection_, given).find(again));
  TRY(const auto record_ids,
      numbers(
          connection_, Sql{"SELECT "}.append(next_record_id(Dialect::sqlite)),
          Sql{"SELECT "}.append(next_record_id(Dialect::postgres)).append(" FROM generate_series(1, ?)", fresh.size()),
          fresh.size()));
  TRY(const auto revision_ids,
      numbers(connection_, Sql{"SELECT 1 + coalesce(max(id), 0) FROM revision"},
              Sql{"SELECT nextval(pg_get_serial_sequence('revision', 'id')) FROM generate_series(1, ?)", fresh.size()},
              fresh.size()));
  Rows records{Sql{"INSERT INTO record (" TOCSIN_RECORD_INSERT_COLUMNS ") VALUES "}};
  Rows revisions{Sql{"INSERT INTO revision (id, " TOCSIN_REVISION_INSERT_COLUMNS ") VALUES "}};
  Rows documents{Sql{"INSERT INTO revision_document (revision_id, bytes) VALUES "}};
  Rows changes{Sql{"INSERT INTO change (at, action, record_id, revision_id, kind) VALUES "}};
  std::vector<PutResult> results(given.size());
  std::vector<bool> done(given.size(), false);
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const auto& each = *given[fresh[i]];
    TRY(const auto audience, audience_of(connection_, each));
    append(each, {.record = {record_ids[i]}, .revision = {revision_ids[i]}, .audience = audience}, now, records,
           revisions, documents, changes);
    results[fresh[i]] = {.outcome = PutOutcome::created,
                         .record = {record_ids[i]},
                         .revision = {revision_ids[i]},
                         .slug = domain::slug_of(each.key)};
    done[fresh[i]] = true;
  }
  TRY_VOID(write_rows(connection_, std::array{&records, &revisions, &documents, &changes}));
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (done[i]) continue;
    TRY(results[i], put(*given[i], now, again));
  }
  return results;
}

}  // namespace tocsin::store
