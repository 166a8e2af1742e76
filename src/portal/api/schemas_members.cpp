#include "portal/api/schemas.hpp"

/// Organisations, people, communities and the audit log in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr QueryParameter kCursor{"cursor", "Opaque; from `next` of the page before. Leave out for the first page.",
                                 R"({"type":"string"})"};
constexpr QueryParameter kText{"q", "Part of the name.", R"({"type":"string","default":""})"};
constexpr QueryParameter kLimit{"limit", "Items in a page.",
                                R"({"type":"integer","minimum":1,"maximum":200,"default":50})"};

constexpr QueryParameter kOrganisationsQuery[] = {
    kText,
    {"kind", "Only this kind.",
     R"({"enum":["cert","asset-owner","vendor","government","isac","researcher","integrator"]})"},
    {"status", "Only this status; others than active are shown to those who vet.",
     R"({"enum":["applied","vetted","active","suspended","left"]})"},
    kLimit,
    kCursor,
};
constexpr QueryParameter kPeopleQuery[] = {
    {"q", "Part of the name or mail address.", R"({"type":"string","default":""})"},
    {"organisation", "Only people of this organisation, by number.", R"({"type":"integer","minimum":1})"},
    {"status", "Only this status.", R"({"enum":["invited","active","suspended","erased"]})"},
    kLimit,
    kCursor,
};
constexpr QueryParameter kAuditLimit{"limit", "Entries in a page.",
                                     R"({"type":"integer","minimum":1,"maximum":500,"default":100})"};
#define TOCSIN_AUDIT_FILTER                                                                             \
  {"person", "Number of the person who acted.", R"({"type":"integer","minimum":1})"},                   \
      {"organisation", "Number of the organisation acted for.", R"({"type":"integer","minimum":1})"},   \
      {"owner", "Number of the organisation whose thing it was.", R"({"type":"integer","minimum":1})"}, \
      {"action", "Exactly, or with all that begins so: record.*", R"({"type":"string"})"},              \
      {"object", "Such as record:12 or person:3.", R"({"type":"string"})"},                             \
      {"outcome", "How it ended.", R"({"enum":["done","refused","failed"]})"},                          \
      {"from", "First day, or first moment (RFC 3339), in UTC.", R"({"type":"string"})"},               \
      {"to", "Last day, or the moment (RFC 3339) before which, in UTC.", R"({"type":"string"})"}
constexpr QueryParameter kAuditQuery[] = {
    TOCSIN_AUDIT_FILTER,
    kAuditLimit,
    {"before", "Entries before this number; from `next`.", R"({"type":"integer","minimum":1})"},
};
constexpr QueryParameter kAuditExportQuery[] = {
    TOCSIN_AUDIT_FILTER,
    {"after", "Entries after this number.", R"({"type":"integer","minimum":1})"},
};
#undef TOCSIN_AUDIT_FILTER
constexpr QueryParameter kLooksQuery[] = {kAuditLimit, kCursor};

