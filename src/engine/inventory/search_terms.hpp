#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/asset_text.hpp"
#include "store/database.hpp"

/// How assets are found by words. What is typed finds what begins a word or a part of a code, whatever punctuation
/// stands in either: "s7-15" and "S715" find "S7-1500", "515-2AM" and "6ES7 5152AM" find "6ES7 515-2AM01-0AB0". Not
/// found is what begins in the middle of letters or of digits: "umpe" does not find "Pumpe".
namespace tocsin::engine::inventory {

/// Of an asset's folded words (store::Asset::search): each word and each part of one to the word's end, compact.
std::vector<std::string> search_terms(std::string_view folded);
/// What the typed words ask for; a word without letters and digits asks for nothing.
std::vector<store::TermChoice> asked_terms(const std::vector<std::string>& folded_words);

/// Puts the terms of assets into the index that are not there (of before there was one, or from a backup): a batch in
/// one transaction. Returns how many; fewer than `assets_max` where nothing is left.
Result<std::int64_t> index_assets(store::Database& database, int assets_max = 500);

}  // namespace tocsin::engine::inventory
