#include "exchange/threat_import.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/ids.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/sharing/approvable.hpp"
#include "engine/threat/author.hpp"
#include "engine/threat/report.hpp"
#include "exchange/already_here.hpp"
#include "exchange/import.hpp"
#include "exchange/prepare_list.hpp"
#include "exchange/putting.hpp"
#include "formats/stix/markings.hpp"
#include "formats/stix/write.hpp"
#include "store/communities.hpp"
#include "store/records.hpp"
#include "store/shared_threats.hpp"

namespace tocsin::exchange {
namespace {

namespace sharing = engine::sharing;
namespace stix = formats::stix;
namespace threat = engine::threat;
using domain::Audience;
using domain::Grantee;
using domain::NewRevision;
using domain::OrganisationId;
using domain::PutOutcome;
using sharing::Marking;
using store::Sql;

constexpr std::chrono::hours kUploadLives{24};
constexpr std::size_t kNameBytesMax = 200;
/// Ids that the audit entry names; the change feed has them all.
constexpr std::size_t kAuditedIdsMax = 50;
/// After so many new records PostgreSQL had better know of them.
constexpr std::int64_t kManyNew = 1'000;

Error too_many(std::size_t most) {
  return Error{
      Error::Code::too_large, tr<"At most {} objects are taken at once; the CERT imports larger files">(most), {}, {}};
}

/// What stands behind the file's name: "/objects/7", or a line.
std::string within(std::string_view where, std::string_view name) {
  if (where.starts_with(name)) where.remove_prefix(name.size());
  if (where.starts_with(':')) where.remove_prefix(1);
  return std::string{where};
}

/// A file as it was read, for one organisation.
struct Reading {
  std::string name, sha512;
  std::string identity;  ///< Under which the organisation speaks.
  OrganisationId owner;
  /// The first is that of what is new.
  std::vector<std::string> issuers;
  std::vector<std::int64_t> communities;
  std::shared_ptr<const PreparedObjects> objects;
  std::vector<Error> problems, warnings;
};

Error no_threats(const Prepared& prepared, const std::string& name) {
  if (!prepared.problems.empty()) {
    auto error = prepared.problems.front();
    error.where = within(error.where, name);
    return error;
  }
  return Error::invalid(
      std::string{tr<"This is no threat knowledge: objects of STIX, events of MISP, news and lists of indicators are "
                     "taken here">()});
}

Result<Reading> read_file(store::Database& database, const engine::Actor& actor, const ThreatFile& file,
                          const Marking& marking, const ThreatImportOptions& options, Timestamp now) {
  TRY_VOID(threat::may_share(actor));
  if (file.bytes.empty()) return Error::invalid(std::string{tr<"Choose a file.">()}, "file");
  if (file.bytes.size() > kThreatFileBytesMax) return Error::too_large("file", kThreatFileBytesMax, "file");
  Reading reading;
  reading.owner = *actor.viewer.organisation;
  reading.name = printable_name(text::shorten(file.name, kNameBytesMax));
  if (reading.name.empty()) reading.name = "-";
  reading.sha512 = sha512_hex(file.bytes);
  TRY(reading.communities, sharing::known_communities(database, actor));
  ImportOptions importing;
  importing.owner = reading.owner;
  importing.default_tlp = marking.tlp;
  importing.now = now;
  importing.limits.document_bytes_max = kThreatFileBytesMax;
  TRY_VOID(database.read([&](store::Connection& connection) -> Status {
    TRY(const auto uuid, connection.first(Sql{"SELECT uuid FROM organisation WHERE id = ?", reading.owner},
                                          [](const store::Row& row) { return row.string(0); }));
    reading.issuers.push_back(issuer_of(uuid.value_or(""), reading.owner));
    reading.identity = stix::make_id("identity", uuid.value_or(""));
    TRY(importing.communities, store::Communities{connection}.all());
    return ok();
  }));
  // A sharing group of MISP stands for a community that they could choose themselves, or for none.
  std::erase_if(importing.communities, [&](const domain::Community& each) {
    return std::ranges::find(reading.communities, each.id.value) == reading.communities.end();
  });
  if (reading.owner == domain::kOwnOrganisation) {
    // What the command line has imported is the CERT's as well.
    reading.issuers.emplace_back();
  } else {
    importing.list_source = reading.issuers.front() + "/";
  }
  auto prepared = prepare(reading.name, std::string{file.bytes}, importing);
  if (prepared.stix == nullptr) return no_threats(prepared, reading.name);
  const auto count = prepared.stix->revisions.size() + static_cast<std::size_t>(prepared.stix->refused);
  if (count > std::min(options.objects_max, kRefusalsMax)) return too_many(options.objects_max);
  reading.objects = std::move(prepared.stix);
  reading.problems = std::move(prepared.problems);
  reading.warnings = std::move(prepared.warnings);
  return reading;
}

Fate fate_of(PutOutcome outcome) {
  switch (outcome) {
    case PutOutcome::created:
      return Fate::created;
    case PutOutcome::updated:
      return Fate::updated;
    case PutOutcome::unchanged:
      return Fate::unchanged;
    case PutOutcome::history:
      return Fate::history;
    case PutOutcome::conflicting:
    case PutOutcome::removed:
      break;
  }
  return Fate::refused;
}

std::string why_refused(PutOutcome outcome) {
  return std::string{outcome == PutOutcome::removed
                         ? tr<"It was removed here">()
                         : tr<"This version is here already with other content: what is changed needs a later "
                              "“modified”">()};
}

/// Never wider than what was asked for, and never than MISP's distribution lets it.
void address(NewRevision& one, const Marking& marking) {
  one.embargo_until = marking.embargo_until;
  if (one.audience == Audience::owner_only) return;
  if (one.audience != Audience::listed) {
    one.audience = marking.audience;
    one.listed = marking.listed;
    return;
  }
  if (marking.audience == Audience::listed) {
    std::erase_if(one.listed,
                  [&](const Grantee& each) { return std::ranges::find(marking.listed, each) == marking.listed.end(); });
  }
  if (one.listed.empty()) {
    one.audience = Audience::owner_only;
    return;
  }
  // Whatever is shared here is shared with the CERT.
  one.listed.push_back({Grantee::Kind::organisation, domain::kOwnOrganisation.value});
  domain::tidy(one.listed);
}

/// As they see it without what an emergency has opened for them: nothing stays of that.
domain::policy::Viewer steady(const engine::Actor& actor) {
  auto viewer = actor.viewer;
  viewer.glass.clear();
  return viewer;
}

/// What would become of the objects of one file, within a transaction.
class Deciding {
 public:
  Deciding(store::Connection& connection, const engine::Actor& actor, const Reading& reading, const Marking& marking,
           Timestamp now)
      : connection_(connection),
        actor_(actor),
        reading_(reading),
        marking_(marking),
        now_(now),
        viewer_(steady(actor)),
        here_(connection, viewer_, reading.issuers.front(), now) {}

