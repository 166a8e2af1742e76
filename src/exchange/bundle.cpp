#include "exchange/bundle.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "domain/policy.hpp"
#include "engine/audit/trail.hpp"
#include "engine/evidence/evidence.hpp"
#include "engine/exposure/aliases.hpp"
#include "engine/exposure/decision_table.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/search/indexer.hpp"
#include "exchange/new_file.hpp"
#include "exchange/source.hpp"
#include "store/bundles.hpp"
#include "store/evidence.hpp"
#include "store/members_state.hpp"
#include "store/organisations.hpp"
#include "store/records.hpp"

namespace tocsin::exchange {
namespace {

using store::Sql;

/// So many bundles back one may still say "since": a receiver that lags further behind gets a whole one.
constexpr int kToldKept = 24;
constexpr std::size_t kHeadersAtOnce = 1000;

/// As somebody of that organisation without a role of their own there, or as nobody.
Result<domain::policy::Viewer> viewer_for(store::Connection& connection,
                                          std::optional<domain::OrganisationId> organisation) {
  domain::policy::Viewer viewer;
  if (!organisation) return viewer;
  store::MembersState members{connection};
  viewer.organisation = organisation;
  viewer.roles = {domain::Role::member};
  // Person 0 is nobody: communities that list a person are for that person.
  TRY(viewer.communities, members.open_communities(domain::PersonId{}, organisation));
  TRY(viewer.providers, members.active_providers(*organisation));
  return viewer;
}

std::string audience_text(domain::Audience audience) { return std::string{domain::to_string(audience)}; }

/// Whom the receiver's people are to it: what was addressed by name was addressed to them, and to nobody else there.
std::string marking_text(const domain::Record& record) {
  return fmt::format("{} {}", domain::to_string(record.tlp), domain::to_string(record.audience));
}

/// What goes into a bundle, as one state of the database has it.
struct Gathered {
  BundleManifest manifest;
  std::vector<std::string> contents;
  store::Bundles::Told told;
  BundleMade made;

