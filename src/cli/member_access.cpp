#include <iostream>
#include <string>

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/mailing.hpp"
#include "cli/member_lookup.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "engine/identity/identity.hpp"
#include "engine/members/members.hpp"
#include "engine/post/mail_key.hpp"
#include "formats/keys/public_key.hpp"

/// `user password`, `user reset-link` and `token`: what goes through engine/identity.
namespace tocsin::cli {
namespace {

namespace identity = engine::identity;
namespace members = engine::members;

constexpr std::size_t kPasswordBytesMax = 4'096;
constexpr std::int64_t kMicrosADay = 86'400'000'000;

/// The terminal shows nothing of what is typed until this is gone.
class WithoutEcho {
 public:
  WithoutEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~WithoutEcho() {
    if (changed_) static_cast<void>(::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_));
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

Result<std::string> read_line() {
  std::string line;
  for (int c = std::cin.get(); c != std::char_traits<char>::eof() && c != '\n'; c = std::cin.get()) {
    if (line.size() == kPasswordBytesMax) return Error::too_large("the password", kPasswordBytesMax, "password");
    line += static_cast<char>(c);
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

/// From a terminal: asked for twice, unseen. Else the first line of standard input.
Result<std::string> read_password() {
  if (::isatty(STDIN_FILENO) == 0) return read_line();
  const auto ask = [](const char* prompt) -> Result<std::string> {
    fmt::print(stderr, "{}", prompt);
    const WithoutEcho silent;
    auto typed = read_line();
    fmt::print(stderr, "\n");
    return typed;
  };
  TRY(auto first, ask("New password: "));
  TRY(const auto second, ask("Once more: "));
  if (first != second) return Error::invalid("The two were not the same", "password");
  return first;
}

/// A password or link goes to who may sign in or was invited.
Result<identity::LinkPurpose> purpose_for(store::Database& database, domain::PersonId person) {
  TRY(const auto row, members::find_person(database, engine::Actor::at_console(), person));
  if (!row) return Error::not_found("person");
  switch (row->person.status) {
    case domain::PersonStatus::invited:
      return identity::LinkPurpose::invitation;
    case domain::PersonStatus::active:
      return identity::LinkPurpose::password_reset;
    default:
      return Error::conflict(fmt::format("This account is {}", to_string(row->person.status)));
  }
}

struct Access {
  const CommandLine& line;
  const Installation& installation;
  identity::Identity who;
  const engine::post::Post* post = nullptr;  ///< Where mail is sent.
  engine::Actor actor = engine::Actor::at_console();
  const MemberOptions& options() const { return line.members; }
};

Status set_password(Access& access, domain::PersonId person) {
  TRY(const auto purpose, purpose_for(*access.installation.database, person));
  TRY(const auto password, read_password());
  TRY(const auto secret, access.who.create_link(purpose, person, std::nullopt, access.actor));
  TRY_VOID(access.who.use_link(secret, password, {.address = {}, .agent = "console", .request_id = {}}));
  print(access.line.json ? fmt::format("{{\"person\":{}}}\n", person.value)
                         : fmt::format("Person {} has a new password; their sessions have ended.\n", person.value));
  return ok();
}

std::string link_of(const Installation& installation, std::string_view secret) {
  auto base = installation.settings.value("public_url").text;
  while (base.ends_with('/')) base.pop_back();
  return fmt::format("{}/link/{}", base, secret);
}

Status reset_link(Access& access, domain::PersonId person) {
  TRY(const auto purpose, purpose_for(*access.installation.database, person));
  TRY(const auto secret, access.who.create_link(purpose, person, std::nullopt, access.actor));
  const auto link = link_of(access.installation, secret);
  if (access.line.json) {
    print_json(boost::json::object{{"person", person.value}, {"link", link}});
  } else {
    print(fmt::format("{}\nIt works once. Give it to nobody else: it opens the account.\n", link));
  }
  return ok();
}

Status token_create(Access& access, domain::PersonId person) {
  const auto& options = access.options();
  domain::OrganisationId organisation = domain::kOwnOrganisation;
  if (!options.organisation.empty()) {
    TRY(organisation, find_org(*access.installation.database, options.organisation));
  }
  const identity::NewToken wanted{.name = options.name.value_or(""),
                                  .scopes = options.scopes,
                                  .networks = options.networks,
                                  .expires_at = {system_clock().now().micros + options.days * kMicrosADay}};
  if (!options.path.empty()) {
    TRY(const auto pem, read_file(options.path, formats::keys::kPublicKeyBytesMax, "Cannot read the certificate"));
    TRY(const auto id, access.who.register_certificate(person, organisation, wanted, pem, access.actor));
    if (access.line.json) {
      print_json(boost::json::object{{"id", id}});
    } else {
      print(fmt::format("The certificate is registered as number {}.\n", id));
    }
    return ok();
  }
  TRY(const auto secret, access.who.create_token(person, organisation, wanted, access.actor));
  if (access.line.json) {
    print_json(boost::json::object{{"token", secret}});
  } else {
    print(fmt::format("{}\nKept here as a hash only: it is not shown again.\n", secret));
  }
  return ok();
}

Status token_list(Access& access, domain::PersonId person) {
  TRY(const auto tokens, access.who.tokens(person));
  TextTable table{{{.title = "ID", .right = true},
                   {.title = "NAME", .shrinks = true},
                   {.title = "ORGANISATION", .right = true},
                   {.title = "SCOPES"},
                   {.title = "EXPIRES"},
                   {.title = "LAST USED"},
                   {.title = "STATE"}}};
  for (const auto& each : tokens) {
    const auto used = each.last_used_at ? format_minute(*each.last_used_at) : std::string{"never"};
    if (access.line.json) {
      print_json(boost::json::object{{"id", each.id},
                                     {"name", each.name},
                                     {"kind", each.certificate ? "certificate" : "secret"},
                                     {"fingerprint", each.fingerprint},
                                     {"organisation", each.organisation.value},
                                     {"scopes", boost::json::array(each.scopes.begin(), each.scopes.end())},
                                     {"networks", boost::json::array(each.networks.begin(), each.networks.end())},
                                     {"expires_at", format_rfc3339(each.expires_at)},
                                     {"revoked", each.revoked_at.has_value()}});
      continue;
    }
    table.add({{.text = std::to_string(each.id)},
               {.text = safe_text(each.name)},
               {.text = std::to_string(each.organisation.value)},
               {.text = fmt::format("{}", fmt::join(each.scopes, ","))},
               {.text = format_date(each.expires_at)},
               {.text = used},
               {.text = each.revoked_at ? "revoked" : "valid"}});
  }
  if (!access.line.json) print(table.text(output_width(), colours()));
  return ok();
}

Status work_on(Access& access) {
  TRY(const auto person, find_user(*access.installation.database, access.options().target));
  switch (access.options().action) {
    case MemberAction::user_password:
      return set_password(access, person);
    case MemberAction::user_reset_link:
      return reset_link(access, person);
    case MemberAction::user_remove_mail_key:
      TRY_VOID(engine::post::remove_mail_key(*access.installation.database, access.actor, person, access.post,
                                             system_clock().now()));
      print(access.line.json ? fmt::format("{{\"person\":{}}}\n", person.value)
                             : fmt::format("Mail to person {} is not encrypted any more.\n", person.value));
      return ok();
    case MemberAction::token_create:
      return token_create(access, person);
    case MemberAction::token_list:
      return token_list(access, person);
    default:
      TRY_VOID(access.who.revoke_token(person, access.options().token, access.actor));
      print(access.line.json ? fmt::format("{{\"token\":{}}}\n", access.options().token)
                             : fmt::format("Token {} is revoked.\n", access.options().token));
      return ok();
  }
}

}  // namespace

bool is_access(MemberAction action) noexcept {
  return action == MemberAction::user_password || action == MemberAction::user_reset_link ||
         action == MemberAction::user_remove_mail_key || action == MemberAction::token_create ||
         action == MemberAction::token_list || action == MemberAction::token_revoke;
}

namespace {

/// Second factors are neither sealed nor opened here: no key for them. Notices are, where mail is sent.
Result<identity::Options> access_options(const CommandLine& line, const Installation& installation,
                                         std::optional<engine::post::Post>& post) {
  identity::Options options;
  if (has_mail(installation.settings)) {
    TRY(post, open_post(line.location, installation.settings));
    options.post = &*post;
  }
  TRY(options.breached, breached_check(line.location, installation.settings));
  return options;
}

}  // namespace

Status print_invitations(const CommandLine& line, const Installation& installation,
                         domain::OrganisationId organisation) {
  std::optional<engine::post::Post> post;
  TRY(auto options, access_options(line, installation, post));
  identity::Identity who{*installation.database, SealingKey::random(), std::move(options), system_clock()};
  TRY(const auto invitations, who.invite_applicants(organisation, engine::Actor::at_console()));
  for (const auto& each : invitations) {
    const auto link = link_of(installation, each.secret);
    if (line.json) {
      print_json(boost::json::object{{"person", each.person.value}, {"email", each.email}, {"link", link}});
    } else {
      print(fmt::format("For {}, once, for seven days:\n{}\n", each.email, link));
    }
  }
  return ok();
}

Result<std::string> send_invitation(const CommandLine& line, const Installation& installation, domain::PersonId person,
                                    domain::OrganisationId organisation) {
  std::optional<engine::post::Post> post;
  TRY(auto options, access_options(line, installation, post));
  if (!post || !post->on()) return std::string{};
  identity::Identity who{*installation.database, SealingKey::random(), std::move(options), system_clock()};
  return who.send_link(identity::LinkPurpose::invitation, person, organisation, engine::Actor::at_console());
}

int run_access(const CommandLine& line, const Installation& installation) {
  std::optional<engine::post::Post> post;
  auto options = access_options(line, installation, post);
  if (!options) return fail(options.error(), line.json);
  Access access{.line = line,
                .installation = installation,
                .who = identity::Identity{*installation.database, SealingKey::random(), std::move(options).value(),
                                          system_clock()},
                .post = post ? &*post : nullptr};
  if (const auto worked = work_on(access); !worked) return fail(worked.error(), line.json);
  return kGood;
}

}  // namespace tocsin::cli
