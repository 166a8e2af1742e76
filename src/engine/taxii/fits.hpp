#pragma once
#include <string>

#include "domain/record.hpp"
#include "engine/taxii/collections.hpp"

namespace tocsin::engine::taxii {

/// Would a collection with this filter hold the object, once it is stored? Empty: it would; else the sentence why not.
/// The same that `objects` asks the database; a test holds the two equal.
std::string why_not_in(const CollectionFilter& filter, const domain::NewRevision& revision);

}  // namespace tocsin::engine::taxii