constexpr Operation kOperations[] = {
    {.route = "organisations",
     .description = "Members see active organisations, those who vet see all. By name.",
     .schema = "OrganisationList",
     .query = kOrganisationsQuery},
    {.route = "organisation", .description = "", .schema = "OrganisationDetail"},
    {.route = "looks",
     .description =
         "What is marked TLP:AMBER and above, newest first. People outside the own organisation and the CERT are not "
         "named.",
     .schema = "LookList",
     .query = kLooksQuery},
    {.route = "people",
     .description = "Administrators see everybody, an organisation's administrators their own people. By name.",
     .schema = "PersonList",
     .query = kPeopleQuery},
    {.route = "person", .description = "", .schema = "Person"},
    {.route = "communities",
     .description = "Nobody else knows of them. Numbers are null where the members are hidden.",
     .schema = "CommunityList"},
    {.route = "community", .description = "Without members where these are hidden.", .schema = "CommunityDetail"},
    {.route = "audit",
     .description = "For auditors. Hashes can be computed again from these members: docs/audit.md.",
     .schema = "AuditList",
     .query = kAuditQuery},
    {.route = "audit_entry", .description = "For auditors.", .schema = "AuditEntry"},
    {.route = "audit_export",
     .description =
         "For auditors: oldest first, one object a line, at most 10,000; where there are more, the header Link names "
         "the next. That it was exported is written down.",
     .schema = "",
     .media_type = "application/jsonl",
     .query = kAuditExportQuery},
    {.route = "approvals",
     .description =
         "What the asker asked for and what they may decide about; all, for auditors. Waiting ones first, then newest "
         "first. Decisions are made by people who have signed in, not through the API.",
     .schema = "ApprovalList"},
    {.route = "approval", .description = "", .schema = "Approval"},
    {.route = "break_glass",
     .description =
         "Newest first: what the asker opened; what was opened of their organisation's, for its coordinators and "
         "administrators; all, for the CERT's and for auditors. Record and title are empty where the asker may not "
         "read "
         "it. Nothing is opened through the API.",
     .schema = "BreakGlassList"},
    {.route = "sharing",
     .description = "For those who edit for the organisation that owns it; 404 for everybody else.",
     .schema = "Sharing"},
    {.route = "sharing_change",
     .description =
         "What the body names is changed, the rest stays. Where somebody is newly reached, now or when an embargo "
         "ends, "
         "`confirmed` must be true, else the answer is 409 and says whom. With `preview` nothing is changed.",
     .schema = "SharingChanged",
     .body = "SharingChange"},
};

}  // namespace

std::span<const Operation> member_operations() noexcept { return kOperations; }

