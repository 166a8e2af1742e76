#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Text taken apart for test 6.3.8: which of it is words that a dictionary can be asked about.
namespace tocsin::formats::csaf {

/// Bytes. A longer run of letters is no word of a language, but something encoded.
inline constexpr std::size_t kWordBytesMax = 64;

/// Appends the words of prose. Between blanks, all that holds a digit or one of / \ @ = < > $ % # & ~ ^ | + { } _ or a
/// point or colon inside is none: URLs, paths, addresses, versions, identifiers, order numbers, code, mark-up. Nor is
/// what stands between backticks, what has a capital behind its first letter (acronyms, names as "OpenSSL"), or fewer
/// than three bytes. Words with hyphens are taken apart; of a genitive ("vendor's") the first part is left.
void split_words(std::string_view text, std::vector<std::string_view>& words);

/// Every run of three letters or more, whatever stands around it: what a name brings along as vocabulary.
void each_run_of_letters(std::string_view name, const std::function<void(std::string_view)>& use);

/// The first text that `is_known` takes among those that differ from `word` by one letter: two neighbours exchanged,
/// one too many, one missing, another one. In this order, for so slips are distributed. Empty where there is none.
std::string one_letter_off(std::string_view word, const std::function<bool(std::string_view)>& is_known);

}  // namespace tocsin::formats::csaf
