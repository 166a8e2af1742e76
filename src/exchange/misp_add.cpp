#include "exchange/misp_add.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/members/program.hpp"
#include "engine/threat/misp.hpp"
#include "exchange/already_here.hpp"
#include "exchange/prepare_misp.hpp"
#include "exchange/putting.hpp"
#include "formats/misp/event.hpp"
#include "formats/misp/to_stix.hpp"
#include "formats/stix/ids.hpp"
#include "formats/stix/markings.hpp"
#include "formats/stix/reader.hpp"
#include "store/communities.hpp"
#include "store/organisations.hpp"
#include "store/records.hpp"

namespace tocsin::exchange {
namespace {

namespace misp = formats::misp;
namespace stix = formats::stix;
using boost::json::object;
using domain::Audience;
using domain::NewRevision;
using domain::OrganisationId;
using domain::Permission;
using domain::PutOutcome;
using domain::RecordKind;
using store::Sql;

constexpr const char* kExists =
    "Event already exists, if you would like to edit it, use the url in the location header.";

/// Organisations, clusters and observables are of no one event: whoever told of them first has told of them.
bool is_of_one_event(const NewRevision& revision) {
  const auto type = stix::type_of_id(revision.key);
  for (const std::string_view each :
       {"report", "indicator", "observed-data", "vulnerability", "campaign", "x-misp-attribute", "x-misp-object",
        "relationship", "note", "sighting", "opinion"}) {
    if (type == each) return true;
  }
  return false;
}

struct Author {
  OrganisationId id;
  std::string name, uuid, issuer;
};

Result<Author> author_of(store::Connection& connection, OrganisationId id) {
  TRY(const auto found, store::Organisations{connection}.find(id));
  if (!found) return Error::not_found("organisation");
  return Author{.id = id, .name = found->name, .uuid = found->uuid, .issuer = issuer_of(found->uuid, id)};
}

/// May they speak for others, as who synchronises does in MISP, and to everybody?
bool publishes(const engine::Actor& actor) {
  return actor.may(Permission::publish_record) && !actor.four_eyes.wanted(domain::Act::widen_sharing);
}

/// What MISP's server adds to what a client leaves out.
class Completing {
 public:
  Completing(const engine::Actor& actor, const Author& author, Timestamp now)
      : actor_(actor), author_(author), seconds_(std::to_string(now.micros / 1'000'000)), date_(format_date(now)) {}

  void event(object& event) const {
    part(event);
    if (misp::text_at(event, "date").empty()) event["date"] = date_;
    if (!publishes(actor_) || misp::objects_at(event, "Orgc").empty()) {
      event["Orgc"] = object{{"name", author_.name}, {"uuid", author_.uuid}};
    }
    // Who has it is who adds it, and mail addresses are not kept of others.
    for (const auto* own :
         {"Org", "org_id", "orgc_id", "id", "attribute_count", "event_creator_email", "RelatedEvent"}) {
      event.stable_erase(own);
    }
    attributes(event);
    if (auto* objects = list(event, "Object")) {
      for (auto& each : *objects) {
        auto* one = each.if_object();
        if (one == nullptr) continue;
        part(*one);
        attributes(*one);
      }
    }
    if (auto* reports = list(event, "EventReport")) {
      for (auto& each : *reports) {
        if (auto* one = each.if_object()) part(*one);
      }
    }
  }

 private:
  static boost::json::array* list(object& of, std::string_view name) {
    auto* found = of.if_contains(name);
    return found != nullptr && found->is_array() ? &found->get_array() : nullptr;
  }
  void part(object& of) const {
    if (misp::text_at(of, "uuid").empty()) of["uuid"] = random_uuid();
    if (!misp::seconds_at(of, "timestamp")) of["timestamp"] = seconds_;
  }
  void attributes(object& of) const {
    auto* found = list(of, "Attribute");
    if (found == nullptr) return;
    for (auto& each : *found) {
      if (auto* one = each.if_object()) part(*one);
    }
  }

