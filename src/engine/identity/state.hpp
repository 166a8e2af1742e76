#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "domain/person.hpp"
#include "engine/audit/trail.hpp"
#include "engine/identity/identity.hpp"
#include "engine/identity/principal_cache.hpp"
#include "engine/identity/throttle.hpp"
#include "engine/post/letters.hpp"
#include "store/accounts.hpp"
#include "store/api_tokens.hpp"
#include "store/credentials.hpp"
#include "store/members_state.hpp"
#include "store/sessions.hpp"

/// What the files of this folder share.
namespace tocsin::engine::identity {

inline constexpr std::chrono::minutes kHalfSessionLives{5};
inline constexpr int kHalfSessionCodesMax = 5;
inline constexpr std::chrono::minutes kChallengeLives{5};
inline constexpr std::chrono::minutes kSeenEvery{1};

inline Timestamp operator+(Timestamp time, std::chrono::microseconds by) { return {time.micros + by.count()}; }
inline Timestamp operator-(Timestamp time, std::chrono::microseconds by) { return {time.micros - by.count()}; }

/// Does this have the form of random_token()? Spares the database what cannot be one.
bool is_token(std::string_view text) noexcept;
inline constexpr std::string_view kTokenPrefix = "tocsin_";
/// How a session was begun by a provider outside (store::Session::method), and by one whose second factor counts.
inline constexpr std::string_view kOutsideMethod = "openid-connect";
inline constexpr std::string_view kOutsideBoth = "openid-connect, second factor there";

/// A person with all that proves them.
struct Account {
  domain::Person person;
  std::vector<store::Credential> credentials;
  const store::Credential* first(store::CredentialKind kind) const noexcept;
  int count(store::CredentialKind kind) const noexcept;
  bool has_second_factor() const noexcept;
  // outside.cpp
  const store::Credential* outside_of(std::string_view issuer) const noexcept;
  const store::Credential* outside(std::int64_t id) const noexcept;
  /// Did the provider's second factor count at their last sign-in there?
  bool proven_twice_outside() const noexcept;
  bool may_sign_in() const noexcept { return person.status == domain::PersonStatus::active; }
};
Result<std::optional<Account>> find_account(store::Connection& connection, domain::PersonId person);
Result<std::optional<Account>> find_account(store::Connection& connection, std::string_view folded_email);

/// The name under which attempts at an account are counted: its folded address, or what was typed instead of one.
std::string account_key(std::string_view email);
/// "ISSUER SUBJECT": store::Credential::external_id.
std::string outside_id(const OutsideProof& proof);
/// What came in a header, as any database takes it: well-formed, without control characters, shortened.
std::string printable(std::string_view text, std::size_t bytes_max);
std::string factor_key(std::string_view account_key);

/// Password right, second factor missing.
struct Half {
  domain::PersonId person;
  std::string account_key;
  std::string password_hash = {};  ///< Not worth anything any more once the password is another.
  std::int64_t outside = 0;        ///< Instead of a password: the sign-in elsewhere, as long as it is connected.
  int codes_tried = 0;
  /// Is what was proven first still what the account has?
  bool holds(const Account& account) const noexcept;
  std::string_view method() const noexcept;
};
/// A passkey's challenge that was sent out.
struct Challenge {
  enum class For { registration, sign_in, second_factor, again } purpose = For::sign_in;
  std::optional<domain::PersonId> person = {};  ///< None: whoever it turns out to be.
  std::string half_hash = {};                   ///< Of the half session or session; empty: none.
  std::int64_t session = 0;                     ///< registration
};

/// Inside a write transaction.
struct Change {
  store::Connection& connection;
  Timestamp now;
  bool revoked = false;  ///< Something that may be remembered as valid is not any more.
};

/// A limited number of Argon2 computations at once. One more is kept for whoever is known - signed in here, or before
/// from the same address - so that guessing from everywhere at once keeps none of them out.
class CheckSlots {
 public:
  explicit CheckSlots(std::size_t count) : all_(static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, count))) {}
  using Semaphore = std::counting_semaphore<>;
  /// The semaphore that was taken, or none.
  Semaphore* take(bool known) noexcept {
    if (all_.try_acquire()) return &all_;
    return known && for_known_.try_acquire() ? &for_known_ : nullptr;
  }

 private:
  Semaphore all_, for_known_{1};
};

class CheckSlot {
 public:
  CheckSlot(CheckSlots& slots, bool known) : taken_(slots.take(known)) {}
  ~CheckSlot() {
    if (taken_ != nullptr) taken_->release();
  }
  CheckSlot(const CheckSlot&) = delete;
  CheckSlot& operator=(const CheckSlot&) = delete;
  explicit operator bool() const noexcept { return taken_ != nullptr; }

 private:
  CheckSlots::Semaphore* taken_;
};

struct Identity::State {
  State(store::Database& database_, SealingKey key_, Options options_, const Clock& clock_);

  store::Database& database;
  SealingKey key;
  Options options;
  const Clock& clock;
  PrincipalCache cache;
  Throttle throttle;
  Pending<Half> halves;
  Pending<Challenge> challenges;
  CheckSlots check_slots;