  void add(std::string_view kind, std::string name, std::string bytes) {
    manifest.entries.push_back(
        {.kind = std::string{kind}, .name = std::move(name), .bytes = 0, .sha512 = {}, .tlp = {}, .audience = {}});
    contents.push_back(std::move(bytes));
  }
};

/// In the form of CISA's file, which every reader of it understands.
std::string kev_json(const store::EvidenceSource& source, const std::vector<store::KnownExploited>& entries) {
  boost::json::array list;
  for (const auto& each : entries) {
    boost::json::object entry;
    entry["cveID"] = each.cve;
    entry["vendorProject"] = each.vendor;
    entry["product"] = each.product;
    entry["vulnerabilityName"] = each.name;
    entry["dateAdded"] = format_date(each.added);
    entry["requiredAction"] = each.action;
    entry["dueDate"] = each.due ? format_date(*each.due) : std::string{};
    entry["knownRansomwareCampaignUse"] = each.ransomware ? "Known" : "Unknown";
    list.push_back(std::move(entry));
  }
  boost::json::object out;
  out["title"] = "Known exploited vulnerabilities";
  out["catalogVersion"] = source.version;
  out["dateReleased"] = format_rfc3339(source.released_at.value_or(source.as_of));
  out["count"] = list.size();
  out["vulnerabilities"] = std::move(list);
  return json::write(out);
}

std::string millionths(std::int64_t value) {
  return fmt::format("{}.{:06}", value / formats::epss::kOne, value % formats::epss::kOne);
}

std::string epss_csv(const store::EvidenceSource& source, const std::vector<store::ExploitScore>& scores) {
  const bool with_percentile =
      std::ranges::all_of(scores, [](const auto& each) { return each.percentile.has_value(); });
  auto out = fmt::format("#model_version:{},score_date:{}\ncve,epss{}\n", source.version, format_rfc3339(source.as_of),
                         with_percentile ? ",percentile" : "");
  for (const auto& each : scores) {
    out += fmt::format("{},{}", each.cve, millionths(each.probability));
    if (with_percentile) out += "," + millionths(*each.percentile);
    out += '\n';
  }
  return out;
}

Status gather_advisories(store::Connection& connection, const domain::policy::Viewer& viewer,
                         const store::Bundles::Told& before, Timestamp now, Gathered& into) {
  Sql sql{"SELECT r.id FROM record r WHERE r.kind = ? AND r.status = ? AND ", domain::RecordKind::advisory,
          domain::RecordStatus::published};
  // By key: documents of one maker and year are alike, and pack well beside each other.
  sql.append(domain::policy::visible_sql(viewer, now)).append(" ORDER BY r.issuer, r.slug");
  TRY(const auto ids, connection.all(sql, [](const store::Row& row) { return row.integer(0); }));
  store::Records records{connection};
  for (std::size_t from = 0; from < ids.size(); from += kHeadersAtOnce) {
    const std::span some{ids.data() + from, std::min(kHeadersAtOnce, ids.size() - from)};
    TRY(const auto headers, records.headers(viewer, some, now));
    for (const auto& record : headers) {
      store::BundleTold told{.revision = record.current_revision, .marking = marking_text(record)};
      const auto known = before.find(record.id.value);
      into.told[record.id.value] = told;
      if (known != before.end() && known->second == told) {
        ++into.made.known;
        continue;
      }
      TRY(auto bytes, records.document(record.id, record.current_revision));
      if (!bytes) return Error::internal("A revision has no document", record.slug);
      into.add(bundle_kind::kAdvisory, record.slug + ".json", std::move(*bytes));
      into.manifest.entries.back().tlp = domain::to_string(record.tlp);
      into.manifest.entries.back().audience = audience_text(record.audience);
      ++into.made.advisories;
    }
  }
  return ok();
}

/// What was told in the bundle that is followed and is not for the recipient any more. After gather_advisories.
Status gather_withdrawn(store::Connection& connection, const store::Bundles::Told& before,
                        const std::vector<store::BundleGone>& gone, Gathered& into) {
  auto& withdrawn = into.manifest.withdrawn;
  for (const auto& [id, told] : before) {
    if (into.told.contains(id)) continue;
    TRY(const auto record, store::Records{connection}.load(domain::RecordId{id}));
    if (record) withdrawn.push_back({.issuer = record->issuer, .key = record->key});
  }
  for (const auto& each : gone) {
    // Removed and there again, as another record: what the recipient may see of that, it gets.
    TRY(const auto again, store::Records{connection}.load(domain::RecordKind::advisory, each.issuer, each.key));
    if (!again || !into.told.contains(again->id.value)) withdrawn.push_back({.issuer = each.issuer, .key = each.key});
  }
  std::ranges::sort(withdrawn);
  const auto repeats = std::ranges::unique(withdrawn);
  withdrawn.erase(repeats.begin(), repeats.end());
  into.made.withdrawn = static_cast<std::int64_t>(withdrawn.size());
  return ok();
}

/// What things are called. The recipient's own only into a bundle that is for it alone.
Status gather_aliases(store::Connection& connection, const BundleRequest& request, bool may_read, Gathered& into) {
  namespace exposure = engine::exposure;
  TRY(const auto aliases, exposure::aliases_to_carry(connection, may_read ? request.recipient : std::nullopt));
  if (aliases.empty()) return ok();
  into.made.aliases = static_cast<std::int64_t>(aliases.community.size());
  into.made.own_aliases = static_cast<std::int64_t>(aliases.own.size());
  into.add(bundle_kind::kAliases, "aliases.json", exposure::write_aliases(aliases));
  return ok();
}

/// The one that was named, or the one that the recipient has chosen.
Status gather_table(store::Connection& connection, const BundleRequest& request, bool may_read, Gathered& into) {
  namespace exposure = engine::exposure;
  auto document = request.decision_table;
  if (document.empty()) {
    if (!may_read || !request.recipient) return ok();
    TRY(const auto in_use, exposure::table_of(connection, *request.recipient));
    if (in_use.version.version == 0) return ok();
    document = exposure::document_of(in_use.choice());
  }
  TRY(const auto rules, exposure::Rules::read(document));
  into.made.decision_table = rules.table().id();
  into.add(bundle_kind::kDecisionTable, "decision_table.json", std::move(document));
  return ok();
}

Status gather_programs(const BundleRequest& request, Gathered& into) {
  for (const auto& program : request.programs) {
    if (std::ranges::find(into.made.programs, program.machine) != into.made.programs.end()) {
      return Error::invalid(fmt::format("Two programs for {} are given, and one can go along", program.machine),
                            "--program");
    }
    into.add(bundle_kind::kProgram, "tocsin-" + program.machine, program.bytes);
    into.made.programs.push_back(program.machine);
  }
  return ok();
}

/// What of the recipient's goes along.
struct MayRead {
  bool table = false;
  bool aliases = false;  ///< These were learnt at all of its sites.
};

/// Errors other than that they may not.
Result<MayRead> may_read_of(store::Database& database, const engine::Actor& actor, const BundleRequest& request,
                            Timestamp now) {
  if (!request.recipient) return MayRead{};
  const auto access = engine::inventory::access(database, actor, request.recipient, now);
  if (access) return MayRead{.table = request.decision_table.empty(), .aliases = !access->sites};
  const auto code = access.error().code;
  if (code == Error::Code::forbidden || code == Error::Code::not_found) return MayRead{};
  return access.error();
}

Status gather_evidence(store::Connection& connection, const domain::policy::Viewer& viewer, Timestamp now,
                       Gathered& into) {
  store::Evidence evidence{connection};
  TRY(const auto kev, evidence.source(store::kKevSource));
  if (kev) {
    // All of it: that a vulnerability is not in it says something as well.
    TRY(const auto entries, evidence.all_known_exploited());
    into.made.kev = static_cast<std::int64_t>(entries.size());
    into.add(bundle_kind::kKev, "known_exploited_vulnerabilities.json", kev_json(*kev, entries));
  }
  TRY(const auto epss, evidence.source(store::kEpssSource));
  if (!epss) return ok();
  Sql sql{
      "SELECT DISTINCT v.vuln_id FROM advisory_vulnerability v JOIN record r ON r.id = v.record_id WHERE "
      "v.vuln_id LIKE 'CVE-%' AND r.status = ? AND ",
      domain::RecordStatus::published};
  sql.append(domain::policy::visible_sql(viewer, now));
  TRY(const auto cves, connection.all(sql, [](const store::Row& row) { return row.string(0); }));
  TRY(auto scores, evidence.scores(cves));
  std::ranges::sort(scores, {}, &store::ExploitScore::cve);
  into.made.epss = static_cast<std::int64_t>(scores.size());
  into.add(bundle_kind::kEpss, fmt::format("epss_scores-{}.csv", format_date(epss->as_of)), epss_csv(*epss, scores));
  return ok();
}

Result<BundleMade> note_made(store::Connection& connection, const engine::Actor& actor, const BundleRequest& request,
                             const SigningKey& key, const Gathered& gathered, const std::string& digest,
                             Timestamp now) {
  TRY_VOID(connection.lock_changes());
  store::Bundles bundles{connection};
  const auto& manifest = gathered.manifest;
  TRY(const auto newest, bundles.find(store::BundleDirection::made, key.key_id(), manifest.recipient));
  if ((newest ? newest->sequence : 0) + 1 != manifest.sequence) {
    return Error::conflict("Another bundle for the same recipient was made meanwhile: make it again");
  }
  TRY(const auto id, bundles.add({.id = 0,
                                  .direction = store::BundleDirection::made,
                                  .key_id = key.key_id(),
                                  .recipient = manifest.recipient,
                                  .sequence = manifest.sequence,
                                  .digest = digest,
                                  .at = now}));
  TRY_VOID(bundles.put_told(id, gathered.told));
  TRY_VOID(bundles.forget_told(store::BundleDirection::made, key.key_id(), manifest.recipient, kToldKept));
  auto made = gathered.made;
  made.link = {.sequence = manifest.sequence, .digest = digest};
  made.previous = manifest.previous;
  boost::json::object detail;
  detail["sequence"] = manifest.sequence;
  detail["digest"] = digest;
  detail["key_id"] = key.key_id();
  detail["recipient"] = manifest.recipient;
  detail["advisories"] = made.advisories;
  if (made.withdrawn > 0) detail["withdrawn"] = made.withdrawn;
  if (!made.decision_table.empty()) detail["decision_table"] = made.decision_table;
  if (made.aliases > 0) detail["aliases"] = made.aliases;
  if (made.own_aliases > 0) detail["own_aliases"] = made.own_aliases;
  if (!made.programs.empty()) {
    boost::json::array programs;
    for (const auto& each : made.programs) programs.emplace_back(each);
    detail["programs"] = std::move(programs);
  }
  if (made.previous) detail["since"] = made.previous->sequence;
  auto object = request.recipient ? engine::audit::object_of(*request.recipient) : std::string{};
  TRY_VOID(engine::audit::record(connection, actor, now, "bundle.create", std::move(object), {},
                                 domain::audit::Outcome::done, detail));
  return made;
}

}  // namespace

Result<BundleMade> create_bundle(store::Database& database, const engine::Actor& actor, const BundleRequest& request,
                                 const SigningKey& key, const Clock& clock) {
  TRY_VOID(actor.require(domain::Permission::publish_record));
  if (!request.decision_table.empty()) TRY_VOID(engine::exposure::Rules::read(request.decision_table));
  NewFile file{request.path};
  const auto now = clock.now();
  // The scores that go along are those of vulnerabilities that the index knows.
  TRY_VOID(engine::search::index_all(database));
  TRY(const auto may_read, may_read_of(database, actor, request, now));
  TRY(auto gathered, database.snapshot([&](store::Connection& connection) -> Result<Gathered> {
    Gathered into;
    auto& manifest = into.manifest;
    manifest.created = now;
    manifest.issuer = request.issuer;
    if (request.recipient) {
      TRY(const auto organisation, store::Organisations{connection}.find(*request.recipient));
      if (!organisation) return Error::not_found("organisation");
      if (organisation->status != domain::OrganisationStatus::active) {
        return Error::conflict(fmt::format("{} is no active member, and sees what is public", organisation->name));
      }
      manifest.recipient = organisation->name;
    }
    store::Bundles bundles{connection};
    TRY(const auto newest, bundles.find(store::BundleDirection::made, key.key_id(), manifest.recipient));
    manifest.sequence = newest ? newest->sequence + 1 : 1;
    store::Bundles::Told before;
    std::vector<store::BundleGone> gone;
    if (request.since) {
      TRY(const auto since,
          bundles.find(store::BundleDirection::made, key.key_id(), manifest.recipient, request.since));
      if (!since || (!request.since_digest.empty() && since->digest != request.since_digest)) {
        return Error{
            Error::Code::not_found,
            fmt::format("No bundle {} of this kind was made here for this recipient with this key", *request.since),
            "--since",
            {}};
      }
      if (newest->sequence - since->sequence >= kToldKept) {
        return Error::conflict(fmt::format(
            "What bundle {} held is not known any more: make a whole one, without --since", *request.since));
      }
      TRY(before, bundles.told(since->id));
      TRY(gone, bundles.gone(since->id));
      manifest.previous = BundleLink{.sequence = since->sequence, .digest = since->digest};
    }
    TRY(const auto viewer, viewer_for(connection, request.recipient));
    TRY_VOID(gather_advisories(connection, viewer, before, now, into));
    TRY_VOID(gather_withdrawn(connection, before, gone, into));
    TRY_VOID(gather_evidence(connection, viewer, now, into));
    TRY_VOID(gather_table(connection, request, may_read.table, into));
    TRY_VOID(gather_aliases(connection, request, may_read.aliases, into));
    TRY_VOID(gather_programs(request, into));
    return into;
  }));
  TRY(const auto sealed, seal_bundle(gathered.manifest, gathered.contents, key));
  TRY_VOID(file.write(sealed.bytes));
  TRY(auto made, database.write([&](store::Connection& connection) {
    return note_made(connection, actor, request, key, gathered, sealed.digest, now);
  }));
  TRY_VOID(file.rename_to_place());
  made.bytes = sealed.bytes.size();
  for (const auto& each : gathered.contents) made.content_bytes += each.size();
  return made;
}

Result<std::string> read_bundle_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{Error::Code::not_found, "The bundle cannot be read", printable_name(path), {}};
  std::string bytes;
  std::vector<char> piece(std::size_t{1} << 20);
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0) {
    bytes.append(piece.data(), static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > kBundleFileBytesMax) {
      return Error::too_large("The bundle", kBundleFileBytesMax, printable_name(path));
    }
  }
  return bytes;
}

}  // namespace tocsin::exchange
