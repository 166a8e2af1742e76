#include "exchange/demo.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/secret.hpp"
#include "engine/cases/cases.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/members/members.hpp"
#include "engine/search/indexer.hpp"
#include "exchange/import.hpp"
#include "store/records.hpp"

namespace tocsin::exchange {
namespace {

namespace cases = engine::cases;
namespace members = engine::members;
using boost::json::value;
using domain::CommunityId;
using domain::Grantee;
using domain::OrganisationId;
using domain::PersonId;
using engine::Actor;

std::string text_of(const value& object, std::string_view key) { return std::string{json::string_at(object, key)}; }

std::vector<std::string> texts_of(const value& object, std::string_view key) {
  std::vector<std::string> texts;
  for (const auto& each : json::array_at(object, key)) {
    if (each.is_string()) texts.emplace_back(each.get_string());
  }
  return texts;
}

Error mistake(std::string message) { return Error::invalid(std::move(message), "demo/members.json"); }

class Loader {
 public:
  Loader(store::Database& database, engine::identity::Identity& identity, const value& root, const Clock& clock)
      : database_(database), identity_(identity), root_(root), clock_(clock) {}

  Result<std::vector<DemoPerson>> load(std::vector<SourceDocument> marked) {
    TRY_VOID(check_that_nothing_is_given_away());
    organisations_["cert"] = domain::kOwnOrganisation;
    if (const auto* cert = json::find(root_, "cert")) TRY_VOID(describe_cert(*cert));
    for (const auto& each : json::array_at(root_, "organisations")) TRY_VOID(organisation(each));
    for (const auto& each : json::array_at(root_, "people")) TRY_VOID(person(each));
    for (const auto& each : json::array_at(root_, "communities")) TRY_VOID(community(each));
    for (const auto& each : json::array_at(root_, "cases")) TRY_VOID(case_file(each));
    for (const auto& each : json::array_at(root_, "records")) TRY_VOID(record(each, marked));
    TRY_VOID(engine::search::index_all(database_));
    return active_people();
  }

 private:
  Status check_that_nothing_is_given_away() {
    for (const auto& each : json::array_at(root_, "people")) {
      TRY(const auto known, members::find_person_by_email(database_, console_, text_of(each, "email")));
      if (known) return ok();
    }
    TRY(const auto own, database_.read([](store::Connection& connection) {
      return connection.first(
          store::Sql{"SELECT (SELECT COUNT(*) FROM person) + (SELECT COUNT(*) FROM record WHERE tlp > ?)",
                     static_cast<std::int64_t>(domain::Tlp::clear)},
          [](const store::Row& row) { return row.integer(0); });
    }));
    if (own.value_or(0) == 0) return ok();
    return Error::conflict(
        "This installation has people or marked documents of its own, and a demonstration lets anybody sign in: run "
        "--demo on another data folder");
  }

  Result<OrganisationId> organisation_of(std::string_view id) const {
    const auto found = organisations_.find(id);
    if (found == organisations_.end()) return mistake(fmt::format("there is no organisation '{}'", id));
    return found->second;
  }

  /// Whose name is given at `init`. Described once: whoever has changed anything of it keeps that.
  Status describe_cert(const value& entry) {
    TRY(const auto found, members::find_organisation(database_, console_, domain::kOwnOrganisation, clock_.now()));
    if (!found || !found->organisation.description.empty() || !found->contacts.empty()) return ok();
    members::OrganisationInput input;
    input.kind = found->organisation.kind;
    input.name = found->organisation.name;
    input.sectors = texts_of(entry, "sectors");
    input.countries = texts_of(entry, "countries");
    input.homepage = text_of(entry, "homepage");
    input.description = text_of(entry, "description");
    TRY_VOID(add_contacts(domain::kOwnOrganisation, entry));
    return members::change_organisation(database_, console_, domain::kOwnOrganisation, input, clock_.now());
  }

  Status add_contacts(OrganisationId id, const value& entry) {
    for (const auto& each : json::array_at(entry, "contacts")) {
      domain::OrganisationContact contact;
      contact.role = text_of(each, "role");
      contact.name = text_of(each, "name");
      contact.email = text_of(each, "email");
      contact.phone = text_of(each, "phone");
      TRY_VOID(members::add_contact(database_, console_, id, contact, clock_.now()));
    }
    return ok();
  }

