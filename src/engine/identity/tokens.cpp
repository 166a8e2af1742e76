#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/identity/state.hpp"
#include "engine/members/members.hpp"
#include "formats/keys/public_key.hpp"

// Tokens for programs: a person's, for one organisation, narrowed by scopes and networks.

namespace tocsin::engine::identity {
namespace {

using domain::Permission;
using domain::audit::Outcome;
using store::ApiTokenKind;

constexpr std::array kScopes{
    Scope{"read", "Read what the person may read; every token has it."},
    Scope{"write-records", "Create and change records."},
    Scope{"publish", "Publish, withdraw and delete records."},
    Scope{"manage-members", "Manage organisations, people and communities."},
    Scope{"manage-cases", "Open cases, and say who takes part in them."},
    Scope{"audit", "Read the audit log."},
    Scope{"read-inventory", "Read the organisation's inventory and exposure."},
    Scope{"write-inventory", "Change the organisation's inventory and say what was done."},
};

struct Needed {
  Permission permission;
  std::string_view scope;  ///< Empty: no token has it.
};
constexpr std::array kNeeded{
    Needed{Permission::anyone, "read"},
    Needed{Permission::signed_in, "read"},
    Needed{Permission::read_as_member, "read"},
    Needed{Permission::manage_own_organisation, "manage-members"},
    Needed{Permission::manage_own_people, "manage-members"},
    Needed{Permission::edit_record, "write-records"},
    Needed{Permission::publish_record, "publish"},
    Needed{Permission::delete_record, "publish"},
    Needed{Permission::vet_organisations, "manage-members"},
    Needed{Permission::manage_organisations, "manage-members"},
    Needed{Permission::manage_people, "manage-members"},
    Needed{Permission::manage_communities, "manage-members"},
    Needed{Permission::handle_cases, "manage-cases"},
    Needed{Permission::read_audit, "audit"},
    Needed{Permission::read_inventory, "read-inventory"},
    Needed{Permission::edit_inventory, "write-inventory"},
    Needed{Permission::break_glass, ""},
    Needed{Permission::administer, ""},
};

constexpr std::size_t kNameBytesMax = 100;
constexpr std::size_t kAddressBytesMax = 45;
constexpr std::size_t kNetworksMax = 50;
constexpr auto kLivesMax = std::chrono::days{366};
constexpr std::uint32_t bit(Permission permission) { return 1U << static_cast<unsigned>(permission); }

Status check(const NewToken& token, Timestamp now) {
  if (text::trim(token.name).empty() || token.name.size() > kNameBytesMax ||
      text::invalid_utf8_at(token.name) != std::string_view::npos ||
      std::ranges::any_of(token.name, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
    return Error::invalid(tr<"a token has a name of 1 to {} bytes, by which to know it again">(kNameBytesMax), "name");
  }
  for (const auto& scope : token.scopes) {
    if (std::ranges::find(kScopes, scope, &Scope::name) == kScopes.end()) {
      return Error::invalid(tr<"'{}' is no scope">(text::shorten(scope, 60)), "scopes");
    }
  }
  if (std::ranges::find(token.scopes, "read") == token.scopes.end()) {
    return Error::invalid(std::string{tr<"every token has the scope 'read'">()}, "scopes");
  }
  if (token.networks.size() > kNetworksMax) {
    return Error::invalid(tr<"a token is for at most {} networks">(kNetworksMax), "networks");
  }
  for (const auto& network : token.networks) {
    if (const auto parsed = parse_network(network); !parsed) return Error::invalid(parsed.error().message, "networks");
  }
  if (token.expires_at <= now || token.expires_at > now + kLivesMax) {
    return Error::invalid(std::string{tr<"a token ends in the future, and within a year">()}, "expires_at");
  }
  return ok();
}

/// A text that cannot be trusted to have been checked by this version: what cannot be read lets nobody in.
std::optional<std::vector<Network>> networks_of(const store::ApiToken& token) {
  std::vector<Network> networks;
  for (const auto& each : token.networks) {
    auto parsed = parse_network(each);
    if (!parsed) return std::nullopt;
    networks.push_back(*parsed);
  }
  return networks;
}

bool allowed_from(const std::vector<Network>& networks, std::string_view address) {
  if (networks.empty()) return true;
  const auto parsed = parse_address(address);
  return parsed && std::ranges::any_of(networks, [&](const Network& each) { return each.contains(*parsed); });
}

/// A certificate's fingerprint is public: never to be taken for the hash of a session or token.
std::string cache_key(ApiTokenKind kind, std::string_view hash) {
  return kind == ApiTokenKind::secret ? std::string{hash} : fmt::format("certificate:{}", hash);
}

std::string_view secret_of(std::string_view token) {
  if (!token.starts_with(kTokenPrefix)) return {};
  token.remove_prefix(kTokenPrefix.size());
  return is_token(token) ? token : std::string_view{};
}

}  // namespace

std::span<const Scope> scopes() noexcept { return kScopes; }

std::uint32_t withheld_by(const std::vector<std::string>& given) noexcept {
  std::uint32_t withheld = 0;
  for (const auto& each : kNeeded) {
    if (each.scope.empty() || std::ranges::find(given, each.scope) == given.end()) withheld |= bit(each.permission);
  }
  return withheld;
}

std::uint32_t withheld_without_factor() noexcept {
  std::uint32_t withheld = 0;
  for (const auto& each : kNeeded) withheld |= bit(each.permission);
  return withheld & ~bit(Permission::anyone) & ~bit(Permission::signed_in);
}

PrincipalPtr Identity::State::cached_program(std::string_view key_, std::string_view address) const {
  auto entry = cache.find(key_, clock.now());
  return entry.principal != nullptr && allowed_from(entry.networks, address) ? entry.principal : nullptr;
}

PrincipalPtr Identity::cached_token(std::string_view token, std::string_view address) const noexcept {
  try {
    if (secret_of(token).empty()) return nullptr;
    return state_->cached_program(sha256_hex(token), address);
  } catch (const std::exception&) {  // Out of memory: the database is asked, or the request fails there.
    return nullptr;
  }
}

Result<PrincipalPtr> Identity::load_token(std::string_view token, const Where& where) {
  if (auto cached = cached_token(token, where.address)) return cached;
  if (secret_of(token).empty()) return PrincipalPtr{};
  return state_->load_program(ApiTokenKind::secret, sha256_hex(token), where);
}

PrincipalPtr Identity::cached_certificate(std::string_view fingerprint, std::string_view address) const noexcept {
  try {
    return state_->cached_program(cache_key(ApiTokenKind::certificate, fingerprint), address);
  } catch (const std::exception&) {
    return nullptr;
  }
}

Result<PrincipalPtr> Identity::load_certificate(std::string_view fingerprint, const Where& where) {
  if (auto cached = cached_certificate(fingerprint, where.address)) return cached;
  return state_->load_program(ApiTokenKind::certificate, std::string{fingerprint}, where);
}

Result<PrincipalPtr> Identity::State::load_program(ApiTokenKind kind, const std::string& hash, const Where& where) {
  const auto now = clock.now();
  PrincipalCache::Entry entry;
  store::ApiToken row;
  std::string_view why;
  TRY_VOID(database.snapshot([&](store::Connection& connection) -> Status {
    TRY(entry.generation, members::generation(connection));
    TRY(auto found, store::ApiTokens{connection}.find(kind, hash));
    if (!found) {
      why = "unknown";
      return ok();
    }
    row = *std::move(found);
    auto networks = networks_of(row);
    if (row.revoked_at) {
      why = "revoked";
    } else if (row.expires_at <= now) {
      why = "expired";
    } else if (!networks || !allowed_from(*networks, where.address)) {
      why = "network";
    }
    if (!why.empty()) return ok();
    TRY(const auto account, find_account(connection, row.person));
    if (!account || !account->may_sign_in()) {
      why = "account";
      return ok();
    }
    TRY(auto principal, person_principal(connection, *account, row.organisation));
    if (account->proven_twice_outside()) principal->must_add_factor = false;
    std::erase_if(principal->seats, [&](const Seat& seat) { return seat.organisation != row.organisation; });
    if (principal->seats.empty()) {
      why = "membership";
      return ok();
    }
    principal->by = kind == ApiTokenKind::secret ? Principal::By::token : Principal::By::certificate;
    principal->id = row.id;
    principal->authenticated_at = row.created_at;
    principal->scopes = row.scopes;
    principal->withheld = withheld_by(row.scopes);
    if (principal->must_add_factor) {
      principal->withheld |= withheld_without_factor();
      principal->viewer = {};
      principal->viewer.person = row.person;
    }
    principal->expires_at = row.expires_at;
    entry.principal = std::move(principal);
    entry.networks = *std::move(networks);
    return ok();
  }));
  if (entry.principal == nullptr) {
    // Guessed ones are counted by where they come from: there are more of them than the log has room for.
    const bool known = row.id != 0;
    const auto noted = known ? fmt::format("token:{}", row.id) : "token:" + network_key(where.address, 32, 64);
    if (throttle.worth_noting(noted, now)) {
      TRY_VOID(write([&](Change& change) -> Status {
        TRY_VOID(audit::record(change.connection, actor_at(where), change.now, "token.use-refused",
                               known ? audit::object_of("token", row.id) : std::string{}, {}, Outcome::refused,
                               {{"why", why}}));
        return ok();
      }));
    }
    return PrincipalPtr{};
  }
  auto used_at = row.last_used_at.value_or(Timestamp{});
  if (used_at + kSeenEvery <= now) {
    const auto used = database.write([&](store::Connection& connection) {
      return store::ApiTokens{connection}.used(row.id, printable(where.address, kAddressBytesMax), now);
    });
    used_at = now;
    if (!used) log::write(log::Level::warn, "identity.last-used-not-written", {{"detail", used.error().detail}});
  }
  entry.look_again_at = std::min(row.expires_at, used_at + kSeenEvery);
  auto principal = entry.principal;
  cache.put(cache_key(kind, hash), std::move(entry));
  return principal;
}

namespace {

/// Always an error: why nobody's program can act for this person there. Who is not at the console is not told apart an
/// organisation that they are not in from one that does not exist.
Status refuse_without_seat(store::Connection& connection, domain::PersonId person, const Actor& actor) {
  TRY(const auto account, find_account(connection, person));
  if (!account || account->person.status == domain::PersonStatus::erased) return Error::not_found("person");
  if (account->person.status == domain::PersonStatus::invited) {
    return Error::conflict(
        std::string{tr<"This person has not accepted the invitation yet: they choose a password first">()});
  }
  if (account->person.status == domain::PersonStatus::suspended) {
    return Error::conflict(std::string{tr<"This account is suspended">()});
  }
  if (!actor.console) return Error::not_found("organisation");
  return Error::conflict(
      std::string{tr<"This person is not a member of that organisation, or the organisation is not active">()});
}

}  // namespace

Result<std::int64_t> Identity::State::add_program(store::ApiToken row, const NewToken& token, const Actor& actor) {
  return write([&](Change& change) -> Result<std::int64_t> {
    TRY(const auto seats, store::MembersState{change.connection}.active_seats(row.person));
    if (std::ranges::find(seats, row.organisation, &store::MembersState::Seat::organisation) == seats.end()) {
      return std::move(refuse_without_seat(change.connection, row.person, actor)).error();
    }
    store::ApiTokens tokens{change.connection};
    TRY(const auto valid, tokens.count_valid(row.person, change.now));
    if (valid >= options.tokens_max) {
      return Error::conflict(tr<"there are {} tokens already: revoke one first">(valid));
    }
    if (row.kind == ApiTokenKind::certificate) {
      TRY(const auto known, tokens.find(row.kind, row.token_hash));
      if (known)
        return Error::conflict(
            std::string{tr<"this certificate was registered before; get a new one for each registration">()});
    }
    row.name = std::string{text::trim(token.name)};
    row.scopes = token.scopes;
    std::ranges::sort(row.scopes);
    row.scopes.erase(std::ranges::unique(row.scopes).begin(), row.scopes.end());
    row.networks = token.networks;
    row.created_at = change.now;
    TRY(const auto id, tokens.add(row));
    boost::json::object detail{{"name", token.name},
                               {"scopes", boost::json::value_from(row.scopes)},
                               {"networks", boost::json::value_from(row.networks)},
                               {"expires_at", format_rfc3339(row.expires_at)}};
    if (row.kind == ApiTokenKind::certificate) {
      detail["certificate"] = row.token_hash;
      detail["subject"] = row.subject;
    }
    TRY_VOID(audit::record(change.connection, actor, change.now, "token.create", audit::object_of("token", id),
                           row.organisation, Outcome::done, detail));
    TRY_VOID(tell(change, row.person, post::Event::token_created, actor, row.name));
    return id;
  });
}

Result<std::string> Identity::create_token(domain::PersonId person, domain::OrganisationId organisation,
                                           const NewToken& token, const Actor& actor) {
  TRY_VOID(require_self(actor, person));
  TRY_VOID(check(token, state_->clock.now()));
  auto secret = std::string{kTokenPrefix} + random_token();
  TRY_VOID(state_->add_program({.token_hash = sha256_hex(secret),
                                .person = person,
                                .organisation = organisation,
                                .expires_at = token.expires_at},
                               token, actor));
  return secret;
}

Result<std::int64_t> Identity::register_certificate(domain::PersonId person, domain::OrganisationId organisation,
                                                    const NewToken& token, std::string_view pem, const Actor& actor) {
  TRY_VOID(require_self(actor, person));
  const auto now = state_->clock.now();
  TRY_VOID(check(token, now));
  auto certificate = formats::keys::read_certificate(pem);
  if (!certificate) return Error::invalid(certificate.error().message, "certificate");
  if (certificate->not_after <= now)
    return Error::invalid(std::string{tr<"this certificate has expired">()}, "certificate");
  return state_->add_program({.kind = ApiTokenKind::certificate,
                              .token_hash = certificate->fingerprint,
                              .subject = certificate->subject,
                              .person = person,
                              .organisation = organisation,
                              .expires_at = std::min(token.expires_at, certificate->not_after)},
                             token, actor);
}

Result<std::vector<TokenRow>> Identity::tokens(domain::PersonId person) {
  TRY(const auto all,
      state_->database.read([&](store::Connection& connection) { return store::ApiTokens{connection}.of(person); }));
  std::vector<TokenRow> rows;
  for (const auto& each : all) {
    const bool certificate = each.kind == ApiTokenKind::certificate;
    rows.push_back({.id = each.id,
                    .certificate = certificate,
                    .subject = each.subject,
                    .fingerprint = certificate ? each.token_hash : std::string{},
                    .person = each.person,
                    .organisation = each.organisation,
                    .name = each.name,
                    .scopes = each.scopes,
                    .networks = each.networks,
                    .created_at = each.created_at,
                    .expires_at = each.expires_at,
                    .last_used_at = each.last_used_at,
                    .revoked_at = each.revoked_at,
                    .last_used_address = each.last_used_address});
  }
  return rows;
}

Status Identity::revoke_token(domain::PersonId person, std::int64_t id, const Actor& actor) {
  TRY_VOID(require_self_or_manager(actor, person));
  return state_->write([&](Change& change) -> Status {
    TRY(const auto revoked, store::ApiTokens{change.connection}.revoke(person, id, change.now));
    if (revoked == 0) return Error::not_found("token");
    change.revoked = true;
    TRY_VOID(audit::record(change.connection, actor, change.now, "token.revoke", audit::object_of("token", id)));
    return ok();
  });
}

}  // namespace tocsin::engine::identity
