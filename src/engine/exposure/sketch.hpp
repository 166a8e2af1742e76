#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/exposure/product_name.hpp"

/// Names and things so short that most names are seen at a glance to be something else: fit() is asked only for what is
/// left. A sketch may take what does not fit, never leave out what does. Internal to engine/exposure.
namespace tocsin::engine::exposure {

struct Name;
struct ItemWords;

/// One spelling of a term of a name.
struct TermSketch {
  std::uint32_t hash = 0;   ///< Of the spelling.
  std::uint32_t other = 0;  ///< Of what says the same: plural or singular, digits of a release, hundreds; or 0.
  float share = 0;          ///< Of the name's weight; the same for each spelling of a term.
  std::uint8_t shape = 0;   ///< shape_of.
  std::uint8_t start = 0;   ///< trigram_of the beginning,
  std::uint8_t end = 0;     ///< and of the end.
  bool goes_on = false;     ///< The next is another spelling of the same term.
  bool perhaps = false;     ///< Other things than these decide.
  bool rare = false;        ///< Of Name::rare.
  bool family = false;      ///< "micro800", which "micro850" is of.
  bool code = false;        ///< NameTerm::Kind::code.
  bool searched = false;    ///< Of three bytes and more, so that words are searched for it.
  bool must = false;        ///< Of Name::codes.
};

/// A name, in three lines of the cache.
struct alignas(64) NameSketch {
  std::array<std::uint64_t, 8> held{}, also{};  ///< Two bits each of its pieces, spellings, initials, vendor words.
  std::uint64_t shapes = 0;                     ///< Of its words.
  std::uint64_t initials = 0;                   ///< Bits of NamePieces::initials.
  std::uint32_t vendor = 0;
  std::uint32_t terms = 0;  ///< The first of its TermSketches.
  std::uint16_t terms_count = 0;
  std::uint32_t front = 0;        ///< Hash of the first two terms as one word; 0 where they may not be.
  std::uint64_t rare_shapes = 0;  ///< Of words of Name::rare.

  bool may_hold(std::size_t hash) const noexcept {
    return (held[hash >> 6U & 7U] >> (hash & 63U) & 1U) != 0 &&
           (also[hash >> 15U & 7U] >> (hash >> 9U & 63U) & 1U) != 0;
  }
  void hold(std::size_t hash) noexcept {
    held[hash >> 6U & 7U] |= std::uint64_t{1} << (hash & 63U);
    also[hash >> 15U & 7U] |= std::uint64_t{1} << (hash >> 9U & 63U);
  }
};

/// A thing.
struct ItemSketch {
  struct Word {
    std::size_t hash = 0, other = 0;
    float weight = 0;
    bool unknown = false, with_digits = false, may_be_initials = false;
    std::uint64_t near = 0;      ///< Shapes of what may be the same but for a slip of the keyboard.
    std::uint64_t trigrams = 0;  ///< Bits of all.
    std::size_t at = 0;          ///< Of NamePieces::words.
  };
  std::vector<Word> words;  ///< Of ItemWords::to_explain.
  std::uint64_t near = 0, unknown_near = 0;
  float weight = 0;
  bool mistyped_code = false;             ///< An unknown word has digits.
  std::size_t strongest = 0;              ///< Hash; 0 where there is none.
  std::vector<std::size_t> vendor_words;  ///< Hashes.

  bool may_hold(std::uint32_t hash) const noexcept { return (held_[hash >> 6U & 63U] >> (hash & 63U) & 1U) != 0; }
  void hold(std::size_t hash) noexcept { held_[hash >> 6U & 63U] |= std::uint64_t{1} << (hash & 63U); }

 private:
  std::array<std::uint64_t, 64> held_{};  ///< Bits of all that a term may be held by.
};

/// Adds the terms to `terms`. After the name's weights are known.
NameSketch sketch_of(const Name& name, std::vector<TermSketch>& terms);
ItemSketch sketch_of(const ItemWords& words);
/// Could fit() give anything? `terms`: all of the names'.
bool may_fit(const NameSketch& name, const std::vector<TermSketch>& terms, const ItemWords& item) noexcept;

}  // namespace tocsin::engine::exposure