  Status organisation(const value& entry) {
    members::OrganisationInput input;
    const auto kind = domain::parse_organisation_kind(json::string_at(entry, "kind"));
    if (!kind) return mistake("an organisation has no kind");
    input.kind = *kind;
    input.name = text_of(entry, "name");
    input.sectors = texts_of(entry, "sectors");
    input.countries = texts_of(entry, "countries");
    input.homepage = text_of(entry, "homepage");
    input.description = text_of(entry, "description");
    input.vendor_keys = texts_of(entry, "vendor_keys");
    TRY(const auto page,
        members::list_organisations(database_, console_,
                                    {.text = input.name, .kind = {}, .status = {}, .limit = 50, .cursor = {}}));
    auto& id = organisations_[text_of(entry, "id")];
    for (const auto& row : page.rows) {
      if (row.organisation.name == input.name) {
        id = row.organisation.id;
        return ok();
      }
    }
    TRY(id, members::create_organisation(database_, console_, input, clock_.now()));
    return add_contacts(id, entry);
  }

  Status person(const value& entry) {
    members::PersonInput input;
    input.name = text_of(entry, "name");
    input.email = text_of(entry, "email");
    TRY(auto known, members::find_person_by_email(database_, console_, input.email));
    // Who is there already keeps the seats that they have by now.
    if (!known || known->person.status == domain::PersonStatus::invited) {
      for (const auto& seat : json::array_at(entry, "seats")) {
        TRY(const auto host, organisation_of(json::string_at(seat, "organisation")));
        const bool sits = known && std::ranges::find(known->memberships, host, &domain::Membership::organisation) !=
                                       known->memberships.end();
        if (sits) continue;
        domain::Roles roles;
        for (const auto& slug : texts_of(seat, "roles")) {
          const auto role = domain::parse_role(slug);
          if (!role) return mistake(fmt::format("there is no role '{}'", slug));
          roles = roles.with(*role);
        }
        TRY_VOID(members::invite(database_, console_, host, input, roles, clock_.now()));
      }
      TRY(known, members::find_person_by_email(database_, console_, input.email));
    }
    if (!known) return mistake(fmt::format("{} sits nowhere", input.name));
    if (known->person.status == domain::PersonStatus::invited) TRY_VOID(open_account(known->person.id));
    people_.emplace_back(input.email, known->person.id);
    return ok();
  }

  /// With a password that nobody knows: only the demonstration's own sign-in opens it.
  Status open_account(PersonId id) {
    TRY(const auto secret, identity_.create_link(engine::identity::LinkPurpose::invitation, id, {}, console_));
    return identity_.use_link(secret, random_token(), {.address = {}, .agent = "demonstration", .request_id = {}});
  }

  /// "organisation:water", "person:MAIL", "community:circle", "case:levels".
  Result<Grantee> grantee(std::string_view text) const {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return mistake(fmt::format("'{}' names nobody", text));
    const auto kind = text.substr(0, colon);
    const auto name = text.substr(colon + 1);
    if (kind == "organisation") {
      TRY(const auto id, organisation_of(name));
      return Grantee{.kind = Grantee::Kind::organisation, .id = id.value};
    }
    if (kind == "person") {
      const auto found =
          std::ranges::find(people_, name, [](const auto& each) { return std::string_view{each.first}; });
      if (found != people_.end()) return Grantee{.kind = Grantee::Kind::person, .id = found->second.value};
    }
    if (kind == "community") {
      const auto found = communities_.find(name);
      if (found != communities_.end()) return Grantee{.kind = Grantee::Kind::community, .id = found->second.value};
    }
    if (kind == "case") {
      const auto found = cases_.find(name);
      if (found != cases_.end()) return Grantee{.kind = Grantee::Kind::case_file, .id = found->second.value};
    }
    return mistake(fmt::format("'{}' names nobody", text));
  }

  Status case_file(const value& entry) {
    cases::CaseInput input;
    input.uuid = text_of(entry, "uuid");
    input.title = text_of(entry, "title");
    const auto kind = domain::parse_case_kind(json::string_at(entry, "kind"));
    if (!kind) return mistake("a case has no kind");
    input.kind = *kind;
    TRY(input.owner, organisation_of(json::string_at(entry, "owner")));
    std::vector<std::pair<Grantee, domain::CasePart>> participants;
    for (const auto& each : json::array_at(entry, "participants")) {
      TRY(const auto who, grantee(json::string_at(each, "who")));
      const auto part = domain::parse_case_part(json::string_at(each, "part"));
      if (!part) return mistake(fmt::format("there is no part '{}'", json::string_at(each, "part")));
      participants.emplace_back(who, *part);
    }
    auto& id = cases_[text_of(entry, "id")];
    TRY(const auto known, cases::list_cases(database_, console_));
    const auto found = std::ranges::find(known, input.uuid, [](const auto& row) { return row.it.uuid; });
    if (found != known.end()) {
      id = found->it.id;
      return ok();
    }
    TRY(const auto number, cases::open_case(database_, console_, input, clock_.now()));
    TRY(const auto made, cases::find_case(database_, console_, number, clock_.now()));
    if (!made) return Error::not_found("case");
    id = made->row.it.id;
    for (const auto& [who, part] : participants) {
      TRY_VOID(cases::add_participant(database_, console_, number, who, part, clock_.now()));
    }
    return ok();
  }

