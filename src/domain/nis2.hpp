#pragma once
#include <span>
#include <string_view>

#include "domain/sector.hpp"

/// Sectors of annexes I and II to Directive (EU) 2022/2555 (NIS2), and where our list of sectors has its counterpart.
namespace tocsin::domain {

struct Nis2Sector {
  int annex = 1;          ///< 1: sectors of high criticality; 2: other critical sectors.
  int number = 1;         ///< Within the annex.
  std::string_view name;  ///< As the directive writes it.
};
/// All, in the order of the annexes.
std::span<const Nis2Sector> all_nis2_sectors() noexcept;
/// Those that a sector may fall under; the directive's own definitions decide. Empty where it has none ("multiple").
std::span<const Nis2Sector> nis2_sectors_of(Sector sector) noexcept;

}  // namespace tocsin::domain