  Status run() {
    TRY_VOID(sharing::check_listed(connection_, actor_, reading_.communities, {}, marking_));
    refusals();
    auto objects = part_of(*reading_.objects, 0, reading_.objects->revisions.size());
    TRY(const auto removed, settle(connection_, objects, store::Again::no, reading_.issuers));
    if (removed > 0) {
      add(Fate::refused, removed);
      out_.remarks.push_back(trn<"{} value of the list was removed here and is left out",
                                 "{} values of the list were removed here and are left out">(removed, removed));
    }
    std::vector<std::string> keys, hashes;
    for (const auto& each : objects.revisions) {
      keys.push_back(each.key);
      hashes.push_back(each.sha512);
    }
    TRY_VOID(here_.look_up(keys));
    TRY_VOID(here_.look_up_removed(hashes));
    for (std::size_t i = 0; i < objects.revisions.size(); ++i) {
      const auto& revision = objects.revisions[i];
      out_.objects.push_back({.fate = Fate::refused,
                              .id = revision.key,
                              .title = revision.title,
                              .version = revision.version,
                              .before = {},
                              .where = {},
                              .why = {},
                              .tlp = revision.tlp,
                              .tlp_defaulted = objects.tlp_defaulted[i],
                              .audience = revision.audience});
      TRY_VOID(choose(revision, out_.objects.size() - 1));
    }
    finish();
    return ok();
  }

