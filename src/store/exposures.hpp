#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/policy.hpp"
#include "domain/remediation.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Of AssetMatch::decision.
inline constexpr int kUndecided = 5;

/// What an advisory says of an asset. `status` as engine/exposure/matcher.hpp numbers it; confidence in thousandths.
struct AssetMatch {
  std::int64_t asset = 0;
  domain::RecordId record = {};
  domain::OrganisationId organisation = {};
  int status = 0;        ///< That counts, once verdicts are heard.
  int found_status = 0;  ///< What the matcher said.
  int confidence = 0, found_confidence = 0;
  std::vector<std::string> product_ids = {};
  std::vector<std::string> product_keys = {};  ///< "vendor/product" of those that decided.
  std::vector<std::string> cves = {};
  std::string because = {}, found_because = {}, question = {};
  std::string digest = {};  ///< Of what matters; equal digests are no news.
  domain::MatchVerdict verdict = domain::MatchVerdict::none;
  /// What to do about it, as engine/exposure/decision.hpp numbers actions; kUndecided while nothing was decided.
  int decision = kUndecided;
  std::optional<Timestamp> decision_due = {};         ///< Midnight of the day by which it is to be done.
  std::string decision_table = {};                    ///< That was asked.
  std::string decision_basis = {};                    ///< As engine/exposure/decision_change.hpp writes it.
  std::optional<Timestamp> decide_at = Timestamp{0};  ///< From when on it has to be decided again.
  domain::RemediationState state = domain::RemediationState::open;
  std::optional<Timestamp> state_until = {};
  Timestamp found_at = {}, changed_at = {};
};

/// What was done about one vulnerability of one advisory on one asset; `vulnerability` empty: the advisory as a whole.
struct AssetState {
  std::int64_t id = 0;
  domain::OrganisationId organisation = {};
  std::int64_t asset = 0;
  domain::RecordId record = {};
  std::string vulnerability = {};
  domain::RemediationState state = domain::RemediationState::open;
  std::optional<domain::PersonId> person = {};
  std::string person_name = {};  ///< Read only.
  std::string slug = {};         ///< Of the record. Read only.
  Timestamp at = {};
  std::string evidence = {};
  std::optional<Timestamp> until = {};
};

struct AssetVerdict {
  domain::OrganisationId organisation = {};
  domain::MatchVerdict verdict = domain::MatchVerdict::none;
  std::int64_t asset = 0;        ///< 0: every asset of `identity`.
  domain::RecordId record = {};  ///< 0 likewise.
  std::string identity = {}, product_key = {};
  std::string reason = {};
  std::optional<domain::PersonId> person = {};
  Timestamp at = {};
};

/// Every member that is set narrows.
struct ExposureFilter {
  std::vector<std::int64_t> statuses = {};
  /// An acceptance that has ended counts as open.
  std::vector<std::int64_t> states = {};
  std::optional<std::string> site = {};
  std::string zone = {}, vendor = {};
  std::string product = {};              ///< Asset::identity.
  std::optional<std::int64_t> bom = {};  ///< Components of this bill of materials.
  std::optional<std::int64_t> asset = {};
  std::optional<domain::RecordId> record = {};
  std::string cve = {};
  std::optional<std::vector<std::string>> sites = {};  ///< As AssetFilter has it.
  std::vector<std::int64_t> decisions = {};
  std::optional<Timestamp> due_from = {}, due_before = {};  ///< Matches without a due date are not among them.
  bool no_due = false;                                      ///< Only matches without one.
  std::optional<int> score_from = {};                       ///< Tenths: only advisories with such a score or more.
  std::optional<std::vector<std::string>> cves = {};        ///< Only matches that are about one of these.
};
enum class ExposureSort : std::uint8_t { status, decision, due, site, confidence };
struct ExposureAfter {
  std::int64_t number = 0;  ///< Of the sort's column; 0 for `site`.
  std::string text = {};    ///< `site`
  std::int64_t record = 0, asset = 0;
};
/// A match as lists show it.
struct ExposureRow {
  AssetMatch match;
  std::string slug, tracking_id, title;
  domain::Tlp tlp = domain::Tlp::clear;
  std::optional<int> score_tenths;
  std::string label, vendor, site, zone, criticality;
};
struct ExposureCount {
  int status = 0;
  std::int64_t open = 0, done = 0;  ///< Matches that wait for something, and the rest.
};
struct DecisionCount {
  int decision = kUndecided;
  std::int64_t count = 0;
};
/// Matches of one site, zone or vendor by decision.
struct ExposureGroup {
  std::string value;
  std::vector<DecisionCount> counts;  ///< By urgency.
};
enum class ExposureGroupBy : std::uint8_t { site, zone, vendor };
/// A match that waits to be decided.
struct ToDecide {
  std::int64_t asset = 0;
  domain::RecordId record = {};
};
struct ExposureAtRecord {
  std::int64_t assets = 0, sites = 0;
};

