#include "portal/api/schemas.hpp"

/// What was known of a product, in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr QueryParameter kStatusQuery[] = {
    {"product", "Name of the product; may also hold vendor and order number. This or `model` is needed.",
     R"({"type":"string","maxLength":200,"default":""})"},
    {"vendor", "Name of the vendor.", R"({"type":"string","maxLength":200,"default":""})"},
    {"model", "Model or order number.", R"({"type":"string","maxLength":200,"default":""})"},
    {"version", "Version as the vendor writes it.", R"({"type":"string","maxLength":200,"default":""})"},
    {"at", "A day (its end, UTC) or a moment with its zone (RFC 3339); without it: now.",
     R"({"type":"string","maxLength":40,"default":""})"},
    {"known_by",
     "What makes a version of an advisory known: that its document says it was published, or that it had "
     "come here.",
     R"({"enum":["published","received"],"default":"published"})"},
};

constexpr Operation kOperations[] = {
    {.route = "status",
     .description =
         "Advisories as they stood at that moment, as far as the asker may see them, and apart from them what "
         "became known since. Of each part at most 100, the most urgent.",
     .schema = "ProductStatus",
     .query = kStatusQuery},
};

}  // namespace

std::span<const Operation> status_operations() noexcept { return kOperations; }

std::string_view status_schemas_json() noexcept {
  return R"json({
"ProductStatus": {
  "type": "object",
  "required": ["question", "at", "known", "known_total", "since", "since_total"],
  "properties": {
    "question": {
      "type": "object",
      "required": ["vendor", "product", "model", "version", "known_by"],
      "properties": {
        "vendor": {"type": "string"},
        "product": {"type": "string"},
        "model": {"type": "string"},
        "version": {"type": "string"},
        "known_by": {"enum": ["published", "received"]}
      }
    },
    "at": {"type": "string", "format": "date-time"},
    "known": {"description": "Most urgent first.", "type": "array", "items": {"$ref": "#/components/schemas/ProductStatusEntry"}},
    "known_total": {"type": "integer"},
    "since": {"type": "array", "items": {"$ref": "#/components/schemas/ProductStatusEntry"}},
    "since_total": {"type": "integer"}
  }
},
"ProductStatusEntry": {
  "type": "object",
  "required": ["kind", "advisory", "tracking_id", "url", "title", "tlp", "version", "first_release_date", "release_date", "received_date", "status", "confidence", "because", "product_ids", "score", "vulnerabilities", "remedies"],
  "properties": {
    "kind": {"description": "as_it_stood: the version of that moment. earliest_kept: the advisory existed, but its version of that moment is not kept; this is what the earliest says that is. published, changed, no_longer, withdrawn: since then; of the last two, the rest is what was said before.", "enum": ["as_it_stood", "earliest_kept", "published", "changed", "no_longer", "withdrawn"]},
    "advisory": {"description": "As its address has it.", "type": "string"},
    "tracking_id": {"type": "string"},
    "url": {"type": "string"},
    "title": {"type": "string"},
    "tlp": {"type": "string"},
    "version": {"type": "string"},
    "first_release_date": {"type": "string", "format": "date-time"},
    "release_date": {"description": "Of this version.", "type": "string", "format": "date-time"},
    "received_date": {"description": "When this version came here.", "type": "string", "format": "date-time"},
    "not_kept": {
      "description": "earliest_kept: the version of that moment, where the document's own history tells it.",
      "type": "object",
      "required": ["version", "release_date"],
      "properties": {
        "version": {"type": ["string", "null"]},
        "release_date": {"type": ["string", "null"], "format": "date-time"}
      }
    },
    "status": {"enum": ["affected", "undecidable", "under_investigation", "fixed", "not_affected"]},
    "confidence": {"description": "How sure it is that the advisory means this product and that the status follows.", "type": "number", "minimum": 0, "maximum": 1},
    "because": {"type": "string"},
    "question": {"description": "undecidable: what would decide it.", "type": "string"},
    "product_ids": {"type": "array", "items": {"type": "string"}},
    "score": {"type": ["number", "null"]},
    "vulnerabilities": {
      "description": "With this status, worst first.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "score", "severity", "vector"],
        "properties": {
          "id": {"type": "string"},
          "score": {"type": ["number", "null"]},
          "severity": {"type": "string"},
          "vector": {"type": "string"}
        }
      }
    },
    "remedies": {
      "description": "For the products that matched, fixes first; at most 10.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["category", "details"],
        "properties": {
          "category": {"type": "string"},
          "details": {"type": "string"},
          "url": {"type": "string"},
          "date": {"type": "string", "format": "date-time"}
        }
      }
    }
  }
}
})json";
}

}  // namespace tocsin::portal::api
