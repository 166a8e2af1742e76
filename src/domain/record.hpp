#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "domain/tlp.hpp"

/// The one record: all shared knowledge is an identified, versioned document in its field's own standard, with a small
/// header. Documents are kept byte for byte as received, so that signatures and hashes still verify.
namespace tocsin::domain {

struct RecordId {
  std::int64_t value = 0;
  friend auto operator<=>(const RecordId&, const RecordId&) = default;
};
struct RevisionId {
  std::int64_t value = 0;
  friend auto operator<=>(const RevisionId&, const RevisionId&) = default;
};

/// What a record is about. Stored as its number; only ever added to.
enum class RecordKind {
  advisory = 1,     ///< A CSAF document.
  stix_object = 2,  ///< One STIX object of any type, or marking definition.
};
std::string_view to_string(RecordKind kind) noexcept;

/// Life of a record here, independent of the document's own status member.
enum class RecordStatus { draft = 0, published = 1, withdrawn = 2 };
std::string_view to_string(RecordStatus status) noexcept;

/// Who a record is addressed to. Stored as its number. `everyone` leaves it to the marking: CLEAR reaches everyone,
/// GREEN every member, AMBER and above nobody but the owner.
enum class Audience { everyone = 0, members = 1, owner_only = 2, listed = 3 };
std::string_view to_string(Audience audience) noexcept;

/// One whom a record of Audience::listed is addressed to.
struct Grantee {
  /// Stored as its number; only ever added to. `case_file`: the participants of a case.
  enum class Kind { organisation = 1, community = 2, person = 3, case_file = 4 };
  Kind kind = Kind::organisation;
  std::int64_t id = 0;
  friend auto operator<=>(const Grantee&, const Grantee&) = default;
};
std::string_view to_string(Grantee::Kind kind) noexcept;
/// Sorts, and removes repeats.
void tidy(std::vector<Grantee>& listed);
/// "o5 c12 p7 k3" (a case): how the store keeps a tidy list.
std::string write_grantees(const std::vector<Grantee>& listed);
std::vector<Grantee> read_grantees(std::string_view text);

/// How a stored revision stands to the others of its record.
enum class Standing {
  current = 0,     ///< What readers see.
  superseded = 1,  ///< History: older, or arrived late.
  conflicting = 2  ///< Same version as another revision but other bytes: kept, reported, never shown as current.
};
std::string_view to_string(Standing standing) noexcept;

/// Header of a record: enough for lists and for the policy.
struct Record {
  RecordId id;
  RecordKind kind = RecordKind::advisory;
  std::string issuer;  ///< Namespace URI that `key` is unique in (CSAF: publisher namespace).
  std::string key;     ///< The issuer's own id (CSAF: tracking id), as written.
  std::string slug;    ///< Unique per kind without regard to case; the last part of its URL. Mostly == key.
  std::string title;
  Tlp tlp = Tlp::clear;
  OrganisationId owner = kOwnOrganisation;
  Audience audience = Audience::everyone;
  std::vector<Grantee> listed;  ///< Audience::listed: sorted, no repeats.
  RecordStatus status = RecordStatus::published;
  std::optional<Timestamp> embargo_until;  ///< Nobody but the owner sees it before.
  std::string version;                     ///< Of the current revision (CSAF: tracking version).
  std::string format;                      ///< "csaf-2.0", "csaf-2.1".
  std::string sha512;                      ///< Of the current revision's bytes, lower-case hex.
  RevisionId current_revision;
  Timestamp initial_release_at;  ///< As the document says.
  Timestamp current_release_at;
  Timestamp created_at;  ///< First stored here.
  Timestamp updated_at;  ///< Last stored here.
  std::vector<std::string> labels;
};

/// One stored revision, without its bytes.
struct Revision {
  RevisionId id;
  RecordId record;
  std::string version;
  Standing standing = Standing::current;
  std::string format;
  std::string document_status;  ///< As the document says: "final", "interim", "draft".
  std::string sha512;
  std::int64_t bytes = 0;
  Timestamp released_at;
  Timestamp received_at;
  std::string source;  ///< Where it came from: file name in the import, feed URL.
  // Whom it was for while it was current: history is no way around a narrower marking of before.
  Tlp tlp = Tlp::red;
  Audience audience = Audience::everyone;
  std::vector<Grantee> listed;
  RecordStatus status = RecordStatus::draft;
  std::optional<Timestamp> embargo_until;
};

/// What an importer hands over: one document, checked and read.
struct NewRevision {
  RecordKind kind = RecordKind::advisory;
  std::string issuer;
  std::string key;
  std::string title;
  Tlp tlp = Tlp::clear;
  OrganisationId owner = kOwnOrganisation;
  Audience audience = Audience::everyone;
  std::vector<Grantee> listed;  ///< Audience::listed; any order.
  RecordStatus status = RecordStatus::published;
  std::optional<Timestamp> embargo_until;
  std::string version;
  std::string version_order;  ///< Byte order is version order (formats::csaf::version_order).
  std::string format;
  std::string document_status;
  std::string sha512;
  Timestamp initial_release_at;
  Timestamp current_release_at;
  std::vector<std::string> labels;
  std::string source;
  std::string bytes;  ///< The document, byte for byte.
};

/// What became of a NewRevision.
enum class PutOutcome {
  created,      ///< A new record.
  updated,      ///< A newer revision; it is now current.
  unchanged,    ///< These very bytes were there already; nothing was written.
  history,      ///< An older revision that was missing; kept as history.
  conflicting,  ///< Same version, other bytes; kept beside, not shown as current.
  removed       ///< These very bytes were removed here; nothing was written.
};
std::string_view to_string(PutOutcome outcome) noexcept;

/// Last part of a URL for a key: characters outside [A-Za-z0-9._+-] become "_"; never empty, never "." or "..".
std::string slug_of(std::string_view key);

}  // namespace tocsin::domain
