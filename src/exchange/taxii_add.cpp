#include "exchange/taxii_add.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ids.hpp"
#include "engine/audit/trail.hpp"
#include "engine/taxii/fits.hpp"
#include "exchange/already_here.hpp"
#include "exchange/prepare_stix.hpp"
#include "exchange/putting.hpp"
#include "formats/stix/markings.hpp"
#include "formats/stix/reader.hpp"
#include "store/records.hpp"

namespace tocsin::exchange {
namespace {

namespace stix = formats::stix;
namespace taxii = engine::taxii;
using domain::Audience;
using domain::NewRevision;
using domain::OrganisationId;
using domain::PutOutcome;
using domain::RecordKind;
using domain::Tlp;
using store::Sql;

/// Ids that the audit entry names; the status has them all.
constexpr std::size_t kAuditedIdsMax = 50;
constexpr const char* kIsHere = "It is here already";

struct Place {
  taxii::ApiRoot root;
  taxii::Collection collection;
  taxii::Addressees addressees;
};

Result<Place> place_of(store::Connection& connection, const engine::Actor& actor, std::string_view root,
                       std::string_view collection) {
  Place place;
  TRY(place.root, taxii::api_root(connection, actor, root));
  TRY(place.collection, taxii::collection(connection, actor, place.root, collection));
  const auto addressees = taxii::addressees_of(place.collection.readers);
  if (!place.collection.can_write || !addressees) {
    return Error::forbidden(
        "Adding objects to this collection needs a token with the scope write-records, of an organisation that is "
        "among "
        "its writers");
  }
  place.addressees = *addressees;
  return place;
}

/// Errors: what add_to_collection says of the envelope.
Status check_envelope(std::string_view bytes, std::size_t objects_max) {
  std::size_t count = 0;
  const auto content = stix::read_objects(bytes, {.bytes_max = bytes.size()}, [&](const stix::RawObject&) -> Status {
    if (++count <= objects_max) return ok();
    return Error{Error::Code::too_large, fmt::format("At most {} objects are taken at once", objects_max), {}, {}};
  });
  if (!content) return content.error();
  // Clients that know bundles only send one: it has what an envelope has.
  if (content->form != stix::Form::envelope && content->form != stix::Form::bundle) {
    return Error::invalid(R"(An envelope is wanted: {"objects": [...]})", "/objects");
  }
  if (content->objects == 0) return Error::invalid("The envelope has no objects", "/objects");
  return ok();
}

/// What stands in an object as its version, else the time of the request (section 4.3.1.1).
std::string version_of(const NewRevision& revision, Timestamp now) {
  if (!revision.version.empty()) return revision.version;
  const bool dated = stix::type_of_id(revision.key) == "marking-definition" && revision.current_release_at.micros != 0;
  return format_rfc3339(dated ? revision.current_release_at : now);
}

bool same_addressees(const domain::Record& record, const taxii::Addressees& addressees) {
  return record.audience == addressees.audience && record.listed == addressees.listed;
}

/// Does everybody see it whom the addressees are?
bool reaches(const domain::Record& record, const taxii::Addressees& addressees) {
  if (record.status == domain::RecordStatus::draft || record.embargo_until) return false;
  if (same_addressees(record, addressees)) return record.tlp <= addressees.tlp_max;
  const bool for_members = addressees.audience != Audience::everyone;
  if (record.audience == Audience::everyone)
    return record.tlp == Tlp::clear || (for_members && record.tlp == Tlp::green);
  return record.audience == Audience::members && for_members && record.tlp <= Tlp::amber_strict;
}

/// One request, within its transaction.
class Adding {
 public:
  /// `uuid`: of the actor's organisation.
  Adding(store::Connection& connection, const engine::Actor& actor, std::string_view uuid, const Place& place,
         Timestamp now)
      : connection_(connection),
        actor_(actor),
        place_(place),
        now_(now),
        owner_(*actor.viewer.organisation),
        here_(connection, actor.viewer, issuer_of(uuid, *actor.viewer.organisation), now) {
    status_.id = random_uuid();
    status_.requested_at = now;
  }

  Result<taxii::WriteStatus> run(const PreparedObjects& objects) {
    TRY_VOID(connection_.lock_changes());
    for (const auto& each : objects.refusals) {
      fail(each.id.empty() ? each.pointer : each.id, each.version.empty() ? format_rfc3339(now_) : each.version,
           each.why);
    }
    std::vector<const NewRevision*> candidates;
    for (const auto& each : objects.revisions) {
      if (!stix::tlp_level(each.key).empty()) {
        succeed(each, "The standard's own marking is known here");
      } else if (auto why = why_not(each); !why.empty()) {
        fail(each, std::move(why));
      } else {
        candidates.push_back(&each);
      }
    }
    TRY_VOID(look_up(candidates));
    std::vector<NewRevision> chosen;
    for (const auto* each : candidates) {
      TRY_VOID(choose(*each, chosen));
    }
    TRY_VOID(put(chosen));
    TRY_VOID(taxii::keep_status(connection_, actor_, place_.root.name, place_.collection.id, status_));
    TRY_VOID(audit(objects));
    return std::move(status_);
  }

 private:
  void succeed(const NewRevision& revision, std::string message = {}) {
    status_.successes.push_back({revision.key, version_of(revision, now_), std::move(message)});
  }
  void fail(const NewRevision& revision, std::string why) {
    fail(revision.key, version_of(revision, now_), std::move(why));
  }
  void fail(std::string id, std::string version, std::string why) {
    status_.failures.push_back({std::move(id), std::move(version), std::move(why)});
  }

