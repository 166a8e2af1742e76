#include "engine/threat/author.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/sharing/approvable.hpp"
#include "engine/threat/report_parts.hpp"
#include "engine/threat/threats.hpp"
#include "formats/stix/facts.hpp"
#include "formats/stix/validate.hpp"
#include "store/organisations.hpp"
#include "store/records.hpp"

/// Objects that people write, written to the store.
namespace tocsin::engine::threat {
namespace {

namespace stix = formats::stix;
using boost::json::object;
using domain::Permission;
using domain::Record;
using sharing::Marking;

Result<object> object_of(store::Connection& connection, const Record& record) {
  TRY(const auto bytes, store::Records{connection}.document(record.id, record.current_revision));
  TRY(const auto parsed, json::parse(bytes.value_or("{}")));
  if (!parsed.root().is_object()) return Error::internal("A STIX object is none");
  return object(parsed.root().get_object(), boost::json::storage_ptr{});
}

std::string_view text_at(const object& of, std::string_view name) {
  const auto* found = of.if_contains(name);
  return found != nullptr && found->is_string() ? std::string_view{found->get_string()} : std::string_view{};
}
bool is_revoked(const object& of) {
  const auto* found = of.if_contains("revoked");
  return found != nullptr && found->is_bool() && found->get_bool();
}

/// A relationship that came with an object.
struct Kept {
  Record record;
  object content;
  RelationTo relation;
};
constexpr std::string_view kRelationship = "relationship ";

/// Those that are in force.
Result<std::vector<Kept>> relations_of(store::Connection& connection, domain::RecordId record) {
  std::vector<Kept> out;
  TRY(const auto all, store::SharedThreats{connection}.objects(record));
  for (const auto& each : all) {
    if (!each.what.starts_with(kRelationship)) continue;
    TRY(auto kept, store::Records{connection}.load(each.record));
    if (!kept) continue;
    TRY(auto content, object_of(connection, *kept));
    if (is_revoked(content)) continue;
    RelationTo relation{.verb = std::string{text_at(content, "relationship_type")},
                        .target = std::string{text_at(content, "target_ref")}};
    out.push_back({.record = *std::move(kept), .content = std::move(content), .relation = std::move(relation)});
  }
  return out;
}

/// May they change it? What a reader of it may be told.
Status check_editable(store::Connection& connection, const Actor& actor, const Record& record, const object& content) {
  const auto refused = [](std::string_view why) { return Error::forbidden(std::string{why}); };
  TRY_VOID(may_share(actor));
  if (!is_authored_type(text_at(content, "type")) || record.format != "stix-2.1") {
    return refused(tr<"This is not edited here">());
  }
  const auto organisation = *actor.viewer.organisation;
  TRY(const auto own, store::Organisations{connection}.find(organisation));
  const auto by = own ? stix::make_id("identity", own->uuid) : std::string{};
  if (record.owner != organisation || !own || text_at(content, "created_by_ref") != by) {
    return refused(tr<"An object is changed by the organisation that wrote it">());
  }
  // Under which the organisation speaks: it follows the organisation's name.
  if (record.key == by) return refused(tr<"This is not edited here">());
  TRY(const auto shared, store::SharedThreats{connection}.of_object(record.id));
  if (shared && (shared->anonymous || !is_object(*shared) || shared->record != record.id)) {
    return refused(tr<"This came with a report, and is changed with it">());
  }
  const bool wrote = shared && shared->person && shared->person == actor.viewer.person;
  if (!wrote && !actor.may(Permission::manage_own_organisation) && !actor.may(Permission::edit_record)) {
    return refused(tr<"An object is changed by who wrote it, and by who answers for the organisation">());
  }
  if (is_revoked(content)) return Error::conflict(std::string{tr<"This is revoked: write another one">()});
  return ok();
}

struct Found {
  Record record;
  object content;
};
Result<Found> need_editable(store::Connection& connection, const Actor& actor, std::string_view id, Timestamp now) {
  TRY(auto record, find_record(connection, steady(actor), id, now));
  if (!record) return Error::not_found("threat");
  TRY(auto content, object_of(connection, *record));
  TRY_VOID(check_editable(connection, actor, *record, content));
  return Found{.record = *std::move(record), .content = std::move(content)};
}

Status check_relations(const Draft& draft) {
  if (draft.relations.size() > kRelationsMax) {
    return Error::invalid(tr<"At most {} relationships">(kRelationsMax), "/relationships");
  }
  return ok();
}

/// The first thing that is wrong, as an error.
Status whole(const Checked& checked) {
  if (checked.problems.empty()) return ok();
  const auto& first = checked.problems.front();
  return Error::invalid(formats::sentence_of(first), first.path.empty() ? std::string{"/"} : first.path);
}

/// Writes what belongs to one version.
class Writer {
 public:
  Writer(store::Connection& connection, const Actor& actor, const Marking& marking, Timestamp now)
      : connection_(connection), actor_(actor), viewer_(steady(actor)), marking_(marking), now_(now) {}

