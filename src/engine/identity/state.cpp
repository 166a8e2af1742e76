#include "engine/identity/state.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::engine::identity {
namespace {

constexpr std::size_t kTokenCharacters = 43;
constexpr std::size_t kAgentBytesMax = 200;
constexpr std::size_t kAccountBytesMax = 254;

bool is_base64url(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

Result<std::optional<Account>> with_credentials(store::Connection& connection, std::optional<domain::Person> person) {
  // Asked also for nobody, so that the database has the same work whether the account exists.
  TRY(auto credentials, store::Credentials{connection}.of(person ? person->id : domain::PersonId{}));
  if (!person) return std::optional<Account>{};
  return std::optional{Account{.person = *std::move(person), .credentials = std::move(credentials)}};
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  return text.size() == kTokenCharacters && std::ranges::all_of(text, is_base64url);
}

const store::Credential* Account::first(store::CredentialKind kind) const noexcept {
  const auto found = std::ranges::find(credentials, kind, &store::Credential::kind);
  return found == credentials.end() ? nullptr : &*found;
}
int Account::count(store::CredentialKind kind) const noexcept {
  return static_cast<int>(std::ranges::count(credentials, kind, &store::Credential::kind));
}
bool Account::has_second_factor() const noexcept {
  return first(store::CredentialKind::totp) != nullptr || first(store::CredentialKind::passkey) != nullptr;
}

Result<std::optional<Account>> find_account(store::Connection& connection, domain::PersonId person) {
  TRY(auto found, store::Accounts{connection}.find(person));
  return with_credentials(connection, std::move(found));
}
Result<std::optional<Account>> find_account(store::Connection& connection, std::string_view folded_email) {
  TRY(auto found, store::Accounts{connection}.find_by_email(folded_email));
  return with_credentials(connection, std::move(found));
}

std::string account_key(std::string_view email) {
  if (auto folded = domain::folded_email(email)) return std::move(folded).value();
  // A line feed is in no address: what was typed instead of one counts for nobody's account.
  return "\n" + sha256_hex(email.substr(0, kAccountBytesMax));
}
std::string printable(std::string_view text, std::size_t bytes_max) {
  std::string kept{text.substr(0, bytes_max * 2)};
  for (char& c : kept) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = '?';
  }
  if (text::invalid_utf8_at(kept) != std::string_view::npos) {
    std::ranges::replace_if(kept, [](char c) { return static_cast<unsigned char>(c) > 0x7E; }, '?');
  }
  return text::shorten(kept, bytes_max);
}
bool Half::holds(const Account& account) const noexcept {
  if (!account.may_sign_in()) return false;
  if (outside != 0) return account.outside(outside) != nullptr;
  const auto* password = account.first(store::CredentialKind::password);
  return password != nullptr && equal_secret(password->secret, password_hash);
}
std::string_view Half::method() const noexcept { return outside != 0 ? kOutsideMethod : "password"; }
std::string factor_key(std::string_view account_key) { return "\nfactor:" + std::string{account_key}; }

Identity::State::State(store::Database& database_, SealingKey key_, Options options_, const Clock& clock_)
    : database(database_),
      key(std::move(key_)),
      options(std::move(options_)),
      clock(clock_),
      check_slots(options.password_checks_max) {}

Status Identity::State::tell(const Change& change, domain::PersonId person, post::Event event, const Actor& actor,
                             std::string_view detail, std::string_view address) const {
  if (!mails()) return ok();
  TRY(const auto to, store::Accounts{change.connection}.find(person));
  if (!to || to->status != domain::PersonStatus::active) return ok();
  TRY(const auto writing, options.post->options(change.connection));
  return options.post->put(change.connection,
                           post::notice(writing, *to, address.empty() ? to->email : address, event, detail,
                                        done_by(actor, person), change.now),
                           change.now);
}

Identity::Identity(store::Database& database, SealingKey key, Options options, const Clock& clock)
    : state_(std::make_unique<State>(database, std::move(key), std::move(options), clock)) {}
Identity::~Identity() = default;
bool Identity::factors_by_role() const noexcept { return state_->options.second_factor_by_role; }

Actor actor_at(const Where& where, const domain::Person* person, std::optional<domain::OrganisationId> organisation) {
  Actor actor;
  actor.address = where.address;
  actor.agent = printable(where.agent, kAgentBytesMax);
  actor.request_id = where.request_id;
  if (person != nullptr) {
    actor.viewer.person = person->id;
    actor.viewer.organisation = organisation;
    actor.name = person->email;
  }
  return actor;
}

post::Doer done_by(const Actor& actor, domain::PersonId person) {
  using Who = post::Doer::Who;
  if (actor.console) return {.who = Who::console};
  if (actor.viewer.person != person) return {.who = Who::administrator};
  return {.who = Who::recipient, .address = actor.address, .agent = printable(actor.agent, kAgentBytesMax / 2)};
}

Where where_of(const Actor& actor) {
  return {.address = actor.address, .agent = actor.agent, .request_id = actor.request_id};
}

Status require_self(const Actor& actor, domain::PersonId person) {
  if (actor.console || (actor.viewer.person == person && !actor.program)) return ok();
  return Error::forbidden(std::string{actor.program
                                          ? tr<"A token may not change how somebody signs in: sign in to do so">()
                                          : tr<"Everybody changes only how they sign in themselves">()});
}

Status require_self_or_manager(const Actor& actor, domain::PersonId person) {
  if (!actor.program && actor.may(domain::Permission::manage_people)) return ok();
  return require_self(actor, person);
}

bool Principal::may(domain::Permission permission) const noexcept {
  if (permission == domain::Permission::anyone) return true;
  if (((withheld >> static_cast<unsigned>(permission)) & 1U) != 0) return false;
  if (permission == domain::Permission::signed_in) return true;
  return viewer.organisation.has_value() && domain::allows(viewer.roles, permission);
}

Actor Principal::actor(std::string address, const std::string& agent, std::string request_id) const {
  Actor actor;
  actor.viewer = viewer;
  actor.withheld = withheld;
  actor.program = by != By::session;
  actor.second_factor = second_factor;
  actor.four_eyes = four_eyes;
  actor.post = post;
  actor.name = email;
  actor.address = std::move(address);
  actor.agent = printable(agent, kAgentBytesMax);
  actor.request_id = std::move(request_id);
  return actor;
}

}  // namespace tocsin::engine::identity
