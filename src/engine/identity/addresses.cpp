#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/identity/links.hpp"

// A person's own mail address: a new one takes effect when it is proven, and asking for one tells nobody who has it.

namespace tocsin::engine::identity {
namespace {

using domain::audit::Outcome;

}  // namespace

Status take_address(const Identity::State& state, Change& change, const domain::Person& person,
                    const std::string& email, const Actor& actor) {
  TRY(const auto folded, domain::folded_email(email));
  store::Accounts accounts{change.connection};
  TRY(const auto holder, accounts.find_by_email(folded));
  if (holder && holder->id != person.id) {
    return Error::conflict(
        std::string{tr<"This address has got an account of its own meanwhile; yours keeps the one it has">()});
  }
  // Before, so that the letter goes to where the person was reached until now.
  TRY_VOID(state.tell(change, person.id, post::Event::address_changed, actor));
  TRY_VOID(accounts.change_email(person.id, email, folded));
  // Links that went to the old address are dead; so are the letters that wait to bring them.
  TRY_VOID(store::MailQueue{change.connection}.remove_of(person.id, store::MailPurpose::password_reset));
  // What was resolved knows the address.
  change.revoked = true;
  TRY_VOID(audit::record(change.connection, actor, change.now, "person.change", audit::object_of(person.id), {},
                         Outcome::done, {{"email", {{"was", person.email}, {"is", email}}}}));
  return ok();
}

Status Identity::change_address(domain::PersonId person, std::string_view email, const Actor& actor) {
  TRY_VOID(require_self(actor, person));
  auto& state = *state_;
  if (!state.mails())
    return Error::conflict(std::string{tr<"No mail is sent here: an administrator changes addresses">()}, "email");
  const auto folded = domain::folded_email(email);
  if (!folded) return Error::invalid(folded.error().message, "email");
  const auto address = std::string{text::trim(email)};
  const auto where = where_of(actor);
  const auto key = fmt::format("\naddress:{}", person.value);
  TRY(const auto wait, state.throttled(key, where, state.clock.now()));
  if (wait) {
    TRY(const auto refusal, state.refuse_for_now(where, key, *wait, "too many requests for another address"));
    return Error::unavailable(refusal.message);
  }
  const auto& post = *state.options.post;
  return state.write([&](Change& change) -> Status {
    store::Accounts accounts{change.connection};
    TRY(const auto own, accounts.find(person));
    if (!own || !fits(LinkPurpose::email_proof, *own)) return Error::not_found("person");
    if (own->email == address && own->email_verified_at) {
      return Error::invalid(std::string{tr<"That is your address already, and it is confirmed">()}, "email");
    }
    TRY(const auto holder, accounts.find_by_email(*folded));
    // The link is made in any case, so that the account's page and data look the same; where the address is somebody
    // else's nobody ever learns its secret.
    TRY(const auto secret, add_link(change, LinkPurpose::email_proof, *own, address, {}, actor));
    TRY(const auto options, post.options(change.connection));
    if (!holder || holder->id == person) {
      return post.put(change.connection,
                      post::email_proof(options, *own, address, secret, change.now + life_of(LinkPurpose::email_proof),
                                        actor.console ? post::Cause::other : post::Cause::recipient),
                      change.now);
    }
    if (holder->status == domain::PersonStatus::active) {
      return post.put(change.connection, post::address_wanted(options, *holder, change.now), change.now);
    }
    // For nobody: the post office drops it. The same work as in the other cases.
    return post.put(change.connection, {.purpose = post::Purpose::reset_request, .expires_at = change.now}, change.now);
  });
}

Result<std::optional<std::string>> Identity::awaited_address(domain::PersonId person) {
  const auto now = state_->clock.now();
  return state_->database.snapshot([&](store::Connection& connection) -> Result<std::optional<std::string>> {
    std::optional<std::string> none;
    TRY(const auto own, store::Accounts{connection}.find(person));
    TRY(const auto link, store::OneTimeLinks{connection}.waiting(person, LinkPurpose::email_proof, now));
    if (!own || !link || link->email == own->email) return none;
    return std::optional{link->email};
  });
}

}  // namespace tocsin::engine::identity
