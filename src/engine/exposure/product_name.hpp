#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/keyed_hash.hpp"

/// Names of products, taken apart so that "SIMATIC S7-1500 CPU family (incl. SIPLUS variants)" and "siemens S71500
/// 1515-2PN" can be held against each other: by words, whatever stands between them, and by what a word says. Pure
/// functions.
namespace tocsin::engine::exposure {

/// Names longer than this are read no further.
inline constexpr std::size_t kNameBytesMax = 1024;

/// One word of an advisory's name.
struct NameTerm {
  enum class Kind : std::uint8_t {
    plain,    ///< "scalance", "gateway"
    code,     ///< Has digits and names a model: "s71500", "15152".
    version,  ///< "v3", "2018": part of the name here, part of the version elsewhere.
    generic,  ///< "firmware", "series": says hardly anything.
    aside,    ///< Stood in brackets: "(230V, ports on front)".
  };
  Kind kind = Kind::plain;
  /// Folded, letters and digits only. Several where the word is a short form of several: "R00/01/02CPU".
  std::vector<std::string> spellings;
};

struct ProductName {
  std::vector<NameTerm> terms;
  std::vector<std::string> order_numbers;  ///< That stood in the name; as compact_order_number gives them.
  bool with_variants = false;              ///< "(incl. SIPLUS variants)": covers more than it names.
  bool is_family = false;                  ///< "... family", "... Panels": covers what adds to its name.
  std::size_t clause =
      0;  ///< The first of the terms that tell what it is used with: "... with", "... running". Or npos.
};
/// `vendor`: its words are left out where they stand in the name.
ProductName read_product_name(std::string_view vendor, std::string_view name);

/// The same but for two neighbouring letters that changed places, or for a plural's s.
bool is_swapped(std::string_view a, std::string_view b) noexcept;
/// The same but for a slip of the keyboard: two neighbouring letters that changed places; in words of letters, of five
/// and more, also another slip.
bool is_near(std::string_view a, std::string_view b);

/// Folded, letters and digits only: "cj2hcpu64" of "CJ2H-CPU64".
std::string compact_word(std::string_view text);

/// Upper case, without blanks and dashes: "6ES75152AM010AB0".
std::string compact_order_number(std::string_view text);

/// What an inventory says of a thing, as pieces that terms are looked up in: "S7-1500 CPU1515-2PN" holds "s71500",
/// "cpu", "15152", "cpu1515".
class NamePieces {
 public:
  NamePieces() = default;
  explicit NamePieces(const std::vector<std::string_view>& texts);

  bool holds(std::string_view compact) const noexcept {
    return std::ranges::binary_search(hashes_, KeyedHash{}(compact));
  }
  bool holds_hash(std::size_t hash) const noexcept { return std::ranges::binary_search(hashes_, hash); }
  const std::vector<std::size_t>& hashes() const noexcept { return hashes_; }
  /// A word that is the same but for a slip of the keyboard.
  bool nearly_holds(std::string_view compact) const;
  /// The words as they stood, compact, without repeats: what a name has to explain.
  const std::vector<std::string>& words() const noexcept { return words_; }
  /// Those of the words that stood in brackets.
  const std::vector<std::string>& asides() const noexcept { return asides_; }
  /// First letters of three to five words that follow each other: "ipm" of "Intelligent Power Manager".
  const std::vector<std::string>& initials() const noexcept { return initials_; }
  /// Every piece, in no order, for looking up candidates.
  const std::vector<std::string>& all() const noexcept { return pieces_; }
  /// all() is empty from now on; for what is only held against others, of which there are many.
  void forget_all() { std::vector<std::string>{}.swap(pieces_); }

 private:
  std::vector<std::string> pieces_;  ///< Without repeats, in no order.
  std::vector<std::size_t> hashes_;  ///< Of the pieces, in order: a name has few, and they stand side by side.
  std::vector<std::string> words_;
  std::vector<std::string> initials_, asides_;
};

/// "family", "series", "panels": a name with it covers what has more to its name.
bool is_family_word(std::string_view compact) noexcept;
bool is_generic_word(std::string_view compact) noexcept;
/// What people add to a name to say what a thing does or where it stands: "gateway", "runtime", "pump", "room".
bool is_describing_word(std::string_view compact) noexcept;
/// Those of them that say what kind of thing a name stands for ("router", "software", "SCADA"), not which part of a
/// product it is: "client" and "server" make two things.
bool is_kind_word(std::string_view compact) noexcept;
/// "client", "viewer", "runtime": names that differ by one are two things.
bool is_part_word(std::string_view compact) noexcept;
/// The name without the makers' brands that stand in front of many names and that people leave out: "RX1400" of
/// "RUGGEDCOM ROX RX1400". The name itself where nothing would be left.
std::string_view without_brand(std::string_view name) noexcept;
bool has_digits(std::string_view text) noexcept;

}  // namespace tocsin::engine::exposure
