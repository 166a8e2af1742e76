#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/tlp.hpp"
#include "engine/members/actor.hpp"
#include "engine/taxii/statuses.hpp"
#include "store/database.hpp"

/// Adding objects to a TAXII collection (TAXII 2.1 section 5.5): the same reading, checking and storing as an import,
/// for an organisation that may write there. Why it is so: docs/decisions/0031.
namespace tocsin::exchange {

struct TaxiiAddOptions {
  /// Of objects without a marking: whoever adds them is not who decides what unmarked imports mean (setting
  /// import.default_tlp).
  domain::Tlp default_tlp = domain::Tlp::amber_strict;
  /// Of one request: it is one transaction, and others shall get their turn to write.
  std::size_t objects_max = 10'000;
};

/// `envelope`: the body, as it came. One transaction, with its status and an audit entry. What is added is owned by the
/// organisation acted for and addressed to the collection's readers; an object that cannot be kept so is among the
/// failures of the status, with the reason, and spoils no other. Errors: not_found (root or collection, also those that
/// the actor may not read); forbidden where they may not write; invalid_input for what is no envelope with objects;
/// too_large.
Result<engine::taxii::WriteStatus> add_to_collection(store::Database& database, const engine::Actor& actor,
                                                     std::string_view root, std::string_view collection,
                                                     std::string_view envelope, const TaxiiAddOptions& options,
                                                     Timestamp now);

}  // namespace tocsin::exchange
