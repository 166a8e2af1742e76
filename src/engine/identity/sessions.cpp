#include <algorithm>

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "engine/guard/approvals.hpp"
#include "engine/identity/state.hpp"
#include "engine/members/members.hpp"
#include "store/glass.hpp"

// Sessions: from a cookie's secret to a principal, from memory where it can be, and how they end.

namespace tocsin::engine::identity {
namespace {

using store::CredentialKind;

constexpr std::size_t kAddressBytesMax = 45;
constexpr std::size_t kAgentBytesMax = 200;
constexpr std::string_view kDemo = "demo";

std::optional<domain::OrganisationId> first_seat(const std::vector<store::MembersState::Seat>& seats) {
  if (seats.empty()) return std::nullopt;
  return seats.front().organisation;
}

}  // namespace

Result<SignIn> Identity::State::start_session(Change& change, const Account& account, std::string method,
                                              bool second_factor, const Where& where) {
  const auto person = account.person.id;
  TRY(const auto seats, store::MembersState{change.connection}.active_seats(person));
  SignIn answer;
  answer.next = SignIn::Next::signed_in;
  answer.token = random_token();
  const bool demo = method == kDemo;
  store::Session session{.token_hash = sha256_hex(answer.token),
                         .person = person,
                         .organisation = first_seat(seats),
                         .method = std::move(method),
                         .second_factor = second_factor,
                         .address = printable(where.address, kAddressBytesMax),
                         .agent = printable(where.agent, kAgentBytesMax),
                         .created_at = change.now,
                         .authenticated_at = change.now,
                         .last_seen_at = change.now,
                         .expires_at = change.now + options.absolute_limit};
  store::Sessions sessions{change.connection};
  TRY(session.id, sessions.add(session));
  TRY(const auto trimmed, sessions.trim(person, std::max(1, options.sessions_max)));
  if (trimmed > 0) change.revoked = true;
  TRY_VOID(store::Accounts{change.connection}.signed_in(person, change.now));
  const auto actor = actor_at(where, &account.person, session.organisation);
  const auto object = audit::object_of("session", session.id);
  const boost::json::object detail{{"method", session.method}};
  if (demo) {
    TRY_VOID(audit::record(change.connection, actor, change.now, "demo.sign-in", object, {},
                           domain::audit::Outcome::done, detail));
  } else {
    TRY_VOID(audit::record(change.connection, actor, change.now, "sign-in", object, {}, domain::audit::Outcome::done,
                           detail));
  }
  return answer;
}

Result<std::optional<Identity::State::Found>> Identity::State::find_session(store::Connection& connection,
                                                                            std::string_view token,
                                                                            Timestamp now) const {
  std::optional<Found> none;
  if (!is_token(token)) return none;
  TRY(auto session, store::Sessions{connection}.find(sha256_hex(token)));
  if (!session || session->expires_at <= now || session->last_seen_at + options.idle_limit <= now) return none;
  TRY(auto account, find_account(connection, session->person));
  if (!account || !account->may_sign_in()) return none;
  return std::optional{Found{.session = *std::move(session), .account = *std::move(account)}};
}

Result<std::string> Identity::State::rotate(Change& change, store::Session session) const {
  auto token = random_token();
  const auto old_hash = std::exchange(session.token_hash, sha256_hex(token));
  session.last_seen_at = change.now;
  TRY(const auto replaced, store::Sessions{change.connection}.replace(old_hash, session));
  change.revoked = true;
  if (replaced == 0) return std::string{};
  return token;
}

Result<std::shared_ptr<Principal>> Identity::State::person_principal(
    store::Connection& connection, const Account& account, std::optional<domain::OrganisationId> organisation) const {
  auto principal = std::make_shared<Principal>();
  principal->person = account.person.id;
  principal->person_name = account.person.name;
  principal->email = account.person.email;
  principal->language = account.person.language;
  principal->time_zone = account.person.time_zone;
  principal->four_eyes = options.four_eyes;
  principal->post = options.post;
  TRY(principal->viewer, members::viewer_of(connection, account.person.id, organisation));
  TRY(const auto seats, store::MembersState{connection}.active_seats(account.person.id));
  bool demanded = false;
  for (const auto& seat : seats) {
    principal->seats.push_back(
        {.organisation = seat.organisation, .name = seat.name, .roles = seat.roles, .active = true});
    demanded = demanded || domain::demands_second_factor(seat.roles);
  }
  principal->must_add_factor = options.second_factor_by_role && demanded && !account.has_second_factor();
  return principal;
}

Result<PrincipalPtr> Identity::State::principal_of(store::Connection& connection, const store::Session& session,
                                                   const Account& account, std::string_view token,
                                                   Timestamp now) const {
  TRY(auto principal, person_principal(connection, account, session.organisation));
  principal->by = Principal::By::session;
  principal->id = session.id;
  // From the token, not from its stored hash: whoever reads the database cannot make it.
  principal->csrf = base64url_encode(hmac_sha256(token, "tocsin csrf 1"));
  principal->second_factor = session.second_factor;
  principal->authenticated_at = session.authenticated_at;
  principal->expires_at = session.expires_at;
  const bool twice_outside = session.method == kOutsideBoth && account.first(CredentialKind::openid_connect) != nullptr;
  if (session.method == kDemo || twice_outside) principal->must_add_factor = false;
  // Not for tokens: what was opened for a person to read is not for programs. Who lost the role has lost it as well.
  auto& viewer = principal->viewer;
  if (viewer.organisation && domain::allows(viewer.roles, domain::Permission::break_glass)) {
    TRY(viewer.glass, store::Glass{connection}.open(account.person.id, *viewer.organisation, now));
  }
  if (options.four_eyes.any() && !principal->must_add_factor) {
    TRY(principal->approvals, guard::count_decidable(connection, principal->actor({}, {}, {}), now));
  }
  if (principal->must_add_factor) {
    principal->withheld = withheld_without_factor();
    principal->viewer = {};
    principal->viewer.person = session.person;
  }
  return PrincipalPtr{std::move(principal)};
}

PrincipalPtr Identity::cached_session(std::string_view token) const noexcept {
  try {
    if (!is_token(token)) return nullptr;
    return state_->cache.find(sha256_hex(token), state_->clock.now()).principal;
  } catch (const std::exception&) {  // Out of memory: the database is asked, or the request fails there.
    return nullptr;
  }
}

Result<PrincipalPtr> Identity::load_session(std::string_view token, const Where& where) {
  static_cast<void>(where);
  if (auto cached = cached_session(token)) return cached;
  if (!is_token(token)) return PrincipalPtr{};
  auto& state = *state_;
  const auto now = state.clock.now();
  PrincipalCache::Entry entry;
  store::Session session;
  // One snapshot: the generation that the answer is kept under is the one it was read at.
  TRY_VOID(state.database.snapshot([&](store::Connection& connection) -> Status {
    TRY(entry.generation, members::generation(connection));
    TRY(const auto found, state.find_session(connection, token, now));
    if (!found) return ok();
    session = found->session;
    TRY(entry.principal, state.principal_of(connection, found->session, found->account, token, now));
    return ok();
  }));
  if (entry.principal == nullptr) return PrincipalPtr{};
  auto look_again_at = session.last_seen_at + kSeenEvery;
  if (look_again_at <= now) {
    look_again_at = now + kSeenEvery;
    const auto seen = state.database.write(
        [&](store::Connection& connection) { return store::Sessions{connection}.seen(session.id, now); });
    // A full disk must not sign everybody out: the session only does not live longer by this request.
    if (seen) {
      session.last_seen_at = now;
    } else {
      log::write(log::Level::warn, "identity.last-seen-not-written", {{"detail", seen.error().detail}});
    }
  }
  entry.look_again_at = std::min({session.expires_at, session.last_seen_at + state.options.idle_limit, look_again_at});
  // When the first broken glass closes, this is somebody else to the policy and to every cache.
  for (const auto& each : entry.principal->viewer.glass)
    entry.look_again_at = std::min(entry.look_again_at, each.until);
  auto principal = entry.principal;
  state.cache.put(sha256_hex(token), std::move(entry));
  return principal;
}

Status Identity::refresh() {
  TRY(const auto generation,
      state_->database.read([](store::Connection& connection) { return members::generation(connection); }));
  state_->cache.advance(generation);
  return ok();
}

Status Identity::tidy() {
  TRY_VOID(state_->write([&](Change& change) {
    return store::Sessions{change.connection}.remove_expired(change.now, change.now - state_->options.idle_limit);
  }));
  return state_->end_unconfirmed_roles();
}

Status Identity::sign_out(std::string_view token, const Where& where) {
  auto& state = *state_;
  return state.write([&](Change& change) -> Status {
    TRY(const auto found, state.find_session(change.connection, token, change.now));
    if (!found) return ok();
    TRY(const auto ended, store::Sessions{change.connection}.remove(found->session.person, found->session.id));
    if (ended == 0) return ok();
    change.revoked = true;
    TRY_VOID(audit::record(change.connection, actor_at(where, &found->account.person, found->session.organisation),
                           change.now, "sign-out", audit::object_of("session", found->session.id)));
    return ok();
  });
}

Result<SignIn> Identity::act_for(std::string_view token, domain::OrganisationId organisation, const Where& where) {
  auto& state = *state_;
  return state.write([&](Change& change) -> Result<SignIn> {
    TRY(const auto found, state.find_session(change.connection, token, change.now));
    if (!found) return Error::not_found("session");
    TRY(const auto seats, store::MembersState{change.connection}.active_seats(found->session.person));
    if (std::ranges::find(seats, organisation, &store::MembersState::Seat::organisation) == seats.end()) {
      return Error::not_found("organisation");
    }
    auto session = found->session;
    const auto before = std::exchange(session.organisation, organisation);
    SignIn answer;
    TRY(answer.token, state.rotate(change, session));
    if (answer.token.empty()) return Error::not_found("session");
    answer.next = SignIn::Next::signed_in;
    TRY_VOID(audit::record(change.connection, actor_at(where, &found->account.person, before), change.now,
                           "session.act-for", audit::object_of(organisation)));
    return answer;
  });
}

bool Identity::fresh(const Principal& principal, Timestamp now) const noexcept {
  return principal.by == Principal::By::session && principal.authenticated_at <= now &&
         now < principal.authenticated_at + state_->options.dangerous_window;
}

Result<std::vector<SessionRow>> Identity::sessions(domain::PersonId person, std::int64_t current) {
  const auto now = state_->clock.now();
  TRY(const auto all,
      state_->database.read([&](store::Connection& connection) { return store::Sessions{connection}.of(person); }));
  std::vector<SessionRow> rows;
  for (const auto& each : all) {
    if (each.expires_at <= now || each.last_seen_at + state_->options.idle_limit <= now) continue;
    rows.push_back({.id = each.id,
                    .method = each.method,
                    .address = each.address,
                    .agent = each.agent,
                    .created_at = each.created_at,
                    .last_seen_at = each.last_seen_at,
                    .expires_at = each.expires_at,
                    .current = each.id == current});
  }
  return rows;
}

Status Identity::revoke_session(domain::PersonId person, std::int64_t id, const Actor& actor) {
  TRY_VOID(require_self_or_manager(actor, person));
  return state_->write([&](Change& change) -> Status {
    TRY(const auto ended, store::Sessions{change.connection}.remove(person, id));
    if (ended == 0) return Error::not_found("session");
    change.revoked = true;
    TRY_VOID(audit::record(change.connection, actor, change.now, "session.revoke", audit::object_of("session", id), {},
                           domain::audit::Outcome::done, {{"person", person.value}}));
    return ok();
  });
}

Status Identity::revoke_other_sessions(domain::PersonId person, std::int64_t keep, const Actor& actor) {
  TRY_VOID(require_self_or_manager(actor, person));
  return state_->write([&](Change& change) -> Status {
    TRY(const auto ended, store::Sessions{change.connection}.remove_others(person, keep));
    if (ended == 0) return ok();
    change.revoked = true;
    TRY_VOID(audit::record(change.connection, actor, change.now, "session.revoke", audit::object_of(person), {},
                           domain::audit::Outcome::done, {{"sessions", ended}}));
    return ok();
  });
}

}  // namespace tocsin::engine::identity
