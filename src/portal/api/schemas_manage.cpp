#include "portal/api/schemas.hpp"

/// Read marks, comments and removal of advisories in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr Operation kOperations[] = {
    {.route = "advisory_read",
     .description =
         "A mark is one person's. It lasts until a revision comes that changes which products are affected, how "
         "badly, or what to do; q=read:no finds what is unread.",
     .schema = "ReadMark"},
    {.route = "advisory_mark_read", .description = "At its present revision.", .schema = "", .status = 204},
    {.route = "advisory_mark_unread", .description = "", .schema = "", .status = 204},
    {.route = "comments",
     .description =
         "Oldest first: those of the organisation acted for, and those for everyone. They are in no form of the "
         "document. Other organisations' people are not named.",
     .schema = "CommentList"},
    {.route = "comment", .description = "", .schema = "Comment"},
    {.route = "comment_add",
     .description = "For everyone write the CERT's analysts and coordinators, and those who work on advisories for the "
                    "organisation that it belongs to.",
     .schema = "Comment",
     .body = "CommentNew",
     .status = 201},
    {.route = "comment_change",
     .description = "By its author, while acting for the same organisation.",
     .schema = "Comment",
     .body = "CommentChange"},
    {.route = "comment_remove",
     .description = "By its author; one for everyone also by coordinators of the CERT.",
     .schema = "",
     .status = 204},
    {.route = "advisory_removal",
     .description =
         "With all revisions, comments and what organisations noted about it, by coordinators of the organisation "
         "that it belongs to. The audit log keeps its id and the SHA-512 of its documents; importing one of them "
         "again wants to be told so. Asks people at a browser for a recent proof of who they are. 409 with an "
         "`approvals/` pointer where it waits for a second person.",
     .schema = "",
     .body = "Removal",
     .status = 204},
};

}  // namespace

std::span<const Operation> manage_operations() noexcept { return kOperations; }

std::string_view manage_schemas_json() noexcept {
  return R"json({
"ReadMark": {
  "type": "object",
  "required": ["read"],
  "properties": {"read": {"type": "boolean"}}
},
"Comment": {
  "type": "object",
  "required": ["id", "organisation", "person", "for", "text", "written_at", "edited_at", "may_edit", "may_remove"],
  "properties": {
    "id": {"type": "string"},
    "organisation": {"$ref": "#/components/schemas/NumberedName"},
    "person": {"description": "Null for other organisations' people, and for the command line.",
      "type": ["string", "null"]},
    "for": {"enum": ["organisation", "everyone"]},
    "text": {"type": "string"},
    "written_at": {"$ref": "#/components/schemas/Time"},
    "edited_at": {"$ref": "#/components/schemas/OptionalTime"},
    "may_edit": {"type": "boolean"},
    "may_remove": {"type": "boolean"}
  }
},
"CommentList": {
  "type": "object",
  "required": ["items", "may_write", "may_write_for_everyone"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Comment"}},
    "may_write": {"type": "boolean"},
    "may_write_for_everyone": {"type": "boolean"}
  }
},
"CommentNew": {
  "type": "object",
  "required": ["text"],
  "additionalProperties": false,
  "properties": {
    "text": {"description": "Plain text, at most 4,000 bytes.", "type": "string"},
    "for": {"enum": ["organisation", "everyone"], "default": "organisation"}
  }
},
"CommentChange": {
  "type": "object",
  "required": ["text"],
  "additionalProperties": false,
  "properties": {"text": {"type": "string"}}
},
"Removal": {
  "type": "object",
  "required": ["reason"],
  "additionalProperties": false,
  "properties": {"reason": {"description": "For the log, and for the second person.", "type": "string"}}
}
})json";
}

}  // namespace tocsin::portal::api