  Status begin() {
    TRY(by_, identity_for(connection_, owner(), marking_, now_));
    return ok();
  }
  domain::OrganisationId owner() const { return *actor_.viewer.organisation; }
  const std::string& by() const { return by_; }

  /// Adds those that are new, marks those that stay, and revokes those that are gone. How many it wrote.
  Result<std::size_t> relations(domain::RecordId record, std::string_view source,
                                const std::vector<RelationTo>& wanted) {
    TRY(auto kept, relations_of(connection_, record));
    std::size_t written = 0;
    std::vector<RelationTo> done;
    for (std::size_t at = 0; at < wanted.size(); ++at) {
      const auto& each = wanted[at];
      if (std::ranges::find(done, each) != done.end()) continue;
      done.push_back(each);
      const auto found = std::ranges::find(kept, each, &Kept::relation);
      if (found != kept.end()) {
        TRY(const bool again, mark_again(*found));
        written += again ? 1 : 0;
        kept.erase(found);
        continue;
      }
      TRY_VOID(add(record, source, each, at));
      ++written;
    }
    for (const auto& each : kept) {
      TRY_VOID(revoke_object(connection_, each.record, now_));
      ++written;
    }
    return written;
  }

 private:
  stix::Head head(std::string id) const {
    const auto at = stix::whole_milliseconds(now_);
    return {.id = std::move(id), .created_by = by_, .created = at, .modified = at, .tlp = level_of(marking_.tlp)};
  }

  Status add(domain::RecordId record, std::string_view source, const RelationTo& each, std::size_t at) {
    const auto pointer = fmt::format("/relationships/{}", at);
    TRY(const auto target, find_record(connection_, viewer_, each.target, now_));
    if (!target) return Error::invalid(std::string{tr<"There is no such object">()}, pointer + "/target");
    if (target->key == source) {
      return Error::invalid(std::string{tr<"An object is not related to itself">()}, pointer + "/target");
    }
    const auto made =
        stix::write_relationship(head(stix::make_id("relationship", random_uuid())),
                                 {.type = each.verb, .source = std::string{source}, .target = target->key});
    stix::Validator validator;
    for (const auto& finding : validator.validate(json::write(made)).findings) {
      const bool must =
          finding.group == formats::Finding::Group::schema || finding.group == formats::Finding::Group::mandatory;
      if (!must) continue;
      const bool verb = finding.path == "/relationship_type";
      return Error::invalid(formats::sentence_of(finding), pointer + (verb ? "/type" : "/target"));
    }
    const auto title = fmt::format("relationship {}", each.verb);
    TRY(const auto put, put_object(connection_, made, title, owner(), marking_, now_));
    return store::SharedThreats{connection_}.add_object(record, put,
                                                        fmt::format("{}{} {}", kRelationship, each.verb, target->key));
  }

