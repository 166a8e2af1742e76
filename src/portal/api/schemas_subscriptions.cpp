#include "portal/api/schemas.hpp"

/// Subscriptions and what was told, in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr QueryParameter kNoticesQuery[] = {
    {"limit", "Entries in a page.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
    {"cursor", "Opaque; from `next` of the page before. Leave out for the first page.", R"({"type":"string"})"},
};

constexpr QueryParameter kAssetNoticesQuery[] = {
    {"limit", "The newest so many.", R"({"type":"integer","minimum":1,"maximum":200,"default":50})"},
};

constexpr Operation kOperations[] = {
    {.route = "subscriptions",
     .description =
         "Those of the person who asks, at most 50. A token is shown those of its organisation, and those that follow "
         "the inventory with the scope read-inventory only.",
     .schema = "SubscriptionList"},
    {.route = "subscription", .description = "404 for another person's.", .schema = "Subscription"},
    {.route = "subscription_create",
     .description =
         "For the organisation acted for; 409 where the person acts for none, or has 50. Tokens need the scope "
         "write-records, and read-inventory for what follows the inventory.",
     .schema = "Subscription",
     .body = "SubscriptionNew",
     .status = 201},
    {.route = "subscription_change",
     .description = "What the body names is changed, the rest stays. Tokens need the scope write-records.",
     .schema = "Subscription",
     .body = "SubscriptionChange"},
    {.route = "subscription_delete",
     .description = "What waits for it alone is not told any more. Tokens need the scope write-records.",
     .schema = "",
     .status = 204},
    {.route = "subscription_test",
     .description =
         "A letter is put into the post; 409 where this portal sends no mail. Tokens need the scope write-records.",
     .schema = "SubscriptionTested",
     .body = "SubscriptionTest",
     .status = 202},
    {.route = "notices",
     .description =
         "With its state and the subscriptions that were the reason. What the asker may not see any more is null. A "
         "token is shown what was noticed through the eyes of its organisation; without the scope read-inventory only "
         "where a subscription that does not follow the inventory asked for it, and without their names.",
     .schema = "NoticeList",
     .query = kNoticesQuery},
    {.route = "asset_notices",
     .description = "One message for all assets that were added or changed at a time; counts and advisories as far as "
                    "the asker may "
                    "see them now. Tokens need the scope read-inventory: without it there are none.",
     .schema = "AssetNoticeList",
     .query = kAssetNoticesQuery},
};

}  // namespace

std::span<const Operation> subscription_operations() noexcept { return kOperations; }