  const engine::Actor& actor_;
  const Author& author_;
  std::string seconds_, date_;
};

/// Parts of `kept` that `event` does not name, by UUID: MISP leaves them as they are.
void keep_parts(object& event, const object& kept) {
  for (const std::string_view name : {"Attribute", "Object", "EventReport"}) {
    std::set<std::string> named;
    for (const auto* each : misp::objects_at(event, name))
      named.insert(text::lower_ascii(misp::text_at(*each, "uuid")));
    for (const auto* each : misp::objects_at(kept, name)) {
      if (named.contains(text::lower_ascii(misp::text_at(*each, "uuid")))) continue;
      auto& list = event[name];
      if (!list.is_array()) list.emplace_array();
      list.get_array().emplace_back(*each);
    }
  }
  for (const auto& [name, value] : kept) {
    if (!event.contains(name)) event[name] = value;
  }
}

/// Everything in an event bears its marking and its author: where these change, each part gets a later version.
bool is_framed_alike(const object& a, const object& b) {
  const auto creator = [](const object& event) {
    const auto found = misp::objects_at(event, "Orgc");
    return found.empty() ? std::string{} : misp::text_at(*found.front(), "uuid");
  };
  return misp::tlp_of(a) == misp::tlp_of(b) && misp::reach_of(a) == misp::reach_of(b) &&
         misp::text_at(a, "date") == misp::text_at(b, "date") && creator(a) == creator(b);
}

void renew_parts(object& event, const std::string& seconds) {
  for (const std::string_view name : {"Attribute", "Object", "EventReport"}) {
    auto* list = event.if_contains(name);
    if (list == nullptr || !list->is_array()) continue;
    for (auto& each : list->get_array()) {
      auto* one = each.if_object();
      if (one == nullptr) continue;
      (*one)["timestamp"] = seconds;
      if (name == "Object") renew_parts(*one, seconds);
    }
  }
}

/// One request, within its transaction.
class Adding {
 public:
  Adding(store::Connection& connection, const engine::Actor& actor, const Author& author, Timestamp now)
      : connection_(connection),
        actor_(actor),
        author_(author),
        now_(now),
        here_(connection, actor.viewer, author.issuer, now) {}

  /// `report`: the STIX id of the event. `changes`: there is one, and this is a later version of it.
  Status run(const PreparedObjects& objects, const std::string& report, bool changes) {
    changes_ = changes;
    TRY_VOID(connection_.lock_changes());
    std::vector<std::string> keys;
    for (const auto& each : objects.revisions) keys.push_back(each.key);
    TRY_VOID(here_.look_up(keys));
    if (!changes && (here_.seen(report) != nullptr || here_.is_own(report))) return Error::conflict(kExists, report);
    std::vector<NewRevision> chosen;
    for (const auto& each : objects.revisions) TRY_VOID(choose(each, chosen));
    TRY_VOID(put(chosen));
    return audit(report, chosen.size());
  }

 private:
  static std::string named(const NewRevision& revision) {
    const auto type = stix::type_of_id(revision.key);
    return fmt::format("{} ({})", std::string_view{revision.key}.substr(type.size() + 2), type);
  }

  /// Puts it among what is to be stored, unless it is here for the asker. Errors: conflict.
  Status choose(const NewRevision& revision, std::vector<NewRevision>& chosen) {
    if (!stix::tlp_level(revision.key).empty()) return ok();
    auto issuer = author_.issuer;
    bool for_everybody = false;
    if (const auto* found = here_.seen(revision.key)) {
      if (!is_of_one_event(revision)) return ok();
      for (const auto& each : *found) {
        if (each.record.owner != author_.id) {
          return Error::conflict(
              fmt::format("{} is here already, from another organisation: only that one changes it", named(revision)),
              revision.key);
        }
        TRY(const bool same, here_.is_same(each, revision));
        if (same) return ok();
        issuer = each.record.issuer;
        // As with MISP's server: what does not say that it is newer stays as it is.
        if (changes_ && each.version_order == revision.version_order && stix::type_of_id(revision.key) != "report") {
          return ok();
        }
        for_everybody =
            for_everybody || (each.record.audience == Audience::everyone && each.record.tlp == domain::Tlp::clear);
      }
    } else if (here_.is_own(revision.key)) {
      if (!is_of_one_event(revision)) return ok();
      return Error::conflict(
          fmt::format("Your organisation has {} already, marked so that you may not see it", named(revision)),
          revision.key);
    }
    auto& one = chosen.emplace_back(revision);
    one.issuer = std::move(issuer);
    one.owner = author_.id;
    // What everybody sees, visitors too, is published by who may publish.
    if (one.audience == Audience::everyone && one.tlp == domain::Tlp::clear && !for_everybody && !publishes(actor_)) {
      one.audience = Audience::members;
    }
    return ok();
  }

  Status put(const std::vector<NewRevision>& chosen) {
    std::vector<const NewRevision*> revisions;
    for (const auto& each : chosen) revisions.push_back(&each);
    TRY(const auto done, put_revisions(connection_, revisions, store::Again::yes, now_));
    for (std::size_t i = 0; i < done.size(); ++i) {
      if (!done[i].result) return *done[i].problem;
      if (done[i].result->outcome == PutOutcome::conflicting) {
        return Error::conflict(fmt::format("{} is here already with this timestamp and other content: what is changed "
                                           "needs a later timestamp",
                                           named(chosen[i])),
                               chosen[i].key);
      }
      if (done[i].result->outcome == PutOutcome::history && stix::type_of_id(chosen[i].key) == "report") {
        return Error::conflict("Event in the request not newer than the local copy.", chosen[i].key);
      }
    }
    return ok();
  }

