#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/organisation.hpp"
#include "engine/exposure/alias_book.hpp"
#include "store/aliases.hpp"

/// What was learnt of names, as it goes along with bundles: for matching away from the portal. Bytes in, bytes out.
namespace tocsin::engine::exposure {

inline constexpr std::size_t kAliasFileBytesMax = std::size_t{32} << 20;
inline constexpr std::size_t kAliasFileEntriesMax = 100'000;

struct AliasFile {
  std::vector<store::Alias> own;  ///< Of the organisation that the bundle is made for, also those that only deny.
  std::vector<store::CommunityAlias> community;
  bool empty() const noexcept { return own.empty() && community.empty(); }
};

/// Keys, what they stand for and the day: neither who taught it nor how somebody wrote it.
std::string write_aliases(const AliasFile& aliases);
/// Those of the file are this organisation's. Errors: invalid_input with the pointer; too_large.
Result<AliasFile> read_aliases(std::string_view bytes, domain::OrganisationId organisation = domain::kOwnOrganisation);

/// To match with. Each key once, whichever file brings it.
AliasBook book_of(const AliasFile& aliases);

}  // namespace tocsin::engine::exposure
