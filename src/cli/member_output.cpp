#include "cli/member_output.hpp"

#include <fmt/format.h>

#include "cli/output.hpp"
#include "cli/text_table.hpp"

namespace tocsin::cli {
namespace {

namespace members = engine::members;
using Cell = TextTable::Cell;

Cell cell(std::string_view text) { return {.text = safe_text(text)}; }
Cell cell(std::int64_t number) { return {.text = std::to_string(number)}; }

void print_table(const TextTable& table) { print(table.text(output_width(), colours())); }

std::string joined(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, ", ")); }

std::vector<std::string> sector_slugs(const domain::Organisation& organisation) {
  std::vector<std::string> slugs;
  for (const auto each : organisation.sectors) slugs.emplace_back(domain::slug(each));
  return slugs;
}

boost::json::array texts_json(const std::vector<std::string>& texts) {
  return boost::json::array(texts.begin(), texts.end());
}

boost::json::value moment(std::optional<Timestamp> at) {
  if (!at) return nullptr;
  return boost::json::value(format_rfc3339(*at));
}

void line(std::string_view name, std::string_view value) {
  if (!value.empty()) print(fmt::format("{:<14} {}\n", name, safe_text(value)));
}

void more(const std::string& cursor, bool json) {
  if (cursor.empty()) return;
  // On its own channel, so that the rows stay rows.
  if (json) {
    print_json(boost::json::object{{"next_cursor", cursor}});
  } else {
    print(fmt::format("More: --cursor '{}'\n", safe_text(cursor)));
  }
}

std::string_view kind_name(domain::OrganisationKey::Kind kind) {
  return kind == domain::OrganisationKey::Kind::openpgp ? "OpenPGP" : "certificate";
}

}  // namespace

boost::json::object organisation_json(const domain::Organisation& it) {
  return {{"id", it.id.value},
          {"uuid", it.uuid},
          {"name", it.name},
          {"kind", domain::slug(it.kind)},
          {"status", to_string(it.status)},
          {"sectors", texts_json(sector_slugs(it))},
          {"countries", texts_json(it.countries)},
          {"homepage", it.homepage},
          {"description", it.description},
          {"vendor_keys", texts_json(it.vendor_keys)},
          {"created_at", moment(it.created_at)}};
}

boost::json::object person_json(const members::PersonRow& row) {
  const auto& it = row.person;
  boost::json::array memberships;
  for (const auto& each : row.memberships) {
    boost::json::array roles;
    for (const auto role : domain::all_roles()) {
      if (each.roles.has(role)) roles.emplace_back(domain::slug(role));
    }
    memberships.push_back({{"organisation", each.organisation.value}, {"roles", std::move(roles)}});
  }
  return {{"id", it.id.value},
          {"uuid", it.uuid},
          {"name", it.name},
          {"email", it.email},
          {"status", to_string(it.status)},
          {"language", it.language},
          {"time_zone", it.time_zone},
          {"created_at", moment(it.created_at)},
          {"email_verified_at", moment(it.email_verified_at)},
          {"last_sign_in_at", moment(it.last_sign_in_at)},
          {"memberships", std::move(memberships)}};
}

boost::json::object community_json(const members::CommunityRow& row) {
  const auto& it = row.community;
  return {{"id", it.id.value},
          {"uuid", it.uuid},
          {"name", it.name},
          {"description", it.description},
          {"members_hidden", it.members_hidden},
          {"closed", it.closed},
          {"organisations", row.organisations.value_or(0)},
          {"people", row.people.value_or(0)},
          {"created_at", moment(it.created_at)}};
}

void print_organisations(const members::OrganisationPage& page, bool json) {
  TextTable table{{{.title = "ID", .right = true},
                   {.title = "NAME", .shrinks = true},
                   {.title = "KIND"},
                   {.title = "STATUS"},
                   {.title = "PEOPLE", .right = true}}};
  for (const auto& row : page.rows) {
    const auto& it = row.organisation;
    if (json) {
      auto object = organisation_json(it);
      object["people"] = row.people;
      print_json(object);
    } else {
      table.add({cell(it.id.value), cell(it.name), cell(domain::slug(it.kind)), cell(to_string(it.status)),
                 cell(row.people)});
    }
  }
  if (!json) print_table(table);
  more(page.next_cursor, json);
}

