#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Codes on paper for people who have lost their second factor. Each works once. Any thread may call these functions.
namespace tocsin::domain::recovery_codes {

inline constexpr std::size_t kCodes = 10;
/// Random characters of a code, five bits each: 80 bits, out of reach even for whoever has the hashes.
inline constexpr std::size_t kCharacters = 16;

/// Ten new codes like "7K3Q-M9TX-0ARB-W5HE": digits and capital letters without I, L, O and U, which are misread. To be
/// shown once; store hash() of each only.
std::vector<std::string> make();

/// What was typed, as make() would spell it without dashes: capitals, blanks and dashes of all kinds dropped, O read as
/// 0, I and L as 1. Empty where that is not kCharacters of the alphabet.
std::string fold(std::string_view typed);

/// Lower-case hex SHA-256 of the folded code, 64 characters. No salt and no slow hash: nobody guesses 80 bits. Empty
/// where fold() is.
std::string hash(std::string_view typed);

/// Which of the stored hashes belongs to what was typed, or none. All are compared, each in constant time. The caller
/// removes it in the transaction that signs in.
std::optional<std::size_t> find(std::span<const std::string> hashes, std::string_view typed);

}  // namespace tocsin::domain::recovery_codes