  Status audit(const std::string& report, std::size_t stored) {
    const auto action = changes_ ? engine::audit::Action{"misp.change"} : engine::audit::Action{"misp.add"};
    TRY_VOID(engine::audit::record(connection_, actor_, now_, action, "threat:" + report, author_.id,
                                   domain::audit::Outcome::done, {{"objects", stored}}));
    return ok();
  }

  store::Connection& connection_;
  const engine::Actor& actor_;
  const Author& author_;
  const Timestamp now_;
  bool changes_ = false;
  AlreadyHere here_;
};

/// The one event of the body.
Result<object> read_body(std::string_view body, const MispAddOptions& options) {
  TRY(const auto parsed, json::parse(body, {.bytes_max = body.size() + 1}));
  const auto* root = parsed.root().if_object();
  if (root == nullptr) return Error::invalid(R"(An event is wanted: {"Event": {"info": ...}})");
  const auto* within = root->if_contains("Event");
  const auto* event = within != nullptr ? within->if_object() : root;
  if (event == nullptr || misp::text_at(*event, "info").empty()) {
    return Error::invalid("The event has no 'info', which is its title", "info");
  }
  auto parts = misp::objects_at(*event, "Attribute").size() + misp::objects_at(*event, "EventReport").size();
  for (const auto* of : misp::objects_at(*event, "Object")) parts += 1 + misp::objects_at(*of, "Attribute").size();
  if (parts > options.parts_max) {
    return Error{Error::Code::too_large,
                 fmt::format("At most {} attributes and objects are taken at once", options.parts_max),
                 {},
                 {}};
  }
  return object(*event, boost::json::storage_ptr{});
}

Result<std::shared_ptr<const PreparedObjects>> prepared_of(store::Database& database, const object& event,
                                                           const Author& author, const MispAddOptions& options) {
  ImportOptions reading;
  reading.default_tlp = options.default_tlp;
  reading.owner = author.id;
  reading.lift = false;
  TRY(reading.communities,
      database.read([](store::Connection& connection) { return store::Communities{connection}.all(); }));
  const auto bytes = json::write(object{{"Event", event}});
  reading.limits.document_bytes_max = bytes.size() + 1;
  auto prepared = prepare_misp("misp:" + author.name, bytes, reading);
  // All of it or nothing: a client does not look at what of it was left out.
  if (!prepared.problems.empty()) return std::move(prepared.problems.front());
  if (prepared.stix == nullptr || prepared.stix->refused > 0) return Error::invalid("The event cannot be read");
  return prepared.stix;
}

std::string report_of(const PreparedObjects& objects) {
  for (const auto& each : objects.revisions) {
    if (stix::type_of_id(each.key) == "report") return each.key;
  }
  return {};
}

}  // namespace

Status may_add_misp(const engine::Actor& actor) {
  TRY_VOID(actor.require(Permission::read_as_member));
  TRY_VOID(engine::require_writing(actor));
  if (actor.viewer.organisation && actor.viewer.person) return ok();
  return Error::forbidden("Events are added by somebody who acts for an organisation");
}

Result<std::string> add_misp_event(store::Database& database, const engine::Actor& actor, std::string_view body,
                                   const MispAddOptions& options, Timestamp now) {
  TRY_VOID(may_add_misp(actor));
  TRY(auto event, read_body(body, options));
  TRY(const auto author,
      database.read([&](store::Connection& connection) { return author_of(connection, *actor.viewer.organisation); }));
  Completing{actor, author, now}.event(event);
  TRY(const auto objects, prepared_of(database, event, author, options));
  const auto report = report_of(*objects);
  TRY_VOID(database.write([&](store::Connection& connection) {
    return Adding{connection, actor, author, now}.run(*objects, report, false);
  }));
  return report.substr(report.find("--") + 2);
}

Status change_misp_event(store::Database& database, const engine::Actor& actor, std::string_view uuid,
                         std::string_view body, const MispAddOptions& options, Timestamp now) {
  TRY_VOID(may_add_misp(actor));
  TRY(auto event, read_body(body, options));
  TRY(const auto author,
      database.read([&](store::Connection& connection) { return author_of(connection, *actor.viewer.organisation); }));
  TRY(const auto kept, database.snapshot([&](store::Connection& connection) {
    return engine::threat::misp_event_as_kept(connection, actor.viewer, uuid, now);
  }));
  if (!kept) return Error::not_found("event");
  // Which event it is, the address says; and an edit without a time is of now.
  event["uuid"] = uuid;
  if (!misp::seconds_at(event, "timestamp")) event["timestamp"] = std::to_string(now.micros / 1'000'000);
  keep_parts(event, *kept);
  Completing{actor, author, now}.event(event);
  if (!is_framed_alike(event, *kept)) renew_parts(event, std::to_string(now.micros / 1'000'000));
  TRY(const auto objects, prepared_of(database, event, author, options));
  return database.write([&](store::Connection& connection) {
    return Adding{connection, actor, author, now}.run(*objects, "report--" + std::string{uuid}, true);
  });
}

}  // namespace tocsin::exchange
