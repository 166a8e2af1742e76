#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "domain/advisory_facts.hpp"
#include "engine/search/header_fields.hpp"
#include "engine/search/snapshot.hpp"
#include "engine/search/text_index.hpp"
#include "formats/csaf/advisory.hpp"

/// What the indexer writes of one advisory, before names have ids. A pure function of the document.
namespace tocsin::engine::search {

struct Derived {
  std::int64_t record = 0;
  domain::AdvisoryFacts facts;
  std::string publisher, document_status;
  std::vector<std::string> first_cves;                                ///< At most 5.
  std::vector<std::pair<std::string, std::string>> vendor_spellings;  ///< Vendor key, as the document writes it.
  std::vector<std::string> vectors;                                   ///< Headline vector per vulnerability fact.
  std::vector<char> fixes;                                            ///< Has a vendor fix, per vulnerability fact.
  std::vector<FieldValue> fields;
  CatalogueRow row;  ///< Without vendors and policy facts.
  TextDocument text;
};

Derived derive(std::int64_t record, const formats::csaf::Advisory& advisory);

}  // namespace tocsin::engine::search
