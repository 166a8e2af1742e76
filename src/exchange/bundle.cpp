#include "exchange/bundle.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "domain/policy.hpp"
#include "engine/audit/trail.hpp"
#include "engine/evidence/evidence.hpp"
#include "engine/exposure/decision.hpp"
#include "engine/search/indexer.hpp"
#include "engine/sharing/sharing.hpp"
#include "exchange/import.hpp"
#include "store/bundles.hpp"
#include "store/changes.hpp"
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

constexpr std::string_view kAdvisory = "advisory";
constexpr std::string_view kKev = "kev";
constexpr std::string_view kEpss = "epss";
constexpr std::string_view kDecisionTable = "decision_table";

std::string error_text(int number) { return std::error_code(number, std::generic_category()).message(); }

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
      into.add(kAdvisory, record.slug + ".json", std::move(*bytes));
      into.manifest.entries.back().tlp = domain::to_string(record.tlp);
      into.manifest.entries.back().audience = audience_text(record.audience);
      ++into.made.advisories;
    }
  }
  return ok();
}

Status gather_evidence(store::Connection& connection, const domain::policy::Viewer& viewer, Timestamp now,
                       Gathered& into) {
  store::Evidence evidence{connection};
  TRY(const auto kev, evidence.source(store::kKevSource));
  if (kev) {
    // All of it: that a vulnerability is not in it says something as well.
    TRY(const auto entries, evidence.all_known_exploited());
    into.made.kev = static_cast<std::int64_t>(entries.size());
    into.add(kKev, "known_exploited_vulnerabilities.json", kev_json(*kev, entries));
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
  into.add(kEpss, fmt::format("epss_scores-{}.csv", format_date(epss->as_of)), epss_csv(*epss, scores));
  return ok();
}

/// Written beside and made durable; has its name only when rename_to_place() was called.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}
  ~NewFile() {
    if (written_) ::unlink(part_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  Status write(std::string_view bytes) {
    std::error_code failure;
    if (std::filesystem::exists(path_, failure)) {
      return Error::conflict("There is a file of this name already", printable_name(path_));
    }
    const int descriptor = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) return failed();
    written_ = true;
    while (!bytes.empty()) {
      const auto count = ::write(descriptor, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    const bool good = bytes.empty() && ::fsync(descriptor) == 0;
    const auto result = good ? ok() : failed();
    ::close(descriptor);
    return result;
  }
  Status rename_to_place() {
    // Not over a file that appeared meanwhile.
    if (::link(part_.c_str(), path_.c_str()) != 0) return failed();
    return ok();
  }

 private:
  Status failed() const {
    return Error::unavailable(fmt::format("Cannot write {}: {}", printable_name(path_), error_text(errno)));
  }
  const std::string path_, part_;
  bool written_ = false;
};

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
  TRY_VOID(bundles.forget_told(key.key_id(), manifest.recipient, kToldKept));
  auto made = gathered.made;
  made.link = {.sequence = manifest.sequence, .digest = digest};
  made.previous = manifest.previous;
  boost::json::object detail;
  detail["sequence"] = manifest.sequence;
  detail["digest"] = digest;
  detail["key_id"] = key.key_id();
  detail["recipient"] = manifest.recipient;
  detail["advisories"] = made.advisories;
  if (made.previous) detail["since"] = made.previous->sequence;
  auto object = request.recipient ? engine::audit::object_of(*request.recipient) : std::string{};
  TRY_VOID(engine::audit::record(connection, actor, now, "bundle.create", std::move(object), {},
                                 domain::audit::Outcome::done, detail));
  return made;
}

/// What the receiver has to have done before.
Status check_place(store::Connection& connection, const Bundle& bundle, bool& already) {
  const auto& manifest = bundle.manifest();
  store::Bundles bundles{connection};
  const auto stream =
      manifest.recipient.empty() ? std::string{"what is public"} : fmt::format("'{}'", manifest.recipient);
  TRY(const auto here, bundles.find(store::BundleDirection::applied, bundle.key_id(), manifest.recipient));
  if (here && here->sequence == manifest.sequence) {
    if (here->digest == bundle.digest()) {
      already = true;
      return ok();
    }
    return Error::conflict(
        fmt::format("Two different bundles have the number {} for {}: the one that was taken in on {} and "
                    "this one. Ask who signs them which is right",
                    manifest.sequence, stream, format_date(here->at)));
  }
  if (here && manifest.sequence < here->sequence) {
    return Error::conflict(
        fmt::format("The bundle is number {} for {} and number {} was taken in already: what is older "
                    "never replaces what is newer",
                    manifest.sequence, stream, here->sequence));
  }
  if (!manifest.previous) return ok();
  const auto follows = manifest.previous->sequence;
  if (!here) {
    return Error::conflict(
        fmt::format("The bundle holds only what is new since number {}, and none was taken in here yet: "
                    "begin with a whole one",
                    follows));
  }
  if (here->sequence != follows) {
    return Error::conflict(
        fmt::format("The bundle follows number {} and number {} was taken in last: a bundle is missing. "
                    "Take in what is between them, or a whole one",
                    follows, here->sequence));
  }
  if (here->digest != manifest.previous->digest) {
    return Error::conflict(
        fmt::format("The bundle follows another number {} than the one that was taken in here", follows));
  }
  return ok();
}

/// One that was addressed by name is, here, for those it came to.
domain::Audience audience_here(std::string_view text) {
  const auto audience = engine::sharing::parse_audience(text);
  if (!audience || *audience == domain::Audience::listed) return domain::Audience::owner_only;
  return *audience;
}

class Taker {
 public:
  Taker(store::Connection& connection, Timestamp now, BundleApplied& applied)
      : connection_(connection), now_(now), applied_(applied) {}

  Status take(const BundleEntry& entry, std::string bytes) {
    if (entry.kind == kAdvisory) return advisory(entry, std::move(bytes));
    if (entry.kind == kKev) {
      TRY(const auto parsed, json::parse(bytes));
      TRY(const auto catalogue, formats::kev::read_json(parsed.root()));
      TRY(const auto taken, engine::evidence::take_kev(connection_, catalogue, now_));
      applied_.evidence.push_back(taken.said);
    }
    if (entry.kind == kEpss) {
      TRY(const auto scores, formats::epss::read(bytes));
      TRY(const auto taken, engine::evidence::take_epss(connection_, scores, now_));
      applied_.evidence.push_back(taken.said);
    }
    if (entry.kind == kDecisionTable) {
      TRY(const auto rules, engine::exposure::Rules::read(bytes));
      applied_.decision_table = rules.table().id();
    }
    // Of a later version: what it does not know, it leaves.
    return ok();
  }

 private:
  Status advisory(const BundleEntry& entry, std::string bytes) {
    auto prepared = prepare(entry.name, std::move(bytes), {});
    if (!prepared.problems.empty()) return prepared.problems.front();
    const auto tlp = domain::parse_tlp(entry.tlp);
    if (!prepared.revision || !tlp) return Error::invalid("Is no advisory with a marking", printable_name(entry.name));
    auto& revision = *prepared.revision;
    revision.tlp = *tlp;
    revision.audience = audience_here(entry.audience);
    revision.status = domain::RecordStatus::published;
    TRY(const auto put, store::Records{connection_}.put(revision, now_));
    switch (put.outcome) {
      case domain::PutOutcome::created:
        ++applied_.created;
        break;
      case domain::PutOutcome::updated:
        ++applied_.updated;
        break;
      case domain::PutOutcome::unchanged:
        ++applied_.unchanged;
        return mark(put, revision);
      case domain::PutOutcome::history:
        ++applied_.history;
        break;
      case domain::PutOutcome::conflicting:
        ++applied_.conflicting;
        break;
      case domain::PutOutcome::removed:
        ++applied_.removed;
        break;
    }
    return ok();
  }

  /// The same document that is for others now. What was decided here stays, unless the marking became narrower.
  Status mark(const store::PutResult& put, const domain::NewRevision& wanted) {
    TRY(const auto marked_here, connection_.first(Sql{"SELECT marked_here FROM record WHERE id = ?", put.record},
                                                  [](const store::Row& row) { return row.boolean(0); }));
    TRY(const auto record, store::Records{connection_}.load(put.record));
    if (!record || record->current_revision != put.revision) return ok();
    if (record->tlp == wanted.tlp && record->audience == wanted.audience) return ok();
    if (marked_here.value_or(false) && wanted.tlp <= record->tlp) return ok();
    ++applied_.marked;
    return connection_.run_all(
        {Sql{"UPDATE record SET tlp = ?, audience = ?, audience_id = NULL, updated_at = ? WHERE id = ?", wanted.tlp,
             wanted.audience, now_, put.record},
         Sql{"UPDATE revision SET tlp = ?, audience = ?, audience_id = NULL WHERE id = ?", wanted.tlp, wanted.audience,
             put.revision},
         store::Changes::append_sql(store::ChangeAction::updated, record->kind, put.record, put.revision, now_)});
  }

  store::Connection& connection_;
  const Timestamp now_;
  BundleApplied& applied_;
};

}  // namespace

Result<BundleMade> create_bundle(store::Database& database, const engine::Actor& actor, const BundleRequest& request,
                                 const SigningKey& key, const Clock& clock) {
  TRY_VOID(actor.require(domain::Permission::publish_record));
  if (!request.decision_table.empty()) TRY_VOID(engine::exposure::Rules::read(request.decision_table));
  NewFile file{request.path};
  const auto now = clock.now();
  // The scores that go along are those of vulnerabilities that the index knows.
  TRY_VOID(engine::search::index_all(database));
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
      TRY(before, bundles.told(since->id));
      if (before.empty()) {
        return Error::conflict(fmt::format(
            "What bundle {} held is not known any more: make a whole one, without --since", *request.since));
      }
      manifest.previous = BundleLink{.sequence = since->sequence, .digest = since->digest};
    }
    TRY(const auto viewer, viewer_for(connection, request.recipient));
    TRY_VOID(gather_advisories(connection, viewer, before, now, into));
    TRY_VOID(gather_evidence(connection, viewer, now, into));
    if (!request.decision_table.empty()) into.add(kDecisionTable, "decision_table.json", request.decision_table);
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

Result<BundleApplied> apply_bundle(store::Database& database, const engine::Actor& actor, const Bundle& bundle,
                                   const Clock& clock) {
  TRY_VOID(actor.require(domain::Permission::publish_record));
  TRY(auto applied, database.write([&](store::Connection& connection) -> Result<BundleApplied> {
    // Also orders two that take in at once.
    TRY_VOID(connection.lock_changes());
    const auto now = clock.now();
    BundleApplied into;
    TRY_VOID(check_place(connection, bundle, into.already));
    if (into.already) return into;
    Taker taker{connection, now, into};
    TRY_VOID(
        bundle.each([&](const BundleEntry& entry, std::string bytes) { return taker.take(entry, std::move(bytes)); }));
    const auto& manifest = bundle.manifest();
    TRY_VOID(store::Bundles{connection}.add({.id = 0,
                                             .direction = store::BundleDirection::applied,
                                             .key_id = bundle.key_id(),
                                             .recipient = manifest.recipient,
                                             .sequence = manifest.sequence,
                                             .digest = bundle.digest(),
                                             .at = now}));
    boost::json::object detail;
    detail["sequence"] = manifest.sequence;
    detail["digest"] = bundle.digest();
    detail["key_id"] = bundle.key_id();
    detail["issuer"] = manifest.issuer;
    detail["recipient"] = manifest.recipient;
    detail["created"] = into.created;
    detail["updated"] = into.updated;
    detail["unchanged"] = into.unchanged;
    detail["conflicting"] = into.conflicting;
    TRY_VOID(
        engine::audit::record(connection, actor, now, "bundle.apply", {}, {}, domain::audit::Outcome::done, detail));
    return into;
  }));
  // Also after one that was killed before it came to that.
  TRY_VOID(engine::search::index_all(database));
  return applied;
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
