#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// Which passwords people may choose, after NIST SP 800-63B revision 4, section 3.1.1.2: long ones, of any characters,
/// that nobody guesses first. No composition rules, no expiry. Pure functions: any thread may call them.
namespace tocsin::domain::password {

/// Characters are Unicode code points, counted after normalising.
inline constexpr std::size_t kLengthMinAlone = 15;
inline constexpr std::size_t kLengthMinWithSecondFactor = 8;
inline constexpr std::size_t kBytesMax = 1024;

/// Whether the password is all there is at sign-in, or a second factor is enforced for this person.
enum class Factors { password_only, second_factor_enforced };

/// What an attacker knows about this person anyhow. Empty members say nothing.
struct Context {
  std::string site_name;
  std::string person_name;  ///< "Ada Lovelace": each part counts, and any of them together.
  std::string mail;         ///< Its local part counts, and the parts of that.
  std::string organisation_name;
};

/// NFKC of the password, so that the same characters typed on two keyboards are the same bytes: hash and verify this,
/// never what was typed. Errors: too_large beyond kBytesMax; invalid_input for ill-formed UTF-8 and control characters.
Result<std::string> normalise(std::string_view typed);

/// What is wrong with a normalised password, a sentence for each rule it breaks; empty where it may be used. Never
/// quotes the password.
std::vector<std::string> problems(std::string_view normalised, Factors factors, const Context& context);

/// Whether it is one of the commonest leaked passwords (of at least eight characters), whatever the case of letters.
bool is_common(std::string_view normalised);

}  // namespace tocsin::domain::password
