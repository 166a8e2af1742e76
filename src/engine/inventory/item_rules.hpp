#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/inventory/inventory.hpp"
#include "store/assets.hpp"

/// What an item has to be, and what follows from its fields. Pure functions. Of this folder and engine/exposure.
namespace tocsin::engine::inventory {

/// Trims, drops what says nothing, and checks. Errors: invalid_input, where = the field.
Status tidy(formats::inventory::Item& item);
/// The key that makes two rows one asset: the key column, else the serial number (with the vendor), else name, model
/// and site. Empty where none of them is there.
std::string key_of(const formats::inventory::Item& item);
/// What lists call it.
std::string label_of(const formats::inventory::Item& item);
/// Of every field.
std::string digest_of(const formats::inventory::Item& item);
/// Of what the matcher looks at.
std::string matter_of(const formats::inventory::Item& item);
/// Key, label, search text, digest and identity. The item is tidy. Not the terms: those of a whole file would be as
/// large as the file (search_terms.hpp; whoever writes an asset adds them).
void derive(store::Asset& asset);
/// Field by field.
std::vector<FieldChange> changes_between(const formats::inventory::Item& before, const formats::inventory::Item& after);

}  // namespace tocsin::engine::inventory
