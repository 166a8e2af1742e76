#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "engine/members/actor.hpp"
#include "store/audit.hpp"
#include "store/database.hpp"

/// The audit log as its readers see it: with names beside the numbers, and only as far as they may. Errors: forbidden.
namespace tocsin::engine::audit::view {

/// A name now, which is not part of the log; empty where there is none (any more).
struct Named {
  std::int64_t id = 0;
  std::string name;
};
struct Row {
  store::AuditRow stored;
  std::optional<Named> person, organisation, owner;
};
struct Page {
  std::vector<Row> rows;   ///< Newest first.
  std::int64_t next = 0;   ///< `before` of the page after this one; 0 on the last.
  std::int64_t total = 0;  ///< That the filter lets through.
};
/// read_audit. `before` 0: from the newest, which is itself written down; `limit` 1..999.
Result<Page> list(store::Database& database, const Actor& actor, const store::AuditFilter& filter, std::int64_t before,
                  int limit, Timestamp now);
/// read_audit.
Result<std::optional<Row>> find(store::Database& database, const Actor& actor, std::int64_t sequence);

/// Where the chain stands.
struct Chain {
  std::int64_t newest = 0;  ///< Number of the last entry; 0 where there is none.
  std::optional<store::AuditCheckpoint> checkpoint;
};
/// Oldest first, as engine/audit/export.hpp writes them; the export itself is written down.
struct Lines {
  std::string text;
  std::int64_t next = 0;  ///< `after` of the lines after these; 0 where none are left.
};
inline constexpr int kLinesMax = 10'000;
/// read_audit. At most kLinesMax entries after `after`.
Result<Lines> lines(store::Database& database, const Actor& actor, const store::AuditFilter& filter, std::int64_t after,
                    Timestamp now);

/// What verify_newest looks at: some 50 ms of work.
inline constexpr int kVerifiedMax = 10'000;
struct Fault {
  std::int64_t sequence = 0;
  std::string what;
};
struct Run {
  std::int64_t checked = 0, first = 0, last = 0;
  std::vector<Fault> faults;  ///< By sequence, at most 100.
};
/// read_audit. Whether the newest entries have the hashes of what they say and each follows on the one before. The
/// whole log with its signatures: engine/audit/verify.hpp, from the command line.
Result<Run> verify_newest(store::Database& database, const Actor& actor);

/// read_audit or administer.
Result<Chain> chain(store::Database& database, const Actor& actor);

/// vet_organisations: what was done with an organisation, newest first.
Result<std::vector<Row>> history(store::Database& database, const Actor& actor, domain::OrganisationId organisation,
                                 int limit);

/// Somebody has looked at something of an organisation.
struct Look {
  std::int64_t sequence = 0;
  Timestamp at;
  bool exported = false;                  ///< Taken away as a file, rather than read.
  bool broke_glass = false;               ///< Read by who does not see it otherwise.
  std::optional<Named> organisation;      ///< For whom they acted; none: without an account.
  std::string person;                     ///< People of one's own organisation and of the CERT; else empty.
  std::string record_slug, record_title;  ///< Empty where this actor may not read that record.
  std::optional<domain::Tlp> tlp;
};
struct Looks {
  std::vector<Look> rows;  ///< Newest first.
  std::int64_t next = 0;
};
/// manage_own_organisation: who has looked at what the organisation that the actor acts for has shared.
Result<Looks> looks(store::Database& database, const Actor& actor, std::int64_t before, int limit, Timestamp now);

enum class Looking { read, exported };
/// Is a look at such a record by this viewer written down? From TLP:AMBER on, and every one through a broken glass.
bool is_recorded(const domain::policy::Viewer& viewer, const domain::Record& looked_at, Timestamp now) noexcept;
/// May it be taken out as a file? Not what a broken glass lets read. Errors: forbidden.
Status may_export(const domain::policy::Viewer& viewer, const domain::Record& record, Timestamp now);
/// Appends that the actor has read or taken away a record. What is not written down may not be shown: the caller
/// returns the error. Errors: forbidden for taking away what a broken glass lets read.
Status record_look(store::Database& database, const Actor& actor, const domain::Record& looked_at, Looking looking,
                   Timestamp now);

}  // namespace tocsin::engine::audit::view
