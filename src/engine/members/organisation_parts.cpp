#include <fmt/format.h>

#include "base/messages.hpp"
#include "engine/members/input.hpp"
#include "engine/members/members.hpp"
#include "engine/members/writing.hpp"
#include "formats/keys/public_key.hpp"

namespace tocsin::engine::members {
namespace {

using domain::Permission;

constexpr audit::Action kChange = "organisation.change";
constexpr std::size_t kContactsMax = 50;
constexpr std::size_t kKeysMax = 20;
constexpr std::size_t kClientsMax = 2'000;

Status require_manage(const Actor& actor, domain::OrganisationId organisation) {
  return actor.require(Permission::manage_organisations, Permission::manage_own_organisation, organisation);
}

Status changed(store::Connection& connection, const Actor& actor, domain::OrganisationId organisation, Timestamp now,
               const boost::json::object& detail) {
  return note(connection, actor, now, kChange, audit::object_of(organisation), organisation, detail);
}

}  // namespace

Result<std::int64_t> add_contact(store::Database& database, const Actor& actor, domain::OrganisationId organisation,
                                 const domain::OrganisationContact& given, Timestamp now) {
  TRY_VOID(require_manage(actor, organisation));
  TRY(const auto contact, read_contact(given));
  return write_members(database, [&](store::Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(need_organisation(connection, organisation));
    store::Organisations organisations{connection};
    TRY(const auto there, organisations.contacts(organisation));
    if (there.size() >= kContactsMax)
      return Error::conflict(tr<"An organisation has at most {} contacts">(kContactsMax), "role");
    TRY(const auto id, organisations.add_contact(organisation, contact));
    TRY_VOID(changed(connection, actor, organisation, now,
                     {{"contact_added", id}, {"role", contact.role}, {"name", contact.name}}));
    return id;
  });
}

Status remove_contact(store::Database& database, const Actor& actor, domain::OrganisationId organisation,
                      std::int64_t contact, Timestamp now) {
  TRY_VOID(require_manage(actor, organisation));
  return write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto rows, store::Organisations{connection}.remove_contact(organisation, contact));
    if (rows == 0) return Error::not_found("contact");
    return changed(connection, actor, organisation, now, {{"contact_removed", contact}});
  });
}

Result<std::int64_t> add_key(store::Database& database, const Actor& actor, domain::OrganisationId organisation,
                             std::string_view armoured, std::string_view label, Timestamp now) {
  TRY_VOID(require_manage(actor, organisation));
  domain::OrganisationKey key;
  TRY(key.label, one_line(label, "label", 0, kNameBytesMax));
  TRY(auto read, formats::keys::read_public_key(armoured));
  key.kind = read.kind == formats::keys::PublicKey::Kind::openpgp ? domain::OrganisationKey::Kind::openpgp
                                                                  : domain::OrganisationKey::Kind::certificate;
  key.fingerprint = std::move(read.fingerprint);
  key.body = std::move(read.body);
  key.created_at = now;
  return write_members(database, [&](store::Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(need_organisation(connection, organisation));
    store::Organisations organisations{connection};
    TRY(const auto there, organisations.keys(organisation));
    if (there.size() >= kKeysMax) return Error::conflict(tr<"An organisation has at most {} keys">(kKeysMax), "key");
    TRY(const auto id, organisations.add_key(organisation, key));
    TRY_VOID(changed(connection, actor, organisation, now, {{"key_added", id}, {"fingerprint", key.fingerprint}}));
    return id;
  });
}

Status remove_key(store::Database& database, const Actor& actor, domain::OrganisationId organisation, std::int64_t key,
                  Timestamp now) {
  TRY_VOID(require_manage(actor, organisation));
  return write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto rows, store::Organisations{connection}.remove_key(organisation, key));
    if (rows == 0) return Error::not_found("key");
    return changed(connection, actor, organisation, now, {{"key_removed", key}});
  });
}

Status add_client(store::Database& database, const Actor& actor, domain::OrganisationId provider,
                  domain::OrganisationId client, Timestamp now) {
  TRY_VOID(actor.require(Permission::manage_organisations));
  if (provider == client) return Error::invalid(std::string{tr<"An organisation is not its own client">()}, "client");
  return write_members(database, [&](store::Connection& connection) -> Status {
    for (const auto id : {provider, client}) {
      TRY(const auto found, need_organisation(connection, id));
      if (found.status == domain::OrganisationStatus::left) {
        return Error::conflict(std::string{tr<"An organisation that has left is nobody's provider or client">()},
                               "client");
      }
    }
    store::Organisations organisations{connection};
    TRY(const auto there, organisations.clients(provider));
    if (there.size() >= kClientsMax)
      return Error::conflict(tr<"An organisation has at most {} clients">(kClientsMax), "client");
    TRY_VOID(organisations.add_client(provider, client));
    return changed(connection, actor, provider, now, {{"client_added", client.value}});
  });
}

Status remove_client(store::Database& database, const Actor& actor, domain::OrganisationId provider,
                     domain::OrganisationId client, Timestamp now) {
  TRY_VOID(actor.require(Permission::manage_organisations));
  return write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto rows, store::Organisations{connection}.remove_client(provider, client));
    if (rows == 0) return Error::not_found("client");
    return changed(connection, actor, provider, now, {{"client_removed", client.value}});
  });
}

}  // namespace tocsin::engine::members
