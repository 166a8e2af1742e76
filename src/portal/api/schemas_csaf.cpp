#include "portal/api/schemas.hpp"

/// Validating, converting and comparing documents, and the other forms of an advisory, in the OpenAPI document.
namespace tocsin::portal::api {
namespace {

constexpr std::string_view kFlag = R"({"type":"boolean","default":false})";
constexpr QueryParameter kConvertQuery[] = {
    {"to", "What it becomes.",
     R"({"enum":["csaf-2.1","csaf-2.0","openvex","cyclonedx-vex","html","pdf","markdown","text"]})"},
    {"wrap", "Answer one JSON object with the result and all that a reader should know of the conversion.", kFlag},
    {"lossless", "Refuse where something of the source would be lost.", kFlag},
    {"old_tlp", "To 2.1: do not take the label behind \"TLP v2.0:\" in the distribution text.", kFlag},
    {"complete_numbers", "To 2.1: model numbers, SKUs and serial numbers are complete.", kFlag},
    {"literal_question_marks", "To 2.1: a ? in such a number is a character of it.", kFlag},
    {"literal_stars", "To 2.1: a * in such a number is a character of it.", kFlag},
    {"latest_cwe", "To 2.1: name the newest version of CWE that has the weakness.", kFlag},
    {"other_publisher", "To 2.1: a publisher of category other.",
     R"({"enum":["warn","keep","multiplier"],"default":"warn"})"},
    {"cvss_v3", "From CVRF: version of scores that do not say theirs.", R"({"enum":["3.0","3.1"],"default":"3.0"})"},
    {"mend", "From CVRF: leave out scores without vector, and take what names no product for the fixed ones.", kFlag},
    {"id", "Tracking id, for sources that have none.", R"({"type":"string"})"},
    {"publisher", "Publisher, for sources that name none.", R"({"type":"string"})"},
    {"namespace", "The publisher's address, for sources without.", R"({"type":"string"})"},
};

constexpr std::string_view kConverted = "What of the document has no place in this form is left out of it.";
constexpr std::string_view kReading = "The same that `tocsin convert` prints.";

constexpr Operation kOperations[] = {
    {.route = "csaf_convert",
     .description =
         "The body is the document, of at most 8 MiB. Nothing is stored. The answer is the result itself, of its own "
         "media type; 400 where it would not be valid. With `wrap=true` it is a JSON object with the result and the "
         "notes. 429 where too much is asked for.",
     .schema = "Conversion",
     .query = kConvertQuery,
     .body = "Document"},
    {.route = "csaf_compare",
     .description = "By meaning: what only moved within the document is no change. Nothing is stored. 429 where too "
                    "much is asked for.",
     .schema = "DocumentComparison",
     .body = "DocumentsToCompare"},
    {.route = "advisory_document_csaf_2_1", .description = kConverted, .schema = ""},
    {.route = "advisory_document_csaf_2_0", .description = kConverted, .schema = ""},
    {.route = "advisory_document_openvex", .description = kConverted, .schema = ""},
    {.route = "advisory_document_cyclonedx",
     .description = kConverted,
     .schema = "",
     .media_type = "application/vnd.cyclonedx+json"},
    {.route = "advisory_document_markdown", .description = kReading, .schema = "", .media_type = "text/markdown"},
    {.route = "advisory_document_text", .description = kReading, .schema = "", .media_type = "text/plain"},
    {.route = "revision_document_csaf_2_1", .description = kConverted, .schema = ""},
    {.route = "revision_document_csaf_2_0", .description = kConverted, .schema = ""},
    {.route = "revision_document_openvex", .description = kConverted, .schema = ""},
    {.route = "revision_document_cyclonedx",
     .description = kConverted,
     .schema = "",
     .media_type = "application/vnd.cyclonedx+json"},
    {.route = "revision_document_markdown", .description = kReading, .schema = "", .media_type = "text/markdown"},
    {.route = "revision_document_text", .description = kReading, .schema = "", .media_type = "text/plain"},
};

}  // namespace

std::span<const Operation> csaf_operations() noexcept { return kOperations; }

std::string_view csaf_schemas_json() noexcept {
  return R"json({
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
},
"DocumentHead": {
  "description": "Which document it is.",
  "type": "object",
  "required": ["id", "version", "csaf_version", "title"],
  "properties": {
    "id": {"description": "Tracking id.", "type": "string"},
    "version": {"type": "string"},
    "csaf_version": {"enum": ["2.0", "2.1"]},
    "title": {"type": "string"}
  }
},
"Document": {"description": "A document: CSAF 2.0 or 2.1, and to convert to CSAF also OpenVEX, CycloneDX VEX, or CVRF as XML.", "type": ["object", "string"]},
"Conversion": {
  "description": "What is asked for with wrap=true. Without, the answer is the document itself, of its own media type, with its name in Content-Disposition and the numbers of notes in the headers Tocsin-Warnings and Tocsin-Losses.",
  "type": "object",
  "required": ["to", "media_type", "file_name", "valid", "lossless", "notes"],
  "properties": {
    "to": {"enum": ["csaf-2.1", "csaf-2.0", "openvex", "cyclonedx-vex", "html", "pdf", "markdown", "text"]},
    "media_type": {"type": "string"},
    "file_name": {"type": "string"},
    "valid": {"description": "No note is an error. Else the document is there all the same, to be mended by hand.", "type": "boolean"},
    "lossless": {"description": "Nothing of the source is lost.", "type": "boolean"},
    "notes": {
      "type": "array",
      "items": {
        "type": "object",
        "required": ["level", "path", "message"],
        "properties": {
          "level": {"enum": ["warning", "error"]},
          "path": {"description": "JSON pointer into the source.", "type": "string"},
          "message": {"description": "What is lost begins with \"lost: \".", "type": "string"}
        }
      }
    },
    "document": {"description": "The result, where it is JSON.", "type": "object"},
    "text": {"description": "The result, where it is text.", "type": "string"},
    "base64": {"description": "The result, where it is a PDF.", "type": "string"}
  }
},
"DocumentsToCompare": {
  "type": "object",
  "required": ["before", "after"],
  "properties": {
    "before": {"description": "A CSAF document.", "type": "object"},
    "after": {"description": "Another.", "type": "object"}
  }
},
"DocumentComparison": {
  "type": "object",
  "required": ["before", "after", "matters_to_owners", "changes"],
  "properties": {
    "before": {"$ref": "#/components/schemas/DocumentHead"},
    "after": {"$ref": "#/components/schemas/DocumentHead"},
    "matters_to_owners": {"description": "Any change that concerns more than words.", "type": "boolean"},
    "changes": {"$ref": "#/components/schemas/Changes"}
  }
}
})json";
}

}  // namespace tocsin::portal::api