  /// A relationship is for whom its object is for.
  Result<bool> mark_again(const Kept& each) {
    if (sharing::marking_of(each.record) == marking_) return false;
    auto content = without_tlp(each.content);
    auto& refs = content["object_marking_refs"];
    if (!refs.is_array()) refs = boost::json::array{};
    refs.get_array().emplace_back(stix::tlp_2_marking(level_of(marking_.tlp)));
    const Timestamp later{each.record.current_release_at.micros + 1'000};
    content["modified"] = stix::write_time(std::max(stix::whole_milliseconds(now_), later));
    TRY_VOID(
        put_object(connection_, content, each.record.title, each.record.owner, marking_, now_, each.record.issuer));
    return true;
  }

  store::Connection& connection_;
  const Actor& actor_;
  domain::policy::Viewer viewer_;
  const Marking& marking_;
  Timestamp now_;
  std::string by_;
};

Status note(store::Connection& connection, const Actor& actor, audit::Action action, const Record& record,
            boost::json::object details, Timestamp now) {
  details["id"] = record.key;
  TRY_VOID(audit::record(connection, actor, now, action, audit::object_of(record.id), record.owner,
                         domain::audit::Outcome::done, details));
  return ok();
}

}  // namespace

Result<Written> create_object(store::Database& database, const Actor& actor, const Draft& draft, const Marking& marking,
                              Timestamp now) {
  TRY_VOID(may_share(actor));
  TRY_VOID(check_relations(draft));
  TRY(auto checked, check_draft(draft, marking.tlp, nullptr, now));
  TRY_VOID(whole(checked));
  TRY(const auto communities, sharing::known_communities(database, actor));
  return database.write([&](store::Connection& connection) -> Result<Written> {
    TRY_VOID(connection.lock_changes());
    TRY_VOID(check_marking(connection, actor, communities, {}, marking, now));
    Writer writer{connection, actor, marking, now};
    TRY_VOID(writer.begin());
    checked.object["created_by_ref"] = writer.by();
    Written written{.id = std::string{text_at(checked.object, "id")},
                    .version = std::string{text_at(checked.object, "modified")},
                    .remarks = checked.remarks};
    TRY(const auto id, put_object(connection, checked.object, checked.title, writer.owner(), marking, now));
    TRY_VOID(store::SharedThreats{connection}.add({.record = id,
                                                   .organisation = writer.owner(),
                                                   .person = actor.viewer.person,
                                                   .anonymous = false,
                                                   .content = {},
                                                   .shared_at = now,
                                                   .organisation_name = {},
                                                   .person_name = {}}));
    TRY_VOID(writer.relations(id, written.id, draft.relations));
    Record record;
    record.id = id;
    record.key = written.id;
    record.owner = writer.owner();
    TRY_VOID(note(connection, actor, "threat.create", record, {{"version", written.version}}, now));
    return written;
  });
}

Result<Editable> editable(store::Database& database, const Actor& actor, std::string_view id, Timestamp now) {
  return database.snapshot([&](store::Connection& connection) -> Result<Editable> {
    TRY(auto found, need_editable(connection, actor, id, now));
    Editable out;
    TRY(const auto kept, relations_of(connection, found.record.id));
    for (const auto& each : kept) out.relations.push_back(each.relation);
    out.record = std::move(found.record);
    out.object = std::move(found.content);
    return out;
  });
}

bool may_edit(store::Connection& connection, const Actor& actor, std::string_view id, Timestamp now) {
  return may_share(actor) && need_editable(connection, actor, id, now);
}

Result<Written> change_object(store::Database& database, const Actor& actor, std::string_view id,
                              std::string_view expected, const Draft& draft, const Marking& marking, Timestamp now) {
  TRY_VOID(may_share(actor));
  TRY_VOID(check_relations(draft));
  TRY(const auto communities, sharing::known_communities(database, actor));
  return database.write([&](store::Connection& connection) -> Result<Written> {
    TRY_VOID(connection.lock_changes());
    TRY(const auto found, need_editable(connection, actor, id, now));
    const auto& record = found.record;
    if (!expected.empty() && expected != record.version) {
      return Error{Error::Code::conflict,
                   std::string{tr<"Somebody else has saved a newer version of this meanwhile">()},
                   "version",
                   {}};
    }
    TRY(auto checked, check_draft(draft, marking.tlp, &found.content, now));
    TRY_VOID(whole(checked));
    TRY_VOID(check_marking(connection, actor, communities, record, marking, now));
    Writer writer{connection, actor, marking, now};
    TRY_VOID(writer.begin());
    Written written{.id = record.key, .version = record.version, .remarks = std::move(checked.remarks)};
    auto same = checked.object;
    same["modified"] = found.content.at("modified");
    const bool differs = same != found.content || sharing::marking_of(record) != marking;
    if (differs) {
      written.version = text_at(checked.object, "modified");
      TRY_VOID(put_object(connection, checked.object, checked.title, record.owner, marking, now, record.issuer));
    }
    TRY(const auto relations, writer.relations(record.id, record.key, draft.relations));
    if (!differs && relations == 0) return written;
    TRY_VOID(note(connection, actor, "threat.change", record,
                  {{"before", record.version}, {"version", written.version}, {"relationships", relations}}, now));
    return written;
  });
}

Status withdraw_object(store::Database& database, const Actor& actor, std::string_view id, std::string_view reason,
                       Timestamp now) {
  TRY_VOID(may_share(actor));
  const auto why = text::trim(reason);
  if (why.empty()) return Error::invalid(std::string{tr<"say why">()}, "reason");
  if (why.size() > kReasonBytesMax) return Error::too_large(tr<"The reason">(), kReasonBytesMax);
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto found, need_editable(connection, actor, id, now));
    TRY_VOID(revoke_object(connection, found.record, now));
    TRY(const auto kept, relations_of(connection, found.record.id));
    for (const auto& each : kept) TRY_VOID(revoke_object(connection, each.record, now));
    return note(connection, actor, "threat.revoke", found.record, {{"reason", why}}, now);
  });
}