  /// What is to be stored, and of which object of the answer it is.
  const std::vector<NewRevision>& chosen() const noexcept { return chosen_; }
  const std::vector<std::size_t>& chosen_at() const noexcept { return chosen_at_; }
  ThreatImport& out() noexcept { return out_; }

 private:
  void add(Fate fate, std::int64_t count = 1) { out_.counts[static_cast<std::size_t>(fate)] += count; }

  /// What could not be read.
  void refusals() {
    const auto& objects = *reading_.objects;
    out_.file = reading_.name;
    out_.lifted = objects.lifted;
    out_.misp_events = objects.misp_events;
    out_.listed = objects.listed;
    add(Fate::refused, objects.refused);
    // Pointers into what was made of MISP and of news mean nothing to who has the file.
    if (objects.refusals.size() == static_cast<std::size_t>(objects.refused)) {
      for (const auto& each : objects.refusals) {
        out_.objects.push_back({.id = each.id,
                                .title = {},
                                .version = each.version,
                                .before = {},
                                .where = each.pointer,
                                .why = each.why});
      }
    } else {
      for (const auto& each : reading_.problems) {
        out_.objects.push_back({.id = {},
                                .title = {},
                                .version = {},
                                .before = {},
                                .where = within(each.where, reading_.name),
                                .why = each.message});
      }
    }
    for (const auto& each : reading_.warnings) {
      const auto where = within(each.where, reading_.name);
      out_.remarks.push_back(where.empty() ? each.message : fmt::format("{}: {}", where, each.message));
    }
  }

  void settle_fate(ImportedObject& it, Fate fate, std::string why = {}) {
    it.fate = fate;
    it.why = std::move(why);
    add(fate);
  }

  Status choose(const NewRevision& revision, std::size_t at) {
    auto& it = out_.objects[at];
    const auto refuse = [&](std::string_view why) {
      settle_fate(it, Fate::refused, std::string{why});
      return ok();
    };
    if (!stix::tlp_level(revision.key).empty()) {
      settle_fate(it, Fate::unchanged, std::string{tr<"The standard's own marking is known here">()});
      return ok();
    }
    if (revision.key == reading_.identity) {
      settle_fate(it, Fate::unchanged, std::string{tr<"Your organisation's own identity is kept here">()});
      return ok();
    }
    if (here_.was_removed(revision.sha512)) return refuse(tr<"It was removed here">());
    auto one = revision;
    one.issuer = here_.issuer();
    one.owner = reading_.owner;
    const domain::Record* earlier = nullptr;
    if (const auto* found = here_.seen(revision.key)) {
      for (const auto& each : *found) {
        it.before = each.record.version;
        TRY(const bool same, here_.is_same(each, revision));
        if (same) {
          it.audience = each.record.audience;
          settle_fate(it, Fate::unchanged);
          return ok();
        }
        if (each.record.owner == reading_.owner && earlier == nullptr) earlier = &each.record;
      }
      if (earlier == nullptr) {
        return refuse(tr<"It is here already, from another organisation: only that one adds versions of it">());
      }
      it.before = earlier->version;
      TRY(const auto shared, store::SharedThreats{connection_}.of_object(earlier->id));
      if (shared && !threat::may_edit(connection_, actor_, revision.key, now_)) {
        return refuse(tr<"It was written here: there it is changed, by who may">());
      }
      // A later version is for whom the object is; another choice is Sharing's.
      one.issuer = earlier->issuer;
      one.audience = earlier->audience;
      one.listed = earlier->listed;
      one.embargo_until = earlier->embargo_until;
    } else if (here_.is_own(revision.key)) {
      return refuse(tr<"Your organisation has it already, marked so that you may not see it">());
    } else {
      address(one, marking_);
    }
    it.audience = one.audience;
    const Marking as{.tlp = one.tlp,
                     .audience = one.audience,
                     .listed = one.listed,
                     .embargo_until = one.embargo_until,
                     .status = one.status};
    if (!domain::policy::may_see(viewer_, sharing::facts_of(reading_.owner, as), now_)) {
      return refuse(tr<"Your role does not read what is marked so">());
    }
    TRY(const auto outcome, outcome_of(one, earlier != nullptr));
    const auto fate = fate_of(outcome);
    settle_fate(it, fate, fate == Fate::refused ? why_refused(outcome) : std::string{});
    if (fate == Fate::unchanged || fate == Fate::refused) return ok();
    chosen_.push_back(std::move(one));
    chosen_at_.push_back(at);
    return ok();
  }

