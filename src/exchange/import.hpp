#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/community.hpp"
#include "domain/record.hpp"
#include "engine/evidence/evidence.hpp"
#include "exchange/source.hpp"
#include "formats/threat_list/list_to_stix.hpp"
#include "store/database.hpp"

/// Import of documents: recognise, check structure, read, store, index. One document's error never spoils the others,
/// nor does one STIX object's. A CSAF document is one record, a file of STIX as many as it has objects.
namespace tocsin::exchange {

/// More problems of one document than this are not listed.
inline constexpr std::size_t kProblemsMax = 20;
/// Nor are more objects of STIX that were refused.
inline constexpr std::size_t kRefusalsMax = 10'000;

/// What became of the objects of one file of STIX, or of several.
struct ObjectCounts {
  std::int64_t created = 0, updated = 0, unchanged = 0, history = 0, conflicting = 0, removed = 0;
  std::int64_t refused = 0;        ///< Not stored: damaged.
  std::int64_t lifted = 0;         ///< Of those read: were STIX 2.0, and are kept as 2.1.
  std::int64_t tlp_defaulted = 0;  ///< Of those stored.
  std::int64_t misp_events = 0;    ///< Of MISP, that they were made of.
  std::int64_t listed = 0;         ///< Values of lists, that they were made of.
  std::int64_t stored() const noexcept { return created + updated + history + conflicting; }
  std::int64_t all() const noexcept { return stored() + unchanged + removed + refused; }
  ObjectCounts& operator+=(const ObjectCounts& more) noexcept;
};

/// What happened to one document.
struct ImportItem {
  std::string name;
  std::optional<domain::PutOutcome> outcome;  ///< Absent: rejected, or skipped.
  std::string key;                            ///< Tracking id, where it was read.
  std::string slug;
  std::vector<Error> problems;  ///< Why rejected or conflicting: at most kProblemsMax.
  /// Of what was stored nevertheless: a file name against section 5.1, extensions that nobody here knows.
  std::vector<Error> warnings;
  std::string skipped_as;      ///< Kind of a known document that is no record; else empty.
  bool tlp_defaulted = false;  ///< Bore no marking and got ImportOptions::default_tlp.
  /// It was no document, but evidence (KEV, EPSS): what became of it.
  std::optional<engine::evidence::Taken> evidence = {};
  /// It was STIX: no record itself, but its objects are. `problems` then are of those refused or conflicting.
  std::optional<ObjectCounts> objects = {};
  bool rejected() const noexcept { return !outcome && !evidence && !objects && skipped_as.empty(); }
};

struct ImportSummary {
  std::int64_t created = 0, updated = 0, unchanged = 0, history = 0, conflicting = 0, rejected = 0;
  std::int64_t removed = 0;        ///< Left out: these very bytes were removed here.
  std::int64_t skipped = 0;        ///< Known documents that are no record (provider metadata, feeds).
  std::int64_t evidence = 0;       ///< Files of evidence (KEV, EPSS), whether they were newer or not.
  std::int64_t tlp_defaulted = 0;  ///< Of those stored.
  std::int64_t stix = 0;           ///< Files of STIX objects; what became of those stands in `objects`.
  ObjectCounts objects;
  std::int64_t documents = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;
  bool ok() const noexcept { return rejected == 0 && objects.refused == 0; }
};

struct ImportOptions {
  SourceLimits limits = {};
  /// Owner of new records.
  domain::OrganisationId owner = domain::kOwnOrganisation;
  /// For documents without a marking. CSAF 2.0 makes the marking optional, and what nobody marked may have been meant
  /// for few: the narrow reading can be widened later, the wide one cannot be taken back.
  domain::Tlp default_tlp = domain::Tlp::amber_strict;
  /// What marking definitions of STIX mean that are of others and say nothing of TLP, by their id.
  std::map<std::string, domain::Tlp, std::less<>> markings = {};
  /// Communities that sharing groups of MISP stand for; of a group that is none of them, nobody is left but the owner.
  /// import_paths and import_documents fill it.
  std::vector<domain::Community> communities = {};
  /// Put before a file's name where it says who tells of a list: lists of one name by two organisations are two.
  std::string list_source = {};
  /// The moment of what says none itself. import_paths and import_documents fill it, too.
  Timestamp now = {};
  /// Documents per write transaction.
  int batch = 256;
  /// Bytes per write transaction, about.
  std::size_t batch_bytes = std::size_t{8} << 20;
  bool again = false;  ///< Also documents that were removed here.
  bool lift = true;    ///< Also objects of STIX 2.0; else they are refused.
  bool index = true;   ///< Derive the search index at the end and after each batch.
  /// Threads that check documents; 0: one per processor, at most 8.
  int threads = 0;
};

struct ImportEvents {
  std::function<void(const ImportItem&)> item;  ///< Every document, in order.
  std::function<void(std::uint64_t documents, std::uint64_t bytes, std::uint64_t bytes_total)> progress;
};

/// Reads every path on one thread, checks documents on others, writes in batches on the calling thread, where the
/// events come as well. Each batch is one transaction; what is committed stays when the process dies, and importing
/// again completes it. Items are told only after they were committed, in the order of paths and of documents in them.
/// Errors: only what stops everything (database gone, a path that does not exist: found out before anything is
/// written).
Result<ImportSummary> import_paths(store::Database& database, const std::vector<std::string>& paths,
                                   const ImportOptions& options, const ImportEvents& events, const Clock& clock);
/// The same for documents that are in memory already.
Result<ImportSummary> import_documents(store::Database& database, std::vector<SourceDocument> documents,
                                       const ImportOptions& options, const ImportEvents& events, const Clock& clock);

/// Turns bytes into what the store takes, or says why not. `name` goes into every error's `where`.
/// Not a record but known (CSAF provider metadata, ROLIE feed, ...): no revision, no problems, `skipped_as`.
/// Evidence (KEV, EPSS): no revision either, but one of the two.
/// STIX, and events of MISP, news and lists of indicators, which become STIX: no revision, but one of each object;
/// `problems` then are of objects that were refused, and spoil no other.
struct RefusedObject {
  std::string id, version;  ///< As it says them; empty where it does not.
  std::string pointer;      ///< "/objects/7".
  std::string why;
};
struct PreparedObjects {
  std::vector<domain::NewRevision> revisions;
  std::vector<bool> tlp_defaulted;  ///< Of each: bore no TLP marking.
  std::int64_t refused = 0, lifted = 0;
  std::int64_t misp_events = 0;  ///< They were made of.
  std::int64_t listed = 0;       ///< Values they were made of.
  /// Of each where they were made of a list, else empty: what `settle` (prepare_list.hpp) goes by.
  std::vector<formats::threat_list::ListObject::Times> times = {};
  std::vector<RefusedObject> refusals;  ///< At most kRefusalsMax.
};
struct Prepared {
  std::optional<domain::NewRevision> revision;
  std::vector<Error> problems;
  std::vector<Error> warnings;
  std::string skipped_as;  ///< Kind of a known document that is no record.
  bool tlp_defaulted = false;
  std::shared_ptr<const formats::kev::Catalogue> kev = {};
  std::shared_ptr<const formats::epss::Scores> epss = {};
  std::shared_ptr<PreparedObjects> stix = {};
};
Prepared prepare(std::string name, std::string bytes, const ImportOptions& options);
/// What a file is that lies beside documents and is none that can be taken from here ("text", "XML"); empty:
/// `prepare` has something to say of it, as of all that is called .json.
std::string_view other_text(std::string_view name, std::string_view bytes);

}  // namespace tocsin::exchange