std::string_view subscription_schemas_json() noexcept {
  return R"json({
"MatchStatuses": {
  "description": "Results of matching; none: those that want attention, which are affected, undecidable and under_investigation.",
  "type": "array",
  "items": {"enum": ["affected", "undecidable", "under_investigation", "fixed", "not_affected"]}
},
"MatchDecisions": {
  "description": "What is to be done; none: any.",
  "type": "array",
  "items": {"enum": ["act_now", "mitigate_now", "next_outage", "accept", "nothing_to_do"]}
},
"Pace": {"description": "At once, or as a digest of the day or the week.", "enum": ["now", "daily", "weekly"]},
"Channels": {
  "description": "By mail, in the person's own feed, by the webhooks that they have set.",
  "type": "array",
  "items": {"enum": ["mail", "feed", "hook"]}
},
"Subscription": {
  "type": "object",
  "required": ["id", "page", "organisation", "name", "query", "exposure", "statuses", "decisions", "site",
    "connections", "pace", "channels", "paused", "created_at", "changed_at"],
  "properties": {
    "id": {"type": "integer", "minimum": 1},
    "page": {"description": "Path of the page.", "type": "string"},
    "organisation": {"description": "Number of the organisation through whose eyes advisories are seen.",
      "type": "integer", "minimum": 1},
    "name": {"type": "string"},
    "query": {"description": "A search, in its canonical form; empty: every advisory.", "type": "string"},
    "exposure": {"description": "Only what speaks of the organisation's own assets.", "type": "boolean"},
    "statuses": {"$ref": "#/components/schemas/MatchStatuses"},
    "decisions": {"$ref": "#/components/schemas/MatchDecisions"},
    "site": {"description": "Of the assets; empty: any.", "type": "string"},
    "connections": {"description": "No advisories, but what comes to share something with what the organisation shared by name.",
      "type": "boolean"},
    "pace": {"$ref": "#/components/schemas/Pace"},
    "channels": {"$ref": "#/components/schemas/Channels"},
    "paused": {"description": "What happens meanwhile is not told later.", "type": "boolean"},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "changed_at": {"$ref": "#/components/schemas/Time"}
  }
},
"SubscriptionList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Subscription"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": "integer", "minimum": 0}
  }
},
"SubscriptionNew": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "name": {"description": "At most 120 bytes; empty: from what it asks for.", "type": "string", "default": ""},
    "query": {"description": "A search in the filter language; empty: every advisory.", "type": "string", "default": ""},
    "exposure": {"description": "Only what speaks of the organisation's own assets.", "type": "boolean",
      "default": false},
    "statuses": {"$ref": "#/components/schemas/MatchStatuses"},
    "decisions": {"$ref": "#/components/schemas/MatchDecisions"},
    "site": {"description": "Of the assets, at most 200 bytes; empty: any.", "type": "string", "default": ""},
    "connections": {"description": "No advisories, but what comes to share something with what the organisation shared by name; without query, exposure and the channel hook.",
      "type": "boolean", "default": false},
    "pace": {"$ref": "#/components/schemas/Pace"},
    "channels": {"description": "At least one; without it: mail.", "allOf": [{"$ref": "#/components/schemas/Channels"}]},
    "paused": {"type": "boolean", "default": false}
  }
},
"SubscriptionChange": {
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "name": {"type": "string"},
    "query": {"type": "string"},
    "exposure": {"description": "False takes statuses, decisions and site away.", "type": "boolean"},
    "statuses": {"$ref": "#/components/schemas/MatchStatuses"},
    "decisions": {"$ref": "#/components/schemas/MatchDecisions"},
    "site": {"type": "string"},
    "connections": {"type": "boolean"},
    "pace": {"$ref": "#/components/schemas/Pace"},
    "channels": {"$ref": "#/components/schemas/Channels"},
    "paused": {"type": "boolean"}
  }
},
"SubscriptionTest": {"type": "object", "additionalProperties": false, "properties": {}},
"SubscriptionTested": {
  "type": "object",
  "required": ["to"],
  "properties": {"to": {"description": "The mail address of the asker.", "type": "string"}}
},
"NoticedAdvisory": {
  "type": "object",
  "required": ["id", "slug", "url", "title", "publisher", "tlp", "severity", "score"],
  "properties": {
    "id": {"description": "Tracking id, as the issuer writes it.", "type": "string"},
    "slug": {"description": "The id as addresses have it.", "type": "string"},
    "url": {"description": "Of the page.", "type": "string"},
    "title": {"type": "string"},
    "publisher": {"type": "string"},
    "tlp": {"$ref": "#/components/schemas/Tlp"},
    "severity": {"$ref": "#/components/schemas/Severity"},
    "score": {"$ref": "#/components/schemas/Score"}
  }
},
"NoticedThreat": {
  "type": "object",
  "required": ["slug", "url", "title", "tlp"],
  "properties": {
    "slug": {"description": "The id as addresses have it.", "type": "string"},
    "url": {"description": "Of the page.", "type": "string"},
    "title": {"type": "string"},
    "tlp": {"$ref": "#/components/schemas/Tlp"}
  }
},
"Notice": {
  "type": "object",
  "required": ["id", "organisation", "advisory", "threat", "news", "state", "dropped_because", "pace", "channels", "mailed",
    "subscriptions", "noticed_at", "due_at", "settled_at"],
  "properties": {
    "id": {"type": "integer", "minimum": 1},
    "organisation": {"description": "Number of the organisation through whose eyes it was noticed.", "type": "integer",
      "minimum": 1},
    "threat": {"description": "Where the news is connected: the report or object that brought it, as it stands now; null where the asker may not see it now.",
      "oneOf": [{"$ref": "#/components/schemas/NoticedThreat"}, {"type": "null"}]},
    "advisory": {"description": "As it stands now; null where the asker may not see it now, and where the news is connected.",
      "oneOf": [{"$ref": "#/components/schemas/NoticedAdvisory"}, {"type": "null"}]},
    "news": {"description": "What is told of it.", "enum": ["created", "changed", "withdrawn", "connected"]},
    "state": {"enum": ["waiting", "sent", "dropped"]},
    "dropped_because": {
      "description": "Hidden: the person may not see it any more; unsubscribed: nothing asks for it any more; replaced: a later notice tells of both.",
      "enum": ["hidden", "unsubscribed", "replaced", "paused", null]
    },
    "pace": {"$ref": "#/components/schemas/Pace"},
    "channels": {"$ref": "#/components/schemas/Channels"},
    "mailed": {"description": "Is there a letter that tells it? False where this portal sent no mail.", "type": "boolean"},
    "subscriptions": {"description": "Why: names of the subscriptions, as they were.", "type": "array",
      "items": {"type": "string"}},
    "noticed_at": {"$ref": "#/components/schemas/Time"},
    "due_at": {"description": "When it was, or is, to be told.", "allOf": [{"$ref": "#/components/schemas/Time"}]},
    "settled_at": {"description": "When it was sent or dropped.", "allOf": [{"$ref": "#/components/schemas/OptionalTime"}]}
  }
},
"AssetNotice": {
  "type": "object",
  "required": ["id", "url", "organisation", "assets", "added", "advisories", "most_urgent", "state", "dropped_because",
    "subscriptions", "noticed_at", "due_at"],
  "properties": {
    "id": {"type": "integer", "minimum": 1},
    "url": {"description": "Of the page.", "type": "string"},
    "organisation": {"description": "Whose assets they are.", "type": "integer", "minimum": 1},
    "assets": {"description": "That were added or changed, and are affected.", "type": "integer", "minimum": 0},
    "added": {"description": "Of these, those that were added.", "type": "integer", "minimum": 0},
    "advisories": {"type": "integer", "minimum": 0},
    "most_urgent": {"description": "At most ten, the most urgent first.", "type": "array", "items": {
      "type": "object",
      "required": ["id", "slug", "url", "title", "tlp", "severity", "assets"],
      "properties": {
        "id": {"description": "Tracking id, as the issuer writes it.", "type": "string"},
        "slug": {"type": "string"},
        "url": {"type": "string"},
        "title": {"type": "string"},
        "tlp": {"$ref": "#/components/schemas/Tlp"},
        "severity": {"$ref": "#/components/schemas/Severity"},
        "assets": {"description": "How many of them it speaks of.", "type": "integer", "minimum": 0}
      }
    }},
    "state": {"enum": ["waiting", "sent", "dropped"]},
    "dropped_because": {"enum": ["hidden", "unsubscribed", "replaced", "paused", null]},
    "subscriptions": {"type": "array", "items": {"type": "string"}},
    "noticed_at": {"$ref": "#/components/schemas/Time"},
    "due_at": {"$ref": "#/components/schemas/Time"}
  }
},
"AssetNoticeList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/AssetNotice"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"description": "Not counted.", "type": "null"}
  }
},
"NoticeList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Notice"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"description": "Not counted.", "type": "null"}
  }
}
})json";
}

}  // namespace tocsin::portal::api