std::string_view member_schemas_json() noexcept {
  return R"json({
"NumberedName": {
  "type": "object",
  "required": ["id", "name"],
  "properties": {"id": {"type": "integer", "minimum": 1}, "name": {"type": "string"}}
},
"Organisation": {
  "type": "object",
  "required": ["id", "uuid", "name", "url", "kind", "status", "sectors", "countries", "homepage", "description",
    "vendor_keys", "created_at", "person_count"],
  "properties": {
    "id": {"type": "integer", "minimum": 1},
    "uuid": {"description": "Also its id in MISP and STIX.", "type": "string"},
    "name": {"type": "string"},
    "url": {"description": "Of the page.", "type": "string"},
    "kind": {"enum": ["cert", "asset-owner", "vendor", "government", "isac", "researcher", "integrator"]},
    "status": {"enum": ["applied", "vetted", "active", "suspended", "left"]},
    "sectors": {"type": "array", "items": {"$ref": "#/components/schemas/Named"}},
    "countries": {"description": "ISO 3166-1 alpha-2.", "type": "array", "items": {"type": "string"}},
    "homepage": {"type": "string"},
    "description": {"type": "string"},
    "vendor_keys": {"description": "`key` of vendors in the catalogue.", "type": "array", "items": {"type": "string"}},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "person_count": {"type": "integer", "minimum": 0}
  }
},
"OrganisationList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Organisation"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": "integer", "minimum": 0}
  }
},
"OrganisationDetail": {
  "allOf": [{"$ref": "#/components/schemas/Organisation"}],
  "type": "object",
  "required": ["record_count", "contacts", "keys", "clients", "providers"],
  "properties": {
    "record_count": {"description": "Records it owns, as far as the asker may know.", "type": "integer", "minimum": 0},
    "contacts": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "role", "name", "email", "phone"],
        "properties": {
          "id": {"type": "integer", "minimum": 1},
          "role": {"type": "string"},
          "name": {"type": "string"},
          "email": {"type": "string"},
          "phone": {"type": "string"}
        }
      }
    },
    "keys": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "kind", "fingerprint", "label", "body", "created_at"],
        "properties": {
          "id": {"type": "integer", "minimum": 1},
          "kind": {"enum": ["openpgp", "certificate"]},
          "fingerprint": {"description": "Upper-case hex.", "type": "string"},
          "label": {"type": "string"},
          "body": {"description": "Armoured, public part only.", "type": "string"},
          "created_at": {"$ref": "#/components/schemas/Time"}
        }
      }
    },
    "clients": {
      "description": "TLP:AMBER for this organisation reaches them as well. Shown to those who manage it.",
      "type": "array",
      "items": {"$ref": "#/components/schemas/NumberedName"}
    },
    "providers": {"type": "array", "items": {"$ref": "#/components/schemas/NumberedName"}}
  }
},
"Person": {
  "type": "object",
  "required": ["id", "uuid", "name", "email", "url", "status", "language", "time_zone", "created_at",
    "email_verified_at", "last_sign_in_at", "memberships"],
  "properties": {
    "id": {"type": "integer", "minimum": 1},
    "uuid": {"type": "string"},
    "name": {"type": "string"},
    "email": {"type": "string"},
    "url": {"description": "Of the page.", "type": "string"},
    "status": {"enum": ["invited", "active", "suspended", "erased"]},
    "language": {"description": "BCP 47; empty: the browser's.", "type": "string"},
    "time_zone": {"description": "IANA name; empty: the site's.", "type": "string"},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "email_verified_at": {"$ref": "#/components/schemas/OptionalTime"},
    "last_sign_in_at": {"$ref": "#/components/schemas/OptionalTime"},
    "memberships": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["organisation", "roles", "since"],
        "properties": {
          "organisation": {"$ref": "#/components/schemas/NumberedName"},
          "roles": {
            "type": "array",
            "items": {"enum": ["member", "organisation-administrator", "vendor-coordinator", "analyst", "coordinator",
              "auditor", "administrator"]}
          },
          "since": {"$ref": "#/components/schemas/Time"}
        }
      }
    }
  }
},
"PersonList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Person"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": "integer", "minimum": 0}
  }
},
"Community": {
  "type": "object",
  "required": ["id", "uuid", "name", "url", "description", "members_hidden", "closed", "joined", "organisation_count",
    "person_count", "created_at"],
  "properties": {
    "id": {"type": "integer", "minimum": 1},
    "uuid": {"description": "Of the sharing group in MISP and CSAF.", "type": "string"},
    "name": {"type": "string"},
    "url": {"description": "Of the page.", "type": "string"},
    "description": {"type": "string"},
    "members_hidden": {"type": "boolean"},
    "closed": {"description": "Takes nothing new and reaches nobody.", "type": "boolean"},
    "joined": {"description": "The asker or the organisation acted for is in it.", "type": "boolean"},
    "organisation_count": {"type": ["integer", "null"], "minimum": 0},
    "person_count": {"type": ["integer", "null"], "minimum": 0},
    "created_at": {"$ref": "#/components/schemas/Time"}
  }
},
"CommunityList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Community"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": "integer", "minimum": 0}
  }
},
"CommunityDetail": {
  "allOf": [{"$ref": "#/components/schemas/Community"}],
  "type": "object",
  "required": ["organisations", "people"],
  "properties": {
    "organisations": {"type": "array", "items": {"$ref": "#/components/schemas/NumberedName"}},
    "people": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "name"],
        "properties": {
          "id": {"description": "Null for those who manage communities and not people.", "type": ["integer", "null"]},
          "name": {"description": "For the same, the mail address.", "type": "string"}
        }
      }
    }
  }
},
"AuditEntry": {
  "type": "object",
  "required": ["sequence", "at", "person", "organisation", "action", "object", "owner", "outcome", "request_id", "erased",
    "address", "agent", "detail", "salt", "personal_hash", "previous_hash", "hash", "person_name", "organisation_name",
    "owner_name"],
  "properties": {
    "sequence": {"type": "integer", "minimum": 1},
    "at": {"$ref": "#/components/schemas/Time"},
    "person": {"description": "Number; null for visitors, the console and the system.", "type": ["integer", "null"]},
    "organisation": {"description": "Acted for.", "type": ["integer", "null"]},
    "action": {"type": "string"},
    "object": {"type": "string"},
    "owner": {"description": "Whose thing it was.", "type": ["integer", "null"]},
    "outcome": {"enum": ["done", "refused", "failed"]},
    "request_id": {"type": "string"},
    "erased": {"description": "Address, agent, detail and salt went with the person.", "type": "boolean"},
    "address": {"type": ["string", "null"]},
    "agent": {"type": ["string", "null"]},
    "detail": {"description": "Old and new values; differs by action.", "type": ["object", "string", "null"]},
    "salt": {"type": ["string", "null"]},
    "personal_hash": {"type": "string"},
    "previous_hash": {"type": "string"},
    "hash": {"type": "string"},
    "person_name": {"description": "Now; not part of the log.", "type": ["string", "null"]},
    "organisation_name": {"type": ["string", "null"]},
    "owner_name": {"type": ["string", "null"]}
  }
},
"AuditList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/AuditEntry"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": "integer", "minimum": 0}
  }
},
"Addressees": {
  "description": "organisation:NUMBER, community:NUMBER, case:CASE-2026-48213, person:ADDRESS; for those who manage people person:NUMBER, too, which answers to them have. At most 2,000.",
  "type": "array",
  "items": {"type": "string"}
},
"Marking": {
  "type": "object",
  "required": ["tlp", "audience", "listed", "embargo_until", "status"],
  "properties": {
    "tlp": {"enum": ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]},
    "audience": {"enum": ["everyone", "members", "owner_only", "listed"]},
    "listed": {"$ref": "#/components/schemas/Addressees"},
    "embargo_until": {"$ref": "#/components/schemas/OptionalTime"},
    "status": {"enum": ["draft", "published", "withdrawn"]}
  }
},
"Reach": {
  "type": "object",
  "required": ["everyone", "every_member", "people", "organisations", "reasons"],
  "properties": {
    "everyone": {"description": "Also without an account.", "type": "boolean"},
    "every_member": {"description": "Also members to come.", "type": "boolean"},
    "people": {"description": "With an account, each once; and addresses, for those who may not be told which have one.", "type": "integer", "minimum": 0},
    "organisations": {"type": "integer", "minimum": 0},
    "reasons": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["reason", "text", "names", "names_hidden"],
        "properties": {
          "reason": {"enum": ["public_record", "own_organisation", "own_handler", "member", "named_organisation",
            "named_community", "case_participant", "client_of_named", "named_person", "broke_glass"]},
          "text": {"type": "string"},
          "names": {"type": "array", "items": {"type": "string"}},
          "names_hidden": {"description": "The asker may not know them.", "type": "boolean"}
        }
      }
    }
  }
},
"Sharing": {
  "type": "object",
  "required": ["slug", "title", "owner", "marking", "reach", "after_embargo", "idle", "may_change"],
  "properties": {
    "slug": {"type": "string"},
    "title": {"type": "string"},
    "owner": {"$ref": "#/components/schemas/NumberedName"},
    "marking": {"$ref": "#/components/schemas/Marking"},
    "reach": {"description": "At this moment.", "allOf": [{"$ref": "#/components/schemas/Reach"}]},
    "after_embargo": {
      "description": "Null where there is no embargo, or it has ended.",
      "oneOf": [{"$ref": "#/components/schemas/Reach"}, {"type": "null"}]
    },
    "idle": {
      "description": "Listed, and reaching nobody at present.",
      "allOf": [{"$ref": "#/components/schemas/Addressees"}]
    },
    "may_change": {"type": "boolean"}
  }
},
"SharingChange": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "tlp": {"enum": ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]},
    "audience": {"enum": ["everyone", "members", "owner_only", "listed"]},
    "listed": {"$ref": "#/components/schemas/Addressees"},
    "embargo_until": {"$ref": "#/components/schemas/OptionalTime"},
    "status": {"enum": ["draft", "published", "withdrawn"]},
    "confirmed": {"description": "Whoever is newly reached shall be.", "type": "boolean", "default": false},
    "digest": {"description": "Of a preview's difference: confirms that one and no other.", "type": "string"},
    "preview": {"description": "Only say what would change.", "type": "boolean", "default": false},
    "reason": {"description": "For the second person, where one has to approve it: then the answer is 409 and says where it waits.",
      "type": "string"}
  }
},
"SharingChanged": {
  "allOf": [{"$ref": "#/components/schemas/Sharing"}],
  "type": "object",
  "required": ["difference"],
  "properties": {
    "difference": {
      "type": "object",
      "required": ["widens", "newly_reached", "no_longer_reached", "digest"],
      "properties": {
        "widens": {"type": "boolean"},
        "newly_reached": {"type": "string"},
        "no_longer_reached": {"type": "string"},
        "digest": {"type": "string"}
      }
    }
  }
},
"Approval": {
  "type": "object",
  "required": ["id", "url", "act", "object", "state", "asked_by", "asked_for", "reason", "difference", "asked_at",
    "expires_at", "decided_by", "decided_at", "outcome", "may_decide"],
  "properties": {
    "id": {"type": "integer", "minimum": 1},
    "url": {"description": "Of the page.", "type": "string"},
    "act": {"enum": ["widen_sharing", "admit_organisation", "grant_role", "break_glass", "prune_audit", "remove_record", ""]},
    "object": {"description": "As in the audit log: person:3.", "type": "string"},
    "state": {
      "description": "refused: approved, but what it was based on had changed. over: nobody decided in time.",
      "enum": ["waiting", "approved", "rejected", "withdrawn", "refused", "over"]
    },
    "asked_by": {"type": "string"},
    "asked_for": {"description": "The organisation that was acted for.", "type": "string"},
    "reason": {"type": "string"},
    "difference": {"description": "What it does, in sentences.", "type": "array", "items": {"type": "string"}},
    "asked_at": {"$ref": "#/components/schemas/Time"},
    "expires_at": {"$ref": "#/components/schemas/Time"},
    "decided_by": {"type": "string"},
    "decided_at": {"$ref": "#/components/schemas/OptionalTime"},
    "outcome": {"description": "What whoever decided said, or why it could not be done.", "type": "string"},
    "may_decide": {"description": "The asker, on the page.", "type": "boolean"}
  }
},
"ApprovalList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Approval"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"description": "They are not counted.", "type": "null"}
  }
},
"BreakGlassList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "person", "organisation", "owner", "record", "title", "reason", "began_at", "until",
          "ended_at", "in_force"],
        "properties": {
          "id": {"type": "integer", "minimum": 1},
          "person": {"$ref": "#/components/schemas/NumberedName"},
          "organisation": {"description": "Who they acted for.", "allOf": [{"$ref": "#/components/schemas/NumberedName"}]},
          "owner": {"description": "Whose the record is.", "allOf": [{"$ref": "#/components/schemas/NumberedName"}]},
          "record": {"description": "Slug of the advisory; empty where the asker may not read it.", "type": "string"},
          "title": {"type": "string"},
          "reason": {"type": "string"},
          "began_at": {"$ref": "#/components/schemas/Time"},
          "until": {"$ref": "#/components/schemas/Time"},
          "ended_at": {"description": "Where it was ended before its time.",
            "allOf": [{"$ref": "#/components/schemas/OptionalTime"}]},
          "in_force": {"type": "boolean"}
        }
      }
    },
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": "null"}
  }
},
"LookList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["entry", "at", "how", "organisation", "person", "record", "title"],
        "properties": {
          "entry": {"description": "Number in the audit log.", "type": "integer", "minimum": 1},
          "at": {"$ref": "#/components/schemas/Time"},
          "how": {"description": "break-glass: read by who does not see it otherwise.",
            "enum": ["read", "exported", "break-glass"]},
          "organisation": {
            "description": "Who they acted for.",
            "oneOf": [{"$ref": "#/components/schemas/NumberedName"}, {"type": "null"}]
          },
          "person": {"description": "Only of the own organisation and the CERT; else empty.", "type": "string"},
          "record": {"description": "Slug of the advisory; empty where the asker may not read it.", "type": "string"},
          "title": {"type": "string"}
        }
      }
    },
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"description": "They are not counted.", "type": "null"}
  }
}
})json";
}

}  // namespace tocsin::portal::api
