#include "portal/api/schemas.hpp"

namespace tocsin::portal::api {

// Objects stay open (no additionalProperties), because members may be added within v1; the test refuses what this
// binary answers and nobody describes here.
std::string_view schemas_json() noexcept {
  return R"json({
"Problem": {
  "description": "RFC 9457 problem details.",
  "type": "object",
  "required": ["type", "title", "status", "detail", "instance", "code"],
  "properties": {
    "type": {"type": "string", "format": "uri"},
    "title": {"type": "string"},
    "status": {"type": "integer", "minimum": 400, "maximum": 599},
    "detail": {"description": "What is wrong and what would be right.", "type": "string"},
    "instance": {"description": "Names this request; quote it when asking for help.", "type": "string", "format": "uri"},
    "code": {"enum": ["invalid_input", "too_large", "not_found", "conflict", "forbidden", "timeout", "unavailable", "internal"]},
    "where": {"description": "The parameter, or the column in the search, that is wrong.", "type": "string"}
  }
},
"Score": {"description": "CVSS base score.", "type": ["number", "null"], "minimum": 0, "maximum": 10},
"Severity": {"enum": ["none", "low", "medium", "high", "critical"]},
"Tlp": {"description": "TLP 2.0.", "enum": ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]},
"Time": {"type": "string", "format": "date-time"},
"NextPage": {"description": "Address of the page after this one; null on the last.", "type": ["string", "null"]},
"Named": {
  "type": "object",
  "required": ["key", "name"],
  "properties": {
    "key": {"description": "What filters and addresses take.", "type": "string"},
    "name": {"description": "For people.", "type": "string"}
  }
},
"Counted": {
  "allOf": [{"$ref": "#/components/schemas/Named"}],
  "type": "object",
  "required": ["count"],
  "properties": {"count": {"description": "Advisories.", "type": "integer", "minimum": 0}}
},
"Advisory": {
  "description": "An advisory as lists show it.",
  "type": "object",
  "required": ["id", "slug", "url", "title", "summary", "publisher", "tlp", "version", "document_status", "severity", "score",
    "has_fix", "vendors", "sectors", "cves", "vulnerability_count", "product_count", "initial_release_date",
    "current_release_date"],
  "properties": {
    "id": {"description": "Tracking id, as the issuer writes it.", "type": "string"},
    "slug": {"description": "The id as addresses have it.", "type": "string"},
    "url": {"description": "Of the page.", "type": "string"},
    "title": {"type": "string"},
    "summary": {"type": "string"},
    "publisher": {"type": "string"},
    "tlp": {"$ref": "#/components/schemas/Tlp"},
    "version": {"type": "string"},
    "document_status": {"description": "As the document says.", "enum": ["draft", "interim", "final"]},
    "severity": {"$ref": "#/components/schemas/Severity"},
    "score": {"$ref": "#/components/schemas/Score"},
    "has_fix": {"description": "Is there a vendor fix for something in it?", "type": "boolean"},
    "vendors": {"type": "array", "items": {"$ref": "#/components/schemas/Named"}},
    "sectors": {"type": "array", "items": {"$ref": "#/components/schemas/Named"}},
    "cves": {"description": "At most five; all of them are in the advisory itself.", "type": "array", "items": {"type": "string"}},
    "vulnerability_count": {"type": "integer", "minimum": 0},
    "product_count": {"type": "integer", "minimum": 0},
    "initial_release_date": {"$ref": "#/components/schemas/Time"},
    "current_release_date": {"$ref": "#/components/schemas/Time"}
  }
},
"Overview": {
  "type": "object",
  "required": ["advisories", "vulnerabilities", "vendors", "products", "severities", "by_year", "newest", "most_severe",
    "sectors", "top_vendors"],
  "properties": {
    "advisories": {"type": "integer", "minimum": 0},
    "vulnerabilities": {"type": "integer", "minimum": 0},
    "vendors": {"type": "integer", "minimum": 0},
    "products": {"type": "integer", "minimum": 0},
    "severities": {
      "description": "Advisories by severity.",
      "type": "object",
      "required": ["none", "low", "medium", "high", "critical"],
      "properties": {
        "none": {"type": "integer", "minimum": 0}, "low": {"type": "integer", "minimum": 0},
        "medium": {"type": "integer", "minimum": 0}, "high": {"type": "integer", "minimum": 0},
        "critical": {"type": "integer", "minimum": 0}
      }
    },
    "by_year": {
      "description": "Advisories by year of first release, oldest first.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["year", "count"],
        "properties": {"year": {"type": "integer"}, "count": {"type": "integer", "minimum": 0}}
      }
    },
    "newest": {"type": "array", "items": {"$ref": "#/components/schemas/Advisory"}},
    "most_severe": {"type": "array", "items": {"$ref": "#/components/schemas/Advisory"}},
    "sectors": {"type": "array", "items": {"$ref": "#/components/schemas/Counted"}},
    "top_vendors": {"type": "array", "items": {"$ref": "#/components/schemas/Counted"}}
  }
},
"AdvisoryList": {
  "type": "object",
  "required": ["items", "next", "previous", "total", "query", "corrections", "facets"],
  "properties": {
    "items": {
      "type": "array",
      "items": {
        "allOf": [{"$ref": "#/components/schemas/Advisory"}],
        "type": "object",
        "required": ["snippet"],
        "properties": {
          "snippet": {
            "description": "The part of the summary around the words searched for; empty without words.",
            "type": "array",
            "items": {
              "type": "object",
              "required": ["text", "hit"],
              "properties": {"text": {"type": "string"}, "hit": {"type": "boolean"}}
            }
          }
        }
      }
    },
    "next": {"$ref": "#/components/schemas/NextPage"},
    "previous": {"description": "Address of the page before this one; null on the first.", "type": ["string", "null"]},
    "total": {"description": "Matches on all pages.", "type": ["integer", "null"], "minimum": 0},
    "query": {"description": "The search as it was understood.", "type": "string"},
    "corrections": {
      "description": "Names that were taken for misspelt.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["typed", "used"],
        "properties": {"typed": {"type": "string"}, "used": {"type": "string"}}
      }
    },
    "facets": {
      "description": "Empty unless asked for.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["field", "label", "values", "more"],
        "properties": {
          "field": {"description": "Filter that takes the values.", "enum": ["severity", "vendor", "sector", "published", "cwe"]},
          "label": {"type": "string"},
          "values": {
            "type": "array",
            "items": {
              "type": "object",
              "required": ["value", "label", "count", "selected"],
              "properties": {
                "value": {"type": "string"},
                "label": {"type": "string"},
                "count": {"description": "Matches with this value instead of the filter's others.", "type": "integer", "minimum": 0},
                "selected": {"type": "boolean"}
              }
            }
          },
          "more": {"description": "Further values that are left out.", "type": "integer", "minimum": 0}
        }
      }
    }
  }
},
"Suggestions": {
  "type": "object",
  "required": ["items"],
  "properties": {
    "items": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["kind", "label", "value", "url", "count"],
        "properties": {
          "kind": {"enum": ["advisory", "vendor", "product", "cve"]},
          "label": {"type": "string"},
          "value": {"type": "string"},
          "url": {"description": "Of the page.", "type": "string"},
          "count": {"description": "Advisories.", "type": "integer", "minimum": 0}
        }
      }
    }
  }
},
"Vendor": {
  "allOf": [{"$ref": "#/components/schemas/Named"}],
  "type": "object",
  "required": ["url", "advisory_count", "product_count", "top_score", "newest_release_date"],
  "properties": {
    "url": {"description": "Of the page.", "type": "string"},
    "advisory_count": {"type": "integer", "minimum": 0},
    "product_count": {"type": "integer", "minimum": 0},
    "top_score": {"$ref": "#/components/schemas/Score"},
    "newest_release_date": {"$ref": "#/components/schemas/Time"}
  }
},
"VendorList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Vendor"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": ["integer", "null"], "minimum": 0}
  }
},
"VendorDetail": {
  "allOf": [{"$ref": "#/components/schemas/Vendor"}],
  "type": "object",
  "required": ["spellings", "products", "newest_advisories"],
  "properties": {
    "spellings": {"description": "As documents write the name.", "type": "array", "items": {"type": "string"}},
    "products": {
      "type": "array",
      "items": {
        "allOf": [{"$ref": "#/components/schemas/Named"}],
        "type": "object",
        "required": ["url", "advisory_count", "top_score", "newest_release_date"],
        "properties": {
          "url": {"description": "Of the page.", "type": "string"},
          "advisory_count": {"type": "integer", "minimum": 0},
          "top_score": {"$ref": "#/components/schemas/Score"},
          "newest_release_date": {"$ref": "#/components/schemas/Time"}
        }
      }
    },
    "newest_advisories": {"type": "array", "items": {"$ref": "#/components/schemas/Advisory"}}
  }
},
"Product": {
  "allOf": [{"$ref": "#/components/schemas/Named"}],
  "type": "object",
  "required": ["vendor", "url", "order_numbers", "advisories"],
  "properties": {
    "vendor": {"$ref": "#/components/schemas/Named"},
    "url": {"description": "Of the page.", "type": "string"},
    "order_numbers": {"type": "array", "items": {"type": "string"}},
    "advisories": {
      "description": "Newest first, at most 500.",
      "type": "array",
      "items": {
        "allOf": [{"$ref": "#/components/schemas/Advisory"}],
        "type": "object",
        "required": ["versions"],
        "properties": {
          "versions": {
            "type": "array",
            "items": {
              "type": "object",
              "required": ["version", "status"],
              "properties": {
                "version": {"type": "string"},
                "status": {"description": "CSAF product status, such as known_affected.", "type": "string"}
              }
            }
          }
        }
      }
    }
  }
}
})json";
}

}  // namespace tocsin::portal::api
