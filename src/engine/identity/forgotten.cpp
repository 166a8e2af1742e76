#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "engine/identity/links.hpp"

// "I have forgotten my password". Who asks waits for one row in the queue, whatever they typed; whether there is an
// account is found out by the post office afterwards, so that neither the answer nor its time can tell.

namespace tocsin::engine::identity {
namespace {

using domain::audit::Outcome;

constexpr std::size_t kTypedBytesMax = 254;
constexpr std::size_t kAgentBytesMax = 200;
/// Asking again so soon sends nothing: it would end the link that is on its way, and fill a stranger's mailbox.
constexpr std::chrono::minutes kAgainAfter{5};
/// A request that was not looked at by then is of no use to anybody.
constexpr std::chrono::hours kRequestLives{1};

std::string sealed_where(const Where& where) {
  return json::write(boost::json::object{{"address", where.address},
                                         {"agent", printable(where.agent, kAgentBytesMax)},
                                         {"request_id", where.request_id},
                                         {"language", tag_of(current_language())}});
}
struct Asked {
  Where where;
  Language language = Language::en;  ///< Of the page on which it was asked for.
};
Asked asked_in(std::string_view text) {
  Asked asked;
  const auto parsed = json::parse(text);
  if (!parsed) return asked;
  const auto field = [&](std::string_view name) { return std::string{json::string_at(parsed->root(), name)}; };
  asked.where = {.address = field("address"), .agent = field("agent"), .request_id = field("request_id")};
  static_cast<void>(parse_language(field("language"), asked.language));
  return asked;
}

}  // namespace

Status Identity::forgot_password(std::string_view email, const Where& where) {
  auto& state = *state_;
  if (!state.mails())
    return Error::conflict(std::string{tr<"No mail is sent here: an administrator hands out a link">()});
  const auto key = account_key(email);
  // Buckets of their own: who has tried wrong passwords too often may still ask for a mail.
  TRY(const auto wait, state.throttled("\nreset:" + key, where, state.clock.now()));
  if (wait) {
    TRY(const auto refusal, state.refuse_for_now(where, key, *wait, "too many requests for a new password"));
    return Error::unavailable(refusal.message);
  }
  return state.write([&](Change& change) -> Status {
    return state.options.post->put(change.connection,
                                   {.purpose = post::Purpose::reset_request,
                                    .person = {},
                                    .address = printable(email, kTypedBytesMax),
                                    .subject = {},
                                    .text = sealed_where(where),
                                    .expires_at = change.now + kRequestLives},
                                   change.now);
  });
}

Status Identity::answer_reset_request(const store::QueuedMail& request) {
  auto& state = *state_;
  if (!state.mails()) return ok();
  const auto& post = *state.options.post;
  return state.write([&](Change& change) -> Status {
    store::MailQueue queue{change.connection};
    TRY(const auto row, queue.find(request.id));
    if (!row || row->purpose != post::Purpose::reset_request) return ok();
    const auto drop = [&]() -> Status {
      TRY_VOID(queue.remove(row->id));
      return ok();
    };
    const auto opened = post.open(*row);
    if (!opened || opened->address.empty() || row->expires_at <= change.now) return drop();
    const auto asked = asked_in(opened->text);
    const auto& where = asked.where;
    const auto refuse = [&](std::string_view why) -> Status {
      boost::json::object detail{{"purpose", to_string(LinkPurpose::password_reset)}, {"why", why}};
      if (const auto address = domain::folded_email(opened->address)) detail["email"] = *address;
      TRY_VOID(audit::record(change.connection, actor_at(where), change.now, "link.create", {}, {}, Outcome::refused,
                             detail));
      return drop();
    };
    TRY(const auto found, store::Accounts{change.connection}.find_by_email(account_key(opened->address)));
    if (!found || !fits(LinkPurpose::password_reset, *found)) return refuse("no active account");
    TRY(const auto earlier,
        store::OneTimeLinks{change.connection}.waiting(found->id, LinkPurpose::password_reset, change.now));
    if (earlier && earlier->created_at > change.now - kAgainAfter) return refuse("asked again too soon");
    TRY(const auto secret, add_link(change, LinkPurpose::password_reset, *found, found->email, {}, actor_at(where)));
    TRY(const auto options, post.options(change.connection));
    const LanguageScope speaking{asked.language};
    const auto letter =
        post::password_reset(options, *found, secret, change.now + life_of(LinkPurpose::password_reset), where.address);
    TRY(const auto sealed, post.sealed(letter, row->message_id, change.now));
    return queue.become(row->id, sealed);
  });
}

}  // namespace tocsin::engine::identity
