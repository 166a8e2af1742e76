#include "portal/api/schemas.hpp"

/// Webhooks in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr QueryParameter kDeliveriesQuery[] = {
    {"state", "Only these.", R"({"enum":["waiting","delivered","dead"]})"},
};

constexpr Operation kOperations[] = {
    {.route = "webhooks",
     .description = "Those of all who manage the organisation acted for, without their secrets.",
     .schema = "WebhookList"},
    {.route = "webhook", .description = "404 for another organisation's.", .schema = "Webhook"},
    {.route = "webhook_create",
     .description =
         "It is told what the asker is told, acting for this organisation. Each delivery is a POST of "
         "application/json with the headers webhook-id (the same at every attempt), webhook-timestamp and "
         "webhook-signature after Standard Webhooks 1.0: \"v1,\" and base64 of HMAC-SHA256, by the secret behind "
         "whsec_, over id.timestamp.body. Answer 2xx. The body's type is ping, or advisory. and created, updated or "
         "withdrawn; its data has id, tlp and url, and for TLP:CLEAR and TLP:GREEN title, severity and subscriptions. "
         "Asks for a recent proof of who it is.",
     .schema = "WebhookSecret",
     .body = "WebhookNew",
     .status = 201},
    {.route = "webhook_change",
     .description =
         "What the body names is changed, the rest stays. Who changes the address or enables it is whom it is for from "
         "then on; what waited for another's eyes is dropped. Asks for a recent proof of who it is.",
     .schema = "Webhook",
     .body = "WebhookChange"},
    {.route = "webhook_new_secret",
     .description = "The former secret signs as well for a day. Asks for a recent proof of who it is.",
     .schema = "WebhookSecret",
     .body = "WebhookNothing"},
    {.route = "webhook_delete", .description = "With its deliveries.", .schema = "", .status = 204},
    {.route = "webhook_ping",
     .description = "A delivery of type ping is put into the queue; 409 where the webhook is disabled.",
     .schema = "WebhookPing",
     .body = "WebhookNothing",
     .status = 202},
    {.route = "webhook_replay_dead",
     .description = "Under their old webhook-id, with all attempts; 409 where the webhook is disabled.",
     .schema = "WebhookReplayed",
     .body = "WebhookNothing"},
    {.route = "webhook_replay_delivery",
     .description = "The same of one. 404 where it is not dead.",
     .schema = "WebhookReplayed",
     .body = "WebhookNothing"},
    {.route = "webhook_deliveries",
     .description = "Newest first, at most 100, without what was told: it may be for another's eyes.",
     .schema = "WebhookDeliveryList",
     .query = kDeliveriesQuery},
};

}  // namespace

std::span<const Operation> webhook_operations() noexcept { return kOperations; }

std::string_view webhook_schemas_json() noexcept {
  return R"json({
"Webhook": {
  "type": "object",
  "required": ["id", "page", "name", "url", "organisation", "person", "enabled", "disabled_reason", "created_at",
    "failures", "succeeded_at", "failed_at", "waiting", "delivered", "dead"],
  "properties": {
    "id": {"type": "integer"},
    "page": {"description": "Path of the page.", "type": "string"},
    "name": {"type": "string"},
    "url": {"description": "Where it leads.", "type": "string"},
    "organisation": {"$ref": "#/components/schemas/NumberedName"},
    "person": {"description": "It is told what they are told.", "allOf": [{"$ref": "#/components/schemas/NumberedName"}]},
    "enabled": {"type": "boolean"},
    "disabled_reason": {"type": "string"},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "failures": {"description": "Attempts in a row that its server did not answer as it should.", "type": "integer",
      "minimum": 0},
    "succeeded_at": {"$ref": "#/components/schemas/OptionalTime"},
    "failed_at": {"$ref": "#/components/schemas/OptionalTime"},
    "waiting": {"description": "Deliveries; null for who neither is its person nor administers the organisation.",
      "type": ["integer", "null"], "minimum": 0},
    "delivered": {"description": "Those that are still kept; null as `waiting`.", "type": ["integer", "null"],
      "minimum": 0},
    "dead": {"description": "Those that were given up; null as `waiting`.", "type": ["integer", "null"], "minimum": 0}
  }
},
"WebhookList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Webhook"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": "integer", "minimum": 0}
  }
},
"WebhookNew": {
  "type": "object",
  "required": ["name", "url"],
  "additionalProperties": false,
  "properties": {"name": {"type": "string"}, "url": {"description": "https://", "type": "string"}}
},
"WebhookChange": {
  "type": "object",
  "additionalProperties": false,
  "properties": {"name": {"type": "string"}, "url": {"type": "string"}, "enabled": {"type": "boolean"}}
},
"WebhookNothing": {"type": "object", "additionalProperties": false, "properties": {}},
"WebhookSecret": {
  "type": "object",
  "required": ["id", "page", "secret"],
  "properties": {
    "id": {"type": "integer"},
    "page": {"type": "string"},
    "secret": {"description": "whsec_ and base64 of 32 bytes. Never told again.", "type": "string"}
  }
},
"WebhookPing": {"type": "object", "required": ["delivery"], "properties": {"delivery": {"type": "integer"}}},
"WebhookReplayed": {
  "type": "object",
  "required": ["deliveries"],
  "properties": {"deliveries": {"description": "How many.", "type": "integer", "minimum": 0}}
},
"WebhookDeliveryList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "message_id", "type", "state", "attempts", "created_at", "next_try_at", "delivered_at",
          "last_status", "problem"],
        "properties": {
          "id": {"type": "integer"},
          "message_id": {"description": "The header webhook-id.", "type": "string"},
          "type": {"type": "string"},
          "state": {"enum": ["waiting", "delivered", "dead"]},
          "attempts": {"type": "integer", "minimum": 0},
          "created_at": {"$ref": "#/components/schemas/Time"},
          "next_try_at": {"$ref": "#/components/schemas/OptionalTime"},
          "delivered_at": {"$ref": "#/components/schemas/OptionalTime"},
          "last_status": {"description": "HTTP status of the last answer.", "type": ["integer", "null"]},
          "problem": {"type": "string"}
        }
      }
    },
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": "integer", "minimum": 0}
  }
}
})json";
}

}  // namespace tocsin::portal::api
