#include "engine/setup/setup.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "domain/password.hpp"
#include "engine/members/members.hpp"
#include "store/people.hpp"

namespace tocsin::engine::setup {
namespace {

/// 100 bits: nobody guesses them, whatever the throttle lets through.
constexpr std::size_t kCodeCharacters = 20;
constexpr std::size_t kGroup = 4;
constexpr std::size_t kTypedBytesMax = 100;
constexpr std::string_view kCounted = "\nsetup";

std::string new_code() {
  const auto letters = base32_encode(random_bytes(kCodeCharacters)).substr(0, kCodeCharacters);
  std::string code;
  for (std::size_t at = 0; at < letters.size(); at += kGroup) {
    if (at > 0) code += '-';
    code += letters.substr(at, kGroup);
  }
  return code;
}

/// As it was drawn, however it was typed: case, blanks and dashes do not matter.
std::string canonical(std::string_view typed) {
  std::string letters;
  for (const char c : typed.substr(0, kTypedBytesMax)) {
    if (c == ' ' || c == '-') continue;
    letters += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return letters;
}

/// The same refusal under the name that the form knows the field by.
Error renamed(Error error, std::string_view from, std::string_view to) {
  if (error.where == from) error.where = to;
  return error;
}

/// Errors: invalid_input.
Status name_cert(store::Database& database, const Actor& actor, const Input& input, Timestamp now) {
  TRY(const auto found, members::find_organisation(database, actor, domain::kOwnOrganisation, now));
  if (!found) return Error::internal("the CERT's own organisation is missing");
  const auto& before = found->organisation;
  members::OrganisationInput wanted;
  wanted.kind = before.kind;
  wanted.name = input.cert_name;
  for (const auto sector : before.sectors) wanted.sectors.emplace_back(domain::slug(sector));
  wanted.countries = before.countries;
  wanted.homepage = before.homepage;
  wanted.description = before.description;
  wanted.vendor_keys = before.vendor_keys;
  if (auto named = members::change_organisation(database, actor, before.id, wanted, now); !named) {
    return renamed(std::move(named).error(), "name", "cert_name");
  }
  for (const auto& each : found->contacts) {
    if (each.role == "security" && each.email == input.contact_email) return ok();
  }
  domain::OrganisationContact contact;
  contact.role = "security";
  contact.name = input.contact_name;
  contact.email = input.contact_email;
  if (auto added = members::add_contact(database, actor, before.id, contact, now); !added) {
    auto error = renamed(std::move(added).error(), "name", "contact_name");
    return renamed(std::move(error), "email", "contact_email");
  }
  return ok();
}

/// Name, contact and looks of the portal, as far as tocsin.toml does not say. Errors: invalid_input; too_large.
Status present_site(store::Database& database, const Actor& actor, const Input& input, const site::Fixed& fixed,
                    Timestamp now) {
  site::Values wanted;
  const auto want = [&](std::string_view name, const std::string& value) {
    if (!fixed.values.contains(name)) wanted[std::string{name}] = value;
  };
  // The portal's name may be shorter than the organisation's.
  if (input.cert_name.size() <= site::find_field("site_name")->bytes_max) want("site_name", input.cert_name);
  want("contact", input.contact_email);
  want("time_zone", input.time_zone);
  want("accent", input.accent);
  if (auto changed = site::change(database, actor, wanted, fixed, {}, now); !changed) {
    auto error = renamed(std::move(changed).error(), "site_name", "cert_name");
    return renamed(std::move(error), "contact", "contact_email");
  }
  if (input.logo.empty()) return ok();
  return site::set_logo(database, actor, input.logo, now);
}

/// Invited by now; one who was invited before is taken up where that stopped. Errors: invalid_input; conflict.
Result<domain::PersonId> first_administrator(store::Database& database, const Actor& actor, const Input& input,
                                             Timestamp now) {
  using domain::Role;
  const members::PersonInput wanted{.name = input.person_name, .email = input.email, .language = {}, .time_zone = {}};
  const domain::Roles roles{Role::member, Role::administrator};
  TRY(const auto known, members::find_person_by_email(database, actor, input.email));
  if (!known || known->memberships.empty()) {
    auto invited = members::invite(database, actor, domain::kOwnOrganisation, wanted, roles, now);
    if (!invited) return renamed(std::move(invited).error(), "name", "person_name");
    return invited;
  }
  if (known->person.status != domain::PersonStatus::invited) {
    return Error::conflict(
        std::string{tr<"This address has an account already; 'tocsin user' makes it an administrator">()}, "email");
  }
  if (auto changed = members::change_person(database, actor, known->person.id, wanted, now); !changed) {
    return renamed(std::move(changed).error(), "name", "person_name");
  }
  for (const auto& seat : known->memberships) {
    if (seat.organisation != domain::kOwnOrganisation) continue;
    TRY_VOID(members::set_roles(database, actor, known->person.id, seat.organisation,
                                seat.roles.with(Role::administrator), now));
    return known->person.id;
  }
  return members::invite(database, actor, domain::kOwnOrganisation, wanted, roles, now);
}

}  // namespace

Setup::Setup(store::Database& database, identity::Identity& identity, const Clock& clock, site::Fixed fixed)
    : database_(database), identity_(identity), clock_(clock), fixed_(std::move(fixed)), code_(new_code()) {}

Result<State> Setup::state() {
  if (done_) return State::done;
  TRY(const auto administrators, database_.read([](store::Connection& connection) {
    return store::People{connection}.other_holders(domain::kOwnOrganisation, domain::Role::administrator, {}, false);
  }));
  if (administrators == 0) return State::open;
  done_ = true;
  return State::done;
}

Status Setup::complete(const Input& input, const identity::Where& where) {
  const std::lock_guard lock(mutex_);
  TRY(const auto before, state());
  if (before == State::done) return Error::not_found("page");
  const auto now = clock_.now();
  if (const auto wait = throttle_.attempt(kCounted, where.address, now)) {
    return Error::unavailable(tr<"Too many attempts. Try again in {} seconds.">(wait->count()));
  }
  if (!equal_secret(canonical(code_.reveal()), canonical(input.code))) {
    return Error::forbidden(std::string{tr<"This is not the code that 'tocsin serve' has printed when it started">()});
  }
  throttle_.succeeded(kCounted, where.address);
  auto actor = Actor::at_console();
  actor.name = "setup";
  actor.address = where.address;
  actor.agent = where.agent;
  actor.request_id = where.request_id;
  TRY_VOID(present_site(database_, actor, input, fixed_, now));
  TRY_VOID(name_cert(database_, actor, input, now));
  TRY(const auto person, first_administrator(database_, actor, input, now));
  TRY(const auto link, identity_.create_link(identity::LinkPurpose::invitation, person, {}, actor));
  TRY_VOID(identity_.use_link(link, input.password, where));
  done_ = true;
  return ok();
}

}  // namespace tocsin::engine::setup
