#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

namespace tocsin::store {

struct PutResult {
  domain::PutOutcome outcome = domain::PutOutcome::unchanged;
  domain::RecordId record;
  domain::RevisionId revision;
  std::string slug;
};

/// Is what was removed here to be put again?
enum class Again { no, yes };

/// The record aggregate: headers and revisions. Reads take the viewer and answer "absent" for what they may not see.
class Records {
 public:
  explicit Records(Connection& connection) : connection_(connection) {}

  /// Stores a revision and appends the change, inside the caller's transaction. Identity is (kind, issuer, key); see
  /// domain::PutOutcome for the rules; two versions are the same where their version_order is. The slug is
  /// slug_of(key); where another record has it, "-" and six hex digits of the issuer's SHA-256 follow; where that is
  /// taken as well (one issuer, two keys that differ in case or odd characters), twelve of the issuer's and the key's.
  /// STIX objects of one version that say the same in other bytes are one revision, `unchanged`.
  /// The owner stays who created the record. Only `updated` and `created` change the header.
  /// Bytes that were removed here are put only where `again` says so (PutOutcome::removed; then without
  /// record, unless others of its revisions are here).
  /// Who has read the current revision has read an `updated` one as well, where nothing in it concerns who runs the
  /// products.
  /// Where marking and addressees were decided here (engine/sharing), a newer revision keeps them, unless it is marked
  /// narrower.
  Result<PutResult> put(const domain::NewRevision& revision, Timestamp now);
  Result<PutResult> put(const domain::NewRevision& revision, Timestamp now, Again again);
  /// Many at once, each with the outcome that `put` would give it; new ones are numbered first. What is plainly new is
  /// written with few statements, all else is put one by one. An error is of them all: none may be kept.
  Result<std::vector<PutResult>> put_all(std::span<const domain::NewRevision* const> revisions, Timestamp now,
                                         Again again);
  /// What `put` would make of it now; writes nothing. For previews.
  Result<domain::PutOutcome> foresee(const domain::NewRevision& revision, Again again);

  /// By slug, without regard to ASCII case.
  Result<std::optional<domain::Record>> find(const domain::policy::Viewer& viewer, domain::RecordKind kind,
                                             std::string_view slug, Timestamp now);
  /// Headers by id, in the order of `ids`; what the viewer may not see is left out.
  Result<std::vector<domain::Record>> headers(const domain::policy::Viewer& viewer, std::span<const std::int64_t> ids,
                                              Timestamp now);
  /// The revisions of a record that the viewer may see, newest version first, conflicting ones after the revision they
  /// conflict with. The current one is among them; those of before were for whom they were for.
  Result<std::vector<domain::Revision>> revisions(const domain::policy::Viewer& viewer, const domain::Record& record,
                                                  Timestamp now);
  /// The bytes of a revision that the caller has already been allowed to see.
  Result<std::optional<std::string>> document(domain::RecordId record, domain::RevisionId revision);
  /// Number of records of a kind the viewer may see.
  Result<std::int64_t> count(const domain::policy::Viewer& viewer, domain::RecordKind kind, Timestamp now);

  /// For the engine's duties, which derive for everybody: no policy. Never behind a handler.
  Result<std::optional<domain::Record>> load(domain::RecordId record);
  /// The same by slug: for breaking the glass, which is about what the policy hides.
  Result<std::optional<domain::Record>> load(domain::RecordKind kind, std::string_view slug);
  /// The same by its issuer and key: for what is told elsewhere.
  Result<std::optional<domain::Record>> load(domain::RecordKind kind, std::string_view issuer, std::string_view key);
  /// When the embargo ended that ended last, of all records: what time alone lets out, and a clock set back hides
  /// again.
  Result<std::optional<Timestamp>> embargo_ended(Timestamp now);

 private:
  Connection& connection_;
};

/// Columns of a record header, in the order that `read_record` expects, from table alias r. For repositories that join.
#define TOCSIN_RECORD_COLUMNS                                                                                         \
  "r.id, r.kind, r.issuer, r.record_key, r.slug, r.title, r.tlp, r.owner_id, r.audience, r.status, r.embargo_until, " \
  "r.version, r.format, r.sha512, r.current_revision_id, r.initial_release_at, r.current_release_at, r.created_at, "  \
  "r.updated_at, r.labels, (SELECT d.digest FROM audience d WHERE d.id = r.audience_id)"
inline constexpr int kRecordColumns = 21;
domain::Record read_record(const Row& row, int first_column = 0);

}  // namespace tocsin::store
