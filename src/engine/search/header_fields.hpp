#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/advisory_facts.hpp"
#include "engine/search/bits.hpp"
#include "engine/search/query.hpp"
#include "engine/search/snapshot.hpp"
#include "formats/csaf/advisory.hpp"
#include "store/database.hpp"

/// What clause 12 of CSAF 2.1 wants to be searched, filtered and sorted beside what the catalogue and the text index
/// hold: required members of `document`, and the aggregate severity. Kept in the table advisory_field. Internal to
/// engine/search.
namespace tocsin::engine::search {

/// The numbers are stored.
enum class HeaderField : std::uint8_t {
  category = 1,
  csaf_version,
  publisher_category,
  publisher_namespace,
  document_version,
  revision_number,
  revision_date,
  revision_summary,
  aggregate_severity,
  // For sorting only: these are found otherwise.
  title,
  id,
  publisher,
  status,
  cve,
  vendor,
  product,
  product_version
};

struct FieldValue {
  HeaderField field = HeaderField::category;
  std::int64_t position = 0;
  std::string value;                        ///< Folded.
  std::string sort_key;                     ///< Byte order is the order for people: "1.9" before "1.10".
  std::optional<std::int64_t> number = {};  ///< Of a date: microseconds.
};
std::vector<FieldValue> header_fields(const formats::csaf::Advisory& advisory, const domain::AdvisoryFacts& facts);

/// Numbers in it in the order of their values, whatever their length.
std::string natural_key(std::string_view folded);

/// The filters that are answered from it; nothing for others.
std::optional<HeaderField> header_field_of(Field field) noexcept;
Result<Bits> header_bits(store::Connection& connection, const CatalogueSnapshot& snapshot, const Term& term);

/// Positions by the first value of a field, ascending (revision dates: newest first); what has none comes last.
struct FieldOrder {
  std::vector<std::uint32_t> positions;
  std::vector<std::uint32_t> places;  ///< By position.
  std::vector<std::int64_t> keys;     ///< By position: grows along `positions`, tells nothing of other advisories.
};
/// Remembered with the snapshot.
Result<std::shared_ptr<const FieldOrder>> field_order(store::Connection& connection, const CatalogueSnapshot& snapshot,
                                                      HeaderField field);

/// Advisories with a vulnerability that is known to be exploited (`kev`), or whose EPSS is such (`epss`): by what was
/// imported last, whatever the catalogue says.
Result<Bits> evidence_bits(store::Connection& connection, const CatalogueSnapshot& snapshot, const Term& term);

}  // namespace tocsin::engine::search