  /// Of a file that has several versions of one object, too.
  Result<PutOutcome> outcome_of(const NewRevision& one, bool is_here) {
    auto outcome = PutOutcome::created;
    if (is_here) {
      TRY(outcome, store::Records{connection_}.foresee(one, store::Again::yes));
    }
    auto& before = versions_[one.key];
    if (const auto same = before.find(one.version_order); same != before.end()) {
      return same->second == one.sha512 ? PutOutcome::unchanged : PutOutcome::conflicting;
    }
    if (!before.empty() && (outcome == PutOutcome::created || outcome == PutOutcome::updated)) {
      outcome = before.rbegin()->first < one.version_order ? PutOutcome::updated : PutOutcome::history;
    }
    if (fate_of(outcome) != Fate::refused) before.emplace(one.version_order, one.sha512);
    return outcome;
  }

  void finish() {
    Sha512 digest;
    // Versions of what a list becomes are of the moment: the file says the same.
    digest.update(fmt::format("{} {} {} {} {};", reading_.sha512, static_cast<int>(marking_.tlp),
                              static_cast<int>(marking_.audience), domain::write_grantees(marking_.listed),
                              marking_.embargo_until ? marking_.embargo_until->micros : 0));
    for (const auto& each : out_.objects) {
      digest.update(fmt::format("{} {} {} {};", static_cast<int>(each.fate), each.id, each.before,
                                static_cast<int>(each.audience)));
    }
    out_.digest = digest.hex().substr(0, 32);
  }

