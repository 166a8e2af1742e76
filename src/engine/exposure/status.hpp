#pragma once
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/exposure/advisory_history.hpp"
#include "engine/exposure/decision.hpp"
#include "engine/members/actor.hpp"

/// "Siemens S7-1200, firmware 4.4, on 2024-03-01: what was known?" - advisories as they stood then, and what became
/// known since. The same for page, API and command line.
namespace tocsin::engine::exposure {

/// What makes a revision known at a moment.
enum class KnownBy : std::uint8_t {
  published,  ///< Its document says that it had been released.
  received    ///< It had come here.
};
std::string_view to_string(KnownBy known_by) noexcept;
std::optional<KnownBy> parse_known_by(std::string_view text) noexcept;

inline constexpr std::size_t kQuestionBytesMax = 200;  ///< Of each text of a question.
inline constexpr std::size_t kEntriesMax = 100;        ///< That each part of an answer tells.

struct StatusQuestion {
  std::string vendor = {};
  std::string product = {};  ///< May hold anything, also vendor and order number.
  std::string model = {};    ///< Model or order number.
  std::string version = {};
  std::string at = {};  ///< "2024-03-01": the end of that day, UTC; a moment as RFC 3339 has it; empty: now.
  KnownBy known_by = KnownBy::published;
};

struct StatusVulnerability {
  std::string id = {};
  std::optional<int> score_tenths = {};  ///< Of the products that matched, where the document scores them apart.
  formats::cvss::Severity severity = formats::cvss::Severity::none;
  std::string vector = {};
};

/// What an advisory says.
struct StatusEntry {
  enum class Kind : std::uint8_t {
    as_it_stood,    ///< The revision of that moment.
    earliest_kept,  ///< The advisory existed, but its revision of that moment is not kept: the earliest that is.
    published,      ///< Since: an advisory that was not known.
    changed,        ///< Since: one that was, and says something else of the thing now.
    no_longer,      ///< Since: one that was, and does not speak of the thing any more. `match` is of before.
    withdrawn       ///< Since: one that was, and is withdrawn. `match` is of before.
  };
  Kind kind = Kind::as_it_stood;
  domain::RecordId record = {};
  std::string slug = {}, tracking_id = {}, title = {}, version = {};
  domain::Tlp tlp = domain::Tlp::clear;
  bool is_current = true;  ///< The revision is the advisory's newest.
  Timestamp first_released_at = {}, released_at = {}, received_at = {};
  /// earliest_kept: the version of that moment, by the document's own history; empty where that does not tell.
  std::string version_then = {};
  std::optional<Timestamp> version_then_at = {};
  Match match = {};
  std::vector<StatusVulnerability> vulnerabilities = {};  ///< Of match.cves, worst first.
  std::optional<int> score_tenths = {};                   ///< The highest of them.
  std::vector<Remedy> remedies = {};                      ///< For what matched, each once, fixes first; at most 10.
};
std::string_view to_string(StatusEntry::Kind kind) noexcept;  ///< "as_it_stood"

struct StatusAnswer {
  StatusQuestion question;  ///< Tidied.
  Timestamp at;
  std::vector<StatusEntry> known, since;  ///< Most urgent first, then the worst, then the newest.
  std::size_t known_total = 0, since_total = 0;
};

/// Keeps what answering needs, so that an answer takes no longer than matching one thing. Any thread.
class StatusDesk {
 public:
  /// Loads at the first question or refresh; each question first takes in what is quickly taken in.
  explicit StatusDesk(store::Database& database) : database_(&database) {}
  /// Of documents that stand in no database.
  explicit StatusDesk(AdvisoryHistory::Pointer history) : history_(std::move(history)) {}

  /// Takes in what changed. `small_only`: only where that is quick; what is not is left for a call without it.
  tocsin::Status refresh(Timestamp now, bool small_only = false);
  /// Advisories as the viewer may see them; the thing also as it is called elsewhere, by the aliases that `asker`, who
  /// is the viewer, may see (aliases.hpp; none without one). Errors: invalid_input with `where`, where nothing names
  /// the thing, a text is too long or holds control characters, or the moment is none or yet to come.
  Result<StatusAnswer> ask(const domain::policy::Viewer& viewer, const StatusQuestion& question, Timestamp now,
                           const Actor* asker = nullptr);

 private:
  using Document = std::shared_ptr<const formats::csaf::Advisory>;
  Result<AdvisoryHistory::Pointer> history(Timestamp now);
  /// What revisions say of the thing and of its readings, each revision once.
  Result<std::vector<AdvisoryHistory::Hit>> hits(const AdvisoryHistory& all, const domain::policy::Viewer& viewer,
                                                 const formats::inventory::Item& item, Timestamp now,
                                                 const Actor* asker);
  Result<Document> document(const KeptRevision& revision);
  Result<StatusEntry> entry(StatusEntry::Kind kind, const KeptRevision& revision, const Match& match, Timestamp at);

  store::Database* database_ = nullptr;
  std::mutex loading_;  ///< Before mutex_.
  std::mutex mutex_;
  AdvisoryHistory::Pointer history_;  ///< Under mutex_.
  /// Documents that were read last, newest first; revisions never change.
  struct Kept {
    std::int64_t revision;
    Document document;
    std::size_t bytes;
  };
  std::list<Kept> documents_;  ///< Under mutex_.
  std::map<std::int64_t, std::list<Kept>::iterator> by_revision_;
  std::size_t bytes_ = 0;
};

}  // namespace tocsin::engine::exposure
