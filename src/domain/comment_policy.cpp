#include "domain/comment_policy.hpp"

namespace tocsin::domain::policy {

bool reads_comments(const Viewer& viewer, const Decision& of_record) noexcept {
  return viewer.person && viewer.organisation && allows(viewer.roles, Permission::read_as_member) && of_record.seen &&
         of_record.reason != Reason::broke_glass;
}

bool may_see_comment(const Viewer& viewer, const Decision& of_record, const CommentFacts& comment) noexcept {
  return reads_comments(viewer, of_record) && (comment.wide || comment.organisation == *viewer.organisation);
}

bool may_comment_widely(const Viewer& viewer, OrganisationId owner) noexcept {
  return viewer.organisation && allows(viewer.roles, Permission::edit_record) &&
         (*viewer.organisation == kOwnOrganisation || *viewer.organisation == owner);
}

}  // namespace tocsin::domain::policy