/// Matches, and what people said of them. Whoever reads says for whom: what the viewer may not see is in no list and
/// no count.
class Exposures {
 public:
  explicit Exposures(Connection& connection) : connection_(connection) {}

  /// By the sort's column (urgency; soonest due; surest), then newest advisory first.
  Result<std::vector<ExposureRow>> page(const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
                                        const ExposureFilter& filter, ExposureSort sort,
                                        const std::optional<ExposureAfter>& after, int limit, Timestamp now);
  /// Where the next page begins.
  static ExposureAfter after(const ExposureRow& row, ExposureSort sort);
  Result<std::vector<ExposureCount>> counts(const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
                                            const ExposureFilter& filter, Timestamp now);
  Result<std::vector<DecisionCount>> decision_counts(const domain::policy::Viewer& viewer,
                                                     domain::OrganisationId organisation, const ExposureFilter& filter,
                                                     Timestamp now);
  /// At most `limit` values, those with the most urgent decisions first, then those with the most of them.
  Result<std::vector<ExposureGroup>> groups(const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
                                            const ExposureFilter& filter, ExposureGroupBy by, int limit, Timestamp now);
  /// Of those that fit the filter: how many wait to be decided, so that what is stored of them may not hold.
  Result<std::int64_t> waiting(const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
                               const ExposureFilter& filter, Timestamp now);
  /// Assets that a record affects, and at how many sites. The caller has been allowed to see the record.
  Result<ExposureAtRecord> at_record(domain::OrganisationId organisation, domain::RecordId record,
                                     const std::optional<std::vector<std::string>>& sites);
  /// One match, as far as the viewer may see its record.
  Result<std::optional<ExposureRow>> find(const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
                                          std::int64_t asset, domain::RecordId record, Timestamp now);

  /// Newest first, of an asset, at most `limit`, as far as the viewer may see the records.
  Result<std::vector<AssetState>> history(const domain::policy::Viewer& viewer, domain::OrganisationId organisation,
                                          std::int64_t asset, Timestamp now, int limit);
  /// Appends it and makes it the current one; one of the whole advisory goes into the match as well.
  Status set_state(const AssetState& state);
  /// Instead of one that stands for the same.
  Status set_verdict(const AssetVerdict& verdict);
  /// Number of rows.
  Result<std::int64_t> remove_verdict(domain::OrganisationId organisation, std::int64_t asset, domain::RecordId record);
  Result<std::int64_t> remove_never(domain::OrganisationId organisation, std::string_view identity,
                                    std::string_view product_key);

  // --- for matching: no policy ---
  Result<std::vector<AssetMatch>> of_assets(std::span<const std::int64_t> assets);
  Result<std::vector<AssetMatch>> of_assets(std::span<const std::int64_t> assets,
                                            std::span<const std::int64_t> records);
  Result<std::vector<AssetVerdict>> verdicts(std::span<const std::int64_t> assets);
  /// Those of every asset of an identity, for the organisations and identities of these assets.
  Result<std::vector<AssetVerdict>> nevers(std::span<const std::string> identities);
  /// Current ones of whole advisories.
  Result<std::vector<AssetState>> current_states(std::span<const std::int64_t> assets);
  Status put(std::span<const AssetMatch> matches);
  Status remove(std::span<const AssetMatch> matches);

  // --- for deciding: no policy. All in Database::write, after lock_changes ---
  /// Those whose time has come, by record.
  Result<std::vector<ToDecide>> to_decide(Timestamp now, int limit);
  /// Decision, due, table, basis and decide_at of each, by asset and record.
  Status set_decisions(std::span<const AssetMatch> matches);
  Status decide_again(std::span<const std::int64_t> records);
  Status decide_again(domain::OrganisationId organisation);
  Status decide_all_again();
  /// Change of the feed up to which decide_again() has been told.
  Result<std::int64_t> decided_sequence();
  Status set_decided_sequence(std::int64_t sequence);

  struct Cursor {
    std::int64_t sequence = 0, until = 0, asset = 0;
    friend bool operator==(const Cursor&, const Cursor&) = default;
  };
  Result<Cursor> cursor();
  Status set_cursor(const Cursor& cursor);
  /// Another number whenever something was matched: who keeps by what assets are found sees that another process was at
  /// it. 0 before the first.
  Result<std::int64_t> generation();
  Status set_generation(std::int64_t generation);
  /// Assets that have matches with these records, by number.
  Result<std::vector<std::int64_t>> assets_of(std::span<const std::int64_t> records);
  /// Forgets every match and the cursor, so that all is matched anew. Verdicts and states stay.
  Status reset();

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
