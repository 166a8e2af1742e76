#include <algorithm>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "engine/audit/trail.hpp"
#include "engine/cases/cases.hpp"
#include "engine/guard/second_person.hpp"
#include "engine/members/addressed.hpp"
#include "engine/members/members.hpp"
#include "engine/sharing/approvable.hpp"
#include "engine/sharing/world.hpp"
#include "formats/csaf/header.hpp"
#include "formats/stix/markings.hpp"
#include "store/audiences.hpp"
#include "store/cases.hpp"
#include "store/changes.hpp"
#include "store/communities.hpp"
#include "store/members_state.hpp"
#include "store/people.hpp"
#include "store/records.hpp"

namespace tocsin::engine::sharing {
namespace {

using domain::Audience;
using domain::Grantee;
using domain::Permission;
using domain::RecordStatus;
using store::Sql;

bool acts_for(const Actor& actor, domain::OrganisationId owner) {
  return actor.console || actor.viewer.organisation == owner;
}

Marking tidied(Marking marking) {
  if (marking.audience != Audience::listed) {
    marking.listed.clear();
    marking.addresses.clear();
  }
  domain::tidy(marking.listed);
  return marking;
}

/// The record, if the actor may know of it.
Result<domain::Record> need_record(store::Connection& connection, const Actor& actor, domain::RecordId id,
                                   Timestamp now) {
  TRY(auto record, store::Records{connection}.load(id));
  if (!record || !may_look(actor, *record, now)) return Error::not_found("advisory");
  return std::move(*record);
}

/// The strictest of what marks a STIX object, by the standard's own definitions and those that are here; none: it says
/// nothing.
Result<std::optional<domain::Tlp>> label_of_object(store::Connection& connection, std::string_view bytes) {
  std::optional<domain::Tlp> label;
  formats::stix::TapeReader reader, definitions;
  TRY(const auto root, reader.read(bytes, {}));
  const auto facts = formats::stix::read_facts(root);
  std::vector<std::string_view> ids = facts.object_marking_refs;
  for (const auto& each : facts.granular_markings) ids.push_back(each.marking_ref);
  store::Records records{connection};
  for (const auto id : ids) {
    auto level = std::string{formats::stix::tlp_level(id)};
    if (level.empty()) {
      TRY(const auto definition, records.load(domain::RecordKind::stix_object, "", id));
      if (!definition) continue;
      TRY(const auto text, records.document(definition->id, definition->current_revision));
      const auto read = definitions.read(text.value_or("{}"), {});
      if (read) level = formats::stix::tlp_level_of(*read);
    }
    if (const auto tlp = domain::parse_tlp(level)) label = label ? std::max(*label, *tlp) : *tlp;
  }
  return label;
}

/// What the document itself says binds: whoever holds the file reads its label, not ours.
Status check_label(store::Connection& connection, const domain::Record& record, domain::Tlp tlp) {
  TRY(const auto bytes, store::Records{connection}.document(record.id, record.current_revision));
  if (!bytes) return Error::not_found("advisory");
  std::optional<domain::Tlp> label;
  if (record.kind == domain::RecordKind::stix_object) {
    TRY(label, label_of_object(connection, *bytes));
  } else {
    TRY(const auto parsed, json::parse(*bytes));
    TRY(const auto header, formats::csaf::read_header(parsed.root()));
    label = domain::parse_tlp(header.tlp_label);
  }
  if (!label || tlp >= *label) return ok();
  return Error::invalid(
      tr<"the document itself says TLP:{}; import a revision that is marked lower">(domain::to_string(*label)), "tlp");
}

Status check_status(RecordStatus from, RecordStatus to) {
  if (from == to) return ok();
  if (from == RecordStatus::draft && to == RecordStatus::published) return ok();
  if (from == RecordStatus::withdrawn)
    return Error::invalid(std::string{tr<"what is withdrawn stays withdrawn">()}, "status");
  if (to == RecordStatus::draft) {
    return Error::invalid(std::string{tr<"what was published has been read, and does not become a draft again">()},
                          "status");
  }
  return Error::invalid(std::string{tr<"the document withdraws itself: import a revision that says so">()}, "status");
}

}  // namespace

/// New addressees exist, can be reached, and are known to the actor; those of before may stay.
Status check_listed(store::Connection& connection, const Actor& actor,
                    const std::vector<std::int64_t>& known_communities, const domain::Record& record,
                    const Marking& marking) {
  if (marking.listed.size() > store::kGranteesMax) {
    return Error::invalid(tr<"at most {} addressees: use a community">(store::kGranteesMax), "listed");
  }
  for (const auto& each : marking.listed) {
    if (std::ranges::binary_search(record.listed, each)) continue;
    bool good = false;
    switch (each.kind) {
      case Grantee::Kind::organisation: {
        TRY(const auto found, store::Organisations{connection}.find({each.id}));
        good = found && found->status == domain::OrganisationStatus::active;
        break;
      }
      case Grantee::Kind::community: {
        TRY(const auto found, store::Communities{connection}.find({each.id}));
        good = found && !found->closed && std::ranges::find(known_communities, each.id) != known_communities.end();
        break;
      }
      case Grantee::Kind::case_file: {
        TRY(const auto found, store::Cases{connection}.find(domain::CaseId{each.id}));
        if (!found) break;
        TRY(good, cases::knows_case(connection, actor, found->id));
        if (good && found->state == domain::CaseState::closed) {
          return Error::invalid(tr<"nothing new is addressed to the case {}: it is closed">(found->number), "listed");
        }
        break;
      }
      case Grantee::Kind::person: {
        if (each.id < 0) {
          good = true;
          break;
        }
        TRY(const auto found, store::People{connection}.find({each.id}));
        // By address, whatever there is of an account: what comes of it is the same.
        const bool open =
            found && (found->status == domain::PersonStatus::active || found->status == domain::PersonStatus::invited);
        good =
            open || (found && found->status != domain::PersonStatus::erased && naming_for(actor) == Naming::addresses);
        break;
      }
    }
    if (!good) {
      return Error::invalid(tr<"{} {} is none that something can be addressed to: it is unknown, or not open">(
                                tr_text(domain::to_string(each.kind)), each.id),
                            "listed");
    }
  }
  return ok();
}

namespace {

struct Wanted {
  domain::Record record;
  Marking before;
  Marking after;                                  ///< Nobody's addresses stand in its list under negative numbers.
  std::map<std::int64_t, std::string> addresses;  ///< Those.
  Naming naming = Naming::accounts;
  Difference difference;
};
Result<Wanted> examine(store::Connection& connection, const Actor& actor, const std::vector<std::int64_t>& communities,
                       domain::RecordId id, const Marking& marking, Timestamp now) {
  Wanted wanted;
  TRY(wanted.record, need_record(connection, actor, id, now));
  TRY_VOID(may_change(actor, wanted.record));
  wanted.before = tidied(marking_of(wanted.record));
  wanted.naming = naming_for(actor);
  TRY(auto resolved, resolve(connection, tidied(marking)));
  wanted.after = std::move(resolved.marking);
  wanted.addresses = std::move(resolved.addresses);
  TRY_VOID(check_status(wanted.before.status, wanted.after.status));
  TRY_VOID(check_label(connection, wanted.record, wanted.after.tlp));
  TRY_VOID(check_listed(connection, actor, communities, wanted.record, wanted.after));
  TRY(const auto world,
      World::load(connection, wanted.naming, named_in({&wanted.before, &wanted.after}, wanted.addresses)));
  wanted.difference = difference(world, wanted.record.owner, wanted.before, wanted.after, now);
  return wanted;
}

boost::json::object detail_of(const Marking& marking) {
  boost::json::object out;
  out["tlp"] = domain::to_string(marking.tlp);
  out["audience"] = domain::to_string(marking.audience);
  out["status"] = domain::to_string(marking.status);
  out["embargo_until"] =
      marking.embargo_until ? boost::json::value(format_rfc3339(*marking.embargo_until)) : boost::json::value();
  return out;
}

/// Addresses that are nobody's become people who are invited, in this transaction.
Status keep_addresses(store::Connection& connection, const Actor& actor, Wanted& wanted, Timestamp now) {
  for (const auto& [placeholder, address] : wanted.addresses) {
    TRY(const auto person, members::addressed_person(connection, actor, address, "listed", now));
    std::erase(wanted.after.listed, Grantee{Grantee::Kind::person, placeholder});
    wanted.after.listed.push_back({Grantee::Kind::person, person.value});
  }
  domain::tidy(wanted.after.listed);
  if (!wanted.addresses.empty()) TRY_VOID(store::MembersState{connection}.advance());
  wanted.addresses.clear();
  return ok();
}

Status store_marking(store::Connection& connection, const Wanted& wanted, Timestamp now) {
  const auto& record = wanted.record;
  const auto& after = wanted.after;
  std::optional<std::int64_t> audience_id;
  if (after.audience == Audience::listed) {
    TRY(const auto id, store::Audiences{connection}.intern(after.listed));
    audience_id = id;
  }
  return connection.run_all(
      {Sql{"UPDATE record SET tlp = ?, audience = ?, audience_id = ?, status = ?, embargo_until = ?, updated_at = ?, "
           "marked_here = 1 WHERE id = ?",
           after.tlp, after.audience, audience_id, after.status, after.embargo_until, now, record.id},
       Sql{"UPDATE revision SET tlp = ?, audience = ?, audience_id = ?, status = ?, embargo_until = ? WHERE id = ?",
           after.tlp, after.audience, audience_id, after.status, after.embargo_until, record.current_revision},
       store::Changes::append_sql(store::ChangeAction::updated, record.kind, record.id, record.current_revision, now)});
}

Status carry_out(store::Connection& connection, const Actor& actor, Wanted wanted, Timestamp now) {
  TRY_VOID(keep_addresses(connection, actor, wanted, now));
  TRY_VOID(store_marking(connection, wanted, now));
  boost::json::object detail;
  detail["was"] = detail_of(wanted.before);
  detail["is"] = detail_of(wanted.after);
  detail["widens"] = wanted.difference.widens();
  // Apart, for they may be long, and what does not fit into an entry is left out.
  detail["was_listed"] = domain::write_grantees(wanted.before.listed);
  detail["is_listed"] = domain::write_grantees(wanted.after.listed);
  TRY_VOID(audit::record(connection, actor, now, "record.change-marking", audit::object_of(wanted.record.id),
                         wanted.record.owner, domain::audit::Outcome::done, detail));
  return ok();
}

/// Of what a change starts from.
std::string basis_of(const Wanted& wanted) {
  const MarkingChange from{.record = wanted.record.id, .marking = wanted.before, .digest = {}};
  return sha256_hex(fmt::format("{} {}", wanted.record.current_revision.value, json::write(write_change(from))));
}

/// As it was asked for: what is nobody's yet stays an address until it is done.
Marking unresolved(const Wanted& wanted) {
  auto marking = wanted.after;
  std::erase_if(marking.listed, [](const Grantee& each) { return each.id < 0; });
  for (const auto& [placeholder, address] : wanted.addresses) marking.addresses.push_back(address);
  return marking;
}

guard::Proposal proposal_of(const Wanted& wanted, const Sight& sight) {
  // No title: who decides and may read the record finds it by its number, an auditor may not.
  std::vector<std::string> difference;
  const auto& record = wanted.record;
  const auto& before = wanted.before;
  const auto& after = wanted.after;
  const auto& change = wanted.difference;
  const auto changed = [&](std::string_view what, std::string_view was, std::string_view is) {
    if (was != is) difference.push_back(fmt::format("{}: {} becomes {}", what, was, is));
  };
  const auto until = [](const Marking& marking) {
    return marking.embargo_until ? format_minute(*marking.embargo_until) : std::string{"none"};
  };
  changed("TLP", domain::to_string(before.tlp), domain::to_string(after.tlp));
  changed("Audience", domain::to_string(before.audience), domain::to_string(after.audience));
  changed("Status", domain::to_string(before.status), domain::to_string(after.status));
  changed("Embargo", until(before), until(after));
  difference.push_back(fmt::format("Newly reached: {}", summary(change.gained, sight)));
  if (!change.lost.nobody()) difference.push_back(fmt::format("No longer reached: {}", summary(change.lost, sight)));
  return {.act = domain::Act::widen_sharing,
          .object = audit::object_of(record.id),
          .owner = record.owner,
          .parameters = write_change({.record = record.id, .marking = unresolved(wanted), .digest = change.digest()}),
          .difference = std::move(difference),
          .basis = basis_of(wanted)};
}

}  // namespace

bool may_look(const Actor& actor, const domain::Record& record, Timestamp now) {
  if (actor.console) return true;
  if (!acts_for(actor, record.owner) || !actor.may(Permission::edit_record)) return false;
  // A broken glass lets read, and nothing else.
  const auto decision = domain::policy::decide(actor.viewer, domain::policy::facts_of(record), now);
  return decision.seen && decision.reason != domain::policy::Reason::broke_glass;
}

Status may_change(const Actor& actor, const domain::Record& record) {
  TRY_VOID(actor.require(Permission::publish_record));
  if (acts_for(actor, record.owner)) return ok();
  return Error::forbidden(std::string{tr<"Only the organisation whose it is says whom it is for">()});
}

Result<Sight> sight_of(store::Database& database, const Actor& actor, const std::vector<Grantee>& listed) {
  Sight sight;
  sight.every_client = actor.may(Permission::manage_organisations);
  if (actor.may(Permission::manage_own_organisation)) sight.clients_of = actor.viewer.organisation;
  if (!actor.may(Permission::signed_in)) return sight;
  for (const auto& each : listed) {
    if (each.kind == Grantee::Kind::case_file) {
      TRY(const auto shown, database.read([&](store::Connection& connection) {
        return cases::shows_participants(connection, actor, domain::CaseId{each.id});
      }));
      if (shown) sight.cases.insert(each.id);
    }
    if (each.kind != Grantee::Kind::community) continue;
    TRY(const auto found, members::find_community(database, actor, {each.id}));
    if (!found) continue;
    sight.communities[each.id] = found->row.organisations ? Sight::Community::members : Sight::Community::name;
  }
  return sight;
}

Result<Difference> preview(store::Database& database, const Actor& actor, domain::RecordId record,
                           const Marking& marking, Timestamp now) {
  TRY(const auto communities, known_communities(database, actor));
  return database.snapshot([&](store::Connection& connection) -> Result<Difference> {
    TRY(auto wanted, examine(connection, actor, communities, record, marking, now));
    return std::move(wanted.difference);
  });
}

Status change_marking(store::Database& database, const Actor& actor, domain::RecordId record, const Marking& marking,
                      const Confirmation& confirmed, Timestamp now) {
  TRY_VOID(actor.require(Permission::signed_in));
  TRY(const auto communities, known_communities(database, actor));
  auto listed = marking.listed;
  TRY(const auto before,
      database.read([&](store::Connection& connection) { return store::Records{connection}.load(record); }));
  if (before) listed.insert(listed.end(), before->listed.begin(), before->listed.end());
  TRY(const auto sight, sight_of(database, actor, listed));
  return guard::with_second_person(database, actor, now, [&](std::optional<guard::Proposal>& proposal) {
    return database.write([&](store::Connection& connection) -> Status {
      TRY_VOID(connection.lock_changes());
      TRY(const auto wanted, examine(connection, actor, communities, record, marking, now));
      if (wanted.before == wanted.after) return ok();
      const auto& difference = wanted.difference;
      const bool other = !confirmed.digest.empty() && confirmed.digest != difference.digest();
      if (difference.widens() && (!confirmed.given || other)) {
        const auto gained = summary(difference.gained, sight);
        return Error::conflict(confirmed.given
                                   ? tr<"Meanwhile something has changed. This newly reaches {}. Confirm it">(gained)
                                   : tr<"This newly reaches {}. Confirm it">(gained),
                               "confirmed");
      }
      if (difference.widens() && guard::wants_second(actor, domain::Act::widen_sharing)) {
        const LanguageScope stored{Language::en};
        proposal = proposal_of(wanted, sight);
        return guard::waits();
      }
      return carry_out(connection, actor, wanted, now);
    });
  });
}

Naming naming_for(const Actor& actor) noexcept {
  return members::sees_accounts(actor) ? Naming::accounts : Naming::addresses;
}

Result<std::vector<std::int64_t>> known_communities(store::Database& database, const Actor& actor) {
  TRY(const auto rows, members::list_communities(database, actor));
  std::vector<std::int64_t> ids;
  for (const auto& row : rows) ids.push_back(row.community.id.value);
  return ids;
}

boost::json::object write_change(const MarkingChange& change) {
  const auto& marking = change.marking;
  return {{"record", change.record.value},
          {"tlp", static_cast<std::int64_t>(marking.tlp)},
          {"audience", static_cast<std::int64_t>(marking.audience)},
          {"listed", domain::write_grantees(marking.listed)},
          {"addresses", boost::json::array(marking.addresses.begin(), marking.addresses.end())},
          {"embargo_until",
           marking.embargo_until ? boost::json::value(marking.embargo_until->micros) : boost::json::value()},
          {"status", static_cast<std::int64_t>(marking.status)},
          {"digest", change.digest}};
}

Result<MarkingChange> change_of(const boost::json::object& parameters) {
  const auto number = [&](std::string_view name) -> std::int64_t {
    const auto* found = parameters.if_contains(name);
    return found != nullptr && found->is_int64() ? found->get_int64() : -1;
  };
  const auto tlp = number("tlp"), audience = number("audience"), status = number("status");
  if (number("record") < 1 || tlp < 0 || tlp > 4 || audience < 0 || audience > 3 || status < 0 || status > 2) {
    return Error::internal("an approval's marking is damaged");
  }
  MarkingChange change;
  change.record = {number("record")};
  change.marking.tlp = static_cast<domain::Tlp>(tlp);
  change.marking.audience = static_cast<Audience>(audience);
  change.marking.status = static_cast<RecordStatus>(status);
  change.marking.listed = domain::read_grantees(json::string_at(parameters, "listed"));
  if (const auto* addresses = parameters.if_contains("addresses"); addresses != nullptr && addresses->is_array()) {
    for (const auto& each : addresses->get_array()) {
      if (each.is_string()) change.marking.addresses.emplace_back(std::string_view{each.get_string()});
    }
  }
  if (const auto embargo = number("embargo_until"); embargo >= 0) change.marking.embargo_until = Timestamp{embargo};
  change.digest = json::string_at(parameters, "digest");
  return change;
}

Status change_marking_in(store::Connection& connection, const Actor& actor,
                         const std::vector<std::int64_t>& communities, const MarkingChange& change,
                         std::string_view basis, Timestamp now) {
  TRY(const auto wanted, examine(connection, actor, communities, change.record, change.marking, now));
  if (basis_of(wanted) != basis) {
    return Error::conflict("The record's marking or its document is another by now than when it was asked for");
  }
  if (wanted.difference.digest() != change.digest) {
    return Error::conflict("It would reach others by now than those who were shown");
  }
  return carry_out(connection, actor, wanted, now);
}

}  // namespace tocsin::engine::sharing
