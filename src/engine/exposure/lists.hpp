#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exposure/exposure.hpp"
#include "store/exposure_lists.hpp"

/// Matches counted for each product, bill of materials, advisory, vulnerability and asset: what CSAF 2.1 sections
/// 9.1.13 and 9.1.17 want lists of. Read through the policy of who looks. Errors as in exposure.hpp.
namespace tocsin::engine::exposure {

std::span<const store::ExposureListBy> all_lists() noexcept;
std::string_view to_string(store::ExposureListBy by) noexcept;  ///< "bom"
std::optional<store::ExposureListBy> parse_list(std::string_view text) noexcept;

struct TallyPage {
  std::vector<store::ExposureTally> rows;
  std::string next_cursor;
};
/// read_inventory. Under the filters of `input`, whose `sort` does not count: the most urgent first.
Result<TallyPage> tallies(store::Database& database, const Actor& actor, const inventory::Access& access,
                          store::ExposureListBy by, const ListInput& input, Timestamp now);
/// Of one advisory in an organisation's inventory, whatever the status and the state: the statistics of CSAF 2.1
/// section 9.1.13. Nothing where nothing matches.
Result<std::optional<store::ExposureTally>> tally_of(store::Database& database, const Actor& actor,
                                                     const inventory::Access& access, domain::RecordId record,
                                                     Timestamp now);

}  // namespace tocsin::engine::exposure
