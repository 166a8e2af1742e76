#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "engine/members/actor.hpp"
#include "store/comments.hpp"
#include "store/database.hpp"

/// Comments on records, in plain text: for the people of one's own organisation, or for everyone here who may see the
/// record (domain/comment_policy.hpp). They are no part of the document and leave in none of its forms.
namespace tocsin::engine::manage {

inline constexpr std::size_t kCommentBytesMax = 4'000;
/// Of one organisation on one record.
inline constexpr int kCommentsMax = 200;

struct CommentRow {
  store::Comment comment;  ///< `person_name` is empty for other organisations' people: who speaks is the organisation.
  bool may_edit = false;   ///< Their own.
  bool may_remove = false;
};
struct CommentList {
  bool may_write = false;       ///< For their own organisation.
  bool may_write_wide = false;  ///< For everyone who sees the record.
  std::vector<CommentRow> rows;
};
/// Those that the actor may see, oldest first; all, at the console. Errors: not_found.
Result<CommentList> comments_of(store::Database& database, const Actor& actor, domain::RecordId record, Timestamp now);
/// One of them. Errors: not_found, for what is hidden as for what is not there.
Result<CommentRow> find_comment(store::Database& database, const Actor& actor, domain::RecordId record,
                                std::string_view id, Timestamp now);
/// Its id. Errors: not_found; forbidden; invalid_input with `where` = "text"; conflict where there are kCommentsMax.
Result<std::string> add_comment(store::Database& database, const Actor& actor, domain::RecordId record,
                                std::string_view text, bool wide, Timestamp now);
/// By its author, while acting for the organisation that it is of.
Status change_comment(store::Database& database, const Actor& actor, domain::RecordId record, std::string_view id,
                      std::string_view text, Timestamp now);
/// By its author; one that is for everyone also by coordinators of the CERT; any at the console.
Status remove_comment(store::Database& database, const Actor& actor, domain::RecordId record, std::string_view id,
                      Timestamp now);

}  // namespace tocsin::engine::manage