void print_organisation(const members::OrganisationDetail& detail, bool json) {
  const auto& it = detail.organisation;
  if (json) {
    auto object = organisation_json(it);
    boost::json::array contacts, keys, clients, providers;
    for (const auto& each : detail.contacts) {
      contacts.push_back(
          {{"id", each.id}, {"role", each.role}, {"name", each.name}, {"email", each.email}, {"phone", each.phone}});
    }
    for (const auto& each : detail.keys) {
      keys.push_back({{"id", each.id},
                      {"kind", kind_name(each.kind)},
                      {"fingerprint", each.fingerprint},
                      {"label", each.label},
                      {"body", each.body}});
    }
    for (const auto& each : detail.clients) clients.push_back({{"id", each.id.value}, {"name", each.name}});
    for (const auto& each : detail.providers) providers.push_back({{"id", each.id.value}, {"name", each.name}});
    object["contacts"] = std::move(contacts);
    object["keys"] = std::move(keys);
    object["clients"] = std::move(clients);
    object["providers"] = std::move(providers);
    object["people"] = detail.people;
    object["records"] = detail.records;
    print_json(object);
    return;
  }
  line("Organisation", fmt::format("{} ({})", it.name, it.id.value));
  line("Kind", to_string(it.kind));
  line("Status", to_string(it.status));
  line("UUID", it.uuid);
  line("Sectors", joined(sector_slugs(it)));
  line("Countries", joined(it.countries));
  line("Homepage", it.homepage);
  line("Vendor keys", joined(it.vendor_keys));
  line("Description", it.description);
  for (const auto& each : detail.contacts) {
    line("Contact", fmt::format("{} {}: {} {} {}", each.id, each.role, each.name, each.email, each.phone));
  }
  for (const auto& each : detail.keys) {
    line("Key", fmt::format("{} {} {} {}", each.id, kind_name(each.kind), each.fingerprint, each.label));
  }
  for (const auto& each : detail.clients) line("Client", fmt::format("{} ({})", each.name, each.id.value));
  for (const auto& each : detail.providers) line("Provider", fmt::format("{} ({})", each.name, each.id.value));
  line("People", std::to_string(detail.people));
  line("Records", std::to_string(detail.records));
}

void print_people(const members::PersonPage& page, bool json) {
  TextTable table{{{.title = "ID", .right = true},
                   {.title = "NAME", .shrinks = true},
                   {.title = "ADDRESS", .shrinks = true},
                   {.title = "STATUS"},
                   {.title = "MEMBER OF"}}};
  for (const auto& row : page.rows) {
    if (json) {
      print_json(person_json(row));
      continue;
    }
    std::vector<std::string> seats;
    for (const auto& each : row.memberships) seats.push_back(std::to_string(each.organisation.value));
    table.add({cell(row.person.id.value), cell(row.person.name), cell(row.person.email),
               cell(to_string(row.person.status)), cell(joined(seats))});
  }
  if (!json) print_table(table);
  more(page.next_cursor, json);
}

void print_person(const members::PersonRow& row, bool json) {
  if (json) return print_json(person_json(row));
  const auto& it = row.person;
  line("Person", fmt::format("{} ({})", it.name, it.id.value));
  line("Address", it.email);
  line("Status", to_string(it.status));
  line("UUID", it.uuid);
  line("Language", it.language);
  line("Time zone", it.time_zone);
  line("Last sign-in", it.last_sign_in_at ? format_minute(*it.last_sign_in_at) : "never");
  for (const auto& each : row.memberships) {
    line("Member of", fmt::format("{}: {}", each.organisation.value, domain::to_string(each.roles)));
  }
}

void print_communities(const std::vector<members::CommunityRow>& rows, bool json) {
  TextTable table{{{.title = "ID", .right = true},
                   {.title = "NAME", .shrinks = true},
                   {.title = "ORGANISATIONS", .right = true},
                   {.title = "PEOPLE", .right = true},
                   {.title = "STATE"}}};
  for (const auto& row : rows) {
    if (json) {
      print_json(community_json(row));
      continue;
    }
    table.add({cell(row.community.id.value), cell(row.community.name), cell(row.organisations.value_or(0)),
               cell(row.people.value_or(0)),
               cell(row.community.closed           ? "closed"
                    : row.community.members_hidden ? "members hidden"
                                                   : "open")});
  }
  if (!json) print_table(table);
}

void print_community(const members::CommunityDetail& detail, bool json) {
  const auto& it = detail.row.community;
  if (json) {
    auto object = community_json(detail.row);
    boost::json::array organisations, people;
    for (const auto& each : detail.organisations) organisations.push_back({{"id", each.id.value}, {"name", each.name}});
    for (const auto& each : detail.people) {
      people.push_back({{"id", each.id.value}, {"name", each.name}, {"email", each.email}});
    }
    object["member_organisations"] = std::move(organisations);
    object["member_people"] = std::move(people);
    return print_json(object);
  }
  line("Community", fmt::format("{} ({})", it.name, it.id.value));
  line("UUID", it.uuid);
  line("State", it.closed ? "closed" : it.members_hidden ? "open, members hidden from each other" : "open");
  line("Description", it.description);
  for (const auto& each : detail.organisations) line("Organisation", fmt::format("{} ({})", each.name, each.id.value));
  for (const auto& each : detail.people) {
    line("Person", fmt::format("{} <{}> ({})", each.name, each.email, each.id.value));
  }
}

}  // namespace tocsin::cli