  /// Of the object alone.
  std::string why_not(const NewRevision& revision) const {
    if (revision.tlp > place_.addressees.tlp_max) {
      return fmt::format(
          "It counts as TLP:{}, and reaches the readers of this collection up to TLP:{} only. An object without a TLP "
          "marking counts as TLP:AMBER+STRICT",
          domain::to_string(revision.tlp), domain::to_string(place_.addressees.tlp_max));
    }
    return taxii::why_not_in(place_.collection.filter, revision);
  }

  Status look_up(const std::vector<const NewRevision*>& candidates) {
    std::vector<std::string> keys, hashes;
    for (const auto* each : candidates) {
      keys.push_back(each->key);
      hashes.push_back(each->sha512);
    }
    TRY_VOID(here_.look_up(keys));
    return here_.look_up_removed(hashes);
  }

  /// Says what becomes of it, or puts it among what is to be stored.
  Status choose(const NewRevision& revision, std::vector<NewRevision>& chosen) {
    if (here_.was_removed(revision.sha512)) {
      fail(revision, "It was removed here");
      return ok();
    }
    auto issuer = here_.issuer();
    if (const auto* found = here_.seen(revision.key)) {
      for (const auto& each : *found) {
        TRY(const bool same, here_.is_same(each, revision));
        if (same && reaches(each.record, place_.addressees)) {
          succeed(revision, kIsHere);
          return ok();
        }
        if (each.record.owner != owner_) {
          fail(revision,
               same ? "It is here already, from another organisation and not for all readers of this collection: "
                      "it is theirs to share"
                    : "It is here already, from another organisation: only that one adds versions of it");
          return ok();
        }
        if (!same_addressees(each.record, place_.addressees)) {
          fail(revision, "It is here already, for others than the readers of this collection");
          return ok();
        }
        issuer = each.record.issuer;
      }
    } else if (here_.is_own(revision.key)) {
      fail(revision, "Your organisation has it already, marked so that you may not see it");
      return ok();
    }
    auto& one = chosen.emplace_back(revision);
    one.issuer = std::move(issuer);
    one.owner = owner_;
    one.audience = place_.addressees.audience;
    one.listed = place_.addressees.listed;
    return ok();
  }

  Status put(const std::vector<NewRevision>& chosen) {
    std::vector<const NewRevision*> revisions;
    for (const auto& each : chosen) revisions.push_back(&each);
    TRY(const auto done, put_revisions(connection_, revisions, store::Again::yes, now_));
    for (std::size_t i = 0; i < done.size(); ++i) {
      const auto& revision = chosen[i];
      if (!done[i].result) {
        fail(revision, done[i].problem->message);
        continue;
      }
      switch (done[i].result->outcome) {
        case PutOutcome::created:
        case PutOutcome::updated:
          succeed(revision);
          break;
        case PutOutcome::unchanged:
          succeed(revision, kIsHere);
          break;
        case PutOutcome::history:
          succeed(revision, "A newer version is here already; this one is kept as history");
          break;
        case PutOutcome::conflicting:
          fail(
              revision,
              "This version is here already with other content. It is kept beside it as conflicting; readers still see "
              "the first. What is changed needs a later 'modified'");
          break;
        case PutOutcome::removed:
          fail(revision, "It was removed here");
          break;
      }
    }
    return ok();
  }

  Status audit(const PreparedObjects& objects) {
    boost::json::array ids;
    for (const auto& each : objects.revisions) {
      if (ids.size() < kAuditedIdsMax) ids.emplace_back(each.key);
    }
    TRY_VOID(engine::audit::record(connection_, actor_, now_, "taxii.add", "taxii-collection:" + place_.collection.id,
                                   owner_, domain::audit::Outcome::done,
                                   {{"status", status_.id},
                                    {"title", place_.collection.title},
                                    {"successes", status_.successes.size()},
                                    {"failures", status_.failures.size()},
                                    {"objects", ids}}));
    return ok();
  }

  store::Connection& connection_;
  const engine::Actor& actor_;
  const Place& place_;
  const Timestamp now_;
  const OrganisationId owner_;
  taxii::WriteStatus status_;
  AlreadyHere here_;
};

}  // namespace

Result<taxii::WriteStatus> add_to_collection(store::Database& database, const engine::Actor& actor,
                                             std::string_view root, std::string_view collection,
                                             std::string_view envelope, const TaxiiAddOptions& options, Timestamp now) {
  // Before the long work of reading; asked again where it is written.
  TRY(const auto asked,
      database.read([&](store::Connection& connection) { return place_of(connection, actor, root, collection); }));
  TRY_VOID(check_envelope(envelope, std::min(options.objects_max, kRefusalsMax)));
  ImportOptions reading;
  reading.default_tlp = options.default_tlp;
  reading.lift = false;
  reading.limits.document_bytes_max = envelope.size();
  const auto prepared = prepare_stix("taxii:" + asked.collection.id, envelope, reading);
  if (prepared.stix == nullptr) {
    return prepared.problems.empty() ? Error::invalid("The envelope cannot be read") : prepared.problems.front();
  }
  return database.write([&](store::Connection& connection) -> Result<taxii::WriteStatus> {
    TRY(const auto place, place_of(connection, actor, root, collection));
    TRY(const auto uuid, connection.first(Sql{"SELECT uuid FROM organisation WHERE id = ?", *actor.viewer.organisation},
                                          [](const store::Row& row) { return row.string(0); }));
    return Adding{connection, actor, uuid.value_or(""), place, now}.run(*prepared.stix);
  });
}

}  // namespace tocsin::exchange