  /// One transaction, in the audit log's order from its start, so that two never wait for each other. Where something
  /// was revoked the generation moves in it, and what this process remembers goes after it.
  template <class F>
  auto write(F body) -> std::invoke_result_t<F, Change&> {
    std::int64_t generation = 0;
    auto result = database.write([&](store::Connection& connection) -> std::invoke_result_t<F, Change&> {
      TRY_VOID(connection.lock_changes());
      Change change{.connection = connection, .now = clock.now()};
      auto done = body(change);
      if (!done || !change.revoked) return done;
      store::MembersState members{connection};
      TRY_VOID(members.advance());
      TRY(generation, members.generation());
      return done;
    });
    if (result && generation != 0) cache.advance(generation);
    return result;
  }

  // --- state.cpp ---
  bool mails() const noexcept { return options.post != nullptr && options.post->on(); }
  /// Puts a notice to them into the outgoing post. `address`: empty is theirs.
  Status tell(const Change& change, domain::PersonId person, post::Event event, const Actor& actor,
              std::string_view detail = {}, std::string_view address = {}) const;

  // --- sign_in.cpp ---
  bool is_password(std::string_view phc, std::string_view normalised) const;  ///< Empty phc: nobody's.
  Result<std::string> hash(std::string_view normalised) const;
  /// Takes an attempt at an account; how long to wait where there were too many.
  Result<std::optional<std::chrono::seconds>> throttled(const std::string& key, const Where& where, Timestamp now);
  void succeeded(const std::string& account_key, const Where& where);
  /// The one answer for everything that is wrong, with an audit entry.
  Result<SignIn> refuse(const Where& where, std::optional<domain::PersonId> about, std::string_view typed,
                        std::string_view why);
  /// Too many: noted in the audit log, but not each time.
  Result<SignIn> refuse_for_now(const Where& where, const std::string& account, std::chrono::seconds wait,
                                std::string_view why);
  /// Consumes a time-based or recovery code in the transaction. "code", "recovery code", or empty where it is wrong.
  Result<std::string> use_code(Change& change, const Account& account, std::string_view code, const Where& where);
  /// The second factor is asked for.
  SignIn half_way(const Account& account, Half half);
  Result<SignIn> start_session(Change& change, const Account& account, std::string method, bool second_factor,
                               const Where& where);

  // --- sessions.cpp ---
  struct Found {
    store::Session session;
    Account account;
  };
  /// The live session of a token, from the database, with its person, who may sign in.
  Result<std::optional<Found>> find_session(store::Connection& connection, std::string_view token, Timestamp now) const;
  /// A new token for a session that goes on; the old one is worth nothing from then on. Empty where it has ended
  /// meanwhile.
  Result<std::string> rotate(Change& change, store::Session session) const;
  Result<PrincipalPtr> principal_of(store::Connection& connection, const store::Session& session,
                                    const Account& account, std::string_view token, Timestamp now) const;
  Result<std::shared_ptr<Principal>> person_principal(store::Connection& connection, const Account& account,
                                                      std::optional<domain::OrganisationId> organisation) const;

  // --- tokens.cpp ---
  Result<std::int64_t> add_program(store::ApiToken row, const NewToken& token, const Actor& actor);
  PrincipalPtr cached_program(std::string_view key, std::string_view address) const;
  Result<PrincipalPtr> load_program(store::ApiTokenKind kind, const std::string& hash, const Where& where);

  // --- outside.cpp ---
  Result<std::int64_t> add_outside(Change& change, const Account& account, const OutsideProof& proof,
                                   const Actor& actor) const;
  Status apply_groups(Change& change, const Account& account, const OutsideProof& proof, const Actor& actor) const;
  Result<std::optional<domain::PersonId>> person_of(Change& change, const OutsideProof& proof,
                                                    const Where& where) const;
  Result<std::optional<domain::PersonId>> create_outside(Change& change, const OutsideProof& proof,
                                                         const Where& where) const;
  Status end_unconfirmed_roles();

  // --- factors.cpp ---
  /// The normalised password. Errors: invalid_input, saying what is wrong, `where` = "password".
  Result<std::string> checked_password(store::Connection& connection, const domain::Person& person,
                                       std::string_view typed) const;
  /// New ones in place of the old.
  Result<std::vector<std::string>> replace_recovery_codes(Change& change, domain::PersonId person,
                                                          const Actor& actor) const;
  /// The last second factor went: recovery codes stand in for nothing any more.
  Status after_removal(Change& change, domain::PersonId person) const;
};

/// Who they are, for the audit log: `person` where proven.
Actor actor_at(const Where& where, const domain::Person* person = nullptr,
               std::optional<domain::OrganisationId> organisation = {});
Where where_of(const Actor& actor);
/// Who did something, as a notice to `person` tells it.
post::Doer done_by(const Actor& actor, domain::PersonId person);
/// May this actor change what proves this person? The person, not by a token; the console. Errors: forbidden.
Status require_self(const Actor& actor, domain::PersonId person);
/// Also those who manage people.
Status require_self_or_manager(const Actor& actor, domain::PersonId person);

/// Bits of the permissions that these scopes do not give.
std::uint32_t withheld_by(const std::vector<std::string>& scopes) noexcept;
/// All that an account may not do as long as its second factor is missing.
std::uint32_t withheld_without_factor() noexcept;

}  // namespace tocsin::engine::identity