  store::Connection& connection_;
  const engine::Actor& actor_;
  const Reading& reading_;
  const Marking& marking_;
  const Timestamp now_;
  const domain::policy::Viewer viewer_;
  AlreadyHere here_;
  ThreatImport out_;
  std::vector<NewRevision> chosen_;
  std::vector<std::size_t> chosen_at_;
  /// Of the file, by id: the hash by version.
  std::map<std::string, std::map<std::string, std::string>> versions_;
};

/// What was foreseen is stored; where it turns out otherwise, the answer says so.
Status put(store::Connection& connection, Deciding& deciding, Timestamp now) {
  std::vector<const NewRevision*> revisions;
  for (const auto& each : deciding.chosen()) revisions.push_back(&each);
  TRY(const auto done, put_revisions(connection, revisions, store::Again::yes, now));
  auto& out = deciding.out();
  for (std::size_t i = 0; i < done.size(); ++i) {
    auto& it = out.objects[deciding.chosen_at()[i]];
    const auto fate = done[i].result ? fate_of(done[i].result->outcome) : Fate::refused;
    if (fate == Fate::refused) {
      it.why = done[i].result ? why_refused(done[i].result->outcome) : not_put(*done[i].problem, out.file).message;
    }
    --out.counts[static_cast<std::size_t>(it.fate)];
    ++out.counts[static_cast<std::size_t>(fate)];
    it.fate = fate;
  }
  return ok();
}

Status note(store::Connection& connection, const engine::Actor& actor, const ThreatImport& done, Timestamp now) {
  boost::json::array ids;
  for (const auto& each : done.objects) {
    const bool written = each.fate == Fate::created || each.fate == Fate::updated || each.fate == Fate::history;
    if (written && ids.size() < kAuditedIdsMax) ids.emplace_back(each.id);
  }
  const auto owner = *actor.viewer.organisation;
  TRY_VOID(engine::audit::record(connection, actor, now, "threat.import", engine::audit::object_of(owner), owner,
                                 domain::audit::Outcome::done,
                                 {{"file", done.file},
                                  {"created", done.count(Fate::created)},
                                  {"updated", done.count(Fate::updated)},
                                  {"history", done.count(Fate::history)},
                                  {"unchanged", done.count(Fate::unchanged)},
                                  {"refused", done.count(Fate::refused)},
                                  {"objects", std::move(ids)}}));
  return ok();
}

}  // namespace

std::string_view to_string(Fate fate) noexcept {
  switch (fate) {
    case Fate::created:
      return "created";
    case Fate::updated:
      return "updated";
    case Fate::unchanged:
      return "unchanged";
    case Fate::history:
      return "history";
    case Fate::refused:
      break;
  }
  return "refused";
}

Result<ThreatImport> preview_threats(store::Database& database, const engine::Actor& actor, const ThreatFile& file,
                                     const Marking& marking, const ThreatImportOptions& options, Timestamp now) {
  TRY(const auto reading, read_file(database, actor, file, marking, options, now));
  return database.snapshot([&](store::Connection& connection) -> Result<ThreatImport> {
    Deciding deciding{connection, actor, reading, marking, now};
    TRY_VOID(deciding.run());
    return std::move(deciding.out());
  });
}

Result<ThreatImport> import_threats(store::Database& database, const engine::Actor& actor, const ThreatFile& file,
                                    const Marking& marking, const ThreatImportOptions& options, Timestamp now) {
  TRY(const auto reading, read_file(database, actor, file, marking, options, now));
  TRY(auto done, database.write([&](store::Connection& connection) -> Result<ThreatImport> {
    // Other writers wait, so that what was decided stays true.
    TRY_VOID(connection.lock_changes());
    if (!options.upload.empty()) {
      TRY(const auto removed,
          store::ThreatUploads{connection}.remove(reading.owner, *actor.viewer.person, options.upload));
      // Sent twice: the first has done it.
      if (removed == 0) return Error::not_found("upload");
    }
    Deciding deciding{connection, actor, reading, marking, now};
    TRY_VOID(deciding.run());
    if (!options.expected_digest.empty() && options.expected_digest != deciding.out().digest) {
      return Error::conflict(std::string{tr<"Something else would come of it than was shown: look at it again">()},
                             "digest");
    }
    TRY_VOID(put(connection, deciding, now));
    TRY_VOID(note(connection, actor, deciding.out(), now));
    return std::move(deciding.out());
  }));
  if (done.count(Fate::created) >= kManyNew) TRY_VOID(store::renew_statistics(database));
  return done;
}

Result<std::string> keep_threat_upload(store::Database& database, const engine::Actor& actor, const ThreatFile& file,
                                       Timestamp now) {
  TRY_VOID(threat::may_share(actor));
  if (file.bytes.empty()) return Error::invalid(std::string{tr<"Choose a file.">()}, "file");
  if (file.bytes.size() > kThreatFileBytesMax) return Error::too_large("file", kThreatFileBytesMax, "file");
  store::ThreatUpload upload{.id = random_uuid(),
                             .organisation = *actor.viewer.organisation,
                             .person = *actor.viewer.person,
                             .file_name = printable_name(text::shorten(file.name, kNameBytesMax)),
                             .bytes = std::string{file.bytes},
                             .sent_at = now};
  TRY_VOID(database.write([&](store::Connection& connection) -> Status {
    store::ThreatUploads uploads{connection};
    TRY_VOID(uploads.remove_before(
        {now.micros - std::chrono::duration_cast<std::chrono::microseconds>(kUploadLives).count()}));
    return uploads.put(upload);
  }));
  return upload.id;
}

Result<std::optional<store::ThreatUpload>> find_threat_upload(store::Database& database, const engine::Actor& actor,
                                                              std::string_view id) {
  TRY_VOID(threat::may_share(actor));
  return database.read([&](store::Connection& connection) {
    return store::ThreatUploads{connection}.find(*actor.viewer.organisation, *actor.viewer.person, id);
  });
}

}  // namespace tocsin::exchange
