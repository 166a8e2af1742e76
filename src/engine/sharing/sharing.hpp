#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "domain/record.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// Who will see something, and why; why somebody sees it; and changing whom it is for. All of it asks
/// domain::policy::decide for each who might look: there is no second policy here.
namespace tocsin::engine::sharing {

/// What decides who sees a record, beside whose it is.
struct Marking {
  domain::Tlp tlp = domain::Tlp::red;
  domain::Audience audience = domain::Audience::owner_only;
  std::vector<domain::Grantee> listed;  ///< Audience::listed; any order.
  /// People beside those in `listed`, by address (members::read_address): who they are is found, or kept, when it is
  /// stored.
  std::vector<std::string> addresses{};
  std::optional<Timestamp> embargo_until;
  domain::RecordStatus status = domain::RecordStatus::draft;
  friend bool operator==(const Marking&, const Marking&) = default;
};
Marking marking_of(const domain::Record& record);
domain::policy::Facts facts_of(domain::OrganisationId owner, const Marking& marking);

/// An organisation of which somebody sees it as one of its people.
struct ReachedOrganisation {
  domain::OrganisationId organisation;
  std::string name;
  domain::OrganisationKind kind = domain::OrganisationKind::cert;
  domain::policy::Reason reason = domain::policy::Reason::member;
  std::optional<domain::Grantee> through;
  std::int64_t seeing = 0;      ///< Its people who see it.
  std::int64_t not_seeing = 0;  ///< Who do not although it is reached: their role takes it away.
};
/// Whoever may not be told which addresses have an account (members::sees_accounts) is shown people who are listed, or
/// alone in a community or case, as addresses: each as reached, whether there is an account or not, and apart from the
/// people of organisations. What such an actor sees is then the same for any address.
enum class Naming { accounts, addresses };
Naming naming_for(const Actor& actor) noexcept;

/// A person who sees it for their own sake: listed, or alone in a listed community or case.
struct ReachedPerson {
  domain::PersonId person;
  std::string name;  ///< Or address: Naming.
  domain::policy::Reason reason = domain::policy::Reason::named_person;
  std::optional<domain::Grantee> through;
};
/// People who sign in and the organisation they act for; 0 is none.
struct Seat {
  domain::PersonId person;
  domain::OrganisationId organisation;
  friend auto operator<=>(const Seat&, const Seat&) = default;
};
struct Reach {
  Naming naming = Naming::accounts;
  domain::OrganisationId owner;
  bool everyone = false;                           ///< No account is needed. Then nobody else is told apart.
  bool every_member = false;                       ///< Also members to come.
  std::vector<ReachedOrganisation> organisations;  ///< By name. Those without people as well: they may get some.
  std::vector<ReachedPerson> people;               ///< By name.
  std::int64_t people_total = 0;                   ///< Of those with an account, each once; and addresses.
  std::vector<Seat> seats;                         ///< All who see it; without addresses. Sorted.
  std::vector<domain::Grantee> idle;               ///< Listed, and reaching nobody at present. Sorted.
  std::map<domain::Grantee, std::string> names;    ///< Of the owner, all listed, and those of `through`.
  bool nobody() const noexcept { return !everyone && !every_member && organisations.empty() && people.empty(); }
};
/// Everybody who sees a record of this owner and marking at this moment. Some seven queries, whatever the number.
Result<Reach> who_sees(store::Connection& connection, domain::OrganisationId owner, const Marking& marking,
                       Timestamp now, Naming naming = Naming::accounts);

/// What another marking changes, now or when an embargo of either ends.
struct Difference {
  Reach gained, lost;
  bool widens() const noexcept { return !gained.nobody(); }
  /// Names exactly these people: a confirmation of one difference is none of another.
  std::string digest() const;
};
Result<Difference> difference(store::Connection& connection, domain::OrganisationId owner, const Marking& before,
                              const Marking& after, Timestamp now, Naming naming = Naming::accounts);

/// What an actor may be told of names behind a reach. Communities hide their members from some
/// (members::find_community) as cases do (cases::find_case), and whose client somebody is, only the provider and the
/// CERT know.
struct Sight {
  enum class Community { hidden, name, members };
  std::map<std::int64_t, Community> communities;  ///< Absent: hidden.
  std::set<std::int64_t> cases;                   ///< Whose participants they see.
  bool every_client = false;
  std::optional<domain::OrganisationId> clients_of;
};
Result<Sight> sight_of(store::Database& database, const Actor& actor, const std::vector<domain::Grantee>& listed);

/// One reason, in one sentence, with those it speaks of as far as the reader may know them.
struct Sentence {
  std::string text;  ///< "Every member of 12 organisations in the community 'Water', because it is listed."
  domain::policy::Reason reason = domain::policy::Reason::member;
  std::vector<std::string> names;  ///< By name; empty where there is nothing to list.
  bool names_hidden = false;
};
std::vector<Sentence> sentences(const Reach& reach, const Marking& marking, const Sight& sight);
/// "A, B, C and 297 others" in the reader's language: all of them where they are at most five.
std::string some_of(const std::vector<std::string>& names);
/// "2 organisations (Power plant, Water works) and 14 people": whom a difference is about, in one phrase.
std::string summary(const Reach& reach, const Sight& sight);
/// "the community 'Water'", as far as the reader may know it.
std::string grantee_name(const Reach& reach, const domain::Grantee& grantee, const Sight& sight);

/// Why this viewer sees the record, as a sentence to them. Empty where they do not see it.
Result<std::string> why(store::Connection& connection, const domain::policy::Viewer& viewer,
                        const domain::Record& record, Timestamp now);

/// May they see who sees the record? Those who edit for its owner and see it themselves; the console.
bool may_look(const Actor& actor, const domain::Record& record, Timestamp now);
/// May they change whom it is for? publish_record while acting for the owner; the console.
Status may_change(const Actor& actor, const domain::Record& record);

/// Somebody has seen what would change, and wants it.
struct Confirmation {
  bool given = false;
  std::string digest;  ///< Of the difference that was shown; empty: of any.
};
/// Puts the marking in the place of the record's: header and current revision; history stays for whom it was for.
/// Errors: not_found; forbidden; invalid_input with `where` = "tlp", "listed", "status"; conflict with `where` =
/// "confirmed" where it would reach somebody whom it does not reach now, or when an embargo ends, and that was not
/// confirmed. Where nothing differs, nothing is written.
Status change_marking(store::Database& database, const Actor& actor, domain::RecordId record, const Marking& marking,
                      const Confirmation& confirmed, Timestamp now);
/// Would change_marking take it, apart from the confirmation? For the step before.
Result<Difference> preview(store::Database& database, const Actor& actor, domain::RecordId record,
                           const Marking& marking, Timestamp now);
/// "everyone", "members", "owner-only" (or "owner_only"), "listed".
std::optional<domain::Audience> parse_audience(std::string_view text) noexcept;
/// "organisation:3", "community:2", "case:CASE-2026-48213", "person:MAIL": an addressee as people and programs write
/// it, added to the marking. People by number only where the record names them already, and to those who may be told of
/// accounts: numbers are no way to find out who is here. Errors: invalid_input with `where` = "listed".
Status add_addressee(store::Connection& connection, const Actor& actor, const domain::Record& record,
                     std::string_view text, Marking& marking);
/// The other way round.
struct Addressee {
  domain::Grantee::Kind kind = domain::Grantee::Kind::organisation;
  std::string value;  ///< After the colon: a number, a case's number, or an address where people are named by that.
  std::string name;   ///< As grantee_name says it.
  std::string text() const;
};
/// Whom a marking lists, in an order that tells nothing of accounts where people are named by address.
std::vector<Addressee> addressees(const std::vector<domain::Grantee>& listed, const Reach& reach, const Sight& sight);

}  // namespace tocsin::engine::sharing
