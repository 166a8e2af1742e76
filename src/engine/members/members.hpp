#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/community.hpp"
#include "domain/person.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

namespace tocsin::engine::post {
class Post;  // engine/post/post.hpp
}

/// Organisations, people and communities: what may be done with them, by whom. Each function checks the actor's
/// permission, validates, writes data and audit entry in one transaction and moves the members' generation. Page, API
/// and command line call these and nothing below. Errors: forbidden; invalid_input with `where` = the field's name;
/// not_found (also for what the actor may not know of); conflict.
namespace tocsin::engine::members {

/// Another whenever what the change_ function of its kind may change is another: for If-Match, so that two editors do
/// not overwrite each other. 32 hex digits.
std::string version_of(const domain::Organisation& organisation);
std::string version_of(const domain::Person& person);
std::string version_of(const domain::Community& community);

// --- organisations ---
struct OrganisationInput {
  domain::OrganisationKind kind = domain::OrganisationKind::asset_owner;
  std::string name;                    ///< 2..200 bytes, unique among those not `left` (folded).
  std::vector<std::string> sectors;    ///< Slugs.
  std::vector<std::string> countries;  ///< ISO 3166-1 alpha-2, any case.
  std::string homepage, description;   ///< http(s); at most 4,000 bytes.
  std::vector<std::string> vendor_keys;
};
/// Somebody outside asks to join.
struct Application {
  OrganisationInput organisation;
  std::string person_name, email;
  std::string language = {};  ///< In which they are written to; may be empty.
  std::string note;           ///< For the CERT; kept in the audit log's detail.
};
/// What lists show.
struct OrganisationRow {
  domain::Organisation organisation;
  std::int64_t people = 0;
};
struct OrganisationFilter {
  std::string text;  ///< Part of the name, folded.
  std::optional<domain::OrganisationKind> kind;
  std::optional<domain::OrganisationStatus> status;
  int limit = 50;      ///< 1..200
  std::string cursor;  ///< Opaque.
};
struct OrganisationPage {
  std::vector<OrganisationRow> rows;  ///< By name.
  std::int64_t total = 0;
  std::string next_cursor;
};

/// manage_organisations. The new organisation is active; vetted, where its admission needs a second person.
Result<domain::OrganisationId> create_organisation(store::Database& database, const Actor& actor,
                                                   const OrganisationInput& input, Timestamp now);
/// Anyone. Organisation `applied`, person `invited` as its administrator; nothing works before the CERT has vetted. The
/// answer is the same where the address or the name is known already (then nothing is stored but the audit entry).
Status apply(store::Database& database, const Actor& actor, const Application& application, Timestamp now);
/// manage_organisations, or manage_own_organisation for one's own (kind and vendor keys stay then). `expected`, here
/// and below: the version that the editor has seen, or empty; conflict (where = "version") where it is another now.
Status change_organisation(store::Database& database, const Actor& actor, domain::OrganisationId id,
                           const OrganisationInput& input, Timestamp now, std::string_view expected = {});
/// vet_organisations; an organisation's administrator may let it leave. `reason` goes to the audit log. Suspending and
/// leaving ends the sessions and tokens that act for it. Leaving needs `heir`: who gets the records that it owns.
Status set_organisation_status(store::Database& database, const Actor& actor, domain::OrganisationId id,
                               domain::OrganisationStatus status, std::string_view reason,
                               std::optional<domain::OrganisationId> heir, Timestamp now);
/// Members see active organisations (but not who is in a hidden community); those who vet see all.
Result<OrganisationPage> list_organisations(store::Database& database, const Actor& actor,
                                            const OrganisationFilter& filter);
struct OrganisationDetail {
  domain::Organisation organisation;
  std::vector<domain::OrganisationContact> contacts;
  std::vector<domain::OrganisationKey> keys;
  std::vector<domain::Organisation> clients;  ///< Of those who manage it, or the CERT.
  std::vector<domain::Organisation> providers;
  std::int64_t people = 0, records = 0;
};
Result<std::optional<OrganisationDetail>> find_organisation(store::Database& database, const Actor& actor,
                                                            domain::OrganisationId id, Timestamp now);
Result<std::int64_t> add_contact(store::Database& database, const Actor& actor, domain::OrganisationId organisation,
                                 const domain::OrganisationContact& contact, Timestamp now);
Status remove_contact(store::Database& database, const Actor& actor, domain::OrganisationId organisation,
                      std::int64_t contact, Timestamp now);
/// Armoured OpenPGP public key, or PEM certificate; the fingerprint is computed. Secret keys are refused.
Result<std::int64_t> add_key(store::Database& database, const Actor& actor, domain::OrganisationId organisation,
                             std::string_view armoured, std::string_view label, Timestamp now);
Status remove_key(store::Database& database, const Actor& actor, domain::OrganisationId organisation, std::int64_t key,
                  Timestamp now);
/// manage_organisations: TLP:AMBER given to `provider` reaches `client` as well.
Status add_client(store::Database& database, const Actor& actor, domain::OrganisationId provider,
                  domain::OrganisationId client, Timestamp now);
Status remove_client(store::Database& database, const Actor& actor, domain::OrganisationId provider,
                     domain::OrganisationId client, Timestamp now);

// --- people ---
struct PersonInput {
  std::string name;   ///< 1..200 bytes
  std::string email;  ///< domain::folded_email
  std::string language, time_zone;
};
struct PersonRow {
  domain::Person person;
  std::vector<domain::Membership> memberships;
};
struct PersonFilter {
  std::string text;  ///< Part of name or address, folded.
  std::optional<domain::OrganisationId> organisation;
  std::optional<domain::PersonStatus> status;
  int limit = 50;
  std::string cursor;
};
struct PersonPage {
  std::vector<PersonRow> rows;  ///< By name.
  std::int64_t total = 0;
  std::string next_cursor;
};
/// manage_people, or manage_own_people for one's own organisation. A new address becomes a person `invited`; a known
/// one becomes a member. The caller makes the link (engine/identity).
Result<domain::PersonId> invite(store::Database& database, const Actor& actor, domain::OrganisationId organisation,
                                const PersonInput& input, domain::Roles roles, Timestamp now);
/// Own profile without the address (engine/identity changes it, with proof), or manage_people. Where `post` is given
/// the old address is told that it is not theirs any more.
Status change_person(store::Database& database, const Actor& actor, domain::PersonId person, const PersonInput& input,
                     Timestamp now, std::string_view expected = {}, const post::Post* post = nullptr);
/// manage_people or manage_own_people. The last administrator of an organisation stays one. Nobody gives themselves a
/// role. `roles` empty: the membership ends, with the sessions and tokens that act for it.
Status set_roles(store::Database& database, const Actor& actor, domain::PersonId person,
                 domain::OrganisationId organisation, domain::Roles roles, Timestamp now);
/// manage_people: active <-> suspended. Ends sessions.
Status set_person_status(store::Database& database, const Actor& actor, domain::PersonId person,
                         domain::PersonStatus status, Timestamp now);
/// manage_people, or the person. Name, address, credentials, sessions, tokens, memberships and the personal part of
/// their audit entries go; the number stays. Errors: conflict for the last administrator of the CERT.
Status erase_person(store::Database& database, const Actor& actor, domain::PersonId person, Timestamp now);
/// All that is stored about a person, as JSON (GDPR article 15 and 20): the person or manage_people.
Result<std::string> export_person(store::Database& database, const Actor& actor, domain::PersonId person,
                                  Timestamp now);
Result<PersonPage> list_people(store::Database& database, const Actor& actor, const PersonFilter& filter);
Result<std::optional<PersonRow>> find_person(store::Database& database, const Actor& actor, domain::PersonId person);
Result<std::optional<PersonRow>> find_person_by_email(store::Database& database, const Actor& actor,
                                                      std::string_view email);

// --- communities ---
struct CommunityInput {
  std::string uuid;  ///< Kept where given and well-formed, else a new one.
  std::string name, description;
  bool members_hidden = false;
};
struct CommunityRow {
  domain::Community community;
  std::optional<std::int64_t> organisations, people;  ///< Absent where the members are hidden from this actor.
  bool joined = false;                                ///< The actor's organisation, or the actor, is in it.
};
struct CommunityDetail {
  CommunityRow row;
  std::vector<domain::Organisation> organisations;  ///< Empty where hidden.
  /// For those who manage communities but not people: the address as name, and no number, which would tell how new the
  /// account is.
  std::vector<domain::Person> people;
};
/// manage_communities for all that writes. Members of a community see it; nobody else knows of it but those who manage.
Result<domain::CommunityId> create_community(store::Database& database, const Actor& actor, const CommunityInput& input,
                                             Timestamp now);
Status change_community(store::Database& database, const Actor& actor, domain::CommunityId id,
                        const CommunityInput& input, bool closed, Timestamp now, std::string_view expected = {});
Status add_to_community(store::Database& database, const Actor& actor, domain::CommunityId id,
                        const domain::Grantee& member, Timestamp now);
Status remove_from_community(store::Database& database, const Actor& actor, domain::CommunityId id,
                             const domain::Grantee& member, Timestamp now);
/// A single person by mail address. For those who may manage people it has to be an account's. For everybody else the
/// answer and what they see then are the same whether there is one: an address that is nobody's becomes a person
/// `invited` without membership, who sees what is addressed to the community once invited into an organisation.
/// Errors: invalid_input, where = "email"; conflict where it is listed already.
Status list_in_community(store::Database& database, const Actor& actor, domain::CommunityId id, std::string_view email,
                         Timestamp now);
/// By the same address. Errors: not_found where it is not listed.
Status unlist_from_community(store::Database& database, const Actor& actor, domain::CommunityId id,
                             std::string_view email, Timestamp now);
Result<std::vector<CommunityRow>> list_communities(store::Database& database, const Actor& actor);
Result<std::optional<CommunityDetail>> find_community(store::Database& database, const Actor& actor,
                                                      domain::CommunityId id);

// --- for the policy ---
/// The viewer that a person is while acting for an organisation: only active person, membership and organisation count;
/// without an organisation the first active seat by name. Reads the connection's state now.
Result<domain::policy::Viewer> viewer_of(store::Connection& connection, domain::PersonId person,
                                         std::optional<domain::OrganisationId> organisation);
/// Grows with every write to organisations, people, memberships and communities.
Result<std::int64_t> generation(store::Connection& connection);

}  // namespace tocsin::engine::members
