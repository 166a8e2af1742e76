#pragma once
#include <span>
#include <string>
#include <string_view>

#include "exchange/import.hpp"
#include "formats/threat_list/list_to_stix.hpp"
#include "store/database.hpp"
#include "store/records.hpp"

namespace tocsin::exchange {

/// `prepare` of a list of indicators (formats/threat_list): each value becomes an indicator of STIX. `name` goes into
/// messages, `source` into the ids. Their times are options.now; `settle` makes them those of what is here.
Prepared prepare_list(const std::string& name, const formats::threat_list::ListSource& source, std::string_view bytes,
                      const ImportOptions& options);

/// Within the caller's transaction, of objects of lists, before they are put: what is here and says the same becomes
/// what is here, and what says something else a newer version of it. What was revoked here stays revoked, and what was
/// removed here is taken out of `objects`, unless `again`. How many those were. `issuers`: under which it is looked
/// for, by default what is imported. Errors: the database's.
Result<std::int64_t> settle(store::Connection& connection, PreparedObjects& objects, store::Again again,
                            std::span<const std::string> issuers = {});

}  // namespace tocsin::exchange