namespace {

/// By its name or an alias: everybody has another name for the same actor.
bool is_called(store::Connection& connection, const ThreatRow& row, std::string_view name) {
  if (text::fold(row.name) == text::fold(name)) return true;
  const auto record = store::Records{connection}.load(row.record);
  if (!record || !*record) return false;
  const auto content = object_of(connection, **record);
  if (!content) return false;
  for (const auto* property : {"aliases", "x_mitre_aliases"}) {
    const auto* aliases = content->if_contains(property);
    if (aliases == nullptr || !aliases->is_array()) continue;
    for (const auto& each : aliases->get_array()) {
      if (each.is_string() && text::fold(std::string_view{each.get_string()}) == text::fold(name)) return true;
    }
  }
  return false;
}

}  // namespace

Result<std::string> named_object(store::Connection& connection, const domain::policy::Viewer& viewer,
                                 std::string_view typed, Timestamp now) {
  auto name = text::trim(typed);
  // The address of a page ends with the id.
  if (name.find("--") != name.npos) {
    if (const auto slash = name.rfind('/'); slash != name.npos) name.remove_prefix(slash + 1);
    TRY(const auto found, find_record(connection, viewer, name, now));
    if (found) return found->key;
  } else if (!name.empty()) {
    constexpr int kCandidates = 50;
    Filter filter;
    filter.text = name;
    filter.revoked = false;
    TRY(const auto page, list(connection, viewer, filter, Sort::name, kCandidates, {}, now));
    std::string id;
    for (const auto& row : page.rows) {
      if (!is_called(connection, row, name)) continue;
      if (!id.empty()) return Error::invalid(tr<"Several objects are called '{}': give the id of one">(name));
      id = row.id;
    }
    if (!id.empty()) return id;
  }
  return Error::invalid(std::string{tr<"There is no such object">()});
}

}  // namespace tocsin::engine::threat
