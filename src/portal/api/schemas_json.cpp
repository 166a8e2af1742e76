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
},
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
    "changes": {
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
    }
  }
},
"AdvisoryVulnerability": {
  "description": "A vulnerability as one advisory describes it.",
  "type": "object",
  "required": ["cve", "ids", "title", "cwes", "scores", "epss", "product_status", "remediations", "threats", "flags", "notes",
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
    "status", "version", "aliases", "initial_release_date", "current_release_date", "publisher", "sectors", "countries",
    "headquarters", "notes", "products", "vulnerabilities", "references", "acknowledgments", "revision_history", "quality",
    "revision", "document_url", "sharing"],
  "properties": {
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
"Vulnerability": {
  "type": "object",
  "required": ["id", "url", "mentions"],
  "properties": {
    "id": {"type": "string"},
    "url": {"description": "Of the page.", "type": "string"},
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
},
"ValidationRequest": {
  "type": "object",
  "required": ["tests", "document"],
  "properties": {
    "tests": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["type", "name"],
        "properties": {
          "type": {"enum": ["test", "preset"]},
          "name": {"description": "As /api/v1/csaf/tests lists them, or a preset.", "type": "string"}
        }
      }
    },
    "document": {"description": "The CSAF document.", "type": "object"}
  }
},
"ValidationResult": {
  "type": "object",
  "required": ["isValid", "tests"],
  "properties": {
    "isValid": {"description": "No test of the schema or of section 6.1 found an error.", "type": "boolean"},
    "tests": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["name", "isValid", "errors", "warnings", "infos"],
        "properties": {
          "name": {"type": "string"},
          "isValid": {"description": "No errors; warnings and infos do not count.", "type": "boolean"},
          "errors": {"$ref": "#/components/schemas/ValidationFindings"},
          "warnings": {"$ref": "#/components/schemas/ValidationFindings"},
          "infos": {"$ref": "#/components/schemas/ValidationFindings"}
        }
      }
    }
  }
},
"ValidationFindings": {
  "type": "array",
  "items": {
    "type": "object",
    "required": ["instancePath", "message"],
    "properties": {
      "instancePath": {"description": "JSON pointer into the document.", "type": "string"},
      "message": {"description": "What is wrong, and how to put it right.", "type": "string"}
    }
  }
},
"Seat": {
  "description": "A place in an organisation.",
  "type": "object",
  "required": ["id", "name", "roles", "active"],
  "properties": {
    "id": {"type": "integer"},
    "name": {"type": "string"},
    "roles": {"type": "array", "items": {"enum": ["member", "organisation-administrator", "vendor-coordinator", "analyst", "coordinator", "auditor", "administrator"]}},
    "active": {"description": "Is the organisation?", "type": "boolean"}
  }
},
"Me": {
  "type": "object",
  "required": ["person", "organisation", "organisations", "permissions", "by", "scopes", "expires_at"],
  "properties": {
    "person": {
      "type": "object",
      "required": ["id", "name", "email", "language", "time_zone"],
      "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "email": {"type": "string"},
        "language": {"description": "BCP 47, or empty.", "type": "string"},
        "time_zone": {"description": "IANA name, or empty.", "type": "string"}
      }
    },
    "organisation": {"oneOf": [{"$ref": "#/components/schemas/Seat"}, {"type": "null"}]},
    "organisations": {"type": "array", "items": {"$ref": "#/components/schemas/Seat"}},
    "permissions": {"description": "What may be done now.", "type": "array", "items": {"type": "string"}},
    "by": {"enum": ["session", "token", "certificate"]},
    "scopes": {"description": "Of a token; sessions have none and may all.", "type": "array", "items": {"type": "string"}},
    "expires_at": {"$ref": "#/components/schemas/Time"}
  }
},
"Token": {
  "type": "object",
  "required": ["id", "name", "organisation", "scopes", "networks", "created_at", "expires_at", "last_used_at", "last_used_from", "revoked_at"],
  "properties": {
    "id": {"type": "integer"},
    "name": {"type": "string"},
    "organisation": {"description": "Number of the organisation that it acts for.", "type": "integer"},
    "scopes": {"type": "array", "items": {"type": "string"}},
    "networks": {"description": "From where it works; empty: from anywhere.", "type": "array", "items": {"type": "string"}},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "expires_at": {"$ref": "#/components/schemas/Time"},
    "last_used_at": {"type": ["string", "null"], "format": "date-time"},
    "last_used_from": {"type": ["string", "null"]},
    "revoked_at": {"type": ["string", "null"], "format": "date-time"}
  }
},
"TokenList": {
  "type": "object",
  "required": ["items", "next", "total"],
  "properties": {
    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Token"}},
    "next": {"$ref": "#/components/schemas/NextPage"},
    "total": {"type": ["integer", "null"], "minimum": 0}
  }
},
"NewToken": {
  "type": "object",
  "required": ["name", "scopes", "expires_at"],
  "properties": {
    "name": {"type": "string"},
    "scopes": {"type": "array", "items": {"type": "string"}},
    "networks": {"description": "CIDR; empty: from anywhere.", "type": "array", "items": {"type": "string"}},
    "expires_at": {"$ref": "#/components/schemas/Time"}
  }
},
"CreatedToken": {
  "type": "object",
  "required": ["token", "name", "expires_at"],
  "properties": {
    "token": {"description": "The secret: for Authorization: Bearer.", "type": "string"},
    "name": {"type": "string"},
    "expires_at": {"$ref": "#/components/schemas/Time"}
  }
},
"ValidationTests": {
  "type": "array",
  "items": {
    "type": "object",
    "required": ["name", "preset"],
    "properties": {
      "name": {"type": "string"},
      "preset": {"type": "string"}
    }
  }
}
})json";
}

}  // namespace tocsin::portal::api
