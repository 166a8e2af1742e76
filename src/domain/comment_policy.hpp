#pragma once
#include "domain/policy.hpp"

/// Who may see and write comments on a record; part of the policy (domain/policy.hpp).
namespace tocsin::domain::policy {

/// The part of a comment on a record that decides.
struct CommentFacts {
  OrganisationId organisation;  ///< Whose people wrote it.
  bool wide = false;            ///< For everyone here who may see the record.
};
/// Comments are for people of organisations who see the record by rule: a broken glass opens the record alone, and who
/// reads as the public does (visitors, auditors) gets what is public. `of_record`: what decide() says of the record.
bool reads_comments(const Viewer& viewer, const Decision& of_record) noexcept;
bool may_see_comment(const Viewer& viewer, const Decision& of_record, const CommentFacts& comment) noexcept;
/// Whose comments may be for everyone who sees the record: those of the CERT's analysts and coordinators, and of who
/// works on records for its owner.
bool may_comment_widely(const Viewer& viewer, OrganisationId owner) noexcept;

}  // namespace tocsin::domain::policy
