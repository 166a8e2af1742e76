#include "portal/api/schemas.hpp"

/// Advisories, their revisions and vulnerabilities in the OpenAPI document.
namespace tocsin::portal::api {

std::string_view advisory_schemas_json() noexcept {
  return R"json({
"Texts": {"type": "array", "items": {"type": "string"}},
"ProductIds": {"description": "`id` of products of this advisory.", "type": "array", "items": {"type": "string"}},
"OptionalTime": {"type": ["string", "null"], "format": "date-time"},
"Notes": {
  "type": "array",
  "items": {
    "type": "object",
    "required": ["category", "title", "text"],
    "properties": {"category": {"type": "string"}, "title": {"type": "string"}, "text": {"type": "string"}}
  }
},
"References": {
  "type": "array",
  "items": {
    "type": "object",
    "required": ["category", "summary", "url"],
    "properties": {"category": {"type": "string"}, "summary": {"type": "string"}, "url": {"type": "string"}}
  }
},
"Acknowledgments": {
  "type": "array",
  "items": {
    "type": "object",
    "required": ["names", "organization", "summary", "urls"],
    "properties": {
      "names": {"$ref": "#/components/schemas/Texts"},
      "organization": {"type": "string"},
      "summary": {"type": "string"},
      "urls": {"$ref": "#/components/schemas/Texts"}
    }
  }
},
"Revision": {
  "description": "A stored revision of an advisory's document.",
  "type": "object",
  "required": ["revision", "version", "standing", "status", "format", "bytes", "sha512", "release_date", "received_date",
    "document_url"],
  "properties": {
    "revision": {"description": "Its name in addresses.", "type": "string"},
    "version": {"description": "As the document says.", "type": "string"},
    "standing": {
      "description": "conflicting: the same version as another revision, but other bytes.",
      "enum": ["current", "superseded", "conflicting"]
    },
    "status": {"description": "As the document says.", "enum": ["draft", "interim", "final"]},
    "format": {"enum": ["csaf-2.0", "csaf-2.1"]},
    "bytes": {"type": "integer", "minimum": 0},
    "sha512": {"description": "Of the bytes, lower-case hex.", "type": "string"},
    "release_date": {"$ref": "#/components/schemas/Time"},
    "received_date": {"$ref": "#/components/schemas/Time"},
    "document_url": {"type": "string"}
  }
},
"RevisionList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Revision"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": ["integer", "null"], "minimum": 0}
  }
},
"Comparison": {
  "type": "object",
  "required": ["from", "to", "matters_to_owners", "changes"],
  "properties": {
    "matters_to_owners": {
      "description": "Any change that concerns more than words.",
      "type": "boolean"
    },
    "from": {"$ref": "#/components/schemas/Revision"},
    "to": {"$ref": "#/components/schemas/Revision"},
    "changes": {"$ref": "#/components/schemas/Changes"}
  }
},
"Changes": {
  "type": "array",
  "items": {
    "type": "object",
    "required": ["kind", "concerns", "section", "what", "before", "after"],
    "properties": {
      "kind": {"enum": ["added", "removed", "changed"]},
      "concerns": {
        "description": "What an asset owner has to look at again: which products are affected, what to do, how bad it is; or only words.",
        "enum": ["affected", "remediation", "severity", "editorial"]
      },
      "section": {"type": "string"},
      "what": {"type": "string"},
      "before": {"type": "string"},
      "after": {"type": "string"}
    }
  }
},
"AdvisoryVulnerability": {
  "description": "A vulnerability as one advisory describes it.",
  "type": "object",
  "required": ["cve", "ids", "title", "cwes", "scores", "epss", "evidence", "product_status", "remediations", "threats", "flags", "notes",
    "references", "acknowledgments", "discovery_date", "release_date"],
  "properties": {
    "cve": {"type": ["string", "null"]},
    "ids": {
      "description": "Other than CVE.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["system", "id"],
        "properties": {"system": {"type": "string"}, "id": {"type": "string"}}
      }
    },
    "title": {"type": "string"},
    "cwes": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "string"}, "name": {"type": "string"}}
      }
    },
    "scores": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["cvss_version", "vector", "base_score", "severity", "product_ids"],
        "properties": {
          "cvss_version": {"enum": ["2.0", "3.0", "3.1", "4.0"]},
          "vector": {"type": "string"},
          "base_score": {"$ref": "#/components/schemas/Score"},
          "severity": {"$ref": "#/components/schemas/Severity"},
          "product_ids": {"$ref": "#/components/schemas/ProductIds"}
        }
      }
    },
    "evidence": {"$ref": "#/components/schemas/Evidence"},
    "epss": {"description": "Probability of exploitation, where the document tells it.", "type": ["number", "null"], "minimum": 0, "maximum": 1},
    "product_status": {
      "description": "Product ids by CSAF product status.",
      "type": "object",
      "properties": {"first_affected": {"$ref": "#/components/schemas/ProductIds"}, "first_fixed": {"$ref": "#/components/schemas/ProductIds"}, "fixed": {"$ref": "#/components/schemas/ProductIds"}, "known_affected": {"$ref": "#/components/schemas/ProductIds"}, "known_not_affected": {"$ref": "#/components/schemas/ProductIds"}, "last_affected": {"$ref": "#/components/schemas/ProductIds"}, "recommended": {"$ref": "#/components/schemas/ProductIds"}, "under_investigation": {"$ref": "#/components/schemas/ProductIds"}, "unknown": {"$ref": "#/components/schemas/ProductIds"}}
    },
    "remediations": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["category", "details", "url", "date", "restart_required", "product_ids"],
        "properties": {
          "category": {"description": "CSAF remediation category.", "type": "string"},
          "details": {"type": "string"},
          "url": {"type": "string"},
          "date": {"$ref": "#/components/schemas/OptionalTime"},
          "restart_required": {"type": "string"},
          "product_ids": {"$ref": "#/components/schemas/ProductIds"}
        }
      }
    },
    "threats": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["category", "details", "product_ids"],
        "properties": {
          "category": {"type": "string"},
          "details": {"type": "string"},
          "product_ids": {"$ref": "#/components/schemas/ProductIds"}
        }
      }
    },
    "flags": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["label", "product_ids"],
        "properties": {"label": {"type": "string"}, "product_ids": {"$ref": "#/components/schemas/ProductIds"}}
      }
    },
    "notes": {"$ref": "#/components/schemas/Notes"},
    "references": {"$ref": "#/components/schemas/References"},
    "acknowledgments": {"$ref": "#/components/schemas/Acknowledgments"},
    "discovery_date": {"$ref": "#/components/schemas/OptionalTime"},
    "release_date": {"$ref": "#/components/schemas/OptionalTime"}
  }
},
"AdvisoryDetail": {
  "type": "object",
  "required": ["id", "slug", "url", "title", "summary", "severity", "score", "has_fix", "tlp", "category", "csaf_version", "lang",
    "status", "version", "versioning", "aliases", "initial_release_date", "current_release_date", "publisher", "sectors", "countries",
    "headquarters", "notes", "products", "vulnerabilities", "references", "acknowledgments", "revision_history", "quality", "extensions",
    "revision", "document_url", "sharing"],
  "properties": {
    "threats": {"$ref": "#/components/schemas/NamingThreats"},
    "threats_by_product": {
      "description": "What of threat knowledge names its products (their names in `products`), as far as the asker may see it, the newest ten. Not of revisions.",
      "type": "array",
      "items": {
        "allOf": [
          {"$ref": "#/components/schemas/Threat"},
          {
            "type": "object",
            "required": ["products"],
            "properties": {"products": {"type": "array", "items": {"type": "string"}}}
          }
        ]
      }
    },
    "techniques": {
      "description": "Techniques of ATT&CK that it names as it is now, as far as they are here for the asker. Not of revisions.",
      "type": "array",
      "items": {"$ref": "#/components/schemas/AttackObject"}
    },
    "sharing": {
      "description": "Why the asker may read this.",
      "type": "object",
      "required": ["reason", "why"],
      "properties": {
        "reason": {"enum": ["public_record", "own_organisation", "own_handler", "member", "named_organisation",
          "named_community", "client_of_named", "named_person", "broke_glass"]},
        "why": {"description": "The same as a sentence.", "type": "string"}
      }
    },
    "id": {"description": "Tracking id, as the issuer writes it.", "type": "string"},
    "slug": {"description": "The id as addresses have it.", "type": "string"},
    "url": {"description": "Of the page.", "type": "string"},
    "title": {"type": "string"},
    "summary": {"type": "string"},
    "severity": {"$ref": "#/components/schemas/Severity"},
    "score": {"$ref": "#/components/schemas/Score"},
    "has_fix": {"type": "boolean"},
    "tlp": {"$ref": "#/components/schemas/Tlp"},
    "category": {"description": "CSAF document category.", "type": "string"},
    "csaf_version": {"enum": ["2.0", "2.1"]},
    "lang": {"type": "string"},
    "status": {"enum": ["draft", "interim", "final"]},
    "version": {"type": "string"},
    "versioning": {"description": "How versions are counted.", "enum": ["integer", "semantic", null]},
    "aliases": {"$ref": "#/components/schemas/Texts"},
    "initial_release_date": {"$ref": "#/components/schemas/Time"},
    "current_release_date": {"$ref": "#/components/schemas/Time"},
    "publisher": {
      "type": "object",
      "required": ["name", "namespace", "category", "contact_details", "issuing_authority"],
      "properties": {
        "name": {"type": "string"},
        "namespace": {"type": "string"},
        "category": {"type": "string"},
        "contact_details": {"type": "string"},
        "issuing_authority": {"type": "string"}
      }
    },
    "sectors": {"type": "array", "items": {"$ref": "#/components/schemas/Named"}},
    "countries": {"description": "Where the products are used, as the document says.", "$ref": "#/components/schemas/Texts"},
    "headquarters": {"description": "Of the vendor.", "type": "string"},
    "notes": {"$ref": "#/components/schemas/Notes"},
    "products": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "name", "vendor", "product", "version", "version_as_written", "status", "order_numbers", "cpe", "purls"],
        "properties": {
          "id": {"description": "Within this document.", "type": "string"},
          "name": {"description": "As the document writes it.", "type": "string"},
          "vendor": {"$ref": "#/components/schemas/Named"},
          "product": {"$ref": "#/components/schemas/Named"},
          "version": {"type": "string"},
          "version_as_written": {"type": "string"},
          "status": {"description": "The worst CSAF product status over all vulnerabilities.", "type": "string"},
          "order_numbers": {"$ref": "#/components/schemas/Texts"},
          "cpe": {"type": "string"},
          "purls": {"$ref": "#/components/schemas/Texts"}
        }
      }
    },
    "vulnerabilities": {"type": "array", "items": {"$ref": "#/components/schemas/AdvisoryVulnerability"}},
    "references": {"$ref": "#/components/schemas/References"},
    "acknowledgments": {"$ref": "#/components/schemas/Acknowledgments"},
    "revision_history": {
      "description": "As the document tells it.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["number", "date", "summary"],
        "properties": {
          "number": {"type": "string"},
          "date": {"$ref": "#/components/schemas/OptionalTime"},
          "summary": {"type": "string"}
        }
      }
    },
    "quality": {
      "description": "What the standard lets pass though it cannot be meant.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["test", "path", "message"],
        "properties": {
          "test": {"description": "TOC-nnn.", "type": "string"},
          "path": {"description": "JSON pointer into the document.", "type": "string"},
          "message": {"description": "What is wrong and how to mend it.", "type": "string"}
        }
      }
    },
    "extensions": {
      "description": "Extensions of CSAF 2.1 that the document uses. Tocsin keeps them, and knows none of them.",
      "type": "array",
      "items": {
        "type": "object",
        "required": ["path", "schema", "category", "critical"],
        "properties": {
          "path": {"description": "JSON pointer into the document.", "type": "string"},
          "schema": {"description": "URL that names the extension.", "type": "string"},
          "category": {"description": "essential: crucial to understand the document; significant; supplementary.", "type": "string"},
          "critical": {"description": "With it the document would fail a mandatory test.", "type": "boolean"}
        }
      }
    },
    "revision": {"$ref": "#/components/schemas/Revision"},
    "document_url": {"description": "The document, byte for byte.", "type": "string"}
  }
},
"VulnerabilityList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["id", "url", "title", "advisory_count", "top_score", "newest_release_date"],
        "properties": {
          "id": {"type": "string"},
          "url": {"description": "Of the page.", "type": "string"},
          "title": {"type": "string"},
          "advisory_count": {"type": "integer", "minimum": 1},
          "top_score": {"$ref": "#/components/schemas/Score"},
          "newest_release_date": {"$ref": "#/components/schemas/Time"}
        }
      }
    },
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"description": "Always null: these are not counted.", "type": ["integer", "null"], "minimum": 0}
  }
},
"Evidence": {
  "description": "What others know of the vulnerability, as imported here last.",
  "type": "object",
  "required": ["kev", "epss"],
  "properties": {
    "kev": {
      "description": "Its entry in CISA's catalogue of known exploited vulnerabilities; null where it is not in it.",
      "type": ["object", "null"],
      "required": ["date_added", "due_date", "ransomware", "required_action"],
      "properties": {
        "date_added": {"type": "string", "format": "date"},
        "due_date": {"description": "By when US federal agencies have to act.", "type": ["string", "null"], "format": "date"},
        "ransomware": {"description": "Known to be used by ransomware.", "type": "boolean"},
        "required_action": {"type": "string"}
      }
    },
    "epss": {
      "description": "FIRST's prediction; null where there is none.",
      "type": ["object", "null"],
      "required": ["probability", "percentile", "date"],
      "properties": {
        "probability": {"description": "Of being exploited within 30 days.", "type": "number", "minimum": 0, "maximum": 1},
        "percentile": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "date": {"type": ["string", "null"], "format": "date"}
      }
    }
  }
},
"Vulnerability": {
  "type": "object",
  "required": ["id", "url", "evidence", "mentions", "threats"],
  "properties": {
    "threats": {"$ref": "#/components/schemas/NamingThreats"},
    "id": {"type": "string"},
    "url": {"description": "Of the page.", "type": "string"},
    "evidence": {"$ref": "#/components/schemas/Evidence"},
    "mentions": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["advisory", "title", "cwes", "score", "severity", "vector", "affected_products", "has_fix"],
        "properties": {
          "advisory": {"$ref": "#/components/schemas/Advisory"},
          "title": {"type": "string"},
          "cwes": {"$ref": "#/components/schemas/Texts"},
          "score": {"$ref": "#/components/schemas/Score"},
          "severity": {"$ref": "#/components/schemas/Severity"},
          "vector": {"type": "string"},
          "affected_products": {"description": "At most 50.", "type": "array", "items": {"type": "string"}},
          "has_fix": {"type": "boolean"}
        }
      }
    }
  }
}
})json";
}

}  // namespace tocsin::portal::api