  Status community(const value& entry) {
    members::CommunityInput input;
    input.uuid = text_of(entry, "uuid");
    input.name = text_of(entry, "name");
    input.description = text_of(entry, "description");
    const auto* hidden = json::find(entry, "members_hidden");
    input.members_hidden = hidden != nullptr && hidden->is_bool() && hidden->get_bool();
    auto& id = communities_[text_of(entry, "id")];
    TRY(const auto known, members::list_communities(database_, console_));
    for (const auto& row : known) {
      if (row.community.uuid == input.uuid) {
        id = row.community.id;
        return ok();
      }
    }
    TRY(id, members::create_community(database_, console_, input, clock_.now()));
    for (const auto& each : texts_of(entry, "members")) {
      TRY(const auto member, grantee(each));
      TRY_VOID(members::add_to_community(database_, console_, id, member, clock_.now()));
    }
    return ok();
  }

  Status record(const value& entry, std::vector<SourceDocument>& marked) {
    const auto file = text_of(entry, "file");
    const auto document = std::ranges::find(marked, file, &SourceDocument::name);
    if (document == marked.end()) return mistake(fmt::format("there is no document '{}'", file));
    auto prepared = prepare("demo:" + file, std::move(document->bytes), {});
    if (!prepared.revision) {
      return prepared.problems.empty() ? mistake(file + " is no advisory") : std::move(prepared.problems.front());
    }
    auto& revision = *prepared.revision;
    TRY(revision.owner, organisation_of(json::string_at(entry, "owner")));
    revision.audience = domain::Audience::members;
    if (json::string_at(entry, "to") != "members") {
      revision.audience = domain::Audience::listed;
      for (const auto& each : texts_of(entry, "to")) {
        TRY(const auto to, grantee(each));
        revision.listed.push_back(to);
      }
    }
    return database_.write([&](store::Connection& connection) -> Status {
      TRY_VOID(store::Records{connection}.put(revision, clock_.now()));
      return ok();
    });
  }

  Result<std::vector<DemoPerson>> active_people() {
    std::vector<DemoPerson> active;
    std::map<std::int64_t, std::string> names;
    for (const auto& [email, id] : people_) {
      TRY(const auto row, members::find_person(database_, console_, id));
      if (!row || row->person.status != domain::PersonStatus::active || row->memberships.empty()) continue;
      std::vector<DemoSeat> seats;
      for (const auto& seat : row->memberships) {
        auto& name = names[seat.organisation.value];
        if (name.empty()) {
          TRY(const auto host, members::find_organisation(database_, console_, seat.organisation, clock_.now()));
          if (host) name = host->organisation.name;
        }
        seats.push_back({.roles = seat.roles, .organisation = name});
      }
      active.push_back({.id = id, .name = row->person.name, .seats = std::move(seats)});
    }
    return active;
  }

  store::Database& database_;
  engine::identity::Identity& identity_;
  const value& root_;
  const Clock& clock_;
  const Actor console_ = Actor::at_console();
  std::map<std::string, OrganisationId, std::less<>> organisations_;
  std::map<std::string, CommunityId, std::less<>> communities_;
  std::map<std::string, domain::CaseId, std::less<>> cases_;
  std::vector<std::pair<std::string, PersonId>> people_;  ///< In the order of the file.
};

}  // namespace

Result<std::vector<DemoPerson>> load_demo_members(store::Database& database, engine::identity::Identity& identity,
                                                  std::string_view members_json, std::vector<SourceDocument> marked,
                                                  const Clock& clock) {
  TRY(const auto parsed, json::parse(members_json));
  return Loader{database, identity, parsed.root(), clock}.load(std::move(marked));
}

Status load_demo_inventory(store::Database& database, std::string_view organisation, std::string_view csv,
                           const Clock& clock) {
  auto actor = Actor::at_console();
  members::OrganisationFilter filter;
  filter.text = std::string{organisation};
  TRY(const auto found, members::list_organisations(database, actor, filter));
  const auto row = std::ranges::find(found.rows, organisation, [](const members::OrganisationRow& each) {
    return std::string_view{each.organisation.name};
  });
  // Renamed by somebody who plays with the demonstration.
  if (row == found.rows.end()) return ok();
  const auto id = row->organisation.id;
  actor.viewer.organisation = id;
  TRY(const bool any, database.read([&](store::Connection& connection) { return store::Assets{connection}.any(id); }));
  if (any) return ok();
  TRY(const auto reading, engine::inventory::read_file(database, id, csv));
  TRY_VOID(engine::inventory::import(database, actor, engine::inventory::items_of(reading),
                                     {.file_name = "demonstration"}, clock.now()));
  return ok();
}

}  // namespace tocsin::exchange
